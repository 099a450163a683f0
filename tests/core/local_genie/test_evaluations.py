"""Evaluation runs through the unchanged SDK: counts that grow, verdicts in the details, faults that are no verdict."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from databricks.sdk.errors import BadRequest, NotFound

from core.local_genie import LocalGenie
from core.local_genie.faults import AnswerFault, FaultSettings
from tests.core.local_genie.standins import ORDERS, hex_id

GOOD = (f"SQL:SELECT count(*) AS a FROM {ORDERS}", f"SELECT count(1) AS b FROM {ORDERS}")
WRONG = ("SQL:SELECT 1 AS a", f"SELECT count(*) AS b FROM {ORDERS}")
BROKEN = ("SQL:SELECT 1 AS a", "SELECT * FROM main.sales.nope")
EMPTY = ("SQL:SELECT 1 AS a", f"SELECT 1 AS a FROM {ORDERS} WHERE amount < 0")
FAILS = ("SQL:SELECT nope", "SELECT 1 AS a")
TEXT = ("say Which year?", "SELECT 1 AS a")


@pytest.fixture
def evaluate(client: Any, genie: LocalGenie, tables_dir: Path, definition: Callable[..., dict[str, Any]]) -> Callable:
    """Evaluate (question, expected SQL) pairs; returns the finished run and its details by place."""

    def evaluate(*pairs: tuple[str, str]) -> tuple[Any, list[Any]]:
        space = genie.load(tables_dir, definition(pairs), "Evaluated")
        run = finished(client, space, client.genie.genie_create_eval_run(space).eval_run_id)
        listed = client.genie.genie_list_eval_results(space, run.eval_run_id).eval_results
        details = [
            client.genie.genie_get_eval_result_details(space, run.eval_run_id, each.result_id) for each in listed
        ]
        return run, details

    return evaluate


def finished(client: Any, space: str, run_id: str, timeout_s: float = 20) -> Any:
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        run = client.genie.genie_get_eval_run(space, run_id)
        if run.eval_run_status.value not in ("NOT_STARTED", "RUNNING"):
            return run
        time.sleep(0.02)
    raise AssertionError("the run did not end")


def test_each_benchmark_gets_its_verdict_and_reasons(evaluate: Callable):
    run, details = evaluate(GOOD, WRONG, BROKEN, EMPTY, FAILS, TEXT)
    assert run.eval_run_status.value == "DONE"
    assert (run.num_questions, run.num_done, run.num_correct) == (6, 6, 1)
    found = [(each.assessment.value, [reason.value for reason in each.assessment_reasons or []]) for each in details]
    assert found == [
        ("GOOD", []),
        ("BAD", ["SINGLE_CELL_DIFFERENCE"]),
        ("BAD", ["EMPTY_GOOD_SQL"]),
        ("BAD", ["EMPTY_GOOD_SQL"]),
        ("BAD", ["EMPTY_RESULT"]),
        ("BAD", ["EMPTY_RESULT"]),
    ]


def test_the_details_hold_both_sides_with_their_rows(evaluate: Callable):
    _, (detail,) = evaluate(WRONG)
    expected, actual = detail.expected_response[0], detail.actual_response[0]
    assert (expected.response_type.value, expected.response) == ("SQL", WRONG[1])
    assert expected.sql_execution_result.result.data_array == [["100"]]
    assert actual.response == "SELECT 1 AS a"
    assert actual.sql_execution_result.result.data_array == [["1"]]


def test_a_text_answer_is_shown_as_text(evaluate: Callable):
    _, (detail,) = evaluate(TEXT)
    assert [(each.response_type.value, each.response) for each in detail.actual_response] == [("TEXT", "Which year?")]


def test_counts_grow_while_the_run_goes_on(
    client: Any, genie: LocalGenie, tables_dir: Path, definition: Callable[..., dict[str, Any]]
):
    genie.set_faults(FaultSettings(latency_s=0.1))
    space = genie.load(tables_dir, definition((GOOD,) * 6), "Growing")
    run = client.genie.genie_create_eval_run(space)
    assert (run.num_questions, run.num_done) == (6, 0)
    seen = set()
    while (now := client.genie.genie_get_eval_run(space, run.eval_run_id)).eval_run_status.value != "DONE":
        seen.add(now.num_done)
        listed = client.genie.genie_list_eval_results(space, run.eval_run_id).eval_results
        assert all(not hasattr(each, "assessment") for each in listed)
    assert len(seen) >= 4
    assert now.num_correct == 6


def test_a_run_may_take_some_of_the_benchmarks(
    client: Any, genie: LocalGenie, tables_dir: Path, definition: Callable[..., dict[str, Any]]
):
    space = genie.load(tables_dir, definition((GOOD, WRONG)), "Some of them")
    made = client.genie.genie_create_eval_run(space, benchmark_question_ids=[hex_id(2)])
    run = finished(client, space, made.eval_run_id)
    assert (run.num_questions, run.num_correct) == (1, 0)
    with pytest.raises(NotFound, match="Benchmark question"):
        client.genie.genie_create_eval_run(space, benchmark_question_ids=[hex_id(77)])


def test_a_space_without_benchmarks_has_nothing_to_evaluate(client: Any, space_id: str):
    with pytest.raises(BadRequest, match="no benchmark"):
        client.genie.genie_create_eval_run(space_id)


def test_runs_and_results_are_listed_in_pages(
    client: Any, genie: LocalGenie, tables_dir: Path, definition: Callable[..., dict[str, Any]]
):
    space = genie.load(tables_dir, definition((GOOD,) * 5), "Paged runs")
    runs = [client.genie.genie_create_eval_run(space).eval_run_id for _ in range(3)]
    for run in runs:
        finished(client, space, run)
    first = client.genie.genie_list_eval_runs(space, page_size=2)
    rest = client.genie.genie_list_eval_runs(space, page_size=2, page_token=first.next_page_token)
    assert [each.eval_run_id for each in (*first.eval_runs, *rest.eval_runs)] == runs
    ids, token = [], None
    while True:
        page = client.genie.genie_list_eval_results(space, runs[0], page_size=2, page_token=token)
        ids += [each.benchmark_question_id for each in page.eval_results]
        if not (token := page.next_page_token):
            break
    assert ids == [hex_id(n) for n in range(1, 6)]


def test_a_question_that_was_not_answered_has_no_verdict(genie: LocalGenie, evaluate: Callable, client: Any):
    genie.set_faults(
        FaultSettings(answers=(AnswerFault("rate_limited", times=1), AnswerFault("never", times=1, after=1)))
    )
    run, details = evaluate(GOOD, GOOD, GOOD)
    assert (run.eval_run_status.value, run.num_done, run.num_correct) == ("DONE", 3, 1)
    assert [each.assessment and each.assessment.value for each in details] == [None, None, "GOOD"]


def test_expected_sql_that_never_ends_is_cut_off(tmp_path: Path, tables_dir: Path, connect: Callable, definition):
    from core.local_genie import serve
    from core.local_genie.tables import Limits
    from tests.core.local_genie.standins import standin

    endless = "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT count(*) AS n FROM r"
    with serve(tmp_path, writer=standin, limits=Limits(deadline_s=0.5)) as server:
        space = server.load(tables_dir, definition((("SQL:SELECT 1 AS n", endless), GOOD)), "Endless")
        client = connect(server)
        begun = time.monotonic()
        run = finished(client, space, client.genie.genie_create_eval_run(space).eval_run_id)
        assert time.monotonic() - begun < 5
        assert run.num_correct == 1


def test_expected_sql_with_a_million_rows_is_capped(evaluate: Callable):
    _, (detail,) = evaluate(("SQL:SELECT id FROM range(1000000)", "SELECT id FROM range(1000000)"))
    response = detail.expected_response[0].sql_execution_result
    assert response.manifest.truncated
    assert response.manifest.total_row_count == 5_000
