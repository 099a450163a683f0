"""Datasets and their examples."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.db.models.base import Base, BigId
from core.db.types import Json, UtcDateTime


class Dataset(Base):
    __tablename__ = "dataset"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    description: Mapped[str] = mapped_column(Text, default="")
    template_id: Mapped[str | None] = mapped_column(ForeignKey("template.id", ondelete="SET NULL"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(200))


class Example(Base):
    """One case: inputs by variable name, and the expected output where it is known."""

    __tablename__ = "example"

    seq: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(String(64), unique=True)
    dataset_id: Mapped[str] = mapped_column(ForeignKey("dataset.id", ondelete="CASCADE"))
    inputs: Mapped[dict[str, Any]] = mapped_column(Json)
    expected: Mapped[Any | None] = mapped_column(Json)
    tags: Mapped[list[str]] = mapped_column(Json, default=list)
    execution_id: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(200))

    __table_args__ = (Index("ix_example_dataset", "dataset_id", "seq"),)
