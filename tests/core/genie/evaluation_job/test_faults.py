"""Every way in which a service, a benchmark or a question can be at fault, through the whole job: classed rightly, said, recorded."""

import pytest

from core.genie import OutcomeState

W, N, C = OutcomeState.WRONG, OutcomeState.NOT_MEASURED, OutcomeState.CONFIGURATION

BY_FAULT = {
    "start.401": (C, "unauthenticated"),
    "start.403": (C, "forbidden"),
    "start.404": (C, "not_found"),
    "start.409": (N, "conflict"),
    "start.429-after-60": (N, "rate_limited"),
    "start.429": (N, "rate_limited"),
    "start.500": (N, "server_error"),
    "start.html": (C, "not_a_workspace"),
    "start.html-502": (N, "server_error"),
    "start.half-json": (N, "broken_reply"),
    "start.half-body": (N, "unreachable"),
    "start.wrong-shape": (N, "broken_reply"),
    "start.never": (N, "timed_out"),
    "message.401": (C, "unauthenticated"),
    "message.404": (N, "expired"),
    "message.html": (C, "not_a_workspace"),
    "message.half-json": (N, "broken_reply"),
    "message.stuck": (N, "timed_out"),
    "message.cancelled": (N, "cancelled"),
    "message.expired-for-good": (N, "expired"),
    "message.failed-RATE_LIMIT_EXCEEDED_GENERIC_EXCEPTION": (N, "rate_limited"),
    "message.failed-NO_TABLES_TO_QUERY_EXCEPTION": (C, "space_setup"),
    "message.failed-SQL_EXECUTION_EXCEPTION": (W, "genie_failed"),
    "message.clarifying": (W, "clarifying_question"),
    "message.silent": (W, "no_query"),
    "message.sql-fails": (W, "query_failed"),
    "rows.500": (N, "server_error"),
    "statement.500": (N, "server_error"),
    "statement.403": (C, "forbidden"),
}


@pytest.fixture
def impatient(connect):
    """A client that gives up soon."""
    return lambda behaviour: connect(
        behaviour,
        timing={"http_s": 0.4, "question_s": 0.4, "statement_s": 0.4, "retries": 1, "first_retry_s": 0.005},
    )


@pytest.mark.parametrize("behaviour", BY_FAULT)
def test_a_fault_of_the_service_is_classed_said_and_recorded(
    genie, evaluate, outcomes, document, log_of, right, impatient, behaviour
):
    state, kind = BY_FAULT[behaviour]
    done = evaluate(right(2), client=impatient(behaviour))
    kept = outcomes(done.id)
    assert [(each.state, each.failure_kind) for each in kept] == [(state, kind)] * 2
    assert all(each.sentence and each.reasons for each in kept)
    found = document(done.id)
    assert {each["verdict"] for each in found["questions"]} == {state.value} and found["total"] == 2
    if state is W:
        assert found["score"] == 0.0 and found["wrong"] == 2
        return
    assert found["score"] is None and found[state.value] == 2, "what is not measured is no wrong answer"
    assert any(each.sentence.split(": ")[-1][-40:] in line for each in kept for line in log_of(done.id))
    # Only what concerns every question fails the job; else it is over, with nothing measured.
    concerns_all = kind in ("unauthenticated", "forbidden", "not_found", "not_a_workspace", "space_setup")
    assert done.state == ("failed" if concerns_all else "completed")
    if state is not C:
        assert genie.genie.conversations == {}


@pytest.mark.parametrize(
    "behaviour",
    [
        "start.429-x2-then-ok",
        "start.429-after-1-x1-then-ok",
        "message.500-x1-then-ok",
        "message.expired",
        "rows.404",
        "start.lost",
    ],
)
def test_what_passes_by_itself_is_waited_out(evaluate, right, behaviour):
    done = evaluate(right(2), behaviour)
    assert done.state == "completed" and done.result["score"] == 1.0


def test_a_benchmark_at_fault_is_told_apart_and_costs_no_question(
    genie, evaluate, outcomes, document, right, benchmark
):
    genie.genie.tables |= {
        "SELECT empty": ([("n", "INT")], []),
        "SELECT many": ([("n", "INT")], [[1]] * 1_000_000),
    }
    broken = ["SELECT x FROM nowhere", "SELECT empty", "SELECT many", "DROP TABLE t", "SELECT 1; SELECT 2"]
    ones = [benchmark(50 + i, f"Broken {i}", sql) for i, sql in enumerate(broken)]
    done = evaluate([*ones, *right(2)])
    kept = outcomes(done.id)
    assert [each.state for each in kept[:5]] == [C] * 5 and done.result["score"] == 1.0
    assert [each.reasons for each in kept[:3]] == [
        ("expected_sql_failed",),
        ("EMPTY_GOOD_SQL",),
        ("expected_sql_failed",),
    ]
    assert "5,000 rows" in kept[2].sentence and "only reads" in kept[3].sentence
    assert len(genie.requests("start")) == 2 and document(done.id)["configuration"] == 5


def test_expected_sql_that_loops_is_cut_off(genie, evaluate, outcomes, connect, benchmark):
    client = connect("statement.running+poll.running", timing={"statement_s": 0.2})
    done = evaluate([benchmark(1), benchmark(2, "Another?", "SELECT 8")], client=client)
    assert [(each.state, "longer than 0.2 s" in each.sentence) for each in outcomes(done.id)] == [(C, True)] * 2
    assert genie.requests("start") == []


def test_odd_questions_are_asked_as_they_are_and_those_that_cannot_be_are_said(genie, evaluate, outcomes, benchmark):
    odd = [
        "売上はいくらですか？",
        "كم عدد الطلبات؟",
        "Wie hoch ist der Umsatz? 🧾",
        "x" * 20_480,
        "'; DROP TABLE t; --",
        "{{ 7 * 7 }}",
    ]
    ones = [benchmark(i, question, f"SELECT {len(question)}") for i, question in enumerate(odd)]
    blank = [benchmark(90, "   "), benchmark(91, "y" * 30_000)]
    done = evaluate([*ones, *blank])
    kept = outcomes(done.id)
    assert [each.question for each in kept[:6]] == odd and done.result["score"] == 1.0
    assert [(each.state, each.failure_kind) for each in kept[6:]] == [(C, "refused")] * 2
    assert "is empty" in kept[6].sentence and "30,000 characters" in kept[7].sentence
    assert genie.genie.conversations == {}


def test_what_an_answer_holds_that_no_database_keeps_is_kept_as_far_as_it_can_be(genie, evaluate, outcomes, benchmark):
    genie.genie.tables["SELECT odd"] = ([("n", "STRING")], [["a\0b"], ["\ud83d"], ["=1+1"]])
    genie.genie.answers["What is odd?"] = "SELECT odd"
    done = evaluate([benchmark(1, "What is odd?", "SELECT odd")])
    assert [each.state.value for each in outcomes(done.id)] == ["passed"]


def test_a_question_with_the_id_of_another_kind_of_piece_is_asked_too(evaluate, outcomes, benchmark):
    ones = [benchmark(1), benchmark(2)]
    ids = ["space", "x" * 200]
    from dataclasses import replace

    done = evaluate([replace(each, id=id_, expected_sql="SELECT 9") for each, id_ in zip(ones, ids, strict=True)])
    assert done.result["score"] == 1.0 and {each.benchmark_id for each in outcomes(done.id)} == set(ids)
