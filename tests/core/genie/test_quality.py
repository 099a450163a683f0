"""The quality check finds benchmarks that cannot measure, before a question is spent on them."""

import pytest

from core.errors import CancelledError, ServiceTimeoutError
from core.genie.benchmarks import check_quality
from core.genie.reading_sql import normal_sql, only_reads, same_sql, why_not_run
from core.genie.results import ResultColumn, ResultTable
from core.genie.spaces import parse
from core.genie.statements import run_sql


def rows(*values, truncated=False):
    return ResultTable((ResultColumn("n", "INT"),), tuple((each,) for each in values), truncated)


def found(report, id_=None):
    return {(each.check, each.level) for each in report.findings if id_ in (None, each.benchmark_id)}


def test_good_benchmarks_have_no_finding(benchmark):
    report = check_quality([benchmark(1), benchmark(2, "How much?", "SELECT 10")], lambda sql: rows("1", "2"))
    assert report.findings == () and report.usable == report.total == 2 and set(report.rows.values()) == {2}


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (rows(), ("not_empty", "error")),
        (rows(None), ("not_empty", "warning")),
        (rows(*"12", truncated=True), ("not_too_large", "error")),
        (rows(*map(str, range(5_001))), ("not_too_large", "error")),
    ],
)
def test_what_the_sql_gives_is_looked_at(benchmark, table, expected):
    assert expected in found(check_quality([benchmark()], lambda sql: table))


def test_sql_that_fails_or_takes_too_long_is_an_error_and_trouble_of_the_service_is_not(genie, connect, benchmark):
    ones = [benchmark(1, "a?", "SELECT x FROM nowhere"), benchmark(2, "b?", "SELECT 7")]
    client = connect()
    report = check_quality(ones, lambda sql: run_sql(client, sql))
    assert [(each.benchmark_id, each.check, each.level) for each in report.findings] == [(ones[0].id, "runs", "error")]
    assert "TABLE_OR_VIEW_NOT_FOUND" in report.findings[0].sentence and report.usable == 1
    client = connect("statement.running+poll.running", timing={"statement_s": 0.2})
    assert found(check_quality(ones[1:], lambda sql: run_sql(client, sql))) == {("runs", "error")}
    client = connect("statement.500")
    assert found(check_quality(ones[1:], lambda sql: run_sql(client, sql))) == {("runs", "not_checked")}


def test_order_is_expected_where_the_question_asks_for_it(benchmark):
    run = lambda sql: rows("1")  # noqa: E731
    assert found(check_quality([benchmark(1, "Top 5 customers", "SELECT n FROM t")], run)) == {("ordered", "warning")}
    assert found(check_quality([benchmark(1, "Some customers", "SELECT n FROM t LIMIT 5")], run)) == {
        ("ordered", "error")
    }
    assert found(check_quality([benchmark(1, "Top 5", "SELECT n FROM t ORDER BY n LIMIT 5")], run)) == set()
    assert found(check_quality([benchmark(1, "Which is the most frequent?", "SELECT max(n) FROM t")], run)) == set()


def test_duplicates_are_found_however_they_are_spelt(benchmark):
    ones = [
        benchmark(1, "How many orders?", "SELECT count(*) FROM t"),
        benchmark(2, "how many  ORDERS", "SELECT 2"),
        benchmark(3, "Number of orders", "select COUNT(*) -- all\nfrom t;"),
    ]
    report = check_quality(ones, lambda sql: rows("1"))
    assert found(report, ones[1].id) == {("no_duplicate", "error")} and "other SQL" in report.findings[0].sentence
    assert found(report, ones[2].id) == {("no_duplicate", "warning")} and found(report, ones[0].id) == set()


def test_a_copy_in_an_example_is_found(definition, benchmark):
    example = "SELECT SUM(amount) FROM main.sales.orders WHERE year(at) = :year"
    ones = [
        benchmark(1, "Revenue in a year", "SELECT 1"),
        benchmark(2, "Other", example),
        benchmark(3, "Third", "SELECT 3"),
    ]
    report = check_quality(ones, lambda sql: rows("1"), space=parse(definition))
    assert {each.benchmark_id for each in report.findings} == {ones[0].id, ones[1].id}
    assert found(report) == {("not_an_example", "error")}


def test_sql_that_changes_something_is_not_run(benchmark):
    def run(sql):
        raise AssertionError("it ran")

    assert found(check_quality([benchmark(sql="DROP TABLE t")], run)) == {("reads_only", "error")}


@pytest.mark.parametrize(
    ("sql", "reads"),
    [
        ("SELECT 1", True),
        ("WITH x AS (SELECT 1 AS a) SELECT * FROM x;", True),
        ("SELECT `Region`, MEASURE(revenue) FROM a.b.mv GROUP BY ALL", True),
        ("SELECT 'drop table t'", True),
        ("VALUES (1), (2)", True),
        ("SELECT 1; DROP TABLE t", False),
        ("DROP TABLE t", False),
        ("INSERT INTO t SELECT 1", False),
        ("WITH x AS (SELECT 1) INSERT INTO t SELECT * FROM x", False),
        ("CREATE OR REPLACE VIEW v AS SELECT 1", False),
        ("SET x = 1", False),
        ("SELECT °° FROM t", True),
        ("SELECT °° FROM t; DELETE FROM t", False),
        ("", False),
    ],
)
def test_only_one_reading_statement_is_run(sql, reads):
    assert only_reads(sql) == reads
    assert (why_not_run(sql) is None) == reads


def test_sql_that_is_not_run_says_where_it_goes_wrong():
    assert "begins with “SELEC”" in (why_not_run("SELEC COUNT(*) FROM a") or "")
    assert "begins with “DROP”" in (why_not_run("-- tidy\nDROP TABLE a") or "")
    assert "begins" not in (why_not_run("SELECT 1; DROP TABLE a") or "begins")


def test_sql_is_the_same_but_for_its_spelling():
    assert same_sql("select a from t", "SELECT  a\nFROM t; -- x") and not same_sql("SELECT a FROM t", "SELECT b FROM t")
    assert normal_sql("select a from t") == normal_sql("SELECT a /* x */ FROM t;")


def test_checking_can_be_stopped_and_tells_as_it_goes(benchmark):
    told = []
    with pytest.raises(CancelledError):
        check_quality(
            [benchmark(i, f"q{i}", f"SELECT {i}") for i in (1, 2, 3)],
            lambda sql: rows("1"),
            on_checked=lambda b, f: told.append(b.id),
            stop=lambda: len(told) == 2,
        )
    assert len(told) == 2


def test_a_time_out_of_the_connection_is_not_the_benchmarks_fault_alone(benchmark):
    def run(sql):
        raise ServiceTimeoutError("No answer in time.", service="x", retryable=True)

    assert found(check_quality([benchmark()], run)) == {("runs", "error")}
