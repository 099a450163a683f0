"""Checking a metric view before it is kept: what the service would refuse, all faults at once."""

from typing import TYPE_CHECKING

from core.local_genie.metric_views.definition import MetricView
from core.local_genie.metric_views.inlining import Inliner, parse_expression, source_columns
from core.local_genie.sql_errors import SqlError

if TYPE_CHECKING:
    from core.local_genie.catalog import Catalog

VERSIONS = ("0.1", "1.0", "1.1", "2.0")


def validate(view: MetricView, catalog: "Catalog") -> list[str]:
    """Every fault of the view, as sentences of the service's kind; an empty list if it can be created."""
    faults = [*_shape(view), *_expressions(view)]
    sources_stand = True
    for source in (view.source, *(join.source for _, join in view.all_joins())):
        try:
            source_columns(source, catalog)
        except SqlError as error:
            faults.append(str(error))
            sources_stand = False
    if sources_stand and not faults:
        faults += _resolving(view, catalog)
    if not faults:
        faults += _running(view, catalog)
    return list(dict.fromkeys(faults))


def _shape(view: MetricView) -> list[str]:
    faults = []
    if view.version not in VERSIONS:
        faults.append(f"Unsupported version '{view.version}'; use one of {', '.join(VERSIONS)}.")
    if not view.measures and not view.dimensions:
        faults.append("A metric view needs at least one dimension or measure.")
    seen: set[str] = set()
    for each in (*view.dimensions, *view.measures):
        if each.name.casefold() in seen:
            faults.append(f"The name '{each.name}' is used by more than one dimension or measure.")
        seen.add(each.name.casefold())
    names = [join.name.casefold() for _, join in view.all_joins()]
    for name in {each for each in names if names.count(each) > 1 or each == "source"}:
        faults.append(f"The join name '{name}' is used twice, or is 'source'.")
    return faults


def _expressions(view: MetricView) -> list[str]:
    """Syntax, aggregates where they belong, and nowhere else."""
    from sqlglot import exp

    from core.local_genie.metric_views.expanding import is_measure

    faults = []
    for dimension in view.dimensions:
        try:
            tree = parse_expression(dimension.expr, f"dimension '{dimension.name}'")
        except SqlError as error:
            faults.append(str(error))
            continue
        if tree.find(exp.AggFunc) or any(is_measure(node) for node in tree.walk()):
            faults.append(f"Dimension '{dimension.name}' contains an aggregate: {dimension.expr}. Make it a measure.")
    for measure in view.measures:
        try:
            tree = parse_expression(measure.expr, f"measure '{measure.name}'")
        except SqlError as error:
            faults.append(str(error))
            continue
        if not tree.find(exp.AggFunc) and not any(is_measure(node) for node in tree.walk()):
            faults.append(f"Measure '{measure.name}' is not an aggregate: {measure.expr}. Use SUM, COUNT, AVG, …")
        if tree.find(exp.Window):
            faults.append(f"Measure '{measure.name}' uses a window function, which is not supported in a measure.")
    if view.filter:
        try:
            tree = parse_expression(view.filter, "filter")
            if tree.find(exp.AggFunc):
                faults.append("The filter contains an aggregate.")
        except SqlError as error:
            faults.append(str(error))
    return faults


def _resolving(view: MetricView, catalog: "Catalog") -> list[str]:
    faults = []
    for kind, names in (
        ("dimension", [each.name for each in view.dimensions]),
        ("measure", [each.name for each in view.measures]),
    ):
        for name in names:
            try:
                getattr(Inliner(view, catalog, "mv"), kind)(name)
            except SqlError as error:
                faults.append(f"{kind.capitalize()} '{name}': {error}")
    try:
        Inliner(view, catalog, "mv").subquery("mv")
    except SqlError as error:
        faults.append(str(error))
    return faults


def _running(view: MetricView, catalog: "Catalog") -> list[str]:
    """Bind the whole view once, over no rows, so that types that do not fit are found now."""
    parts = [f"`{each.name.replace('`', '``')}`" for each in view.dimensions]
    parts += [f"MEASURE(`{each.name.replace('`', '``')}`)" for each in view.measures]
    sql = f"SELECT {', '.join(parts)} FROM `local`.`check`.`mv` GROUP BY ALL LIMIT 0"
    try:
        catalog.bind(sql, {"local.check.mv": view})
    except SqlError as error:
        return [str(error)]
    return []
