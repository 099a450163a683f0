"""Metric views are read from YAML, checked, and created only without faults."""

import pytest

from core.errors import InputError
from core.genie.metric_views import create_statement, drop_statement, metric_view_faults, parse_metric_view

GOOD = """
version: 1.1
source: main.sales.orders
filter: status <> 'cancelled'
joins:
  - name: customer
    source: main.sales.customers
    on: source.customer_id = customer.id
    joins:
      - name: region
        source: main.sales.regions
        using: [region_id]
dimensions:
  - name: Region
    expr: customer.region
    synonyms: [area]
measures:
  - name: total_revenue
    expr: sum(amount)
    display_name: Total revenue
"""


def test_a_definition_is_read_with_its_on_keys():
    view = parse_metric_view(GOOD)
    assert (view.version, view.source, view.joins) == ("1.1", "main.sales.orders", ("customer", "customer.region"))
    assert view.data["joins"][0]["on"] == "source.customer_id = customer.id" and True not in view.data["joins"][0]
    assert view.dimensions[0].synonyms == ("area",) and view.measures[0].display_name == "Total revenue"
    assert metric_view_faults(GOOD) == ()


def test_newer_definitions_call_dimensions_fields():
    assert parse_metric_view(GOOD.replace("dimensions:", "fields:")).dimensions[0].name == "Region"


def test_the_statements():
    sql = create_statement("main.sales.revenue", GOOD)
    assert sql.startswith("CREATE OR REPLACE VIEW main.sales.revenue WITH METRICS LANGUAGE YAML AS $$\nversion: 1.1\n")
    assert sql.endswith("\n$$") and sql.count("$$") == 2
    assert drop_statement("`my cat`.sales.revenue") == "DROP VIEW IF EXISTS `my cat`.sales.revenue"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda t: t.replace("version: 1.1", "version: 7"), "version is “7”"),
        (lambda t: t.replace("source: main.sales.orders\n", ""), "no source"),
        (lambda t: t.split("measures:")[0], "no measure"),
        (lambda t: t.replace("name: total_revenue", "name: region"), "stands twice"),
        (lambda t: t.replace("    expr: sum(amount)\n", ""), "“total_revenue” has no expr"),
        (lambda t: t.replace("    on: source.customer_id = customer.id\n", ""), "“customer” needs either"),
        (lambda t: t.replace("        using: [region_id]\n", ""), "“region” needs either"),
        (lambda t: t + "x: [", "not YAML. Line"),
        (lambda t: "[1, 2]", "no YAML object"),
        (lambda t: t.replace("sum(amount)", "sum($$x)"), "contains"),
    ],
)
def test_nothing_with_faults_is_created(change, says):
    with pytest.raises(InputError, match=says):
        create_statement("main.sales.revenue", change(GOOD))


@pytest.mark.parametrize("name", ["revenue", "a.b", "a.b.c.d", "a.b.c; DROP TABLE x", "a.b.`c`$$", ""])
def test_a_name_has_three_parts_and_nothing_else(name):
    for statement in (drop_statement, lambda each: create_statement(each, GOOD)):
        with pytest.raises(InputError, match="no name"):
            statement(name)
