"""Putting a metric view's meaning into a query: MEASURE(m) → its aggregate, the view → a subquery over its source."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from core.local_genie.metric_views.definition import MetricView
from core.local_genie.metric_views.inlining import Inliner
from core.local_genie.sql_errors import SqlError, column_not_found

if TYPE_CHECKING:
    from sqlglot import exp

    from core.local_genie.catalog import Catalog

MEASURE_NAMES = ("measure", "agg")

# The metric view that a table node names, with its full name; None for any other table
Lookup = Callable[["exp.Table"], "tuple[str, MetricView] | None"]


def expand(tree: "exp.Query", lookup: Lookup, catalog: "Catalog") -> None:
    """Rewrite every SELECT of the tree that reads a metric view, in place.

    Raises:
        SqlError: the query uses the view in a way that the service refuses.
    """
    from sqlglot import exp

    for select in list(tree.find_all(exp.Select)):
        _expand_select(select, lookup, catalog)
    stray = next((node for node in tree.walk() if is_measure(node)), None)
    if stray is not None:
        raise _invalid_measure(stray.sql(dialect="databricks"))


def is_measure(node: Any) -> bool:
    """Whether the node is MEASURE(…)."""
    from sqlglot import exp

    if isinstance(node, exp.Anonymous):
        return str(node.this).casefold() in MEASURE_NAMES
    return node.key == "agg"


def _expand_select(select: "exp.Select", lookup: Lookup, catalog: "Catalog") -> None:
    from sqlglot import exp

    from_ = select.args.get("from_")
    source = from_.this if from_ is not None else None
    joined = [join.this for join in select.args.get("joins") or []]
    for table in joined:
        if isinstance(table, exp.Table) and lookup(table):
            raise _no_joins()
    found = lookup(source) if isinstance(source, exp.Table) else None
    if found is None or not isinstance(source, exp.Table):
        return
    if joined or select.args.get("laterals"):
        raise _no_joins()
    _, view = found
    alias = source.alias or source.name
    inliner = Inliner(view, catalog, alias)
    _refuse_stars(select)
    own = [node for node in select.walk() if node is not select and _owner(node) is select]
    for node in [each for each in own if is_measure(each)]:
        _replace_measure(node, inliner)
    aliases = {each.alias.casefold() for each in select.expressions if isinstance(each, exp.Alias)}
    for column in [each for each in own if isinstance(each, exp.Column) and _alive(each, select)]:
        _replace_column(column, view, inliner, aliases)
    from_.set("this", inliner.subquery(alias))


def _owner(node: Any) -> Any:
    from sqlglot import exp

    above = node.parent
    while above is not None and not isinstance(above, exp.Select):
        above = above.parent
    return above


def _alive(node: Any, select: Any) -> bool:
    """Whether the node still hangs in the select, and not in an aggregate that was put in for a measure."""
    above = node
    while above is not None and above is not select:
        if above.meta.get("inlined"):
            return False
        above = above.parent
    return above is select


def _replace_measure(node: "exp.Expression", inliner: Inliner) -> None:
    from sqlglot import exp

    argument = node.expressions[0] if isinstance(node, exp.Anonymous) and node.expressions else node.this
    if not isinstance(argument, exp.Column):
        raise _invalid_measure(node.sql(dialect="databricks"))
    clause = _clause(node)
    if clause in (exp.Where, exp.Group):
        word = "WHERE" if clause is exp.Where else "GROUP BY"
        raise SqlError(
            f"[INVALID_{word.replace(' ', '_')}_CONDITION] MEASURE() is an aggregate and cannot stand in {word}; "
            "filter measures in HAVING. SQLSTATE: 42903"
        )
    text = node.sql(dialect="databricks")
    expression = inliner.measure(argument.name)
    expression.meta["inlined"] = True
    if isinstance(node.parent, exp.Select) and node.arg_key == "expressions":
        expression = exp.alias_(expression, text.replace("MEASURE", "measure", 1).replace("`", ""), quoted=True)
    node.replace(expression)


def _replace_column(column: "exp.Column", view: MetricView, inliner: Inliner, aliases: set[str]) -> None:
    from sqlglot import exp

    name = column.name
    late = _clause(column) in (exp.Order, exp.Having, exp.Qualify, exp.Group)
    if not column.table and name.casefold() in aliases and late:
        return
    if view.dimension(name):
        column.replace(inliner.dimension(name))
        return
    if view.measure(name):
        raise SqlError(
            f"[METRIC_VIEW_MISSING_MEASURE_FUNCTION] The usage of measure column [{name}] of a metric view requires a "
            "MEASURE() function to produce results. SQLSTATE: 42K0M"
        )
    if not column.table and name.casefold() in aliases:
        return
    raise column_not_found(name, [each.name for each in view.dimensions])


def _clause(node: Any) -> type | None:
    from sqlglot import exp

    kinds = (exp.Where, exp.Group, exp.Order, exp.Having, exp.Qualify)
    above = node.parent
    while above is not None and not isinstance(above, exp.Select):
        if isinstance(above, kinds) and isinstance(above.parent, exp.Select):
            return type(above)
        above = above.parent
    return None


def _refuse_stars(select: "exp.Select") -> None:
    from sqlglot import exp

    for star in select.find_all(exp.Star):
        if _owner(star) is select:
            raise SqlError(
                "[METRIC_VIEW_UNSUPPORTED_USAGE] The metric view usage is not supported: `*` is not allowed; list the "
                "dimensions and wrap each measure in MEASURE(). SQLSTATE: 0A000"
            )


def _no_joins() -> SqlError:
    return SqlError(
        "[METRIC_VIEW_JOIN_NOT_SUPPORTED] The metric view is not allowed to use joins. Query it in a CTE and join that, "
        "or put the join into its definition. SQLSTATE: 42K0N"
    )


def _invalid_measure(text: str) -> SqlError:
    return SqlError(
        f"[METRIC_VIEW_INVALID_MEASURE_FUNCTION_INPUT] {text}: MEASURE() takes one measure column of the metric view "
        "that the same SELECT reads. SQLSTATE: 42K0O"
    )
