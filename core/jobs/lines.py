"""The log of a job: lines with time and level, read from an offset."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import now
from core.db.models import JobLog
from core.jobs.views import Level, LogLine
from core.llm import mask_secrets

LONGEST = 10_000
"""Characters of one line; what is longer is cut."""


def add_line(session: Session, job_id: str, text: str, level: Level = "info") -> None:
    session.add(JobLog(job_id=job_id, at=now(), level=level, text=readable(text)))


def readable(text: str) -> str:
    """`text` as it can be stored and shown: secrets masked, no NUL or half character, at most `LONGEST` characters."""
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").replace("\0", "\ufffd")
    masked = mask_secrets(whole)
    return masked if len(masked) <= LONGEST else masked[: LONGEST - 1] + "…"


def read_log(session: Session, job_id: str, *, after: int = 0, limit: int = 1000) -> list[LogLine]:
    """The lines that follow the offset `after` (the `seq` of the last line seen), oldest first, at most `limit`."""
    query = select(JobLog).where(JobLog.job_id == job_id, JobLog.seq > after).order_by(JobLog.seq).limit(limit)
    return [_view(row) for row in session.scalars(query)]


def tail_log(session: Session, job_id: str, limit: int = 200) -> list[LogLine]:
    """The last `limit` lines, oldest first."""
    query = select(JobLog).where(JobLog.job_id == job_id).order_by(JobLog.seq.desc()).limit(limit)
    return [_view(row) for row in reversed(session.scalars(query).all())]


def _view(row: JobLog) -> LogLine:
    return LogLine(row.seq, row.at, row.level, row.text)  # type: ignore[arg-type]
