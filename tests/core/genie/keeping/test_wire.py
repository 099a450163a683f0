"""Outcomes survive being kept: judgement, failure and the first rows come back as they were."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.db import reading, transaction
from core.genie.answers import Answer
from core.genie.benchmarks import Benchmark, Finding, QualityReport
from core.genie.evaluating import Outcome, OutcomeState, outcome_of_failure
from core.genie.evaluating.chat import judged
from core.genie.failures import Failure, Kind
from core.genie.judging import CellDifference, Judgement, Reason, Verdict, judge
from core.genie.keeping import get_outcome, list_outcomes, store_outcome
from core.genie.keeping.wire import (
    failure_json,
    failure_of,
    is_cut,
    judgement_json,
    judgement_of,
    quality_json,
    quality_of,
    table_json,
    table_of,
)
from core.genie.results import ResultColumn, ResultTable

TEXT = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0"), max_size=8)
CELL = st.none() | TEXT
TABLES = st.integers(0, 3).flatmap(
    lambda width: st.builds(
        lambda names, rows: ResultTable(
            tuple(ResultColumn(name, "INT") for name in names), tuple(map(tuple, rows)), total_rows=len(rows)
        ),
        st.lists(TEXT, min_size=width, max_size=width),
        st.lists(st.lists(CELL, min_size=width, max_size=width), max_size=6),
    )
)
JUDGEMENTS = st.builds(
    Judgement,
    st.sampled_from(Verdict),
    st.lists(st.sampled_from(Reason), max_size=3).map(tuple),
    TEXT,
    st.none() | st.lists(st.integers(0, 9), max_size=4).map(tuple),
    st.booleans(),
    st.booleans(),
    st.integers(0, 9_999),
    st.integers(0, 9_999),
    st.lists(st.builds(CellDifference, st.integers(0, 999), st.integers(0, 9), CELL, CELL), max_size=4).map(tuple),
)


@settings(max_examples=100, deadline=None)
@given(TABLES, JUDGEMENTS, st.builds(Failure, st.sampled_from(Kind), TEXT, TEXT))
def test_writing_and_reading_is_the_identity(table, judgement, failure):
    assert table_of(table_json(table)) == table
    assert judgement_of(judgement_json(judgement)) == judgement
    assert failure_of(failure_json(failure)) == failure
    report = QualityReport((Finding("b", "runs", "error", failure.sentence),), {"b": 3}, 1)
    assert quality_of(quality_json(report)) == report
    assert (
        table_of(None) is table_json(None) is judgement_of(None) is judgement_json(None) is failure_json(None) is None
    )


def big(rows, cell=str, **fields):
    return ResultTable(
        (ResultColumn("n", "INT"), ResultColumn("t")), tuple((str(i), cell(i)) for i in range(rows)), **fields
    )


@pytest.mark.parametrize(
    ("table", "cut", "truncated", "total"),
    [
        (big(200), False, False, 200),
        (big(201), True, True, 201),
        (big(5_000, truncated=True, total_rows=70_000), True, True, 70_000),
        (big(5_000, truncated=True), True, True, None),
        (big(3, truncated=True), False, True, None),
    ],
)
def test_the_first_200_rows_are_kept_and_the_true_number_is_told(table, cut, truncated, total):
    kept = table_json(table)
    found = table_of(kept)
    assert is_cut(kept) is cut and found.rows == table.rows[:200]
    assert (found.truncated, found.total_rows) == (truncated, total)


def test_long_cells_are_cut_and_say_how_long_they_were():
    found = table_of(table_json(big(1, lambda i: "x" * 12_345)))
    assert found.rows[0][1] == "x" * 2_000 + "… (12,345 characters)"
    kept = judgement_of(judgement_json(judge(big(2, lambda i: "x" * 12_345), big(2, lambda i: "y" * 3_000))))
    assert kept.cells[0].actual.endswith("… (3,000 characters)")


def outcome_of(job_id):
    with reading() as session:
        return [get_outcome(session, row.id) for row in list_outcomes(session, job_id)]


def test_a_judged_answer_comes_back_as_it_was(evaluated):
    expected, actual = big(3, lambda i: "a"), big(3, lambda i: "b" if i == 1 else "a")
    benchmark = Benchmark("q", "Which?", "SELECT 1", "sales", tags=("t",), held_out=True)
    answer = Answer("Which?", "COMPLETED", "SELECT 2", actual, "Here.", duration_s=1.25, waited_s=0.5, attempts=2)
    outcome = replace(judged(benchmark, answer, expected), repeat=2)
    job_id = evaluated("-", "-").job_id
    with transaction() as session:
        assert store_outcome(session, job_id, outcome, 7, benchmark)
    (found,) = outcome_of(job_id)
    full = replace(outcome, expected=replace(expected, total_rows=3), actual=replace(actual, total_rows=3))
    assert found.outcome == full and found.outcome.judgement.cells
    assert (found.category, found.tags, found.held_out, found.position) == ("sales", ("t",), True, 7)
    assert (found.rows_cut, found.measured_state, found.overruled) == (False, OutcomeState.WRONG, None)


def test_rows_beyond_those_kept_are_still_named_by_the_judgement(evaluated):
    expected, actual = big(900), big(900, lambda i: "other" if i == 777 else str(i))
    benchmark = Benchmark("q", "Which?", "SELECT 1")
    outcome = judged(benchmark, Answer("Which?", "COMPLETED", "SELECT 2", actual), expected)
    job_id = evaluated("-").job_id
    with transaction() as session:
        store_outcome(session, job_id, outcome, 0, benchmark)
    (found,) = outcome_of(job_id)
    assert found.rows_cut and len(found.outcome.actual.rows) == 200 and found.outcome.actual.total_rows == 900
    assert found.outcome.judgement.cells == (CellDifference(777, 1, "777", "other"),)


@pytest.mark.parametrize("kind", list(Kind))
def test_a_failure_of_any_kind_comes_back_with_its_detail(evaluated, kind):
    benchmark = Benchmark("q", "Which?\U0001f40b", "SELECT 1")
    outcome = outcome_of_failure(benchmark, Failure(kind, "It failed. Try again.", "DETAIL_1"))
    job_id = evaluated("-").job_id
    with transaction() as session:
        store_outcome(session, job_id, outcome, 0, benchmark)
    (found,) = outcome_of(job_id)
    assert found.outcome == outcome


def test_characters_that_no_database_keeps_lose_nothing_else(evaluated):
    odd = "a\0b\ud800c"
    table = ResultTable((ResultColumn(odd),), ((odd,),))
    outcome = Outcome(
        "q", "Which?", OutcomeState.WRONG, odd, (odd,), "SELECT 1", odd, odd, table, table,
        Judgement(Verdict.BAD, (), odd, cells=(CellDifference(0, 0, odd, None),)), Failure(Kind.OTHER, odd, odd),
    )  # fmt: skip
    job_id = evaluated("-").job_id
    with transaction() as session:
        store_outcome(session, job_id, outcome, 0, Benchmark("q", "Which?", None))
    (found,) = outcome_of(job_id)
    clean = "a\ufffdb\ufffdc"
    assert found.outcome.sentence == found.outcome.actual_sql == found.outcome.text == clean
    assert found.outcome.actual.rows == ((clean,),) and found.outcome.judgement.cells[0].expected == clean
    assert found.outcome.failure == Failure(Kind.OTHER, clean, clean)
