"""Evaluations by chat: what is asked, kept, said, shared, and asked again."""

import json

import pytest

from core import genie, jobs
from core.clock import now
from core.db import reading, transaction
from core.db.models import GenieConversation
from core.genie import OutcomeState
from core.genie.evaluation_job.conversations import Conversations
from core.genie.keeping import open_conversations
from tests.core.jobs.conftest import until

P, W, N, C = OutcomeState.PASSED, OutcomeState.WRONG, OutcomeState.NOT_MEASURED, OutcomeState.CONFIGURATION


def test_every_question_is_asked_and_its_outcome_kept(genie, evaluate, outcomes, document, right, benchmark, log_of):
    ones = [*right(3), benchmark(9, "How much is it?", "SELECT 19", held_out=True, tags=("money",), category="sums")]
    done = evaluate(ones, name="First", origin="a file", tags=("nightly",))
    assert (done.state, done.title, done.progress_words) == ("completed", "First", "4 of 4 questions")
    assert done.tags == ("nightly",) and done.result["score"] == 0.75 and done.result["measured"] == 4
    kept = outcomes(done.id)
    assert [(each.state, each.position) for each in kept] == [(P, 0), (P, 1), (P, 2), (W, 3)]
    assert (kept[3].held_out, kept[3].tags, kept[3].category) == (True, ("money",), "sums")
    assert log_of(done.id)[1:] == [
        f"Measures “Sales” in the state {view(done.id).space_hash[:12]}.",
        *(line for line in log_of(done.id) if line.startswith("Round 1 of 1: 75.0% (3/4), in ")),
        "Score: 75.0% (3/4).",
        "Completed.",
    ]
    found = document(done.id)
    assert (found["score"], found["passed"], found["total"], found["not_measured"]) == (0.75, 3, 4, 0)
    wrong = found["questions"][3]
    assert (wrong["verdict"], wrong["reasons"]) == ("wrong", ["SINGLE_CELL_DIFFERENCE"])
    assert (wrong["expected_sql"], wrong["actual_sql"]) == ("SELECT 19", "SELECT 15")
    assert found["held_out"]["total"] == 1 and found["benchmarks_from"] == "a file"
    assert json.loads(json.dumps(found)) == found
    assert genie.genie.conversations == {} and no_conversations()


def test_the_state_that_is_measured_is_kept_once(evaluate, right, space):
    first, second = evaluate(right(1)), evaluate(right(1))
    one, other = view(first.id), view(second.id)
    assert one.snapshot_id == other.snapshot_id and one.space_title == "Sales"
    with reading() as session:
        assert len(genie_snapshots(session, space)) == 1
    assert first.title == "Evaluation of Sales"


def test_without_the_right_to_read_the_definition_it_goes_on_without_a_snapshot(evaluate, right, log_of):
    done = evaluate(right(2), "get.403-x1-then-ok")
    assert done.result["score"] == 1.0 and view(done.id).snapshot_id is None and view(done.id).space_title == "Sales"
    assert any("without a snapshot" in line and "CAN EDIT" in line for line in log_of(done.id))


@pytest.mark.parametrize("behaviour", ["get.500", "get.half-json", "get.wrong-shape"])
def test_trouble_with_reading_the_space_alone_does_not_keep_it_from_being_asked(evaluate, right, log_of, behaviour):
    done = evaluate(right(2), behaviour)
    assert done.state == "completed" and done.result["score"] == 1.0
    assert any("no snapshot" in line or "without a snapshot" in line for line in log_of(done.id))


def test_repeats_go_round_by_round_and_tell_flaky_questions_apart(genie, evaluate, document, right, benchmark, log_of):
    genie.genie.answers = AnswersOfRounds(genie)
    done = evaluate(
        [*right(1), benchmark(9, "How much is it?", "SELECT 15"), benchmark(8, "Why?", "SELECT 99")], repeats=3
    )
    found = document(done.id)
    assert [each["verdict"] for each in found["questions"]] == ["passed", "wrong", "wrong"]
    assert [each["stability"] for each in found["questions"]] == ["stable_pass", "flaky", "stable_fail"]
    assert (found["questions"][1]["passed_rounds"], found["questions"][1]["rounds"]) == (2, 3)
    assert found["questions"][1]["actual_sql"] == "SELECT 1", "that of the round that it failed in"
    assert [each["passed"] for each in found["rounds"]] == [1, 2, 2]
    assert found["score"] == pytest.approx(5 / 9) and (found["passed"], found["total"]) == (5, 9)
    assert found["stability"] == {"stable_pass": 1, "stable_fail": 1, "flaky": 1, "once": 0, "unmeasured": 0}
    assert log_of(done.id)[-2] == "Score: mean 55.6% of 3 rounds (1/3, 2/3, 2/3); 1 flaky."
    assert len(genie.requests("statement")) == 3, "expected SQL runs once for all rounds"


def test_what_was_not_measured_is_asked_again_by_a_retry_and_only_that(
    genie, submit, evaluate, outcomes, document, right, log_of
):
    done = evaluate(right(4), "start.500-x1-then-ok")
    assert done.state == "completed" and (done.result["not_measured"], done.result["passed"]) == (1, 3)
    assert done.progress_words == "3 of 4 questions"
    missing = [each.benchmark_id for each in outcomes(done.id) if each.state is N]
    with reading() as session:
        assert [each.id for each in genie_unmeasured(session, done.id)] == missing
    assert sum("Not measured in round 1: “Question" in line for line in log_of(done.id)) == 1
    asked = len(genie.requests("start"))
    with transaction() as session:
        jobs.retry(session, done.id, person="bo")
    again = jobs.wait_for(done.id, 10)
    assert (again.result["score"], again.progress_words) == (1.0, "4 of 4 questions")
    assert len(genie.requests("start")) == asked + 1
    assert [each.state for each in outcomes(done.id)] == [P] * 4 and document(done.id)["not_measured"] == 0
    with reading() as session:
        assert genie_unmeasured(session, done.id) == ()


def test_a_failure_that_concerns_all_ends_the_asking_and_a_retry_asks_the_rest(
    genie, evaluate, outcomes, connect, right, log_of
):
    done = evaluate(right(12), "start.401-x1-then-ok")
    told = outcomes(done.id)
    assert [each.state for each in told].count(C) >= 8 and len(told) == 12, "those under way may still be answered"
    assert any("were not asked in round 1" in line and "401" in line for line in log_of(done.id))
    asked = len(genie.requests("start"))
    with transaction() as session:
        jobs.retry(session, done.id, person="bo")
    again = jobs.wait_for(done.id, 10)
    assert again.result["score"] == 1.0 and [each.state for each in outcomes(done.id)] == [P] * 12
    assert len(genie.requests("start")) - asked == sum(each.state is C for each in told)


def test_a_space_that_cannot_be_reached_at_all_fails_the_job_and_still_says_so_of_each_question(
    genie, evaluate, outcomes, document, right
):
    done = evaluate(right(3), "any.401")
    assert done.state == "failed" and done.error.startswith("Nothing was measured.") and "401" in done.error
    assert [(each.state, each.failure_kind) for each in outcomes(done.id)] == [(C, "unauthenticated")] * 3
    assert genie.requests("start") == [] and document(done.id)["score"] is None


def test_a_space_that_is_gone_is_said(genie, evaluate, right):
    done = evaluate(right(2), space_id="0" * 32)
    assert done.state == "failed" and "404" in done.error and genie.requests("start") == []


def test_a_person_can_overrule_and_the_document_says_so(evaluate, outcomes, document, benchmark):
    done = evaluate([benchmark(1, "Why?", "SELECT 99")])
    with transaction() as session:
        genie_overrule(session, outcomes(done.id)[0].id)
    found = document(done.id)
    assert (found["score"], found["overruled"]) == (1.0, 1)
    assert (found["questions"][0]["verdict"], found["questions"][0]["by"]) == ("passed", "person")
    assert found["questions"][0]["overruled"] == {"measured": "wrong", "by": "ann", "reason": "It is the same."}


def test_a_conversation_that_was_left_open_is_deleted_by_the_next_attempt(genie, submit, right, space):
    lost = genie.genie.start(space, "Somebody's")["conversation_id"]

    def noted(session, job_id):
        session.add(
            GenieConversation(workspace="local", space_id=space, conversation_id=lost, job_id=job_id, created_at=now())
        )

    jobs.wait_for(submit(right(1), prepare=noted).id, 10)
    assert genie.genie.conversations == {} and no_conversations()


def test_conversations_that_cannot_be_deleted_stay_noted_and_are_said(genie, evaluate, log_of, right, connect, space):
    done = evaluate(right(2), "forget.500")
    assert done.result["score"] == 1.0 and len(genie.genie.conversations) == 2
    assert any("2 conversations could not be deleted" in line for line in log_of(done.id))
    with reading() as session:
        assert len(open_conversations(session, "local", job_id=done.id)) == 2
    assert Conversations(connect(), "local", space, done.id).sweep() == 0
    assert genie.genie.conversations == {} and no_conversations()


def test_many_evaluations_leave_no_conversation_behind(genie, submit, right):
    made = [submit(right(3), "message.500-x2-then-ok+forget.500-x2-then-ok") for _ in range(20)]
    for each in made:
        assert jobs.wait_for(each.id, 20).result["score"] == 1.0
    until(lambda: genie.genie.conversations == {})
    assert no_conversations() and len(genie.requests("start")) == 60


class AnswersOfRounds(dict):
    """One question is answered otherwise in the first round of three questions."""

    def __init__(self, genie):
        self.server = genie

    def get(self, question, default):
        return "SELECT 1" if question == "How much is it?" and len(self.server.requests("start")) <= 3 else default


def view(job_id):
    with reading() as session:
        return genie.get_evaluation(session, job_id)


def genie_snapshots(session, space):
    return genie.list_snapshots(session, "local", space)


def genie_unmeasured(session, job_id):
    return genie.unmeasured(session, job_id)


def genie_overrule(session, outcome_id):
    return genie.overrule(session, outcome_id, P, reason="It is the same.", person="ann")


def no_conversations():
    with reading() as session:
        return open_conversations(session) == ()
