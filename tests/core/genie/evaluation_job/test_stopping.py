"""Cancel, pause, resume and takeover of an evaluation: soon, without late results, and nothing is asked twice that was answered."""

import time

import pytest
from sqlalchemy import update

from core import jobs
from core.clock import now
from core.db import reading, transaction
from core.db.models import Job, JobItem
from core.genie import OutcomeState
from core.genie.evaluation_job.chat_rounds import AT_ONCE
from core.genie.keeping import open_conversations
from tests.core.genie.conftest import hexid
from tests.core.jobs.conftest import until

P = OutcomeState.PASSED


@pytest.fixture
def steer():
    def steer(change, job_id):
        with transaction() as session:
            return change(session, job_id, person="bo")

    return steer


@pytest.fixture
def stuck(genie):
    """Questions stay without an answer until `stuck(False)`; those asked before too."""

    def stuck(is_stuck):
        genie.genie.polls_until_done = 1_000_000 if is_stuck else 2

    return stuck


@pytest.fixture
def near(connect):
    """A client for which what was lost is looked for without much ado, as on this machine."""
    return lambda behaviour="ok": connect(behaviour, local=True)


def test_a_cancel_cuts_questions_within_two_seconds_and_nothing_late_is_written(
    genie, submit, steer, stuck, outcomes, right, near
):
    stuck(True)
    job = submit(right(10), client=near())
    until(lambda: len(genie.requests("start")) == 4)
    begun = time.monotonic()
    assert steer(jobs.cancel, job.id).state == "cancelled"
    until(lambda: genie.genie.conversations == {}, 2.0)
    assert time.monotonic() - begun < 2.0 and len(genie.requests("start")) == 4
    stuck(False)
    time.sleep(0.3)
    assert outcomes(job.id) == () and no_conversations()
    steer(jobs.resume, job.id)
    done = jobs.wait_for(job.id, 10)
    assert done.result["score"] == 1.0 and len(genie.requests("start")) == 14


def test_a_pause_keeps_what_was_answered_and_resume_goes_on_there(genie, submit, steer, outcomes, right, near, log_of):
    job = submit(right(40), client=near("message.slow-10"))
    until(lambda: len(outcomes(job.id)) >= 8)
    steer(jobs.pause, job.id)
    time.sleep(0.5)
    kept = outcomes(job.id)
    assert 8 <= len(kept) < 40 and genie.genie.conversations == {}
    time.sleep(0.2)
    assert outcomes(job.id) == kept
    steer(jobs.resume, job.id)
    done = jobs.wait_for(job.id, 20)
    assert done.result["score"] == 1.0 and [each.state for each in outcomes(job.id)] == [P] * 40
    assert {each.id for each in kept} <= {each.id for each in outcomes(job.id)}, "what was answered is not asked again"
    asked = [each.behaviour for each in genie.requests("start")]
    assert asked.count("message.slow-10") <= 40 + AT_ONCE, log_of(job.id)


def test_a_worker_that_was_taken_for_dead_writes_nothing_over_its_successor(genie, submit, outcomes, right, near):
    job = submit(right(12), client=near("message.slow-20"))
    until(lambda: len(outcomes(job.id)) >= 3)
    before = {each.id for each in outcomes(job.id)}
    with transaction() as session:  # as another worker does that takes the job over
        session.execute(update(Job).where(Job.id == job.id).values(epoch=Job.epoch + 1, state="queued", worker_id=None))
    done = jobs.wait_for(job.id, 20)
    kept = outcomes(job.id)
    assert done.result["score"] == 1.0 and len(kept) == 12 and before <= {each.id for each in kept}
    until(lambda: genie.genie.conversations == {})
    assert no_conversations()


def test_a_conversation_whose_id_was_never_noted_is_found_and_deleted(genie, submit, right, space, near):
    genie.genie.start(space, "Question 002?")
    others = genie.genie.start(space, "Somebody else's question")["conversation_id"]

    def dies_between_the_answer_and_its_note(session, job_id):
        for number in (2, 3):
            key = f"question:1:{hexid(number)}"
            session.add(JobItem(job_id=job_id, key=key, state="running", attempts=1, started_at=now()))

    job = submit(right(3), client=near(), prepare=dies_between_the_answer_and_its_note)
    done = jobs.wait_for(job.id, 20)
    assert done.result["score"] == 1.0 and set(genie.genie.conversations) == {others}


def test_an_evaluation_that_is_deleted_takes_its_outcomes_with_it(evaluate, outcomes, right):
    done = evaluate(right(2))
    with transaction() as session:
        jobs.delete_job(session, done.id)
    assert outcomes(done.id) == ()


def no_conversations():
    with reading() as session:
        return open_conversations(session) == ()
