"""Waiting for a job from outside: the command line, scripts and tests. Pages poll instead."""

import time

from core.db import reading
from core.jobs.reading import get_job
from core.jobs.views import JobView

_LOOK_S = 0.1


def wait_for(job_id: str, timeout_s: float | None = None) -> JobView:
    """The job once it is over, waiting or paused, or after `timeout_s`; look at its state.

    Raises NotFoundError.
    """
    until = None if timeout_s is None else time.monotonic() + timeout_s
    while True:
        with reading() as session:
            job = get_job(session, job_id)
        if job.state not in ("queued", "running") or (until is not None and time.monotonic() >= until):
            return job
        time.sleep(_LOOK_S)
