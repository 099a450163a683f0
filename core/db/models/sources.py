"""Where tables come from, what is known about them, and what of them may leave."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from core.db.models.base import Base
from core.db.types import Json, UtcDateTime


class Source(Base):
    """Files, a database or a Databricks SQL warehouse.

    `options` holds what is no secret: a database's URL without its password, a warehouse's host and id.
    `secret` holds the password or token encrypted, or nothing. `can_write` None means that nobody has looked.
    """

    __tablename__ = "source"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    origin: Mapped[str] = mapped_column(Text, default="")
    options: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    secret: Mapped[str | None] = mapped_column(Text)
    can_write: Mapped[bool | None] = mapped_column(Boolean)
    is_sample: Mapped[bool] = mapped_column(Boolean, default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(200))


class SourceTable(Base):
    """A table of a source. For files it names the Parquet file; for the others it keeps what was learnt last.

    `columns` is a list of {name, type, raw_type}; `profiles` maps "quick" and "full" to what was measured, and when.
    """

    __tablename__ = "source_table"

    source_id: Mapped[str] = mapped_column(ForeignKey("source.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(String(600), primary_key=True)
    position: Mapped[int] = mapped_column(Integer, default=0)
    file: Mapped[str | None] = mapped_column(String(300))
    rows: Mapped[int | None] = mapped_column(Integer)
    columns: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    origin: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    profiles: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ColumnDisclosure(Base):
    """What of a column may leave the machine: send, mask, hash, statistics or never."""

    __tablename__ = "column_disclosure"

    source_id: Mapped[str] = mapped_column(ForeignKey("source.id", ondelete="CASCADE"), primary_key=True)
    table_name: Mapped[str] = mapped_column(String(600), primary_key=True)
    column_name: Mapped[str] = mapped_column(String(600), primary_key=True)
    policy: Mapped[str] = mapped_column(String(12))
    reason: Mapped[str] = mapped_column(String(300), default="")
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_by: Mapped[str] = mapped_column(String(200))
