"""Jobs as their callers use them: kinds of work made in the test."""

import itertools
import time
from collections.abc import Callable
from typing import Any

import pytest

from core import jobs, library
from core.db import reading, transaction
from core.jobs import JobContext, JobView, Work

_numbers = itertools.count(1)


@pytest.fixture
def submit() -> Callable[..., JobView]:
    """Commits a job that is done by `work` (by default one that nobody knows); returns it as it was submitted."""

    def submit(work: Work | None = None, payload: dict[str, Any] | None = None, **fields: Any) -> JobView:
        kind = f"kind-{next(_numbers)}"
        if work is not None:
            jobs.register(kind, work)
        given = {"title": "A job", "person": "ann"} | fields
        with transaction() as session:
            return jobs.submit(session, kind, payload=payload or {}, **given)

    return submit


@pytest.fixture
def get() -> Callable[[str], JobView]:
    def get(job_id: str) -> JobView:
        with reading() as session:
            return jobs.get_job(session, job_id)

    return get


@pytest.fixture
def steer() -> Callable[..., JobView]:
    """`steer(jobs.cancel, job_id)`, committed."""

    def steer(change: Callable[..., JobView], job_id: str, *args: Any) -> JobView:
        with transaction() as session:
            return change(session, job_id, *args, person="bo")

    return steer


@pytest.fixture
def items() -> Callable[[str], dict[str, jobs.Item]]:
    def items(job_id: str) -> dict[str, jobs.Item]:
        with reading() as session:
            return {item.key: item for item in jobs.list_items(session, job_id)}

    return items


@pytest.fixture
def log_of() -> Callable[[str], list[str]]:
    def log_of(job_id: str) -> list[str]:
        with reading() as session:
            return [line.text for line in jobs.read_log(session, job_id)]

    return log_of


def a_call(connection: str, text: str = "Say something.", **fields: Any) -> library.Call:
    content = library.Content("Be brief.", text, connection=connection)
    return library.Call(content, None, source="job", person="ann", **fields)


def until(condition: Callable[[], Any], timeout_s: float = 10.0) -> Any:
    """What `condition` gives once it is true."""
    end = time.monotonic() + timeout_s
    while not (found := condition()):
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.02)
    return found


async def nothing(job: JobContext) -> None:
    """Work without anything to do."""
