"""A job's questions to a person. A decision is an item, so that each is asked once and its answer is kept."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import now
from core.db.models import JobItem
from core.jobs.lines import add_line
from core.jobs.starts import Start, held_row
from core.jobs.steering import ASKING


def ask(session: Session, start: Start, key: str, question: dict[str, Any]) -> dict[str, Any] | None:
    """The decision if there is one; None after the job was put to wait for it. Raises Stopped."""
    job = held_row(session, start)
    key = ASKING + key
    item = session.scalar(select(JobItem).where(JobItem.job_id == job.id, JobItem.key == key))
    if item is not None and item.state == "completed":
        return item.result
    if item is None:
        item = JobItem(job_id=job.id, key=key, attempts=0, started_at=now())
        session.add(item)
    item.state, item.attempts = "running", item.attempts + 1
    job.state, job.question, job.decision = "waiting", question, None
    job.epoch, job.worker_id, job.updated_at = job.epoch + 1, None, now()
    add_line(session, job.id, "Waits for a decision.")
    return None
