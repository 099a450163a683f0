"""The judge of evaluation runs: rows as a multiset, four digits, order where it counts, the service's reasons."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.local_genie.judging import comparable, judge, order_counts

ORDERED = "SELECT a FROM t ORDER BY a"


def result(types: list[str], *rows: list[str | None]) -> dict[str, Any]:
    return {
        "columns": [f"c{n}" for n in range(len(types))],
        "types": types,
        "rows": [list(row) for row in rows],
        "truncated": False,
    }


def verdict(expected: dict[str, Any], actual: dict[str, Any], question: str = "q", sql: str = "SELECT 1") -> Any:
    found = judge(question, sql, expected, actual)
    return found.assessment, list(found.reasons)


NAMES = ["STRING", "BIGINT"]


@pytest.mark.parametrize(
    ("expected", "actual", "reasons"),
    [
        (result(["BIGINT"], ["1"]), result(["BIGINT"], ["1"]), []),
        (result(["DOUBLE"], ["1234.51"]), result(["DOUBLE"], ["1234.54"]), []),
        (result(["DOUBLE"], ["1234"]), result(["DOUBLE"], ["1236"]), ["SINGLE_CELL_DIFFERENCE"]),
        (result(["BIGINT"], ["7"]), result(["DOUBLE"], ["7.0"]), []),
        (result(["BIGINT"], ["7"]), result(["STRING"], ["7"]), ["COLUMN_TYPE_DIFFERENCE"]),
        (result(["DATE"], ["2024-01-01"]), result(["TIMESTAMP"], ["2024-01-01T00:00:00.000Z"]), []),
        (result(["STRING"], ["a"]), result(["STRING"], ["A"]), ["SINGLE_CELL_DIFFERENCE"]),
        (result(["STRING"], [None]), result(["STRING"], [None]), []),
        (result(["STRING"], [None]), result(["STRING"], [""]), ["SINGLE_CELL_DIFFERENCE"]),
        (result(NAMES, ["a", "1"], ["b", "2"]), result(NAMES, ["b", "2"], ["a", "1"]), []),
        (result(NAMES, ["a", "1"], ["b", "2"]), result(NAMES, ["a", "1"]), ["RESULT_MISSING_ROWS"]),
        (result(NAMES, ["a", "1"]), result(NAMES, ["a", "1"], ["a", "1"]), ["RESULT_EXTRA_ROWS"]),
        (
            result(NAMES, ["a", "1"], ["b", "2"]),
            result(NAMES, ["a", "1"], ["b", "3"]),
            ["RESULT_MISSING_ROWS", "RESULT_EXTRA_ROWS"],
        ),
        (result(NAMES, ["a", "1"]), result(["BIGINT", "STRING"], ["1", "a"]), []),
        (result(["STRING"], ["a"]), result(NAMES, ["a", "1"]), ["RESULT_EXTRA_COLUMNS"]),
        (result(NAMES, ["a", "1"]), result(["STRING"], ["a"]), ["RESULT_MISSING_COLUMNS"]),
        (result(["STRING"], ["a"]), result(["STRING"]), ["EMPTY_RESULT"]),
        (result(["STRING"]), result(["STRING"]), ["EMPTY_GOOD_SQL"]),
    ],
)
def test_a_result_gets_its_reasons(expected: dict[str, Any], actual: dict[str, Any], reasons: list[str]):
    assert verdict(expected, actual) == ("BAD" if reasons else "GOOD", reasons)


def test_the_order_counts_where_it_is_asked_for_and_given():
    up, down = result(["BIGINT"], ["1"], ["2"]), result(["BIGINT"], ["2"], ["1"])
    assert verdict(up, down, "the top values", ORDERED) == ("BAD", ["LLM_JUDGE_FORMATTING_ERROR"])
    assert verdict(up, down, "the values", ORDERED)[0] == "GOOD"
    assert verdict(up, down, "the top values", "SELECT a FROM (SELECT a FROM t ORDER BY a)")[0] == "GOOD"
    assert order_counts("Which 5 customers bought most?", ORDERED)


def test_columns_that_were_moved_are_said():
    found = judge("q", "SELECT 1", result(NAMES, ["a", "1"]), result(["BIGINT", "STRING"], ["1", "a"]))
    assert "another order" in found.note


def test_sums_that_differ_in_the_last_bit_are_equal():
    assert comparable("1.0004999999999999", "DOUBLE") == comparable("1.0005000000000002", "DOUBLE")


def test_wide_results_are_judged_at_once():
    wide = result(["BIGINT"] * 30, *[["1"] * 30 for _ in range(500)])
    other = result(["BIGINT"] * 30, *[["1"] * 30 for _ in range(499)], ["1"] * 29 + ["2"])
    assert verdict(wide, other)[0] == "BAD"


cells = st.one_of(st.none(), st.integers(-9_999, 9_999).map(str))
tables = st.integers(1, 4).flatmap(lambda width: st.lists(st.lists(cells, min_size=width, max_size=width), min_size=1))


@given(tables, st.randoms(use_true_random=False))
def test_any_result_equals_itself_in_another_order(rows: list[list[str | None]], chance: Any):
    types = ["BIGINT"] * len(rows[0])
    shuffled = [list(row) for row in rows]
    chance.shuffle(shuffled)
    assert verdict(result(types, *rows), result(types, *shuffled))[0] == "GOOD"


@given(tables, tables)
def test_two_results_are_judged_alike_from_both_sides(one: list[list[str | None]], other: list[list[str | None]]):
    first, second = (result(["BIGINT"] * len(rows[0]), *rows) for rows in (one, other))
    assert verdict(first, second)[0] == verdict(second, first)[0]
