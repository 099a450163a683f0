"""One start of a job by this worker, from its claim to its end, and the rule that guards all it writes: the epoch.

Each claim, takeover, pause and cancel raises the job's epoch. A start writes only while the job still has the epoch of its
claim, checked in the transaction that writes; so a worker that was thought dead can do no harm when it comes back.
"""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from core.clock import now
from core.db import transaction
from core.db.models import Job, Worker
from core.errors import ConflictError
from core.jobs.lines import add_line

T = TypeVar("T")

_JOB = Job.__table__

_TRIES = 3
"""Of a transaction that finds the database busy; each waits many seconds already."""


class Stopped(asyncio.CancelledError):
    """This start is not the job's current one any more. Passes through `except Exception`, as it must."""


@dataclass
class Start:
    """What the claim read, and how the rest of the worker stops it.

    `stopped` is why: the job's new state, or "superseded". Work under way is cancelled on the loop that runs it.
    """

    job_id: str
    epoch: int
    kind: str
    person: str
    payload: dict[str, Any]
    job_metadata: dict[str, Any]
    stopped: str | None = None
    loop: asyncio.AbstractEventLoop | None = None
    task: "asyncio.Task[Any] | None" = None

    def stop(self, reason: str) -> None:
        """From any thread. Calls under way are cut, unless the job is only paused."""
        if self.stopped is not None:
            return
        self.stopped = reason
        if self.loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop has ended, and the work with it
                self.loop.call_soon_threadsafe(self._cancel)

    def _cancel(self) -> None:
        if self.task is not None:
            self.task.cancel()

    @property
    def cuts_calls(self) -> bool:
        """Whether a call under way is stopped: what a paused job has asked for is paid, and taken over at its resume."""
        return self.stopped is not None and self.stopped != "paused"


def claim(session: Session, job_id: str, epoch: int, worker_id: str) -> Start | None:
    """Take a queued job for this worker; None if another was faster, or this worker's row is gone."""
    lock_briefly(session)
    # Held, so that nobody declares this worker dead between the look and the commit.
    if session.scalar(select(Worker.id).where(Worker.id == worker_id).with_for_update(read=True)) is None:
        return None
    at = now()
    values = {"state": "running", "epoch": epoch + 1, "worker_id": worker_id, "updated_at": at}
    claimed = session.execute(
        update(Job)
        .where(Job.id == job_id, Job.state == "queued", Job.epoch == epoch)
        .values(values)
        .execution_options(synchronize_session=False)
    )
    if not claimed.rowcount:
        return None
    job = session.scalars(select(Job).where(Job.id == job_id)).one()
    if job.started_at is None:
        job.started_at = at
    add_line(session, job_id, f"Begun by worker {worker_id}.")
    return Start(job.id, job.epoch, job.kind, job.person, job.payload, job.job_metadata)


def hold(session: Session, start: Start) -> None:
    """Lock the job's row until the commit. Raises Stopped unless this start is its current one."""
    query = select(_JOB.c.epoch, _JOB.c.state).where(_JOB.c.id == start.job_id).with_for_update()
    row = session.execute(query).one_or_none()
    if row is None or row.epoch != start.epoch or row.state != "running":
        raise Stopped


def held_row(session: Session, start: Start) -> Job:
    """The whole row, locked until the commit, to be changed. Raises Stopped as `hold`."""
    hold(session, start)
    return session.scalars(select(Job).where(Job.id == start.job_id)).one()


def change(session: Session, start: Start, **values: Any) -> None:
    """Set columns of the job. Raises Stopped unless this start is its current one."""
    changed = session.execute(
        update(_JOB)
        .where(_JOB.c.id == start.job_id, _JOB.c.epoch == start.epoch, _JOB.c.state == "running")
        .values(**values, updated_at=now())
    )
    if not changed.rowcount:
        raise Stopped


def write_now(start: Start, work: Callable[[Session], T]) -> T:
    """`work` in a transaction of its own, tried again while the database is busy."""
    for left in range(_TRIES - 1, -1, -1):
        try:
            with transaction() as session:
                return work(session)
        except ConflictError:
            if not left or start.stopped is not None:
                raise
    raise AssertionError("unreachable")


def lock_briefly(session: Session) -> None:
    """Wait a few seconds at most for a row: a stopped process may hold it, and waiting would stop this worker too."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SET LOCAL lock_timeout = '3s'"))
