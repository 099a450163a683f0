"""Workers killed in the middle of an evaluation of the local Genie, with another one there to go on."""

import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core import jobs
from core.db import reading, transaction
from core.genie import (
    Benchmark,
    EvaluationRequest,
    GenieClient,
    client_of,
    from_space,
    list_conversations,
    list_outcomes,
    open_conversations,
    submit_evaluation,
)
from core.genie.evaluation_job.chat_rounds import AT_ONCE
from core.settings import Settings
from tests.faults.kills import Arena

POINTS = (("after_call", 7), ("before_commit", 11), (None, 0))
"""Where a worker dies, and at which time that it comes there; the last is killed at no point in particular."""


@pytest.fixture
def arena(workbench: Settings, tmp_path: Path) -> Iterator[Arena]:
    arena = Arena(workbench, tmp_path)
    yield arena
    arena.close()


@pytest.fixture(scope="module")
def workbench(shared_workbench: Settings) -> Settings:
    """Without a worker in this process."""
    return shared_workbench


@pytest.mark.timeout(240)
def test_a_kill_loses_no_outcome_and_repeats_at_most_what_was_under_way(arena):
    arena.set_workers(2)
    client, space, benchmarks = demo()
    for point, times in POINTS:
        arena.set_workers(2)
        arena.arm(point, times)
        with transaction() as session:
            job = submit_evaluation(session, EvaluationRequest("local", space, benchmarks), person="kills")
        kept = kept_at_the_death(arena, job.id, by_hand=point is None)
        with reading() as session:
            outcomes = list_outcomes(session, job.id)
            items = {each.key: each for each in jobs.list_items(session, job.id)}
            done = jobs.get_job(session, job.id)
        assert done.state == "completed" and done.progress_done == done.progress_total == len(benchmarks), point
        assert {each.benchmark_id for each in outcomes} == {each.id for each in benchmarks}
        assert kept <= {each.id for each in outcomes}, f"{point}: an acknowledged outcome was lost or written anew"
        attempts = [item.attempts for key, item in items.items() if key.startswith("question:")]
        assert sum(attempts) <= len(benchmarks) + AT_ONCE, f"{point}: more was repeated than was under way"
        assert list_conversations(client, space) == (), point
    with reading() as session:
        assert open_conversations(session) == ()


def kept_at_the_death(arena: Arena, job_id: str, *, by_hand: bool) -> set[str]:
    """Wait until a worker died, by itself or by our hand, and another one ended the job; the outcomes there were at its death."""
    kept: set[str] = set()
    until = time.monotonic() + 75
    killed = False
    while time.monotonic() < until:
        with reading() as session:
            job = jobs.get_job(session, job_id)
        if by_hand and job.progress_done >= 5:
            os.kill(pid_of(job.worker_id), signal.SIGKILL)
            by_hand = False
        if not killed and (killed := bool(arena.bury())):
            with reading() as session:
                kept = {each.id for each in list_outcomes(session, job_id)}
            arena.arm(None)
        if job.is_over:
            break
        time.sleep(0.02)
    assert killed and kept, "nobody died in the middle"
    return kept


def pid_of(worker_id: str | None) -> int:
    with reading() as session:
        return next(each.pid for each in jobs.list_workers(session) if each.id == worker_id)


def demo() -> tuple[GenieClient, str, tuple[Benchmark, ...]]:
    with reading() as session:
        client = client_of(session, "local")
    (space,) = client.list_spaces()
    definition = client.get_space(space.id).definition
    assert definition is not None
    return client, space.id, tuple(from_space(definition)[:14])
