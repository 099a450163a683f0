"""Which workers there are, and taking over the jobs of one that died.

A worker counts its `beat` up while it lives. Every other worker judges by its own monotonic clock how long a beat has stood
still, and forgets what it saw after a pause of its own, so that no clock of two machines is compared and a worker that was
itself stopped accuses nobody. A takeover is won by the one who deletes the dead worker's row at the beat that was seen.
"""

import functools
import os
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from core.clock import now
from core.db.models import Job, Worker
from core.jobs.lines import add_line
from core.jobs.starts import lock_briefly

STALE_S = 10.0
"""A beat that stood still for so long belongs to a dead worker. Workers beat every two seconds."""


@dataclass(frozen=True)
class Freed:
    """A job that was put back, and the epoch and worker under which it ran."""

    job_id: str
    epoch: int
    worker_id: str


def enrol(session: Session, worker_id: str, *, embedded: bool) -> None:
    session.execute(
        insert(Worker).values(
            id=worker_id, beat=0, host=host(), pid=os.getpid(), is_embedded=embedded, started_at=now()
        )
    )


def beat(session: Session, worker_id: str) -> bool:
    """Count up; False if the row is gone, which means that others hold this worker for dead."""
    lock_briefly(session)
    counted = session.execute(update(Worker).where(Worker.id == worker_id).values(beat=Worker.beat + 1))
    return bool(counted.rowcount)


def leave(session: Session, worker_id: str) -> None:
    """Take this worker's row away and put its jobs back, for the next worker."""
    _remove(session, worker_id, None, "The worker ended; the next one goes on.")


class Watch:
    """What one worker saw of the others. `look` finds the dead, `forget` begins anew. `clock` counts seconds."""

    def __init__(self, own_id: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._own_id = own_id
        self._clock = clock
        self._seen: dict[str, tuple[int, float]] = {}

    def forget(self) -> None:
        self._seen.clear()

    def look(self, session: Session) -> list[tuple[str, int]]:
        """The workers that are dead as far as can be seen, each with the beat that was seen."""
        at = self._clock()
        rows = session.execute(select(Worker.id, Worker.beat, Worker.host, Worker.pid)).all()
        others = [row for row in rows if row.id != self._own_id]
        seen = {row.id: self._seen.get(row.id, (row.beat, at)) for row in others}
        self._seen = {row.id: seen[row.id] if seen[row.id][0] == row.beat else (row.beat, at) for row in others}
        return [
            (row.id, row.beat)
            for row in others
            if at - self._seen[row.id][1] >= STALE_S or _has_ended(row.host, row.pid)
        ]


def take_over(session: Session, worker_id: str, seen_beat: int) -> list[Freed] | None:
    """Put the jobs of a dead worker back; None if it beat again or another was faster."""
    lock_briefly(session)
    return _remove(session, worker_id, seen_beat, "The worker died; another one goes on.")


def orphans(session: Session) -> list[Freed]:
    """Running jobs of workers that there are not any more. There should be none; a database put back may hold some."""
    return _running(session, Job.worker_id.is_(None) | Job.worker_id.not_in(select(Worker.id)))


def put_back(session: Session, freed: Sequence[Freed], line: str) -> None:
    """Queue these jobs again, unless they moved on since they were read."""
    for each in freed:
        moved = session.execute(
            update(Job)
            .where(Job.id == each.job_id, Job.epoch == each.epoch, Job.state == "running")
            .values(state="queued", epoch=each.epoch + 1, worker_id=None, updated_at=now())
        )
        if moved.rowcount:
            add_line(session, each.job_id, line, "warning")


def _remove(session: Session, worker_id: str, seen_beat: int | None, line: str) -> list[Freed] | None:
    row = delete(Worker).where(Worker.id == worker_id)
    if seen_beat is not None:
        row = row.where(Worker.beat == seen_beat)
    if not session.execute(row).rowcount:
        return None
    freed = _running(session, Job.worker_id == worker_id)  # nobody claims for a worker without a row
    put_back(session, freed, line)
    return freed


def _running(session: Session, condition) -> list[Freed]:
    query = select(Job.id, Job.epoch, Job.worker_id).where(Job.state == "running", condition)
    return [Freed(row.id, row.epoch, row.worker_id or "") for row in session.execute(query)]


@functools.cache
def host() -> str:
    """Where a process id means something: this machine since it was started, and this container."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{socket.gethostname()} {boot} {Path('/proc/self/ns/pid').readlink()}"[:200]
    except OSError:
        return socket.gethostname()[:200]


def _has_ended(where: str, pid: int) -> bool:
    """Whether that process certainly runs no more. One whose number was given to another waits for its beat to go stale."""
    if os.name != "posix" or where != host():
        return False
    if pid == os.getpid():  # a worker before us had our number, as in a container that was started again
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False
