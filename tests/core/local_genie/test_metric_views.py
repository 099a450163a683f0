"""Metric views: the YAML read and checked, and queries over them equal to the SQL that a person would write."""

from pathlib import Path

import pytest

from core.local_genie import metric_views
from core.local_genie.catalog import Catalog
from core.local_genie.sql_errors import SqlError
from core.local_genie.tables import Engine, find_file, store_table

VIEW = """
version: 1.1
comment: Turnover of orders
source: main.sales.orders
filter: amount > 3
joins:
  - name: customers
    source: main.sales.customers
    on: source.customer_id = customers.customer_id
    joins:
      - name: zones
        source: main.sales.zones
        using: [region]
dimensions:
  - name: Region
    expr: customers.region
    display_name: Sales region
    synonyms: [area, zone]
  - name: Month
    expr: date_trunc('MONTH', order_date)
  - name: amount
    expr: CASE WHEN source.amount > 100 THEN 'big' ELSE 'small' END
  - name: Band and region
    expr: concat(Region, '/', `Month`)
  - name: Manager
    expr: customers.zones.manager
measures:
  - name: total_revenue
    expr: SUM(amount)
    synonyms: [turnover]
  - name: orders
    expr: COUNT(1)
  - name: average
    expr: MEASURE(total_revenue) / MEASURE(orders)
  - name: open_share
    expr: COUNT(*) FILTER (WHERE status = 'open') / COUNT(*)
  - name: northern
    expr: SUM(CASE WHEN Region = 'North' THEN amount END)
  - name: buyers
    expr: COUNT(DISTINCT customer_id)
"""
FROM = """
FROM main.sales.orders o
LEFT JOIN main.sales.customers c ON o.customer_id = c.customer_id
LEFT JOIN main.sales.zones z ON c.region = z.region
WHERE o.amount > 3
"""


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory, tables_dir: Path) -> Catalog:
    folder = tmp_path_factory.mktemp("metric_views")
    (folder / "zones.csv").write_text("region,manager\nNorth,Ada\nSouth,Bo\n")
    stored = {
        f"main.sales.{name}": store_table(find_file(source, name), folder / "stored")
        for source, name in ((tables_dir, "orders"), (tables_dir, "customers"), (folder, "zones"))
    }
    return Catalog(stored, Engine())


@pytest.fixture(scope="module")
def catalog(tables: Catalog) -> Catalog:
    stored = {each.identifier: tables.stored(each.identifier) for each in tables.tables}
    return Catalog(stored, Engine(), {"main.sales.mv": metric_views.parse(VIEW)})


@pytest.mark.parametrize(
    ("over_the_view", "by_hand"),
    [
        (
            "SELECT `Region`, MEASURE(total_revenue) FROM main.sales.mv GROUP BY ALL",
            f"SELECT c.region, sum(o.amount) {FROM} GROUP BY c.region",
        ),
        ("SELECT MEASURE(orders) FROM main.sales.mv", f"SELECT count(*) {FROM}"),
        (
            "SELECT region, measure(average) AS a FROM main.sales.mv GROUP BY region ORDER BY a DESC",
            f"SELECT c.region, sum(o.amount) / count(*) AS a {FROM} GROUP BY 1 ORDER BY a DESC",
        ),
        (
            "SELECT m.`Month`, MEASURE(m.open_share) FROM main.sales.mv AS m WHERE m.`Month` >= '2024-06-01' GROUP BY 1",
            "SELECT date_trunc('MONTH', o.order_date), "
            f"sum(CASE WHEN status = 'open' THEN 1 ELSE 0 END) / count(*) {FROM} "
            "AND date_trunc('MONTH', o.order_date) >= '2024-06-01' GROUP BY 1",
        ),
        (
            "SELECT amount, MEASURE(total_revenue) FROM main.sales.mv GROUP BY amount",
            f"SELECT CASE WHEN o.amount > 100 THEN 'big' ELSE 'small' END AS a, sum(o.amount) {FROM} GROUP BY 1",
        ),
        ("SELECT MEASURE(northern) AS n FROM main.sales.mv", f"SELECT sum(o.amount) {FROM} AND c.region = 'North'"),
        (
            "SELECT Manager, MEASURE(buyers) FROM main.sales.mv GROUP BY ALL HAVING MEASURE(orders) > 50",
            f"SELECT z.manager, count(DISTINCT o.customer_id) {FROM} GROUP BY 1 HAVING count(*) > 50",
        ),
        (
            "SELECT `Band and region`, MEASURE(orders) FROM main.sales.mv GROUP BY ALL ORDER BY MEASURE(orders) DESC, 1 LIMIT 3",
            f"SELECT concat(c.region, '/', date_trunc('MONTH', o.order_date)) AS b, count(*) {FROM} "
            "GROUP BY 1 ORDER BY count(*) DESC, 1 LIMIT 3",
        ),
        (
            "WITH t AS (SELECT Region AS r, MEASURE(orders) AS n FROM main.sales.mv GROUP BY 1) "
            "SELECT z.manager, t.n FROM t JOIN main.sales.zones z ON z.region = t.r",
            f"SELECT z.manager, count(*) {FROM} GROUP BY 1",
        ),
        (
            "SELECT Region, round(100 * MEASURE(orders) / sum(MEASURE(orders)) OVER (), 2) AS share FROM main.sales.mv GROUP BY 1",
            f"SELECT c.region, round(100 * count(*) / (SELECT count(*) {FROM}), 2) {FROM} GROUP BY 1",
        ),
        (
            "SELECT Region FROM main.sales.mv GROUP BY Region",
            f"SELECT DISTINCT c.region {FROM}",
        ),
        (
            "SELECT 'all' AS what, MEASURE(orders) AS n FROM main.sales.mv "
            "UNION ALL SELECT Region, MEASURE(orders) FROM main.sales.mv GROUP BY Region",
            f"SELECT 'all', count(*) {FROM} UNION ALL SELECT c.region, count(*) {FROM} GROUP BY c.region",
        ),
    ],
)
def test_a_query_over_the_view_equals_the_sql_written_by_hand(catalog: Catalog, over_the_view: str, by_hand: str):
    found, wanted = catalog.query(over_the_view), catalog.query(by_hand)
    if "ORDER BY" not in over_the_view:
        found, wanted = (sorted(map(repr, each.rows)) for each in (found, wanted))
        assert found == wanted
        return
    assert found.rows == wanted.rows
    assert len(found.rows) > 0


@pytest.mark.parametrize(
    ("sql", "kind"),
    [
        ("SELECT * FROM main.sales.mv", "METRIC_VIEW_UNSUPPORTED_USAGE"),
        ("SELECT mv.* FROM main.sales.mv", "METRIC_VIEW_UNSUPPORTED_USAGE"),
        ("SELECT count(*) FROM main.sales.mv", "METRIC_VIEW_UNSUPPORTED_USAGE"),
        ("SELECT total_revenue FROM main.sales.mv", "METRIC_VIEW_MISSING_MEASURE_FUNCTION"),
        ("SELECT sum(total_revenue) FROM main.sales.mv", "METRIC_VIEW_MISSING_MEASURE_FUNCTION"),
        ("SELECT MEASURE(Region) FROM main.sales.mv", "METRIC_VIEW_INVALID_MEASURE_FUNCTION_INPUT"),
        ("SELECT MEASURE(1) FROM main.sales.mv", "METRIC_VIEW_INVALID_MEASURE_FUNCTION_INPUT"),
        ("SELECT MEASURE(amount) FROM main.sales.orders", "METRIC_VIEW_INVALID_MEASURE_FUNCTION_INPUT"),
        ("SELECT MEASURE(nope) FROM main.sales.mv", "UNRESOLVED_COLUMN.WITH_SUGGESTION"),
        ("SELECT status FROM main.sales.mv", "UNRESOLVED_COLUMN.WITH_SUGGESTION"),
        ("SELECT Region FROM main.sales.mv WHERE status = 'open'", "UNRESOLVED_COLUMN.WITH_SUGGESTION"),
        ("SELECT Region FROM main.sales.mv WHERE MEASURE(orders) > 1", "INVALID_WHERE_CONDITION"),
        ("SELECT Region, MEASURE(orders) FROM main.sales.mv", "MISSING_AGGREGATION"),
        (
            "SELECT Region FROM main.sales.mv JOIN main.sales.zones z ON z.region = Region",
            "METRIC_VIEW_JOIN_NOT_SUPPORTED",
        ),
        (
            "SELECT z.manager FROM main.sales.zones z JOIN main.sales.mv m ON m.Region = z.region",
            "METRIC_VIEW_JOIN_NOT_SUPPORTED",
        ),
    ],
)
def test_a_use_that_the_service_refuses_is_refused_in_its_words(catalog: Catalog, sql: str, kind: str):
    with pytest.raises(SqlError) as refused:
        catalog.query(sql)
    assert refused.value.kind == kind


def test_compiling_names_columns_as_the_service_does(catalog: Catalog):
    found = catalog.query("SELECT `Region`, MEASURE(total_revenue), MEASURE(orders) AS n FROM main.sales.mv GROUP BY 1")
    assert found.columns == ["Region", "measure(total_revenue)", "n"]


def test_compile_select_gives_duckdb_text_without_measure(tables: Catalog):
    view = metric_views.parse(VIEW)
    sql = metric_views.compile_select("SELECT MEASURE(orders) FROM a.b.mv", {"a.b.mv": view}, tables)
    assert "MEASURE" not in sql.replace("measure(orders)", "").upper()


def test_a_valid_view_has_no_faults(tables: Catalog):
    assert metric_views.validate(metric_views.parse(VIEW), tables) == []


def test_the_bare_key_on_is_read_although_yaml_takes_it_for_true():
    (join,) = metric_views.parse(VIEW).joins
    assert join.on == "source.customer_id = customers.customer_id"
    assert join.joins[0].using == ("region",)


def test_the_newer_key_fields_means_dimensions():
    assert metric_views.parse(VIEW.replace("dimensions:", "fields:")).dimensions == metric_views.parse(VIEW).dimensions


def test_a_select_may_be_the_source(tables: Catalog):
    view = metric_views.parse(
        "version: 1.1\nsource: SELECT * FROM main.sales.orders WHERE status = 'open'\n"
        "dimensions:\n  - {name: Who, expr: customer_id}\nmeasures:\n  - {name: n, expr: COUNT(*)}\n"
    )
    assert metric_views.validate(view, tables) == []
    stored = {each.identifier: tables.stored(each.identifier) for each in tables.tables}
    catalog = Catalog(stored, Engine(), {"a.b.c": view})
    assert catalog.query("SELECT MEASURE(n) FROM a.b.c").rows == [(67,)]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("SUM(amount)", "SUM(nope)"), "`nope` cannot be resolved"),
        (("SUM(amount)", "amount + 1"), "Measure 'total_revenue' is not an aggregate"),
        (("SUM(amount)", "SUM("), "PARSE_SYNTAX_ERROR"),
        (("SUM(amount)", "SUM(upper(status))"), "DATATYPE_MISMATCH"),
        (("customers.region", "MAX(customers.region)"), "Dimension 'Region' contains an aggregate"),
        (("customers.region", "elsewhere.region"), "`elsewhere.region` cannot be resolved"),
        (("customers.region", "customers.nope"), "`customers.nope` cannot be resolved"),
        (("source: main.sales.orders", "source: main.sales.nope"), "TABLE_OR_VIEW_NOT_FOUND"),
        (("version: 1.1", "version: 7"), "Unsupported version '7'"),
        (("- name: orders", "- name: total_revenue"), "used by more than one"),
        (("amount > 3", "SUM(amount) > 3"), "filter contains an aggregate"),
        (("MEASURE(total_revenue) /", "MEASURE(average) /"), "in a circle"),
        (("COUNT(1)", "SUM(1) OVER ()"), "window function"),
    ],
)
def test_what_the_service_would_refuse_is_found(tables: Catalog, change: tuple[str, str], says: str):
    faults = metric_views.validate(metric_views.parse(VIEW.replace(*change, 1)), tables)
    assert any(says in fault for fault in faults), faults


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "mapping"),
        ("- a\n- b", "mapping"),
        ("version: 1.1\nsource: [", "Failed to parse YAML at line"),
        ("version: 1.1\nmeasures: []", "Missing required field 'source'"),
        ("version: 1.1\nsource: a.b.c\nmeasures: [{expr: COUNT(1)}]", "Missing required field 'name'"),
        ("version: 1.1\nsource: a.b.c\nmeasures: [{name: n}]", "Missing required field 'expr'"),
        ("version: 1.1\nsource: a.b.c\nmeasures: 7", "measures must be a list"),
        ("version: 1.1\nsource: a.b.c\nmetrics: []", "Unrecognized field 'metrics'"),
        ("version: 1.1\nsource: a.b.c\nmeasures: [{name: n, expr: COUNT(1), window: []}]", "window"),
        ("version: 1.1\nsource: a.b.c\njoins: [{name: j, source: d.e.f}]", "exactly one of on and using"),
        ("a: &a [x]\nb: [*a, *a]", "anchors"),
        ("x" * 300_000, "limit"),
    ],
)
def test_a_text_that_is_no_metric_view_is_refused(text: str, says: str):
    with pytest.raises(SqlError, match=r"METRIC_VIEW_INVALID_VIEW_DEFINITION") as refused:
        metric_views.parse(text)
    assert says in str(refused.value)


def test_expressions_with_stars_and_ampersands_are_no_anchors():
    view = metric_views.parse(
        "version: 1.1\nsource: a.b.c\nfilter: a & 1 = 1\nmeasures:\n  - name: R&D *all*\n    expr: COUNT(*) * 2\n"
    )
    assert (view.measures[0].name, view.measures[0].expr) == ("R&D *all*", "COUNT(*) * 2")


@pytest.mark.parametrize(
    ("sql", "name"),
    [
        ("CREATE OR REPLACE VIEW a.b.c WITH METRICS LANGUAGE YAML AS $$x$$", ("a", "b", "c")),
        ("create view `a b`.`c``d`.e\nwith metrics\nlanguage yaml\ncomment 'it'\nas\n$$\nx\n$$;", ("a b", "c`d", "e")),
        ("-- made by hand\nCREATE VIEW IF NOT EXISTS v WITH METRICS LANGUAGE YAML AS $$x$$", ("v",)),
    ],
)
def test_the_create_statement_is_caught(sql: str, name: tuple[str, ...]):
    created = metric_views.read_create(sql)
    assert (created.name, created.yaml.strip()) == (name, "x")


@pytest.mark.parametrize(
    "sql", ["SELECT 'WITH METRICS'", "CREATE VIEW a AS SELECT 1", "CREATE VIEW a AS $$with metrics$$"]
)
def test_other_statements_are_not_taken_for_it(sql: str):
    assert metric_views.read_create(sql) is None


@pytest.mark.parametrize(
    "sql", ["CREATE VIEW a WITH METRICS AS $$x$$", "CREATE VIEW a WITH METRICS LANGUAGE YAML AS 'x'"]
)
def test_a_create_statement_that_is_not_whole_is_a_syntax_error(sql: str):
    with pytest.raises(SqlError, match="PARSE_SYNTAX_ERROR"):
        metric_views.read_create(sql)


def test_values_of_a_dimension_are_read_as_those_of_a_column(catalog: Catalog):
    assert catalog.values("main.sales.mv", "Region") == ["North", "South"]
    assert catalog.values("main.sales.customers", "region") == ["South", "North"]
    assert catalog.values("main.sales.customers", "region", 1) == ["South"]
