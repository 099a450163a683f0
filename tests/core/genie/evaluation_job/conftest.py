"""Evaluations as jobs, done by one real worker for a file of tests, against the faulty Genie."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import pytest
from sqlalchemy.orm import Session

from core import jobs, startup
from core.db import reading, transaction
from core.genie import Benchmark, GenieClient, OutcomeRow, list_outcomes
from core.genie.evaluation_job import KIND, EvaluationRequest, evaluate_space, evaluation_document, submit_evaluation
from core.settings import Settings
from tests.servers.faulty_genie import FaultyGenie


@pytest.fixture(scope="module")
def workbench(shared_workbench: Settings) -> Iterator[Settings]:
    """An open workbench whose worker runs, for a whole file of tests."""
    startup.start_worker(embedded=True)
    yield shared_workbench
    jobs.stop_worker()
    jobs.register(KIND, evaluate_space)


@pytest.fixture
def space(genie: FaultyGenie, definition: dict[str, Any]) -> str:
    """A space that gets every answer right whose expected SQL is `SELECT <length of the question>`."""
    return genie.genie.make_space(definition)


@pytest.fixture
def submit(workbench: Settings, connect: Callable[..., GenieClient], space: str) -> Callable[..., jobs.JobView]:
    """Commits an evaluation of the space; the Genie behaves as told. Further arguments are fields of the request.

    `prepare(session, job_id)` adds what an earlier attempt would have left, before a worker can see the job.
    """

    def submit(
        benchmarks: Sequence[Benchmark],
        behaviour: str = "ok",
        *,
        client: GenieClient | None = None,
        prepare: Callable[[Session, str], None] | None = None,
        **fields: Any,
    ) -> jobs.JobView:
        made = client or connect(behaviour)
        jobs.register(KIND, partial(evaluate_space, connect=lambda session, workspace: made))
        request = EvaluationRequest("local", fields.pop("space_id", space), tuple(benchmarks), **fields)
        with transaction() as session:
            job = submit_evaluation(session, request, person="ann")
            if prepare:
                prepare(session, job.id)
            return job

    return submit


@pytest.fixture
def evaluate(submit: Callable[..., jobs.JobView]) -> Callable[..., jobs.JobView]:
    """As `submit`, once it is over."""
    return lambda *given, **fields: jobs.wait_for(submit(*given, **fields).id, 20)


@pytest.fixture
def outcomes() -> Callable[[str], tuple[OutcomeRow, ...]]:
    def outcomes(job_id: str) -> tuple[OutcomeRow, ...]:
        with reading() as session:
            return list_outcomes(session, job_id)

    return outcomes


@pytest.fixture
def document() -> Callable[[str], dict[str, Any]]:
    def document(job_id: str) -> dict[str, Any]:
        with reading() as session:
            return evaluation_document(session, job_id)

    return document


@pytest.fixture
def log_of() -> Callable[[str], list[str]]:
    def log_of(job_id: str) -> list[str]:
        with reading() as session:
            return [line.text for line in jobs.read_log(session, job_id)]

    return log_of


@pytest.fixture
def right(benchmark: Callable[..., Benchmark]) -> Callable[..., list[Benchmark]]:
    """So many benchmarks that a healthy Genie answers as expected."""

    def right(count: int, first: int = 1) -> list[Benchmark]:
        return [benchmark(i, f"Question {i:03}?", "SELECT 13") for i in range(first, first + count)]

    return right
