"""Evaluations by the service's own runs: verdicts taken over, counts as they grow, one run for each round over every accident."""

import pytest
from sqlalchemy import update

from core import jobs
from core.db import reading, transaction
from core.db.models import Job
from core.genie import OutcomeState, from_space, parse
from tests.core.genie.conftest import hexid
from tests.core.jobs.conftest import until

P, W, N, C = OutcomeState.PASSED, OutcomeState.WRONG, OutcomeState.NOT_MEASURED, OutcomeState.CONFIGURATION


@pytest.fixture
def two(definition):
    """One that a healthy Genie gets right, one that it gets wrong."""
    return from_space(parse(definition))


def test_the_services_verdicts_are_taken_over(genie, evaluate, outcomes, document, two, log_of):
    done = evaluate(two, route="official", repeats=2)
    assert done.state == "completed" and done.progress_words == "4 of 4 questions"
    assert [(each.repeat, each.state, each.by) for each in outcomes(done.id)] == [
        (1, P, "service"), (1, W, "service"), (2, P, "service"), (2, W, "service"),
    ]  # fmt: skip
    found = document(done.id)
    assert (found["score"], found["route"], found["questions"][1]["actual_sql"]) == (0.5, "official", "SELECT 18")
    lines = log_of(done.id)
    assert any("is RUNNING, " in line for line in lines)
    assert any("Round 2: the service's evaluation" in line and "is DONE, 2 of 2" in line for line in lines)
    assert len(genie.genie.runs) == 2 and genie.requests("start") == []


def test_a_benchmark_that_does_not_stand_in_the_space_is_said(evaluate, outcomes, two, benchmark, log_of):
    done = evaluate([*two, benchmark(77)], route="official")
    assert [each.state for each in outcomes(done.id)] == [P, W, C]
    assert any("does not stand in the space as it is here" in line for line in log_of(done.id))


@pytest.mark.parametrize(
    ("behaviour", "state", "ends"),
    [("eval.403", C, "failed"), ("eval.500", N, "completed"), ("eval.html", C, "failed")],
)
def test_a_run_that_cannot_be_started_is_classed(evaluate, outcomes, two, behaviour, state, ends):
    done = evaluate(two, behaviour, route="official", repeats=2)
    assert done.state == ends and [each.state for each in outcomes(done.id)] == [state] * 4


def test_a_run_that_failed_is_started_again_by_a_retry(genie, evaluate, outcomes, two):
    healthy = genie.genie.run
    genie.genie.run = lambda run_id: {"eval_run_id": run_id, "eval_run_status": "EVALUATION_FAILED", "num_questions": 2}
    genie.genie.details = lambda run_id, result_id: {
        "result_id": result_id,
        "space_id": "s",
        "benchmark_question_id": "b",
    }
    done = evaluate(two, route="official")
    assert [each.state for each in outcomes(done.id)] == [N, N] and done.result["score"] is None
    genie.genie.run = healthy
    del genie.genie.details
    with transaction() as session:
        jobs.retry(session, done.id, person="bo")
    assert jobs.wait_for(done.id, 10).result["score"] == 0.5
    assert len(genie.genie.runs) == 2 and [each.state for each in outcomes(done.id)] == [P, W]


def test_a_paused_job_collects_the_run_that_it_had_started(genie, submit, outcomes, two):
    genie.genie.run = lambda run_id: {"eval_run_id": run_id, "eval_run_status": "RUNNING", "num_questions": 2}
    job = submit(two, route="official")
    until(lambda: genie.genie.runs and len(genie.requests("eval")) > 4)
    with transaction() as session:
        jobs.pause(session, job.id, person="bo")
    until(lambda: not _is_in_hand())
    del genie.genie.run
    with transaction() as session:
        jobs.resume(session, job.id, person="bo")
    assert jobs.wait_for(job.id, 10).result["score"] == 0.5 and len(genie.genie.runs) == 1


def test_a_run_whose_id_was_never_heard_is_found_by_the_next_attempt(genie, submit, evaluate, two, space):
    before = genie.genie.start_run(space, [hexid(2), hexid(3)])["eval_run_id"]
    mine = genie.genie.start_run(space, [hexid(2), hexid(3)])["eval_run_id"]

    def dies_while_it_starts_the_run(session, job_id):
        noted = {"official_run_1": {"before": [before]}}
        session.execute(update(Job).where(Job.id == job_id).values(job_metadata=noted))

    job = submit(two, route="official", prepare=dies_while_it_starts_the_run)
    assert jobs.wait_for(job.id, 10).result["score"] == 0.5 and set(genie.genie.runs) == {before, mine}


def _is_in_hand():
    with reading() as session:
        return any(each.jobs for each in jobs.list_workers(session))
