"""Configured model services."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Float, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.db.models.base import Base
from core.db.types import Json, UtcDateTime


class Connection(Base):
    """A model service. At most one row has `is_default`; *auto* means that one.

    `key_source` says where the key is: none, env (`key_ref` names the variable), keyring (`key_ref` names the entry),
    stored (`key_ref` holds it encrypted). `key_host` is the host that a kept key was saved for; it is sent to no other.
    Prices are USD per million tokens and override the price list; None means the list decides.
    """

    __tablename__ = "connection"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    base_url: Mapped[str | None] = mapped_column(String(2000))
    model: Mapped[str | None] = mapped_column(String(200))
    is_default: Mapped[bool] = mapped_column(Boolean, default=False)
    key_source: Mapped[str] = mapped_column(String(10), default="none")
    key_ref: Mapped[str | None] = mapped_column(Text)
    key_last4: Mapped[str | None] = mapped_column(String(4))
    key_host: Mapped[str | None] = mapped_column(String(300))
    options: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    timeout_s: Mapped[float] = mapped_column(Float, default=60.0)
    max_retries: Mapped[int] = mapped_column(Integer, default=2)
    parallel: Mapped[int] = mapped_column(Integer, default=8)
    input_usd_per_mtok: Mapped[float | None] = mapped_column(Float)
    output_usd_per_mtok: Mapped[float | None] = mapped_column(Float)
    budget_usd_per_month: Mapped[float | None] = mapped_column(Float)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    rev: Mapped[int] = mapped_column(Integer, default=1)
