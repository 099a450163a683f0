"""What a person does to a job: cancel, pause, resume, retry, decide, delete.

Each takes effect with the caller's commit, since it raises the epoch: whatever a worker still brings for the old one is
refused. The worker finds out within its next look (0.2 s) and stops what is under way.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from core.clock import now
from core.db.models import Job, JobItem, JobLog, JobTag
from core.errors import ConflictError
from core.jobs.lines import add_line
from core.jobs.reading import get_job, gone
from core.jobs.submitting import checked_tags, checked_title
from core.jobs.views import JobView
from core.jobs.waking import after_commit

ASKING = "ask:"
"""How the keys of the items begin that hold a person's decisions."""


def cancel(session: Session, job_id: str, *, person: str) -> JobView:
    """End the job now, for good unless it is resumed. Calls under way are cut; a late result changes nothing.

    Raises:
        NotFoundError
        ConflictError: it is over already.
    """
    job = _held(session, job_id)
    if job.state in ("completed", "failed"):
        raise ConflictError(f"'{job.title}' is {job.state} already, so there is nothing to cancel.")
    if job.state != "cancelled":
        _move(session, job, "cancelled", f"Cancelled by {person}.")
        job.finished_at, job.question = now(), None
    return _done(session, job)


def pause(session: Session, job_id: str, *, person: str) -> JobView:
    """Begin nothing more. Calls under way run to their end and are recorded; `resume` takes their answers over.

    Raises:
        NotFoundError
        ConflictError: it is neither queued nor running.
    """
    job = _held(session, job_id)
    if job.state not in ("queued", "running"):
        raise ConflictError(f"'{job.title}' is {job.state}; only a queued or running job can be paused.")
    _move(session, job, "paused", f"Paused by {person}.")
    return _done(session, job)


def resume(session: Session, job_id: str, *, person: str) -> JobView:
    """Go on where a paused, failed or cancelled job was. Every recorded outcome stays, also that of a failed call.

    Raises:
        NotFoundError
        ConflictError: it is in another state.
    """
    job = _held(session, job_id)
    if job.state not in ("paused", "failed", "cancelled"):
        raise ConflictError(f"'{job.title}' is {job.state}; only a paused, failed or cancelled job can be resumed.")
    _queue_again(session, job, f"Resumed by {person}.")
    return _done(session, job)


def retry(session: Session, job_id: str, *, person: str) -> JobView:
    """Do again what failed, and only that. Also for a completed job in which some pieces failed.

    Raises:
        NotFoundError
        ConflictError: the job is not over, or nothing in it failed.
    """
    job = _held(session, job_id)
    failed = JobItem.job_id == job_id, JobItem.state == "failed"
    count = session.scalar(select(func.count()).where(*failed)) or 0
    if job.state not in ("failed", "cancelled", "completed"):
        raise ConflictError(f"'{job.title}' is {job.state}; only a job that is over can be retried.")
    if job.state == "completed" and not count:
        raise ConflictError(f"Nothing in '{job.title}' failed, so there is nothing to repeat. Submit it anew instead.")
    counted = session.scalar(select(func.count()).where(*failed, JobItem.execution_id.is_not(None))) or 0
    job.progress_done = max(0, job.progress_done - counted)
    session.execute(update(JobItem).where(*failed).values(state="pending", finished_at=None))
    _queue_again(session, job, f"Retried by {person}." + (f" {count:,} failed pieces are repeated." if count else ""))
    return _done(session, job)


def decide(session: Session, job_id: str, decision: Mapping[str, Any], *, person: str) -> JobView:
    """Answer the question of a waiting job, which then goes on.

    Raises:
        NotFoundError
        ConflictError: it waits for no decision (any more).
    """
    job = _held(session, job_id)
    if job.state != "waiting":
        raise ConflictError(f"'{job.title}' is {job.state} and waits for no decision.")
    session.execute(
        update(JobItem)
        .where(JobItem.job_id == job_id, JobItem.key.startswith(ASKING), JobItem.state == "running")
        .values(state="completed", result=dict(decision), finished_at=now())
    )
    job.decision, job.question = dict(decision), None
    _queue_again(session, job, f"Decided by {person}.")
    return _done(session, job)


def delete_job(session: Session, job_id: str) -> None:
    """Remove a job that is over or paused, with its items, its log and what hangs on it. Recorded calls stay.

    Raises:
        NotFoundError
        ConflictError: it is not over.
    """
    job = _held(session, job_id)
    if job.state in ("queued", "running", "waiting"):
        raise ConflictError(f"'{job.title}' is {job.state}. Cancel it before you delete it.")
    for model in (JobItem, JobLog, JobTag):  # said here too, so that the session knows
        session.execute(delete(model).where(model.job_id == job_id))
    session.delete(job)
    session.flush()


def rename(session: Session, job_id: str, title: str) -> JobView:
    """Raises NotFoundError, InputError."""
    job = _held(session, job_id)
    job.title = checked_title(title)
    return _done(session, job)


def set_tags(session: Session, job_id: str, tags: Iterable[str]) -> JobView:
    """Raises NotFoundError, InputError."""
    job = _held(session, job_id)
    wanted = checked_tags(tags)
    session.execute(delete(JobTag).where(JobTag.job_id == job_id))
    session.add_all(JobTag(job_id=job_id, tag=tag) for tag in wanted)
    return _done(session, job)


def _held(session: Session, job_id: str) -> Job:
    """The row, locked until the caller's commit and as it is now."""
    query = select(Job).where(Job.id == job_id).with_for_update().execution_options(populate_existing=True)
    job = session.scalar(query)
    if job is None:
        raise gone(job_id)
    return job


def _move(session: Session, job: Job, state: str, line: str) -> None:
    job.state, job.worker_id = state, None
    job.epoch += 1
    job.updated_at = now()
    add_line(session, job.id, line)


def _queue_again(session: Session, job: Job, line: str) -> None:
    _move(session, job, "queued", line)
    job.finished_at = job.error = job.result = None


def _done(session: Session, job: Job) -> JobView:
    session.flush()
    after_commit(session)
    return get_job(session, job.id)
