"""Recorded model calls: finding, reading, rating, exporting. Writing them is `recording`'s."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, load_only

from core.clock import now
from core.db import narrowed, without_index
from core.db.models import Execution, Template
from core.errors import InputError, NotFoundError
from core.library.characters import check_kept
from core.library.views import ExecutionView, Page, Status

SHOWN_IN_LIST = 200
"""Characters of the answer that a list row carries."""

_SPAN = 100_000
"""Rows of a time range that are looked at in its index, some 5 ms."""


@dataclass(frozen=True)
class ExecutionFilter:
    """None means "all". `text` looks in what was sent and what came back; `rating_from` keeps ratings ≥ it (1–5)."""

    template_id: str | None = None
    number: int | None = None
    status: Status | None = None
    model: str | None = None
    connection: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    rating_from: int | None = None
    text: str = ""


@dataclass(frozen=True)
class ExecutionRow:
    """One line of the list. `excerpt` is the start of the answer, or the error."""

    id: str
    seq: int
    created_at: datetime
    template_id: str | None
    template_name: str | None
    version_number: int | None
    status: Status
    model: str
    connection: str
    source: str
    person: str
    is_cached: bool
    input_tokens: int | None
    output_tokens: int | None
    tokens_estimated: bool
    cost_usd: float | None
    duration_ms: int | None
    rating: int | None
    excerpt: str


def list_executions(
    session: Session, filters: ExecutionFilter | None = None, *, before: int | None = None, size: int = 50
) -> Page[ExecutionRow]:
    """The newest first. `before` is the `seq` of the last row of the page before. Nobody counts the total."""
    query, order = _found(session, filters or ExecutionFilter())
    if before is not None:
        query = query.where(order < before)
    excerpt = func.substr(func.coalesce(func.nullif(Execution.response, ""), Execution.error, ""), 1, SHOWN_IN_LIST)
    query = query.add_columns(excerpt).options(load_only(*_LISTED)).order_by(order.desc()).limit(size + 1)
    rows = session.execute(query).all()
    at = now()
    listed = tuple(
        ExecutionRow(
            id=row.id,
            seq=row.seq,
            created_at=row.created_at,
            template_id=row.template_id,
            template_name=row.template_name,
            version_number=row.version_number,
            status=_status(row, at),
            model=row.model,
            connection=row.connection,
            source=row.source,
            person=row.person,
            is_cached=row.is_cached,
            input_tokens=row.input_tokens,
            output_tokens=row.output_tokens,
            tokens_estimated=row.tokens_estimated,
            cost_usd=row.cost_usd,
            duration_ms=row.duration_ms,
            rating=row.rating,
            excerpt=start,
        )
        for row, start in rows[:size]
    )
    return Page(listed, more=len(rows) > size)


def get_execution(session: Session, execution_id: str) -> ExecutionView:
    """Raises NotFoundError."""
    return view(_row(session, execution_id))


def rate_execution(session: Session, execution_id: str, rating: int | None, *, note: str = "") -> None:
    """Give 1–5 stars and a note, change them, or take them back with None.

    Raises:
        InputError: the rating is not 1–5, or the note is longer than 2,000 characters.
        NotFoundError
    """
    if rating is not None and not 1 <= rating <= 5:
        raise InputError(f"A rating is 1 to 5 stars, not {rating}.")
    if len(note) > 2000:
        raise InputError(f"The note has {len(note):,} characters; at most 2,000 are kept.")
    check_kept("The note", note)
    row = session.scalar(select(Execution).where(Execution.id == execution_id).with_for_update())
    if row is None:
        raise _gone(execution_id)
    before, row.rating, row.rating_note = row.rating, rating, note.strip()
    if row.template_id and before != rating:
        template = session.scalar(
            select(Template).where(Template.id == row.template_id).with_for_update(key_share=True)
        )
        if template is not None:
            template.rating_sum += (rating or 0) - (before or 0)
            template.rating_count += (rating is not None) - (before is not None)
            template.rating_mean = template.rating_sum / template.rating_count if template.rating_count else None


def models_used(session: Session) -> list[str]:
    """Every model in the record, by name. Walks the index, so that it costs the same for any number of executions."""
    found: list[str] = []
    while True:
        query = select(func.min(Execution.model))
        following = session.scalar(query.where(Execution.model > found[-1]) if found else query)
        if following is None:
            return found
        found.append(following)


def iter_executions(session: Session, filters: ExecutionFilter, *, limit: int = 100_000) -> Iterator[ExecutionView]:
    """The whole records that the filters keep, newest first, at most `limit`, a few hundred in memory at a time."""
    query, order = _found(session, filters)
    query = query.order_by(order.desc()).limit(limit).execution_options(yield_per=200)
    for row in session.scalars(query):
        yield view(row)


def view(row: Execution) -> ExecutionView:
    return ExecutionView(
        id=row.id,
        seq=row.seq,
        template_id=row.template_id,
        version_id=row.version_id,
        template_name=row.template_name,
        version_number=row.version_number,
        source=row.source,
        person=row.person,
        request_id=row.request_id,
        replay_of=row.replay_of,
        connection=row.connection,
        model=row.model,
        variables=row.variables,
        system=row.system_text,
        user=row.user_text,
        settings=row.settings,
        status=_status(row, now()),
        response=row.response,
        parsed=row.parsed,
        error_kind=row.error_kind,
        error=row.error,
        attempts=row.attempts,
        is_cached=row.is_cached,
        input_tokens=row.input_tokens,
        output_tokens=row.output_tokens,
        tokens_estimated=row.tokens_estimated,
        cost_usd=row.cost_usd,
        duration_ms=row.duration_ms,
        first_token_ms=row.first_token_ms,
        rating=row.rating,
        rating_note=row.rating_note,
        created_at=row.created_at,
    )


_LISTED = (
    Execution.id,
    Execution.seq,
    Execution.created_at,
    Execution.template_id,
    Execution.template_name,
    Execution.version_number,
    Execution.status,
    Execution.model,
    Execution.connection,
    Execution.source,
    Execution.person,
    Execution.is_cached,
    Execution.input_tokens,
    Execution.output_tokens,
    Execution.tokens_estimated,
    Execution.cost_usd,
    Execution.duration_ms,
    Execution.rating,
    Execution.deadline_at,
)


def _found(session: Session, filters: ExecutionFilter) -> tuple[Select, ColumnElement]:
    """The rows that the filters keep, and the column to order by."""
    query, order = narrowed(session, select(Execution), Execution, filters.text)
    for column, wanted in (
        (Execution.template_id, filters.template_id),
        (Execution.version_number, filters.number),
        (Execution.model, filters.model),
        (Execution.connection, filters.connection),
    ):
        if wanted is not None:
            query = query.where(column == wanted)
    if filters.status in ("running", "interrupted"):
        late = Execution.deadline_at < now()
        query = query.where(Execution.status == "running", late if filters.status == "interrupted" else ~late)
    elif filters.status == "completed":  # nearly all are
        query = query.where(without_index(session, Execution.status) == "completed")
    elif filters.status is not None:
        query = query.where(Execution.status == filters.status)
    if filters.rating_from is not None:
        query = query.where(Execution.rating >= filters.rating_from)
    if filters.since is not None or filters.until is not None:
        created_at = without_index(session, Execution.created_at)
        query = query.where(*_within(created_at, filters))
        if span := _span(session, filters):
            query = query.where(order.between(*span))
    return query, order


def _within(created_at: ColumnElement, filters: ExecutionFilter) -> list[ColumnElement[bool]]:
    bounds = []
    if filters.since is not None:
        bounds.append(created_at >= filters.since)
    if filters.until is not None:
        bounds.append(created_at < filters.until)
    return bounds


def _span(session: Session, filters: ExecutionFilter) -> tuple[int, int] | None:
    """The lowest and highest `seq` in the time range, read from the index alone, so that a page looks at no other row.

    None if the range holds very many rows: then those wanted are met soon without it.
    """
    rows = select(Execution.seq).where(*_within(Execution.created_at, filters)).limit(_SPAN + 1).subquery()
    low, high, count = session.execute(select(func.min(rows.c.seq), func.max(rows.c.seq), func.count())).one()
    if count > _SPAN:
        return None
    return (low, high) if count else (0, -1)


def _row(session: Session, execution_id: str) -> Execution:
    row = session.scalar(select(Execution).where(Execution.id == execution_id))
    if row is None:
        raise _gone(execution_id)
    return row


def _gone(execution_id: str) -> NotFoundError:
    return NotFoundError(f"There is no execution '{execution_id[:80]}'. Look it up under Executions.")


def _status(row: Execution, at: datetime) -> Status:
    return "interrupted" if row.status == "running" and row.deadline_at < at else row.status  # type: ignore[return-value]
