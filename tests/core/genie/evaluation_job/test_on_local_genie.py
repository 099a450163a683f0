"""An evaluation of the real local Genie, as a person asks for it: the demo space, both routes, the job's own client."""

import time
from functools import partial

import pytest

from core import jobs
from core.db import reading, transaction
from core.genie import (
    EvaluationRequest,
    client_of,
    evaluation_document,
    get_benchmarks,
    list_conversations,
    submit_evaluation,
)
from core.genie.evaluation_job import KIND, evaluate_space


@pytest.fixture
def demo(workbench):
    jobs.register(KIND, evaluate_space)
    with reading() as session:
        client = client_of(session, "local")
    (space,) = client.list_spaces()
    with reading() as session:
        return client, space.id, get_benchmarks(session, "local", space.id).benchmarks


def done(space, benchmarks, **fields):
    with transaction() as session:
        job = submit_evaluation(session, EvaluationRequest("local", space, benchmarks, **fields), person="ann")
    assert jobs.wait_for(job.id, 60).state == "completed"
    with reading() as session:
        return evaluation_document(session, job.id)


def test_the_demo_is_measured_by_both_routes_alike_and_leaves_nothing_behind(demo):
    client, space, benchmarks = demo
    run = partial(done, space, benchmarks)
    begun = time.monotonic()
    chat, took_s = run(), time.monotonic() - begun
    official = run(route="official")
    assert chat["total"] == official["total"] == 30 and 0.3 <= chat["score"] <= 0.6
    assert [each["verdict"] for each in chat["questions"]] == [each["verdict"] for each in official["questions"]]
    assert chat["held_out"]["total"] == 8 and chat["hash"] == official["hash"]
    assert list_conversations(client, space) == ()
    assert took_s < 30, "6 s are promised, and this machine may be busy"
