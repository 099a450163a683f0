"""SQL by statement execution: rows as strings, a cap, a deadline."""

import time

import pytest

from core.errors import AuthError, CancelledError, InputError
from core.genie.failures import Kind, Meaning
from core.genie.statements import StatementError, run_sql


def test_rows_come_with_types(genie, connect):
    genie.genie.tables["SELECT x"] = ([("a", "DECIMAL(10,2)"), ("b", "STRING")], [["1.50", None], ["2.00", "y"]])
    table = run_sql(connect(), "SELECT x")
    assert [(each.name, each.type) for each in table.columns] == [("a", "DECIMAL(10,2)"), ("b", "STRING")]
    assert table.rows == (("1.50", None), ("2.00", "y")) and not table.truncated and table.total_rows == 2


def test_more_rows_than_allowed_are_cut_and_said(genie, connect):
    genie.genie.tables["SELECT many"] = ([("a", "INT")], [[i] for i in range(20)])
    assert len(run_sql(connect(), "SELECT many", most_rows=20).rows) == 20
    assert not run_sql(connect(), "SELECT many", most_rows=20).truncated
    cut = run_sql(connect(), "SELECT many", most_rows=19)
    assert len(cut.rows) == 19 and cut.truncated


@pytest.mark.parametrize(
    ("behaviour", "kind", "meaning"),
    [
        ("statement.sql-fails", Kind.QUERY_FAILED, Meaning.WRONG),
        ("statement.warehouse-trouble", Kind.SERVER_ERROR, Meaning.NOT_MEASURED),
        ("statement.running+poll.running", Kind.TIMED_OUT, Meaning.NOT_MEASURED),
    ],
)
def test_failures_tell_sql_and_warehouse_apart(genie, connect, behaviour, kind, meaning):
    begun = time.monotonic()
    with pytest.raises(StatementError) as raised:
        run_sql(connect(behaviour, timing={"statement_s": 0.4}), "SELECT 1")
    assert (raised.value.failure.kind, raised.value.failure.meaning) == (kind, meaning)
    assert time.monotonic() - begun < 3
    assert bool(genie.requests("cancel")) == (kind is Kind.TIMED_OUT), "what runs too long is cancelled"


def test_a_statement_is_polled_until_it_ends(genie, connect):
    assert run_sql(connect("statement.running"), "SELECT 1").rows == (("1",),)


def test_a_stop_cancels_the_statement(genie, connect):
    with pytest.raises(CancelledError):
        run_sql(connect("statement.running+poll.running"), "SELECT 1", stop=lambda: len(genie.requests("poll")) > 3)
    assert genie.requests("cancel")


def test_no_sql_and_no_right_are_told(connect):
    with pytest.raises(InputError, match="no SQL"):
        run_sql(connect(), " ")
    with pytest.raises(AuthError):
        run_sql(connect("statement.403"), "SELECT 1")
