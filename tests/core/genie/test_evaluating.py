"""Measuring a space by both routes: every question gets one outcome, nothing is lost, nothing is left behind."""

import threading
from dataclasses import replace

import pytest

from core.errors import CancelledError
from core.genie.benchmarks import from_space, into_space
from core.genie.evaluating import ChatRoute, OfficialRoute, OutcomeState, evaluate
from core.genie.scoring import score, score_repeats
from core.genie.spaces import Space, parse
from tests.core.genie.conftest import hexid

P, W, R, N, C = OutcomeState


@pytest.fixture
def space(genie, definition):
    """A space in which “How many customers?” is answered wrongly and “What is the total?” rightly."""
    genie.genie.answers["How many customers?"] = "SELECT 18"
    genie.genie.answers["What is the total?"] = "SELECT 7"
    return genie.genie.make_space(definition)


@pytest.fixture
def two(definition):
    return from_space(Space(definition))


def test_each_benchmark_is_asked_and_judged(genie, connect, space, two):
    told = []
    found = ChatRoute(connect()).measure(space, two, on_outcome=told.append)
    assert [(each.benchmark_id, each.state) for each in found] == [(hexid(3), W), (hexid(2), P)]
    wrong, right = found
    assert wrong.reasons == ("SINGLE_CELL_DIFFERENCE",) and (wrong.expected_sql, wrong.actual_sql) == (
        "SELECT 19",
        "SELECT 18",
    )
    assert (
        wrong.expected.rows == (("19",),) and wrong.actual.rows == (("18",),) and "18 instead of 19" in wrong.sentence
    )
    assert right.duration_s > 0 and right.attempts == 1
    assert sorted(told, key=lambda each: each.benchmark_id) == sorted(found, key=lambda each: each.benchmark_id)
    assert str(score(found)) == "50.0% (1/2)"
    assert genie.genie.conversations == {}


def test_broken_benchmarks_cost_no_question(genie, connect, space, benchmark):
    genie.genie.tables |= {"SELECT empty": ([("n", "INT")], []), "SELECT many": ([("n", "INT")], [[1]] * 5_001)}
    ones = [
        benchmark(i, f"Question {i}", sql)
        for i, sql in enumerate(["SELECT x FROM nowhere", "SELECT empty", "SELECT many", "DROP TABLE t"])
    ]
    found = ChatRoute(connect()).measure(space, ones)
    assert [each.state for each in found] == [C, C, C, C]
    assert found[1].reasons == ("EMPTY_GOOD_SQL",) and found[0].reasons == ("expected_sql_failed",)
    assert genie.requests("start") == [] and score(found).value is None
    assert all("DROP" not in each.path for each in genie.history)


def test_expected_sql_that_loops_is_the_benchmarks_fault(genie, connect, space, benchmark):
    client = connect("statement.running+poll.running", timing={"statement_s": 0.2})
    (found,) = ChatRoute(client).measure(space, [benchmark()])
    assert found.state is C and "longer than 0.2 s" in found.sentence and genie.requests("start") == []


def test_a_benchmark_without_sql_is_left_for_review(connect, space, benchmark):
    (found,) = ChatRoute(connect()).measure(space, [benchmark(sql=None)])
    assert found.state is R and found.reasons == ("no_expected_sql",) and found.actual is not None


@pytest.mark.parametrize(
    ("behaviour", "state", "reason"),
    [
        ("message.clarifying", W, "clarifying_question"),
        ("message.failed-SQL_EXECUTION_EXCEPTION", W, "genie_failed"),
        ("message.sql-fails", W, "query_failed"),
        ("message.cancelled", N, "cancelled"),
        ("message.stuck", N, "timed_out"),
        ("start.429-after-60", N, "rate_limited"),
        ("start.500", N, "server_error"),
        ("statement.500", N, "server_error"),
        ("message.failed-RATE_LIMIT_EXCEEDED_GENERIC_EXCEPTION", N, "rate_limited"),
    ],
)
def test_what_is_not_measured_is_never_wrong(genie, connect, space, benchmark, behaviour, state, reason):
    client = connect(behaviour, timing={"question_s": 1.0})
    found = ChatRoute(client).measure(space, [benchmark(1), benchmark(2, "How much?", "SELECT 10")])
    assert [(each.state, each.reasons) for each in found] == [(state, (reason,))] * 2
    assert all(each.failure is not None and each.sentence for each in found) and genie.genie.conversations == {}


@pytest.mark.parametrize("behaviour", ["start.401", "start.403", "start.404", "start.html"])
def test_what_fails_for_all_is_asked_once(genie, connect, space, benchmark, behaviour):
    ones = [benchmark(i, f"Question {i}", "SELECT 10") for i in range(10)]
    found = ChatRoute(connect(behaviour), parallel=1).measure(space, ones)
    assert {each.state for each in found} == {C} and len(found) == 10
    assert len(genie.requests("start")) == 1 and "it failed for all questions" in found[-1].sentence


def test_many_questions_in_parallel_leave_nothing_behind(genie, connect, space, benchmark):
    ones = [benchmark(i, f"Question {i:03}?", "SELECT 13") for i in range(100)]
    client = connect("message.500-x5-then-ok+forget.500-x9-then-ok")
    found = ChatRoute(client, parallel=8).measure(space, ones)
    assert str(score(found)) == "100.0% (100/100)" and genie.genie.conversations == {} and client.left_behind == set()
    assert len(genie.requests("start")) == 100 and len(genie.requests("statement")) == 1, "expected SQL runs once"


def test_repeats_are_told_apart(genie, connect, space, two):
    told = []
    found = evaluate(ChatRoute(connect()), space, two, repeats=3, on_outcome=told.append)
    assert sorted({each.repeat for each in told}) == [1, 2, 3] and len(found) == 6
    result = score_repeats(found)
    assert [(each.passed, each.measured) for each in result.rounds] == [(1, 2)] * 3
    assert {each.stability.value for each in result.questions} == {"stable_pass", "stable_fail"}


def test_a_stop_keeps_what_was_measured(genie, connect, space, benchmark):
    told, stopping = [], threading.Event()

    def tell(outcome):
        told.append(outcome)
        if len(told) == 3:
            stopping.set()

    ones = [benchmark(i, f"Question {i}?", "SELECT 11") for i in range(40)]
    with pytest.raises(CancelledError):
        ChatRoute(connect(), parallel=2).measure(space, ones, on_outcome=tell, stop=stopping.is_set)
    assert 3 <= len(told) < 8 and all(each.passed for each in told) and genie.genie.conversations == {}


def test_a_caller_that_fails_leaves_no_question_running(genie, connect, space, benchmark):
    def tell(outcome):
        raise RuntimeError("the caller's")

    ones = [benchmark(i, f"Question {i}?", "SELECT 11") for i in range(20)]
    with pytest.raises(RuntimeError):
        ChatRoute(connect(), parallel=2).measure(space, ones, on_outcome=tell)
    assert len(genie.requests("start")) < 10 and genie.genie.conversations == {}


def test_each_conversation_is_told_as_it_begins(genie, connect, space, two):
    heard = {}
    ChatRoute(connect(), on_conversation=heard.__setitem__).measure(space, two)
    assert set(heard) == {each.id for each in two} and len(set(heard.values())) == 2


def test_the_official_route_reads_the_services_verdicts(genie, connect, space, two):
    runs = []
    wrong, right = OfficialRoute(connect(), on_run=runs.append).measure(space, two)
    assert (wrong.state, right.state) == (W, P) and wrong.by == "service"
    assert wrong.reasons == ("RESULT_MISSING_ROWS", "LLM_JUDGE_MISSING_OR_INCORRECT_FILTER")
    assert "missing or incorrect filter" in wrong.sentence
    assert (wrong.expected_sql, wrong.actual_sql, wrong.actual.rows) == ("SELECT 19", "SELECT 18", (("18",),))
    assert runs[-1].ended and (runs[-1].done, runs[-1].correct, runs[-1].questions) == (2, 1, 2)
    assert [each.done for each in runs] == sorted(each.done for each in runs) and len(runs) >= 2


def test_both_routes_agree(connect, space, two):
    chat, official = (route.measure(space, two) for route in (ChatRoute(connect()), OfficialRoute(connect())))
    assert [each.state for each in chat] == [each.state for each in official]


def test_a_benchmark_outside_the_space_is_told_apart(connect, space, two, benchmark):
    found = OfficialRoute(connect()).measure(space, [benchmark(77), two[1]])
    assert [each.state for each in found] == [C, P] and "does not stand in the space as it is here" in found[0].sentence


def test_a_benchmark_with_other_sql_than_the_spaces_is_not_judged_by_the_spaces(connect, space, two):
    edited = replace(two[1], expected_sql="SELECT 77")
    (found,) = OfficialRoute(connect()).measure(space, [edited])
    assert found.state == C and "Write it there" in found.sentence


def test_a_benchmark_is_found_in_the_space_under_the_id_that_the_service_allows(connect, definition, space, two):
    named = replace(two[1], id="orders-by-region")
    client = connect()
    client.update_space(space, definition=into_space(parse(definition), [named]))
    (found,) = OfficialRoute(client).measure(space, [named])
    assert (found.benchmark_id, found.state in (P, W)) == ("orders-by-region", True)


def test_an_evaluation_whose_start_was_lost_is_found(genie, connect, space, two):
    found = OfficialRoute(connect("eval.lost-x2-then-ok")).measure(space, two)
    assert [each.state for each in found] == [W, P] and len(genie.genie.runs) == 1


@pytest.mark.parametrize(("behaviour", "state"), [("eval.403", C), ("eval.500", N), ("get.401", C), ("eval.html", C)])
def test_an_official_run_that_fails_is_classed(connect, space, two, behaviour, state):
    assert [each.state for each in OfficialRoute(connect(behaviour)).measure(space, two)] == [state] * 2


def test_an_official_run_that_never_ends_is_not_measured(genie, connect, space, two):
    genie.genie.run = lambda run_id: {"eval_run_id": run_id, "eval_run_status": "RUNNING", "num_questions": 2}
    genie.genie.details = lambda run_id, result_id: {
        "result_id": result_id,
        "space_id": "s",
        "benchmark_question_id": "b",
    }
    found = OfficialRoute(connect(timing={"evaluation_s": 0.3})).measure(space, two)
    assert [(each.state, each.reasons) for each in found] == [(N, ("timed_out",))] * 2
