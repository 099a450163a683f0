"""The worker of this process: one thread that looks for queued jobs, claims them, beats, and takes over from the dead.

It never does a job's work itself; that runs on the engine's loop. Every look is one cheap query (two while jobs run), five
times a second, and at once when this process commits a change.
"""

import contextlib
import threading
import time
from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from core.clock import new_id
from core.db import reading, transaction
from core.db.models import Job
from core.errors import ConfigError, WorkbenchError
from core.jobs import context, engine, failpoints, membership, waking
from core.jobs.registry import known_kinds
from core.jobs.running import perform
from core.jobs.starts import Start, claim
from core.logs import log
from core.settings import Settings

_LOOK_S = 0.2
_BEAT_S = 2.0
_OWN_PAUSE_S = 5.0
"""A look that comes so late means that this process itself stood still."""
_TROUBLE_S = 1.0
"""Pause after a look that failed."""


class Worker:
    """The state of this process's worker. Only its thread and the engine's loop change it."""

    def __init__(self, settings: Settings, *, embedded: bool) -> None:
        self.id = new_id("wk")
        self._embedded = embedded
        self._at_once = settings.jobs_parallel
        self._starts: dict[str, Start] = {}
        self._watch = membership.Watch(self.id)
        self._wake = threading.Event()
        self._ending = False
        self._in_trouble = False
        self._thread = threading.Thread(target=self._run, name="whetstone-jobs", daemon=True)
        context.forget_places()
        engine.launch(settings, self.id, self._work_on)
        with transaction() as session:
            membership.enrol(session, self.id, embedded=embedded)
        waking.listen(self._wake.set)
        self._thread.start()

    def close(self) -> None:
        """Put the jobs in hand back, cutting their calls, and end."""
        self._ending = True
        waking.listen(None)
        self._wake.set()
        self._thread.join(10)
        for start in list(self._starts.values()):
            start.stop("superseded")
        with contextlib.suppress(WorkbenchError, SQLAlchemyError), transaction() as session:
            membership.leave(session, self.id)
        self._drain()
        engine.close()

    async def _work_on(self, job_id: str, epoch: int) -> None:
        start = self._starts.get(job_id)
        if start is None or start.epoch != epoch:  # the engine's record of a start that is over
            return
        try:
            await perform(start)
        finally:
            if self._starts.get(job_id) is start:
                del self._starts[job_id]
            self._wake.set()

    def _run(self) -> None:
        last = next_beat = time.monotonic()
        while not self._ending:
            at = time.monotonic()
            if at - last > _OWN_PAUSE_S:
                self._watch.forget()
            last = at
            with self._telling_trouble():
                if at >= next_beat:
                    next_beat = at + _BEAT_S
                    self._beat()
                self._look()
            self._wake.wait(_TROUBLE_S if self._in_trouble else _LOOK_S)
            self._wake.clear()

    @contextlib.contextmanager
    def _telling_trouble(self) -> Iterator[None]:
        """A look that fails is said once, and tried again."""
        try:
            yield
            self._in_trouble = False
        except Exception as error:
            if self._ending:
                return
            if not self._in_trouble:
                log.warning(
                    "the worker cannot look for jobs", reason=str(error), exc_info=not isinstance(error, WorkbenchError)
                )
            self._in_trouble = True

    def _beat(self) -> None:
        with transaction() as session:
            alive = membership.beat(session, self.id)
        if not alive:
            self._come_back()
        with reading() as session:
            dead = self._watch.look(session)
            orphans = membership.orphans(session)
        for worker_id, seen_beat in dead:
            with transaction() as session:
                freed = membership.take_over(session, worker_id, seen_beat)
            if freed is not None:
                log.warning("a worker died", worker_id=worker_id, jobs=[each.job_id for each in freed])
                if freed:
                    engine.abandon([_workflow_id(each.job_id, each.epoch, each.worker_id) for each in freed])
        if orphans:
            with transaction() as session:
                membership.put_back(session, orphans, "Its worker is gone; another one goes on.")

    def _come_back(self) -> None:
        """Others took this worker for dead: what it had is theirs. It begins anew, under another name."""
        log.warning("this worker was taken for dead and begins anew", worker_id=self.id)
        for start in list(self._starts.values()):
            start.stop("superseded")
        self.id = new_id("wk")
        self._watch = membership.Watch(self.id)
        with transaction() as session:
            membership.enrol(session, self.id, embedded=self._embedded)

    def _look(self) -> None:
        kinds, free = known_kinds(), self._at_once - len(self._starts)
        queued = []
        with reading() as session:
            if in_hand := dict(self._starts):
                rows = session.execute(select(Job.id, Job.epoch, Job.state).where(Job.id.in_(list(in_hand))))
                found = {row.id: row for row in rows}
                for job_id, start in in_hand.items():
                    row = found.get(job_id)
                    if row is None or row.epoch != start.epoch:
                        start.stop(
                            "cancelled" if row is None else row.state if row.state != "running" else "superseded"
                        )
            if free > 0 and kinds:
                query = select(Job.id, Job.epoch).where(Job.state == "queued", Job.kind.in_(kinds))
                queued = session.execute(query.order_by(Job.seq).limit(free)).all()
        for job_id, epoch in queued:
            if job_id not in self._starts:  # one that was stopped a moment ago and still tidies up comes next time
                self._take(job_id, epoch)

    def _take(self, job_id: str, epoch: int) -> None:
        with transaction() as session:
            start = claim(session, job_id, epoch, self.id)
        if start is None:
            return
        failpoints.reach("after_claim")
        self._starts[job_id] = start
        try:
            engine.begin(_workflow_id(job_id, start.epoch, self.id), job_id, start.epoch)
        except Exception:
            del self._starts[job_id]
            with transaction() as session:
                membership.put_back(
                    session, [membership.Freed(job_id, start.epoch, self.id)], "The job could not be begun."
                )
            raise

    def _drain(self, timeout_s: float = 3.0) -> None:
        """Let what was stopped end, so that its calls are cut before the engine's loop closes."""
        until = time.monotonic() + timeout_s
        while self._starts and time.monotonic() < until:
            time.sleep(0.02)


def _workflow_id(job_id: str, epoch: int, worker_id: str) -> str:
    """Names the worker too: a database that was put back to an earlier state counts the same epochs once more."""
    return f"{job_id}:{epoch}:{worker_id}"


_lock = threading.Lock()
_worker: Worker | None = None


def start_worker(settings: Settings, *, embedded: bool) -> None:
    """Let this process do jobs, in the database that is open. Does nothing if it does already.

    Call it from a thread without an event loop of its own: the engine would take that loop for its work.

    Raises:
        ConfigError: the engine's tables cannot be made or reached.
    """
    global _worker
    with _lock:
        if _worker is not None:
            return
        try:
            _worker = Worker(settings, embedded=embedded)
        except WorkbenchError:
            raise
        except Exception as error:
            log.exception("the worker could not be started")
            with contextlib.suppress(Exception):
                engine.close()
            raise ConfigError(
                f"The worker for background jobs could not be started ({type(error).__name__}). Check that the data folder, "
                "or the schema 'dbos' of the database, can be written; the log has the details."
            ) from error


def stop_worker() -> None:
    """End this process's worker, if there is one; another one takes up the jobs that it had in hand."""
    global _worker
    with _lock:
        worker, _worker = _worker, None
    if worker is not None:
        worker.close()


def worker_id() -> str | None:
    """The id of this process's worker, None while there is none."""
    return _worker.id if _worker is not None else None
