"""Metric views: their YAML read and checked, and queries over them compiled to DuckDB.

`MEASURE(m)` is replaced by the measure's aggregate over a subquery that holds the dimensions and the source columns that
the used measures need. What is not offered here: window measures, parameters, and a metric view as another's source.
"""

from typing import TYPE_CHECKING

from core.local_genie.metric_views.definition import Dimension, Join, Measure, MetricView
from core.local_genie.metric_views.parsing import CreateMetricView, parse, read_create
from core.local_genie.metric_views.validating import validate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from core.local_genie.catalog import Catalog

__all__ = [
    "CreateMetricView",
    "Dimension",
    "Join",
    "Measure",
    "MetricView",
    "compile_select",
    "parse",
    "read_create",
    "validate",
]


def compile_select(sql: str, metric_views: "Mapping[str, MetricView]", catalog: "Catalog") -> str:
    """The DuckDB text of one Databricks SELECT that may read metric views, by their full names, and tables.

    Raises:
        SqlError: what the service would refuse: `SELECT *`, a join, a measure without MEASURE(), an unknown name, …
    """
    from core.local_genie.compiling import compile_query

    return compile_query(sql, catalog, metric_views=metric_views).sql
