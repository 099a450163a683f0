"""Databricks SQL gives on DuckDB what it gives on Databricks: values, not texts of SQL."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from core.local_genie.catalog import Catalog
from core.local_genie.sql_errors import SqlError
from core.local_genie.tables import Engine
from core.local_genie.translating import databricks_to_duckdb

T = "TIMESTAMP'2024-02-15 10:30:00'"
D = "DATE'2024-02-15'"  # a Thursday


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    return Catalog({}, Engine())


def value(catalog: Catalog, expression: str) -> Any:
    return catalog.query(f"SELECT {expression} AS x").rows[0][0]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        (f"date_add({D}, 15)", dt.date(2024, 3, 1)),
        (f"date_sub({D}, 15)", dt.date(2024, 1, 31)),
        ("add_months(DATE'2024-01-31', 1)", dt.date(2024, 2, 29)),
        (f"datediff(DATE'2024-03-01', {D})", 15),
        (f"datediff(MONTH, {D}, DATE'2024-03-14')", 0),
        (f"datediff(MONTH, {D}, DATE'2024-03-15')", 1),
        (f"datediff(YEAR, {D}, DATE'2025-02-14')", 0),
        (f"timestampdiff(HOUR, {T}, TIMESTAMP'2024-02-15 12:29:59')", 1),
        (f"dayofweek({D})", 5),
        (f"weekday({D})", 3),
        (f"extract(DOW FROM {D})", 5),
        ("extract(DAYOFWEEK_ISO FROM DATE'2024-02-18')", 7),
        ("dayofweek(DATE'2024-02-18')", 1),
        (f"weekofyear({D})", 7),
        (f"quarter({D})", 1),
        (f"trunc({D}, 'MM')", dt.date(2024, 2, 1)),
        (f"trunc({D}, 'YEAR')", dt.date(2024, 1, 1)),
        (f"date_trunc('MM', {D})", dt.datetime(2024, 2, 1)),
        (f"date_trunc('WEEK', {D})", dt.datetime(2024, 2, 12)),
        ("date_trunc('QUARTER', '2024-05-20')", dt.datetime(2024, 4, 1)),
        (f"last_day({D})", dt.date(2024, 2, 29)),
        (f"date_format({D}, 'yyyy-MM')", "2024-02"),
        (f"date_format({D}, 'MMMM yyyy')", "February 2024"),
        (f"date_format({D}, 'EEEE')", "Thursday"),
        (f"date_format({D}, \"yyyy-'Q'q\")", "2024-Q1"),
        (f"date_format({T}, 'HH:mm')", "10:30"),
        (f"to_char({D}, 'yyyy-MM')", "2024-02"),
        ("to_date('15.02.2024', 'dd.MM.yyyy')", dt.date(2024, 2, 15)),
        (f"months_between(DATE'2024-04-15', {D})", 2.0),
        (f"unix_timestamp({T})", 1707993000),
        (f"from_utc_timestamp({T}, 'Europe/Berlin')", dt.datetime(2024, 2, 15, 11, 30)),
        (f"{T} - INTERVAL 24 HOURS", dt.datetime(2024, 2, 14, 10, 30)),
        (f"{D} LIKE '2024-%'", True),
        (f"substring({D}, 1, 7)", "2024-02"),
        (f"{D} >= '2024-01-01'", True),
        ("lpad(7, 3, '0')", "007"),
        ("concat('Q', quarter(DATE'2024-05-01'), ' ', 2024)", "Q2 2024"),
        ("concat('a', NULL)", None),
        ("\"a text\" || '!'", "a text!"),
        ("split('a,b', ',')[1]", "b"),
        ("regexp_extract('ab12', '([a-z]+)(\\\\d+)', 2)", "12"),
        ("initcap('new york')", "New York"),
        ("7 / 2", 3.5),
        ("7 div 2", 3),
        ("try_divide(1, 0)", None),
        ("floor(2.7)", 2),
        ("ceil(2.1)", 3),
        ("round(2.5)", Decimal(3)),
        ("bround(2.5)", 2.0),
        ("pmod(-1, 3)", 2),
        ("nvl(NULL, 3)", 3),
        ("iff(1 > 2, 'a', 'b')", "b"),
        ("decode(2, 1, 'a', 2, 'b')", "b"),
        ("NULL <=> NULL", True),
        ("isnull(NULL)", True),
        ("bigint('3')", 3),
        ("try_cast('x' AS INT)", None),
        ("format_number(12345.678, 2)", "12,345.68"),
        ("array_contains(array(1, 2), 2)", True),
        ("element_at(array(1, 2), 2)", 2),
        ("size(array(1, 2))", 2),
    ],
)
def test_an_expression_has_the_value_it_has_there(catalog: Catalog, expression: str, expected: Any):
    assert value(catalog, expression) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("count_if(n > 1)", 2),
        ("count(DISTINCT g)", 2),
        ("approx_count_distinct(g)", 2),
        ("percentile(n, 0.5)", 2.0),
        ("percentile_approx(n, 0.5)", 2),
        ("median(n)", 2.0),
        ("max_by(g, n)", "b"),
        ("try_sum(n)", 6),
        ("every(n > 0)", True),
        ("any(n > 2)", True),
        ("array_join(collect_list(g), '+')", "a+a+b"),
        ("sum(n) FILTER (WHERE g = 'a')", 3),
        ("first_value(g)", "a"),
        ("any_value(g) IS NOT NULL", True),
    ],
)
def test_an_aggregate_has_the_value_it_has_there(catalog: Catalog, expression: str, expected: Any):
    found = catalog.query(f"SELECT {expression} AS x FROM VALUES (1, 'a'), (2, 'a'), (3, 'b') AS t(n, g)")
    assert found.rows[0][0] == expected


def test_nulls_sort_first_upwards_and_last_downwards(catalog: Catalog):
    for order, expected in (("n", [None, 1, 2]), ("n DESC", [2, 1, None])):
        found = catalog.query(f"SELECT n FROM VALUES (1), (NULL), (2) AS t(n) ORDER BY {order}")
        assert [row[0] for row in found.rows] == expected


def test_clauses_of_databricks_work(catalog: Catalog):
    table = "VALUES ('a', 1), ('a', 2), ('b', 3) AS t(g, n)"
    rows = catalog.query(f"SELECT g, sum(n) AS s FROM {table} GROUP BY ALL ORDER BY ALL").rows
    assert rows == [("a", 3), ("b", 3)]
    top = f"SELECT g, n FROM {table} QUALIFY row_number() OVER (PARTITION BY g ORDER BY n DESC) = 1 ORDER BY g"
    assert catalog.query(top).rows == [("a", 2), ("b", 3)]
    assert catalog.query(f"SELECT * EXCEPT (n) FROM {table} LIMIT 1").rows == [("a",)]
    assert catalog.query("SELECT n FROM VALUES (1) AS t(x) LATERAL VIEW explode(array(1, 2)) e AS n").rows == [
        (1,),
        (2,),
    ]
    assert catalog.query("SELECT id FROM range(3)").rows == [(0,), (1,), (2,)]


def test_databricks_to_duckdb_refuses_what_is_no_single_select():
    with pytest.raises(SqlError, match="UNSUPPORTED_STATEMENT"):
        databricks_to_duckdb("DELETE FROM a.b.c")
    with pytest.raises(SqlError, match="Only one statement"):
        databricks_to_duckdb("SELECT 1; SELECT 2")


@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        ("SELECT nosuch(1)", "UNRESOLVED_ROUTINE"),
        ("SELECT FROM WHERE", "PARSE_SYNTAX_ERROR"),
        ("SELECT 'unclosed", "PARSE_SYNTAX_ERROR"),
        ("SELECT * FROM a.b.c", "TABLE_OR_VIEW_NOT_FOUND"),
        ("SELECT x FROM VALUES (1) AS t(n)", "UNRESOLVED_COLUMN.WITH_SUGGESTION"),
        ("SELECT g, sum(n) FROM VALUES ('a', 1) AS t(g, n)", "MISSING_AGGREGATION"),
        ("SELECT CAST('x' AS INT)", "CAST_INVALID_INPUT"),
        ("SELECT n / 0 FROM VALUES (1) AS t(n)", "DIVIDE_BY_ZERO"),
        ("SELECT t.n FROM VALUES (1) AS t(n), VALUES (1) AS u(n) WHERE n = 1", "AMBIGUOUS_REFERENCE"),
        ("SELECT sum('a' || n) FROM VALUES (1) AS t(n)", "DATATYPE_MISMATCH.UNEXPECTED_INPUT_TYPE"),
    ],
)
def test_errors_have_the_classes_of_the_service(catalog: Catalog, sql: str, kind: str):
    with pytest.raises(SqlError) as refused:
        catalog.query(sql)
    assert refused.value.kind == kind
    assert "SQLSTATE" in str(refused.value)
