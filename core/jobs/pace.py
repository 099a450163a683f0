"""How long a job will still take, from the pace of the pieces that it finished last."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.db.models import Job, JobItem

_LOOKED_AT = 200
"""Pieces that the pace is taken from."""


def seconds_left(session: Session, job: Job) -> float | None:
    """Seconds, None while nothing is finished, the total is not known, or the job does not run.

    Only the time in which a piece was under way counts, so that a night on pause does not slow the estimate.
    """
    if job.state != "running" or job.progress_total is None:
        return None
    left = job.progress_total - job.progress_done
    if left <= 0:
        return 0.0
    spans = session.execute(
        select(JobItem.started_at, JobItem.finished_at)
        .where(JobItem.job_id == job.id, JobItem.finished_at.is_not(None))
        .order_by(JobItem.finished_at.desc())
        .limit(_LOOKED_AT)
    ).all()
    if not spans:
        return None
    return _covered([(start.timestamp(), end.timestamp()) for start, end in spans]) / len(spans) * left


def _covered(spans: list[tuple[float, float]]) -> float:
    """How much time lies in at least one of the spans."""
    covered, reached = 0.0, float("-inf")
    for start, end in sorted(spans):
        covered += max(0.0, end - max(start, reached))
        reached = max(reached, end)
    return covered
