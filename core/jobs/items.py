"""The pieces of a job in the database: intent before, outcome after, each in a transaction that checks the epoch.

A key is done once. Whoever comes to it again gets the kept outcome; a piece that was cut off is done again, unless the
model's answer was recorded before: then that is taken over and nothing is paid twice.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, insert, select, update
from sqlalchemy.orm import Session

from core import library
from core.clock import new_id, now
from core.db.models import Job, JobItem
from core.errors import NotFoundError
from core.jobs import failpoints
from core.jobs.lines import readable
from core.jobs.starts import Start, Stopped, change, hold
from core.library import ExecutionView

_ITEM = JobItem.__table__


@dataclass(frozen=True)
class Begun:
    """What to do with a key: take the kept `execution` or `result`, follow a call that still runs, or begin."""

    is_done: bool = False
    result: Any = None
    execution: ExecutionView | None = None
    following: library.Run | None = None
    execution_id: str | None = None


@dataclass(frozen=True)
class KeptFailure:
    """For a step's `store` to return: `result` is kept and found again like any other, but the piece counts as failed.

    So a resume or a takeover leaves it alone, and a retry does it again.
    """

    result: Any
    error: str
    kind: str


Store = Callable[[Session, Any], Any]
"""Takes what a step made, writes rows of its own, and returns what is kept: JSON or a `KeptFailure`."""


def begin_call(session: Session, start: Start, key: str) -> Begun:
    """Write the intent of a call, with the id under which it will be recorded, or find what is there already.

    Raises Stopped.
    """
    hold(session, start)
    item = _item(session, start, key)
    if item is not None and item.execution_id is not None and item.state != "pending":
        try:
            execution = library.get_execution(session, item.execution_id)
        except NotFoundError:  # killed between this intent and the record of the call
            execution = None
        if execution is not None:
            if item.state in ("completed", "failed"):
                return Begun(is_done=True, execution=execution)
            if execution.status == "completed":
                end_call(session, start, key, execution)
                return Begun(is_done=True, execution=execution)
            run = library.find(execution.id)
            if run is not None and execution.status == "running":  # paused and resumed before the answer came
                return Begun(following=run, execution_id=execution.id)
    execution_id = new_id("ex")
    _intend(session, start, item, key, execution_id)
    return Begun(execution_id=execution_id)


def end_call(session: Session, start: Start, key: str, execution: ExecutionView) -> None:
    """Write the outcome of a call, and add it to the job's progress and cost. Raises Stopped."""
    unknown = execution.cost_usd is None and _may_have_cost(execution)
    change(
        session,
        start,
        progress_done=Job.progress_done + 1,
        cost_usd=Job.cost_usd + (execution.cost_usd or 0.0),
        unknown_cost_calls=Job.unknown_cost_calls + int(unknown),
    )
    done = execution.status == "completed"
    _end(
        session,
        start,
        key,
        state="completed" if done else "failed",
        execution_id=execution.id,
        cost_usd=execution.cost_usd,
        error=None if done else execution.error or f"The call was {execution.status}.",
        error_kind=None if done else execution.error_kind or "CancelledError",
    )


def begin_step(session: Session, start: Start, key: str) -> Begun:
    """Write the intent of a step, or find its result. A step that failed without one is begun again. Raises Stopped."""
    hold(session, start)
    item = _item(session, start, key)
    if item is not None and (item.state == "completed" or (item.state == "failed" and item.result is not None)):
        return Begun(is_done=True, result=item.result)
    _intend(session, start, item, key, None)
    return Begun()


def end_step(session: Session, start: Start, key: str, made: Any, *, counts: bool, store: Store | None) -> Any:
    """Write what a step made, or what `store` says is kept of it; returns that as later attempts read it. Raises Stopped."""
    hold(session, start)
    kept = store(session, made) if store else made
    failure = kept if isinstance(kept, KeptFailure) else None
    result = as_kept(failure.result if failure else kept)
    change(session, start, **({"progress_done": Job.progress_done + 1} if counts and not failure else {}))
    _end(
        session,
        start,
        key,
        state="failed" if failure else "completed",
        result=result,
        error=readable(failure.error) if failure else None,
        error_kind=failure.kind if failure else None,
    )
    return result


def as_kept(made: Any) -> Any:
    """As a later attempt would read it: tuples are lists then, and names texts. Raises ValueError, TypeError."""
    return json.loads(json.dumps(made, allow_nan=False))


def fail(session: Session, start: Start, key: str, error: str, kind: str) -> None:
    """Write that a piece failed before anything was asked of a model; it counts for nothing. Raises Stopped."""
    change(session, start)
    _end(session, start, key, state="failed", execution_id=None, error=readable(error), error_kind=kind)


def _item(session: Session, start: Start, key: str) -> Row | None:
    return session.execute(select(_ITEM).where(_ITEM.c.job_id == start.job_id, _ITEM.c.key == key)).one_or_none()


def _intend(session: Session, start: Start, item: Row | None, key: str, execution_id: str | None) -> None:
    values = {
        "state": "running",
        "execution_id": execution_id,
        "result": None,
        "started_at": now(),
        "finished_at": None,
    }
    if item is None:
        session.execute(insert(_ITEM).values(job_id=start.job_id, key=key, attempts=1, **values))
    else:
        this = _ITEM.c.job_id == start.job_id, _ITEM.c.key == key
        session.execute(update(_ITEM).where(*this).values(attempts=_ITEM.c.attempts + 1, **values))


def _end(session: Session, start: Start, key: str, **values: Any) -> None:
    """Only a piece that is under way is ended: what was acknowledged is never written over."""
    ended = session.execute(
        update(_ITEM)
        .where(_ITEM.c.job_id == start.job_id, _ITEM.c.key == key, _ITEM.c.state == "running")
        .values(**values, finished_at=now())
    )
    if not ended.rowcount:
        raise Stopped
    failpoints.reach("before_commit")


def _may_have_cost(execution: ExecutionView) -> bool:
    """Whether an unknown price hides money: an answer came, or a service that did not answer in time went on working."""
    answered = execution.status == "completed" or bool(execution.response)
    return answered or (execution.error_kind or "").startswith("ServiceTimeoutError")
