"""One start of a job: do the registered work, and record how it ended. Called as the body of a durable workflow."""

import asyncio
import json
from typing import Any

from sqlalchemy.orm import Session

from core.clock import now
from core.errors import ConflictError, WorkbenchError
from core.jobs import failpoints
from core.jobs.context import JobContext
from core.jobs.lines import add_line, readable
from core.jobs.registry import work_of
from core.jobs.starts import Start, Stopped, change, write_now
from core.jobs.threads import write_in_thread
from core.jobs.views import Level
from core.logs import begin_request, log

_AGAIN_S = 2.0
"""Pause before the end of a job is written again, when the database did not take it."""


async def perform(start: Start) -> None:
    """Run the work to its end, which is recorded unless the start was stopped meanwhile. Never raises an Exception."""
    begin_request()
    start.loop = asyncio.get_running_loop()
    work = work_of(start.kind)
    start.task = asyncio.ensure_future(work(JobContext(start)))
    if start.stopped is not None:  # before there was a task to cancel
        start.task.cancel()
    try:
        result = await start.task
        json.dumps(result, allow_nan=False)
    except asyncio.CancelledError:
        if start.stopped is None:  # nobody stopped it: the work gave up by itself, or the loop ends
            await _record(start, "failed", error="The job's work was cancelled from within. Resume it to go on.")
        return
    except WorkbenchError as error:
        await _record(start, "failed", error=str(error))
        return
    except Exception as error:  # a defect of the work must not leave the job running for ever
        log.exception("job failed unexpectedly", job_id=start.job_id, kind=start.kind)
        await _record(
            start,
            "failed",
            error=f"Whetstone failed while working on the job ({type(error).__name__}). The log has the details.",
        )
        return
    failpoints.reach("before_end")
    await _record(start, "completed", result=result)


async def _record(start: Start, state: str, *, result: Any = None, error: str | None = None) -> None:
    """Write the end until the database takes it, or the job is somebody else's."""
    words = readable(error) if error is not None else None

    def write(session: Session) -> None:
        change(session, start, state=state, result=result, error=words, finished_at=now())
        line, level = _last_line(state, words)
        add_line(session, start.job_id, line, level)

    while start.stopped is None:
        try:
            await write_in_thread(write_now, start, write)
            return
        except Stopped:
            return
        except Exception as failure:  # tried until it is recorded, whatever keeps the database from it
            if not isinstance(failure, ConflictError):
                log.exception("the end of a job could not be recorded", job_id=start.job_id)
            await asyncio.sleep(_AGAIN_S)


def _last_line(state: str, error: str | None) -> tuple[str, Level]:
    return ("Completed.", "info") if error is None else (f"Failed: {error}", "error")
