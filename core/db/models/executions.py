"""Recorded model calls."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Float, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db.models.base import Base, BigId
from core.db.types import Json, UtcDateTime


class Execution(Base):
    """One recorded model call. The row is written before the call and completed after it.

    A row still `running` after `deadline_at` belongs to a process that died; readers show it as interrupted.
    `template_name` and `version_number` repeat what the ids point at, so that a record outlives a deletion.
    `variables` are the raw values; `system_text` and `user_text` are exactly what was sent.
    """

    __tablename__ = "execution"

    seq: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(String(64), unique=True)
    template_id: Mapped[str | None] = mapped_column(ForeignKey("template.id", ondelete="SET NULL"))
    version_id: Mapped[str | None] = mapped_column(ForeignKey("version.id", ondelete="SET NULL"))
    template_name: Mapped[str | None] = mapped_column(String(200))
    version_number: Mapped[int | None] = mapped_column(Integer)
    source: Mapped[str] = mapped_column(String(20))
    person: Mapped[str] = mapped_column(String(200))
    request_id: Mapped[str] = mapped_column(String(64))
    replay_of: Mapped[str | None] = mapped_column(String(64))
    connection: Mapped[str] = mapped_column(String(100))
    model: Mapped[str] = mapped_column(String(200))
    variables: Mapped[dict[str, Any] | None] = mapped_column(Json)
    system_text: Mapped[str] = mapped_column(Text, default="")
    user_text: Mapped[str] = mapped_column(Text, default="")
    settings: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    request_hash: Mapped[str] = mapped_column(String(64))
    status: Mapped[str] = mapped_column(String(16))
    response: Mapped[str | None] = mapped_column(Text)
    parsed: Mapped[Any | None] = mapped_column(Json)
    error_kind: Mapped[str | None] = mapped_column(String(40))
    error: Mapped[str | None] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(Integer, default=0)
    is_cached: Mapped[bool] = mapped_column(Boolean, default=False)
    input_tokens: Mapped[int | None] = mapped_column(Integer)
    output_tokens: Mapped[int | None] = mapped_column(Integer)
    tokens_estimated: Mapped[bool] = mapped_column(Boolean, default=False)
    cost_usd: Mapped[float | None] = mapped_column(Float)
    reserved_usd: Mapped[float | None] = mapped_column(Float)
    duration_ms: Mapped[int | None] = mapped_column(Integer)
    first_token_ms: Mapped[int | None] = mapped_column(Integer)
    rating: Mapped[int | None] = mapped_column(Integer)
    rating_note: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deadline_at: Mapped[datetime] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index("ix_execution_template", "template_id", "seq"),
        Index("ix_execution_version", "version_id", "seq"),
        Index("ix_execution_status", "status", "seq"),
        Index("ix_execution_model", "model", "seq"),
        # Few calls are rated: the newest with a rating from some number on are found among those alone.
        Index(
            "ix_execution_rated",
            "seq",
            "rating",
            sqlite_where=text("rating IS NOT NULL"),
            postgresql_where=text("rating IS NOT NULL"),
        ),
        # Covers the figures of a day, and the rows of a time range.
        Index("ix_execution_created", "created_at", "seq", "cost_usd"),
        # Covers the sum of a connection's month.
        Index("ix_execution_spend", "connection", "created_at", "cost_usd"),
        Index("ix_execution_request", "request_hash", "seq"),
        Index(
            "ix_execution_running",
            "connection",
            sqlite_where=text("status = 'running'"),
            postgresql_where=text("status = 'running'"),
        ),
    )
