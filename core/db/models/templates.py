"""Templates, their immutable versions, labels, tags, and edits that are not saved yet."""

from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, Float, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from core.db.models.base import Base, BigId
from core.db.types import Json, UtcDateTime


class Template(Base):
    """A named template. Its texts live in versions; what runs is where the label `production` points.

    `rev` counts saves, for compare-and-set. `search_text` repeats the texts that the search covers.
    `latest_number` is the highest version number ever given; numbers are not used again.
    Counters are kept here so that the list page never counts executions.
    """

    __tablename__ = "template"

    seq: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=True)
    id: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(Text, default="")
    category: Mapped[str] = mapped_column(String(100), default="general")
    is_active: Mapped[bool] = mapped_column(Boolean, default=True)
    is_archived: Mapped[bool] = mapped_column(Boolean, default=False)
    is_enhanced: Mapped[bool] = mapped_column(Boolean, default=False)
    builtin_key: Mapped[str | None] = mapped_column(String(200), unique=True)
    builtin_hash: Mapped[str | None] = mapped_column(String(64))
    search_text: Mapped[str] = mapped_column(Text, default="")
    latest_number: Mapped[int] = mapped_column(Integer, default=0)
    usage_count: Mapped[int] = mapped_column(Integer, default=0)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    rating_sum: Mapped[int] = mapped_column(Integer, default=0)
    rating_count: Mapped[int] = mapped_column(Integer, default=0)
    rating_mean: Mapped[float | None] = mapped_column(Float)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(200))
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_by: Mapped[str] = mapped_column(String(200))
    rev: Mapped[int] = mapped_column(Integer, default=1)

    # Every order that the list offers ends in seq, so that a page break never repeats or drops a row.
    __table_args__ = (
        Index("ix_template_updated", "updated_at", "seq"),
        Index("ix_template_used", "last_used_at", "seq"),
        Index("ix_template_usage", "usage_count", "seq"),
        Index("ix_template_rating", "rating_mean", "seq"),
        Index("ix_template_title", "title", "seq"),
        Index("ix_template_category", "category", "seq"),
    )


class TemplateTag(Base):
    __tablename__ = "template_tag"

    template_id: Mapped[str] = mapped_column(ForeignKey("template.id", ondelete="CASCADE"), primary_key=True)
    tag: Mapped[str] = mapped_column(String(60), primary_key=True, index=True)


class Version(Base):
    """One immutable state of a template: texts, variables, model settings. A database trigger refuses changes to them.

    `connection` None means *auto*. `parent_id` is the version it was edited from, which may belong to another template.
    """

    __tablename__ = "version"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    template_id: Mapped[str] = mapped_column(ForeignKey("template.id", ondelete="CASCADE"))
    number: Mapped[int] = mapped_column(Integer)
    parent_id: Mapped[str | None] = mapped_column(String(64))
    system_text: Mapped[str] = mapped_column(Text, default="")
    user_text: Mapped[str] = mapped_column(Text, default="")
    variables: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    connection: Mapped[str | None] = mapped_column(String(100), index=True)
    model: Mapped[str | None] = mapped_column(String(200))
    temperature: Mapped[float | None] = mapped_column(Float)
    max_tokens: Mapped[int | None] = mapped_column(Integer)
    stop: Mapped[list[str]] = mapped_column(Json, default=list)
    response_schema: Mapped[dict[str, Any] | None] = mapped_column(Json)
    note: Mapped[str] = mapped_column(Text, default="")
    content_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(200))
    usage_count: Mapped[int] = mapped_column(Integer, default=0)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    is_archived: Mapped[bool] = mapped_column(Boolean, default=False)

    __table_args__ = (UniqueConstraint("template_id", "number"),)


class Label(Base):
    """A movable pointer to one version. `production` decides what runs."""

    __tablename__ = "label"

    template_id: Mapped[str] = mapped_column(ForeignKey("template.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(String(36), primary_key=True)
    version_id: Mapped[str] = mapped_column(ForeignKey("version.id"), index=True)
    number: Mapped[int] = mapped_column(Integer)
    is_protected: Mapped[bool] = mapped_column(Boolean, default=False)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_by: Mapped[str] = mapped_column(String(200))


class UnsavedEdit(Base):
    """What a person has typed into the editor of a template and not saved yet; one per template and person."""

    __tablename__ = "unsaved_edit"

    template_id: Mapped[str] = mapped_column(ForeignKey("template.id", ondelete="CASCADE"), primary_key=True)
    person: Mapped[str] = mapped_column(String(200), primary_key=True)
    base_number: Mapped[int] = mapped_column(Integer)
    base_rev: Mapped[int] = mapped_column(Integer)
    content: Mapped[dict[str, Any]] = mapped_column(Json)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
