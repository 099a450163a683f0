"""Reading jobs: one with all that is known of it, the list, the items, and the workers."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.db.models import Job, JobItem, JobTag, Worker
from core.errors import NotFoundError
from core.jobs.pace import seconds_left
from core.jobs.views import STATES, Item, JobFilter, JobRow, JobView, State, WorkerView
from core.library import Page


def get_job(session: Session, job_id: str) -> JobView:
    """Raises NotFoundError."""
    row = session.scalar(select(Job).where(Job.id == job_id))
    if row is None:
        raise gone(job_id)
    return JobView(
        **{name: getattr(row, name) for name in _SHARED},
        tags=_tags(session, [job_id]).get(job_id, ()),
        payload=row.payload,
        job_metadata=row.job_metadata,
        seconds_left=seconds_left(session, row),
        result=row.result,
        question=row.question,
        decision=row.decision,
        epoch=row.epoch,
        worker_id=row.worker_id,
    )


def list_jobs(session: Session, filters: JobFilter | None = None, *, page: int = 1, size: int = 50) -> Page[JobRow]:
    """One page, the newest first; `total` counts all that the filters keep."""
    conditions = _conditions(filters or JobFilter())
    total = session.scalar(select(func.count()).select_from(Job).where(*conditions)) or 0
    query = select(*(getattr(Job, name) for name in _SHARED)).where(*conditions)
    rows = session.execute(query.order_by(Job.seq.desc()).limit(size).offset((max(page, 1) - 1) * size)).all()
    tags = _tags(session, [row.id for row in rows])
    listed = tuple(JobRow(**row._mapping, tags=tags.get(row.id, ())) for row in rows)
    return Page(listed, more=max(page, 1) * size < total, total=total)


def find_job(session: Session, job_id: str) -> JobRow | None:
    """The job as a line of the list; None if it is gone."""
    query = select(*(getattr(Job, name) for name in _SHARED)).where(Job.id == job_id)
    row = session.execute(query).first()
    return JobRow(**row._mapping, tags=_tags(session, [job_id]).get(job_id, ())) if row else None


def payload_parts(session: Session, job_ids: Iterable[str], *names: str) -> dict[str, dict[str, Any]]:
    """These parts of what each job was asked for, by its id: a whole payload may hold every prompt of a job."""
    rows = session.execute(select(Job.id, *(Job.payload[name] for name in names)).where(Job.id.in_(list(job_ids))))
    return {job_id: dict(zip(names, parts, strict=True)) for job_id, *parts in rows}


def active_jobs(session: Session, *, person: str) -> dict[str, str]:
    """The titles of a person's queued, running and waiting jobs, by id."""
    query = select(Job.id, Job.title).where(Job.state.in_(("queued", "running", "waiting")), Job.person == person)
    return dict(session.execute(query).tuples().all())


def count_by_state(session: Session) -> dict[State, int]:
    """How many jobs there are in each state; every state is named."""
    counted = dict(session.execute(select(Job.state, func.count()).group_by(Job.state)).tuples().all())
    return {state: counted.get(state, 0) for state in STATES}


def kinds(session: Session) -> list[str]:
    """The kinds that there are jobs of, for a picker."""
    return list(session.scalars(select(Job.kind).distinct().order_by(Job.kind)))


def persons(session: Session) -> list[str]:
    """Who submitted jobs, for a picker."""
    return list(session.scalars(select(Job.person).distinct().order_by(Job.person)))


def tags(session: Session) -> list[str]:
    """The tags on jobs, for a picker."""
    return list(session.scalars(select(JobTag.tag).distinct().order_by(JobTag.tag)))


def list_items(session: Session, job_id: str) -> list[Item]:
    """The pieces that were begun, in the order in which they were last begun."""
    query = select(JobItem).where(JobItem.job_id == job_id).order_by(JobItem.started_at, JobItem.key)
    return [_item(row) for row in session.scalars(query)]


def get_items(session: Session, job_id: str, keys: Iterable[str]) -> dict[str, Item]:
    """The pieces of these keys that were begun, by key."""
    rows = session.scalars(select(JobItem).where(JobItem.job_id == job_id, JobItem.key.in_(list(keys))))
    return {row.key: _item(row) for row in rows}


def list_workers(session: Session) -> list[WorkerView]:
    """Every worker that has not ended or been found dead, and how many jobs it has in hand."""
    busy = select(func.count()).where(Job.worker_id == Worker.id, Job.state == "running").scalar_subquery()
    rows = session.execute(select(Worker, busy).order_by(Worker.started_at))
    return [
        WorkerView(row.id, row.host, row.pid, row.is_embedded, row.beat, jobs, row.started_at) for row, jobs in rows
    ]


def gone(job_id: str) -> NotFoundError:
    return NotFoundError(f"There is no job '{job_id[:80]}'. Look it up under Jobs.")


_SHARED = tuple(name for name in JobRow.__dataclass_fields__ if name != "tags")


def _conditions(filters: JobFilter) -> list:
    found = []
    if words := filters.search.strip():
        found.append(Job.title.icontains(words, autoescape=True))
    for column, wanted in (
        (Job.state, filters.state),
        (Job.kind, filters.kind),
        (Job.person, filters.person),
        (Job.parent_id, filters.parent_id),
    ):
        if wanted is not None:
            found.append(column == wanted)
    if filters.tag is not None:
        found.append(Job.id.in_(select(JobTag.job_id).where(JobTag.tag == filters.tag)))
    return found


def _item(row: JobItem) -> Item:
    return Item(
        key=row.key,
        state=row.state,  # type: ignore[arg-type]
        attempts=row.attempts,
        execution_id=row.execution_id,
        result=row.result,
        error_kind=row.error_kind,
        error=row.error,
        cost_usd=row.cost_usd,
    )


def _tags(session: Session, job_ids: Sequence[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    rows: Iterable = session.execute(
        select(JobTag.job_id, JobTag.tag).where(JobTag.job_id.in_(job_ids)).order_by(JobTag.tag)
    )
    for job_id, tag in rows:
        found[job_id].append(tag)
    return {job_id: tuple(tags) for job_id, tags in found.items()}
