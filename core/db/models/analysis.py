"""What belongs to the analysis of tables: recipes, findings, and the data dictionary."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from core.db.models.base import Base, BigId
from core.db.types import Json, UtcDateTime


class Recipe(Base):
    """Makes a template the recipe of one analysis type. At most one is the type's default."""

    __tablename__ = "recipe"

    template_id: Mapped[str] = mapped_column(ForeignKey("template.id", ondelete="CASCADE"), primary_key=True)
    analysis_type: Mapped[str] = mapped_column(String(30))
    is_default: Mapped[bool] = mapped_column(Boolean, default=False)
    cloned_from: Mapped[str | None] = mapped_column(String(64))

    __table_args__ = (
        Index(
            "uq_recipe_default",
            "analysis_type",
            unique=True,
            sqlite_where=text("is_default = 1"),
            postgresql_where=text("is_default"),
        ),
    )


class Finding(Base):
    """One claim of a job about a table, and what the data says to it.

    `kind` is the type's own word (missing_data, value_outlier, …). `verdict` is verified, contradicted or unverifiable;
    `checks` lists what was stated and what is true, number by number. `detail` is the object that the model gave.
    """

    __tablename__ = "finding"

    seq: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(String(64), unique=True)
    job_id: Mapped[str] = mapped_column(ForeignKey("job.id", ondelete="CASCADE"))
    analysis_type: Mapped[str] = mapped_column(String(30))
    position: Mapped[int] = mapped_column(Integer)
    table_name: Mapped[str | None] = mapped_column(String(600))
    columns: Mapped[list[str]] = mapped_column(Json, default=list)
    kind: Mapped[str] = mapped_column(String(60), default="")
    severity: Mapped[str | None] = mapped_column(String(10))
    claim: Mapped[str] = mapped_column(Text)
    evidence: Mapped[str] = mapped_column(Text, default="")
    verdict: Mapped[str] = mapped_column(String(16), default="unverifiable")
    verdict_note: Mapped[str] = mapped_column(Text, default="")
    checks: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    detail: Mapped[Any | None] = mapped_column(Json)

    __table_args__ = (UniqueConstraint("job_id", "analysis_type", "position"),)


class DictionaryEntry(Base):
    """One version of what the data dictionary says about a column; the highest number counts.

    `is_edited` marks a person's words: a job never writes over them.
    """

    __tablename__ = "dictionary_entry"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    source_id: Mapped[str] = mapped_column(ForeignKey("source.id", ondelete="CASCADE"))
    table_name: Mapped[str] = mapped_column(String(600))
    column_name: Mapped[str] = mapped_column(String(600))
    number: Mapped[int] = mapped_column(Integer)
    entry: Mapped[dict[str, Any]] = mapped_column(Json)
    is_edited: Mapped[bool] = mapped_column(Boolean, default=False)
    job_id: Mapped[str | None] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(200))

    __table_args__ = (UniqueConstraint("source_id", "table_name", "column_name", "number"),)
