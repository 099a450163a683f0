"""Finding templates: search, filters, orders, pages; all of it done by the database."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Select, exists, func, select
from sqlalchemy.orm import Session

from core.db import narrowed
from core.db.models import Label, Template, TemplateTag, Version
from core.library.names import PRODUCTION
from core.library.views import Page

Order = Literal["updated", "used", "usage", "rating", "title"]

ORDERS: dict[Order, str] = {
    "updated": "Last changed",
    "used": "Last used",
    "usage": "Most used",
    "rating": "Best rated",
    "title": "Title",
}


@dataclass(frozen=True)
class TemplateFilter:
    """None means "all". `search` looks in name, title, description and the texts. `connection` "auto" means not set."""

    search: str = ""
    category: str | None = None
    tag: str | None = None
    active: bool | None = None
    connection: str | None = None
    builtin: bool | None = None
    enhanced: bool | None = None
    archived: bool = False


@dataclass(frozen=True)
class TemplateRow:
    """One line of the list. `current_number` is where `production` points; `labels` maps the others to numbers."""

    id: str
    name: str
    title: str
    category: str
    tags: tuple[str, ...]
    is_active: bool
    is_builtin: bool
    is_enhanced: bool
    current_number: int | None
    latest_number: int
    labels: dict[str, int]
    usage_count: int
    last_used_at: datetime | None
    rating_mean: float | None
    rating_count: int
    updated_at: datetime


def list_templates(
    session: Session, filters: TemplateFilter | None = None, *, order: Order = "updated", page: int = 1, size: int = 50
) -> Page[TemplateRow]:
    """One page of `size` templates, with the total that the filters leave. Pages count from 1."""
    query = _filtered(session, select(Template), filters or TemplateFilter())
    total = session.scalar(query.with_only_columns(func.count()).order_by(None)) or 0
    query = query.order_by(*_ORDERS[order]).limit(size).offset((max(page, 1) - 1) * size)
    rows = session.scalars(query).all()
    ids = [row.id for row in rows]
    tags: dict[str, list[str]] = {}
    for tag in session.scalars(select(TemplateTag).where(TemplateTag.template_id.in_(ids)).order_by(TemplateTag.tag)):
        tags.setdefault(tag.template_id, []).append(tag.tag)
    labels: dict[str, dict[str, int]] = {}
    for label in session.scalars(select(Label).where(Label.template_id.in_(ids)).order_by(Label.name)):
        labels.setdefault(label.template_id, {})[label.name] = label.number
    listed = tuple(_list_row(row, tuple(tags.get(row.id, ())), labels.get(row.id, {})) for row in rows)
    return Page(listed, more=page * size < total, total=total)


def categories(session: Session) -> list[str]:
    """Every category in use, by name."""
    return list(session.scalars(select(Template.category).distinct().order_by(Template.category)))


def all_tags(session: Session) -> list[str]:
    """Every tag in use, by name."""
    return list(session.scalars(select(TemplateTag.tag).distinct().order_by(TemplateTag.tag)))


def count_templates(session: Session, *, builtin: bool | None = None) -> int:
    """How many there are, archived ones left out."""
    query = _filtered(session, select(func.count()).select_from(Template), TemplateFilter(builtin=builtin))
    return session.scalar(query) or 0


_ORDERS = {
    "updated": (Template.updated_at.desc(), Template.seq.desc()),
    "used": (Template.last_used_at.desc().nulls_last(), Template.seq.desc()),
    "usage": (Template.usage_count.desc(), Template.seq.desc()),
    "rating": (Template.rating_mean.desc().nulls_last(), Template.seq.desc()),
    "title": (Template.title, Template.seq),
}


def _filtered(session: Session, query: Select, filters: TemplateFilter) -> Select:
    query, _ = narrowed(session, query, Template, filters.search)
    query = query.where(Template.is_archived.is_(filters.archived))
    if filters.category:
        query = query.where(Template.category == filters.category)
    if filters.tag:
        query = query.where(exists().where(TemplateTag.template_id == Template.id, TemplateTag.tag == filters.tag))
    for column, wanted in ((Template.is_active, filters.active), (Template.is_enhanced, filters.enhanced)):
        if wanted is not None:
            query = query.where(column.is_(wanted))
    if filters.builtin is not None:
        query = query.where(Template.builtin_key.is_not(None) if filters.builtin else Template.builtin_key.is_(None))
    if filters.connection:
        wanted = (
            Version.connection.is_(None) if filters.connection == "auto" else Version.connection == filters.connection
        )
        current = exists().where(Label.template_id == Template.id, Label.name == PRODUCTION)
        query = query.where(current.where(Version.id == Label.version_id, wanted))
    return query


def _list_row(row: Template, tags: tuple[str, ...], labels: dict[str, int]) -> TemplateRow:
    return TemplateRow(
        id=row.id,
        name=row.name,
        title=row.title,
        category=row.category,
        tags=tags,
        is_active=row.is_active,
        is_builtin=row.builtin_key is not None,
        is_enhanced=row.is_enhanced,
        current_number=labels.get(PRODUCTION),
        latest_number=row.latest_number,
        labels=labels,
        usage_count=row.usage_count,
        last_used_at=row.last_used_at,
        rating_mean=row.rating_mean,
        rating_count=row.rating_count,
        updated_at=row.updated_at,
    )
