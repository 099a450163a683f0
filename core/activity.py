"""The record of what people did, written in the transaction of the act itself."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core.clock import now
from core.db.models import Activity


@dataclass(frozen=True)
class ActivityView:
    """One act. `verb` is a phrase such as "saved version"; `subject` the name at that time; `detail` is small JSON."""

    seq: int
    at: datetime
    person: str
    verb: str
    subject_id: str | None
    subject: str
    detail: dict[str, Any]


def record(
    session: Session, person: str, verb: str, subject: str, *, subject_id: str | None = None, **detail: Any
) -> None:
    """Add one act to the caller's transaction."""
    session.add(Activity(at=now(), person=person, verb=verb, subject=subject, subject_id=subject_id, detail=detail))


def list_activity(
    session: Session, *, subject_id: str | None = None, before: int | None = None, limit: int = 50
) -> list[ActivityView]:
    """The newest acts first; `before` is the `seq` of the last row of the page before."""
    query = select(Activity).order_by(Activity.seq.desc()).limit(limit)
    if subject_id is not None:
        query = query.where(Activity.subject_id == subject_id)
    if before is not None:
        query = query.where(Activity.seq < before)
    return [
        ActivityView(row.seq, row.at, row.person, row.verb, row.subject_id, row.subject, row.detail)
        for row in session.scalars(query)
    ]
