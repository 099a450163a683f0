"""The deterministic judge: the service's rules on rows, and what must hold whatever the rows are."""

import itertools
from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from core.genie.judging import (
    Reason,
    UndecidedCase,
    Verdict,
    align,
    asks_for_ranking,
    judge,
    order_matters,
    outer_order,
    settle,
)
from core.genie.judging.reasons import MIRRORED
from core.genie.judging.undecided import ModelVerdict
from core.genie.judging.values import cell_key, close, iso, number_key
from core.genie.results import ResultColumn, ResultTable


def table(types, *rows, truncated=False, total=None):
    columns = tuple(ResultColumn(f"c{i}", type_) for i, type_ in enumerate(types.split()))
    return ResultTable(
        columns, tuple(tuple(None if c is None else str(c) for c in row) for row in rows), truncated, total
    )


def test_the_same_rows_are_good():
    found = judge(table("INT STRING", (1, "a"), (2, None)), table("INT STRING", (1, "a"), (2, None)))
    assert found.verdict is Verdict.GOOD and found.reasons == () and not found.reordered and not found.permuted


def test_rows_are_a_multiset():
    one, two = table("INT", (1,), (1,), (2,)), table("INT", (2,), (1,), (1,))
    assert judge(one, two).verdict is Verdict.GOOD and judge(one, two).reordered
    other = judge(one, table("INT", (1,), (2,), (2,)))
    assert other.reasons == (Reason.RESULT_MISSING_ROWS, Reason.RESULT_EXTRA_ROWS)
    assert (other.missing_rows, other.extra_rows) == (1, 1)


@pytest.mark.parametrize(
    ("expected", "actual", "reasons"),
    [
        (table("INT INT", (1, 2)), table("INT", (1,)), {Reason.RESULT_MISSING_COLUMNS}),
        (table("INT", (1,)), table("INT INT", (1, 2)), {Reason.RESULT_EXTRA_COLUMNS}),
        (table("INT", (1,), (2,)), table("INT", (1,)), {Reason.RESULT_MISSING_ROWS}),
        (table("INT", (1,)), table("INT", (1,), (2,)), {Reason.RESULT_EXTRA_ROWS}),
        (table("INT", (1,)), table("INT", (7,)), {Reason.SINGLE_CELL_DIFFERENCE}),
        (table("INT", (1,)), table("INT"), {Reason.EMPTY_RESULT}),
        (table("INT"), table("INT", (1,)), {Reason.EMPTY_GOOD_SQL}),
        (table("INT"), table("INT"), {Reason.EMPTY_GOOD_SQL}),
        (table("INT", (1,)), table("STRING", (1,)), {Reason.COLUMN_TYPE_DIFFERENCE}),
        (table("STRING", ("1.50",)), table("DECIMAL(3,1)", ("1.5",)), {Reason.COLUMN_TYPE_DIFFERENCE}),
        (table("INT INT", (1, 2)), table("INT", (1,), (2,)), {Reason.RESULT_MISSING_COLUMNS, Reason.RESULT_EXTRA_ROWS}),
    ],
)
def test_what_is_wrong_has_the_services_reasons(expected, actual, reasons):
    found = judge(expected, actual)
    assert found.verdict is Verdict.BAD and set(found.reasons) == reasons and found.sentence


@pytest.mark.parametrize(
    ("left", "right", "equal"),
    [
        ("1234.4", "1234.3", True),
        ("1234.4", "1234.6", False),
        ("1234.5", "1234", True),  # the border may have come from either
        ("1234.5", "1235", True),
        ("1234.5", "1236", False),
        ("123.45", "123.4472", True),
        ("123.45", "123.4521", True),
        ("0.30000000000000004", "0.3", True),
        ("9999.5", "10000", True),
        ("9999.5", "9999", True),
        ("9999", "10000", False),
        ("99999", "100000", True),
        ("0", "0.0", True),
        ("0", "-0.0", True),
        ("0", "0.00001", False),
        ("-5", "5", False),
        ("1E3", "1000", True),
        ("1234567", "1234400", False),
        ("1234567", "1235400", True),
        ("NaN", "nan", True),
        ("Infinity", "-Infinity", False),
        ("1e-400", "1e-400", True),
        ("1e999999999", "1e999999999", True),
    ],
)
def test_numbers_are_equal_to_4_significant_digits(left, right, equal):
    assert (judge(table("DOUBLE", (left,)), table("DECIMAL(38,10)", (right,))).verdict is Verdict.GOOD) == equal
    assert (judge(table("DOUBLE", (right,)), table("INT", (left,))).verdict is Verdict.GOOD) == equal


@pytest.mark.parametrize(
    ("left", "right", "equal"),
    [
        ("2024-01-01", "2024-01-01T00:00:00.000Z", True),
        ("2024-01-01 00:00:00", "2024-01-01T00:00:00.000+00:00", True),
        ("2024-01-01T02:00:00+02:00", "2024-01-01", True),
        ("2024-01-01T10:30:00.500", "2024-01-01 10:30:00.5", True),
        ("2024-01-01T10:30", "2024-01-01T10:30:00Z", True),
        ("2024-01-01", "2024-01-02", False),
        ("2024-01-01T10:30:00", "2024-01-01T10:30:01", False),
    ],
)
def test_times_are_compared_as_iso(left, right, equal):
    assert (judge(table("DATE", (left,)), table("TIMESTAMP", (right,))).verdict is Verdict.GOOD) == equal


def test_text_is_compared_exactly_and_null_equals_null_only():
    assert judge(table("STRING", ("a ",)), table("STRING", ("a",))).verdict is Verdict.BAD
    assert judge(table("STRING", ("A",)), table("STRING", ("a",))).verdict is Verdict.BAD
    assert judge(table("STRING", (None,)), table("STRING", (None,))).verdict is Verdict.GOOD
    assert judge(table("STRING", (None,)), table("STRING", ("",))).verdict is Verdict.BAD
    assert judge(table("INT", (None,)), table("INT", (0,))).verdict is Verdict.BAD
    assert judge(table("STRING", ("1.0",)), table("STRING", ("1",))).verdict is Verdict.BAD


def test_another_order_of_columns_is_good_and_said():
    expected = table("STRING INT INT", ("a", 1, 5), ("b", 2, 6))
    found = judge(expected, table("INT STRING INT", (5, "a", 1), (6, "b", 2)))
    assert found.verdict is Verdict.GOOD and found.permuted and found.columns == (1, 2, 0)
    assert "columns stand in another order" in found.sentence
    assert judge(expected, table("INT STRING INT", (5, "a", 2), (6, "b", 1))).verdict is Verdict.BAD


def test_position_goes_before_permutation():
    both = table("INT INT", (1, 2), (2, 1))
    assert judge(both, both).columns == (0, 1)


def test_types_are_inferred_where_the_service_names_none():
    assert judge(table("INT", (1,)), ResultTable((ResultColumn("x"),), (("1.0",),))).verdict is Verdict.GOOD
    assert judge(table("INT", (None,)), table("STRING", (None,))).verdict is Verdict.BAD


RANKED = {"question": "Top customers by revenue", "expected_sql": "SELECT name, rev FROM t ORDER BY rev DESC"}


def test_order_counts_only_where_sql_and_question_ask_for_it():
    one, other = table("STRING INT", ("a", 3), ("b", 2)), table("STRING INT", ("b", 2), ("a", 3))
    found = judge(one, other, **RANKED)
    assert (found.verdict, found.reasons) == (Verdict.BAD, (Reason.ORDER_DIFFERENCE,))
    assert judge(one, other, **(RANKED | {"question": "Revenue of each customer"})).verdict is Verdict.GOOD
    assert judge(one, other, **(RANKED | {"expected_sql": "SELECT name, rev FROM t"})).verdict is Verdict.GOOD
    assert judge(one, other, **RANKED, ordered=False).verdict is Verdict.GOOD


def test_ties_may_stand_in_any_order():
    one = table("STRING INT", ("a", 3), ("b", 3), ("c", 1))
    assert judge(one, table("STRING INT", ("b", 3), ("a", 3), ("c", 1)), **RANKED).verdict is Verdict.GOOD
    assert judge(one, table("STRING INT", ("a", 3), ("c", 1), ("b", 3)), **RANKED).verdict is Verdict.BAD


def test_a_tie_at_the_limit_is_left_for_review():
    sql = "SELECT name, rev FROM t ORDER BY rev DESC LIMIT 2"
    found = judge(table("STRING INT", ("a", 3), ("b", 2)), table("STRING INT", ("a", 3), ("c", 2)), expected_sql=sql)
    assert (found.verdict, found.reasons, found.decided) == (Verdict.NEEDS_REVIEW, (Reason.TIE_AT_LIMIT,), False)
    assert (
        judge(
            table("STRING INT", ("a", 3), ("b", 2)), table("STRING INT", ("c", 3), ("b", 2)), expected_sql=sql
        ).verdict
        is Verdict.BAD
    )


def test_the_same_sql_is_good_whatever_came_back():
    found = judge(
        table("INT", (1,)), table("INT", (2,)), expected_sql="SELECT rand() -- x", actual_sql="select  RAND();"
    )
    assert found.verdict is Verdict.GOOD
    assert (
        judge(table("INT", (1,)), table("INT", (2,)), expected_sql="SELECT 'a'", actual_sql="SELECT 'A'").verdict
        is Verdict.BAD
    )


def test_a_cut_result_is_decided_only_where_the_counts_already_differ():
    few, cut = table("INT", (1,), (2,)), table("INT", (1,), (2,), truncated=True)
    assert judge(few, cut).reasons == (Reason.RESULT_EXTRA_ROWS,)
    assert judge(cut, few).reasons == (Reason.RESULT_MISSING_ROWS,)
    assert judge(cut, cut).verdict is Verdict.NEEDS_REVIEW
    assert judge(table("INT", (1,), (2,), (3,)), cut).verdict is Verdict.NEEDS_REVIEW


@pytest.mark.parametrize(
    ("sql", "ordered"),
    [
        ("SELECT a FROM t ORDER BY a", True),
        ("SELECT a FROM (SELECT a FROM t ORDER BY a LIMIT 3) x", False),
        ("WITH x AS (SELECT a FROM t ORDER BY 1) SELECT * FROM x", False),
        ("SELECT row_number() OVER (ORDER BY a) FROM t", False),
        ("SELECT a FROM t UNION ALL SELECT b FROM u ORDER BY 1", True),
        ("SELECT a FROM t -- ORDER BY a", False),
        ("SELECT a FROM t WHERE b = 'ORDER BY a'", False),
        ("SELECT °° FROM ((( ORDER BY a", False),
        ("SELECT °° FROM t ORDER BY a", True),
    ],
)
def test_only_the_outermost_order_counts(sql, ordered):
    assert (outer_order(sql) is not None) == ordered
    assert order_matters("Rank them", sql) == ordered and not order_matters("List them", sql)


@pytest.mark.parametrize(
    "question",
    ["Top 5 regions", "Which are the highest?", "sorted by name", "Die meisten Bestellungen", "los mejores clientes"],
)
def test_questions_that_ask_for_a_ranking(question):
    assert asks_for_ranking(question)


@pytest.mark.parametrize(
    "question", ["How many orders?", "Stop times of buses", "Revenue in order lines", "客户总数是多少？", ""]
)
def test_questions_that_do_not(question):
    assert not asks_for_ranking(question)


cells = st.none() | st.sampled_from(
    ["1", "2", "1.5", "1234.5", "1234", "1235", "9999.5", "10000", "a", "", "2024-01-01"]
)
kinds = st.sampled_from(["INT", "DOUBLE", "STRING", "DATE", ""])


@st.composite
def tables(draw, width=None):
    width = draw(st.integers(1, 3)) if width is None else width
    types = [draw(kinds) for _ in range(width)]
    rows = draw(st.lists(st.tuples(*[cells] * width), max_size=5))
    return ResultTable(tuple(ResultColumn(f"c{i}", t) for i, t in enumerate(types)), tuple(rows))


@settings(max_examples=300, deadline=None)
@given(tables(), tables())
def test_the_verdict_is_symmetric_and_the_reasons_mirror_each_other(left, right):
    assume(left.rows and right.rows)
    one, other = judge(left, right), judge(right, left)
    assert one.verdict == other.verdict
    assert set(other.reasons) == {MIRRORED.get(each, each) for each in one.reasons}
    assert (one.missing_rows, one.extra_rows) == (other.extra_rows, other.missing_rows)


@settings(max_examples=150, deadline=None)
@given(tables(), st.randoms(use_true_random=False))
def test_shuffled_rows_and_columns_are_good(one, random):
    assume(one.rows)
    rows, order = list(one.rows), list(range(len(one.columns)))
    random.shuffle(rows)
    random.shuffle(order)
    other = ResultTable(tuple(one.columns[i] for i in order), tuple(tuple(row[i] for i in order) for row in rows))
    found = judge(one, other)
    assert found.verdict is Verdict.GOOD
    assert judge(one, one).verdict is Verdict.GOOD and not judge(one, one).reordered


@settings(max_examples=150, deadline=None)
@given(tables(width=2), st.integers(0, 9))
def test_a_row_more_or_less_is_always_bad(one, at):
    assume(one.rows)
    rows = list(one.rows)
    less = ResultTable(one.columns, tuple(rows[: at % len(rows)] + rows[at % len(rows) + 1 :]))
    assert judge(one, less).verdict is Verdict.BAD
    assert judge(one, ResultTable(one.columns, (*rows, rows[at % len(rows)]))).reasons == (Reason.RESULT_EXTRA_ROWS,)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from(["1234", "1234.5", "1235", "1235.5", "1236"]), min_size=1, max_size=6),
    st.randoms(use_true_random=False),
)
def test_borders_are_matched_as_well_as_they_can_be(values, random):
    other = [random.choice(values) for _ in values]
    best = max(
        sum(close(number_key(a), number_key(b)) for a, b in zip(values, order, strict=True))
        for order in itertools.permutations(other)
    )
    found = judge(
        table("DOUBLE INT", *((each, 1) for each in values)), table("DOUBLE INT", *((each, 1) for each in other))
    )
    assert (found.verdict is Verdict.GOOD) == (best == len(values))
    if found.verdict is Verdict.BAD:
        assert found.missing_rows == len(values) - best


@settings(max_examples=250, deadline=None)
@given(st.decimals(allow_nan=False, allow_infinity=False, places=6, min_value=-10_000_000, max_value=10_000_000))
def test_rounding_to_4_digits_never_changes_a_number_for_the_judge(value):
    assume(value)
    digits = 3 - value.adjusted()
    rounded = value.quantize(Decimal(1).scaleb(-digits)) if digits < 7 else value
    assert close(cell_key(str(value), "number"), cell_key(str(rounded), "number"))
    other = value * Decimal("1.003")
    assert not close(cell_key(str(value), "number"), cell_key(str(other), "number"))


@settings(max_examples=100, deadline=None)
@given(st.datetimes())
def test_a_time_reads_the_same_however_it_is_written(at):
    assert iso(at.isoformat()) == iso(at.isoformat(sep=" ") + "Z") == iso(at.isoformat() + "+00:00")


def test_five_thousand_rows_are_judged_in_a_moment():
    rows = [(i, f"name {i}", i * 1.2345) for i in range(5_000)]
    assert judge(
        table("INT STRING DOUBLE", *rows), table("DOUBLE STRING INT", *[row[::-1] for row in reversed(rows)])
    ).permuted


def test_cells_that_differ_are_marked():
    expected, actual = (
        table("STRING INT", ("a", 1), ("b", 2), ("c", 3)),
        table("STRING INT", ("c", 3), ("b", 9), ("d", 4)),
    )
    pairs = align(expected, actual)
    assert [(p.expected, p.actual, sorted(p.differing)) for p in pairs] == [
        (("a", "1"), None, [0, 1]),
        (("b", "2"), ("b", "9"), [1]),
        (("c", "3"), ("c", "3"), []),
        (None, ("d", "4"), [0, 1]),
    ]


def test_columns_are_aligned_by_name_where_some_are_missing():
    expected = ResultTable((ResultColumn("name"), ResultColumn("n")), (("a", "1"),))
    actual = ResultTable((ResultColumn("n"),), (("1",),))
    (pair,) = align(expected, actual)
    assert pair.actual == ("1",) and pair.differing == {0}


@settings(max_examples=100, deadline=None)
@given(tables(width=2), tables(width=2))
def test_aligning_shows_every_row_once(left, right):
    pairs = align(left, right)
    assert sorted(map(repr, (p.expected for p in pairs if p.expected is not None))) == sorted(map(repr, left.rows))
    assert sorted(map(repr, (p.actual for p in pairs if p.actual is not None))) == sorted(map(repr, right.rows))


def case(key):
    return UndecidedCase(key, "q", None, None, None, None, None, ())


def test_a_model_answers_by_key_and_a_short_reply_leaves_cases_open():
    good = ModelVerdict(Verdict.GOOD, "the same")
    found = settle([case("a"), case("b"), case("c")], lambda cases: {"c": good, "zz": good})
    assert found.verdicts == {"c": good} and found.open == ("a", "b") and found.unknown == ("zz",)
    with pytest.raises(ValueError, match="share a key"):
        settle([case("a"), case("a")], lambda cases: {})
