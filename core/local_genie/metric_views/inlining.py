"""The subquery that stands for a metric view in one SELECT, and the expressions that refer to it.

The subquery gives each used dimension under its name, and each source column that a used measure reads under a hidden
name, so that a dimension named like a source column cannot change what a measure adds up.
"""

from typing import TYPE_CHECKING, Any

from core.local_genie.metric_views.definition import MetricView
from core.local_genie.sql_errors import SqlError, column_not_found, syntax_error

if TYPE_CHECKING:
    from sqlglot import exp

    from core.local_genie.catalog import Catalog

_SOURCE = "source"


class Inliner:
    """Collects what one SELECT needs of a view. Ask for dimensions and measures first, for the subquery last."""

    def __init__(self, view: MetricView, catalog: "Catalog", alias: str) -> None:
        self._view = view
        self._alias = alias
        self._columns = source_columns(view.source, catalog)
        self._joined = {join.name.casefold(): source_columns(join.source, catalog) for _, join in view.all_joins()}
        self._names = {join.name.casefold(): join.name for _, join in view.all_joins()}
        self._shown: dict[str, Any] = {}
        self._hidden: dict[str, str] = {}
        self._hidden_expressions: dict[str, Any] = {}

    def dimension(self, name: str) -> "exp.Expression":
        """A reference to a dimension of the subquery."""
        from sqlglot import exp

        dimension = self._view.dimension(name)
        if dimension is None:
            raise column_not_found(name, [each.name for each in self._view.dimensions])
        self._shown[dimension.name] = self._dimension_expression(dimension.name, ())
        return exp.column(
            exp.to_identifier(dimension.name, quoted=True), table=exp.to_identifier(self._alias, quoted=True)
        )

    def measure(self, name: str, path: tuple[str, ...] = ()) -> "exp.Expression":
        """The aggregate of a measure over the hidden columns of the subquery."""
        from sqlglot import exp

        from core.local_genie.metric_views.expanding import is_measure

        measure = self._view.measure(name)
        if measure is None:
            if self._view.dimension(name):
                raise SqlError(
                    f"[METRIC_VIEW_INVALID_MEASURE_FUNCTION_INPUT] The column [{name}] is a dimension; MEASURE() takes "
                    "measure columns only. SQLSTATE: 42K0O"
                )
            raise column_not_found(name, [each.name for each in self._view.measures])
        if measure.name in path:
            raise SqlError(
                f"[METRIC_VIEW_INVALID_VIEW_DEFINITION] The measures {' → '.join([*path, measure.name])} refer to each "
                "other in a circle. SQLSTATE: 42K0L"
            )
        tree = exp.Paren(this=parse_expression(measure.expr, f"measure {measure.name}"))
        for node in [each for each in tree.walk() if is_measure(each)]:
            inner = node.expressions[0] if isinstance(node, exp.Anonymous) and node.expressions else node.this
            if not isinstance(inner, exp.Column):
                raise syntax_error(node.sql(dialect="databricks"))
            below = self.measure(inner.name, (*path, measure.name))
            below.meta["inlined"] = True
            node.replace(below)
        for column in [each for each in tree.find_all(exp.Column) if not _inside_inlined(each, tree)]:
            column.replace(self._hide(column))
        return tree

    def subquery(self, alias: str) -> "exp.Subquery":
        """The subquery that takes the view's place in FROM."""
        from sqlglot import exp

        shown = [exp.alias_(tree.copy(), name, quoted=True) for name, tree in self._shown.items()]
        hidden = [exp.alias_(tree.copy(), name, quoted=True) for name, tree in self._hidden_expressions.items()]
        one = exp.alias_(exp.Literal.number(1), "__row", quoted=True)
        select = exp.Select(expressions=[*shown, *hidden] or [one])
        select = select.from_(_relation(self._view.source, _SOURCE), copy=False)
        for parent, join in self._view.all_joins():
            select = select.join(
                _relation(join.source, join.name), on=self._condition(parent, join), join_type="left", copy=False
            )
        if self._view.filter:
            select = select.where(self._resolved(parse_expression(self._view.filter, "filter"), ()), copy=False)
        return select.subquery(exp.to_identifier(alias, quoted=True), copy=False)

    def check(self) -> None:
        """Resolve every expression of the view once, used or not.

        Raises:
            SqlError: one of them names something that is not there.
        """
        for dimension in self._view.dimensions:
            self.dimension(dimension.name)
        for measure in self._view.measures:
            self.measure(measure.name)
        self.subquery(self._alias)

    def _condition(self, parent: str, join: Any) -> "exp.Expression":
        from sqlglot import exp

        if join.on:
            return self._resolved(parse_expression(join.on, f"join {join.name}"), (), strict=False)
        equal = [exp.EQ(this=_column(column, parent), expression=_column(column, join.name)) for column in join.using]
        return exp.and_(*equal)

    def _dimension_expression(self, name: str, path: tuple[str, ...]) -> "exp.Expression":
        dimension = self._view.dimension(name)
        assert dimension is not None
        if name in path:
            raise SqlError(
                f"[METRIC_VIEW_INVALID_VIEW_DEFINITION] The dimension {name} refers to itself. SQLSTATE: 42K0L"
            )
        return self._resolved(parse_expression(dimension.expr, f"dimension {name}"), (*path, name))

    def _resolved(self, tree: Any, path: tuple[str, ...], *, strict: bool = True) -> "exp.Expression":
        """The expression with each column qualified by the source or a join; other dimensions are written out."""
        from sqlglot import exp

        root = exp.Paren(this=tree)
        for column in list(root.find_all(exp.Column)):
            column.replace(self._resolve(column, path, strict=strict))
        return root.this

    def _resolve(self, column: Any, path: tuple[str, ...], *, strict: bool = True) -> Any:
        name, qualifier = column.name, column.table
        if qualifier:
            known = self._columns if qualifier.casefold() == _SOURCE else self._joined.get(qualifier.casefold())
            if qualifier.casefold() != _SOURCE and qualifier.casefold() not in self._joined:
                raise column_not_found(f"{qualifier}.{name}", self._candidates())
            if known is not None and name.casefold() not in {each.casefold() for each in known}:
                raise column_not_found(f"{qualifier}.{name}", [f"{qualifier}.{each}" for each in known])
            return _column(name, self._names.get(qualifier.casefold(), _SOURCE))
        in_source = self._columns is not None and name.casefold() in {each.casefold() for each in self._columns}
        dimension = self._view.dimension(name)
        if dimension is not None and not in_source and dimension.name not in path:
            from sqlglot import exp

            return exp.Paren(this=self._dimension_expression(dimension.name, path))
        if strict and self._columns is not None and not in_source:
            raise column_not_found(name, self._candidates())
        return _column(name, _SOURCE)

    def _hide(self, column: Any) -> "exp.Expression":
        """A reference to the hidden column that carries what a measure's column means."""
        from sqlglot import exp

        resolved = self._resolve(column, ())
        key = resolved.sql(dialect="databricks").casefold()
        if key not in self._hidden:
            self._hidden[key] = f"__{len(self._hidden)}_{column.name}"
            self._hidden_expressions[self._hidden[key]] = resolved
        return exp.column(
            exp.to_identifier(self._hidden[key], quoted=True), table=exp.to_identifier(self._alias, quoted=True)
        )

    def _candidates(self) -> list[str]:
        joined = [f"{name}.{each}" for name, columns in self._joined.items() for each in columns or []]
        return [*(self._columns or []), *joined]


def _inside_inlined(node: Any, root: Any) -> bool:
    above = node
    while above is not None and above is not root:
        if above.meta.get("inlined"):
            return True
        above = above.parent
    return False


def is_query(source: str) -> bool:
    """Whether a source is a SELECT and not the name of a table."""
    return source.lstrip("( \n\t").casefold().startswith(("select ", "select\n", "with ", "from "))


def source_columns(source: str, catalog: "Catalog") -> list[str] | None:
    """The columns of a source; None where it is a SELECT.

    Raises:
        SqlError: the table is not there.
    """
    from core.local_genie.sql_errors import table_not_found

    if is_query(source):
        return None
    name = source.replace("`", "")
    table = catalog.table(name)
    if table is None:
        if catalog.metric_view(name):
            raise SqlError(
                f"[METRIC_VIEW_UNSUPPORTED_USAGE] {name} is a metric view; the local Genie takes tables and SELECTs as "
                "a source. SQLSTATE: 0A000"
            )
        raise table_not_found(name)
    return [each.name for each in table.columns]


def parse_expression(text: str, place: str) -> "exp.Expression":
    """One SQL expression.

    Raises:
        SqlError: it does not parse, or is a query.
    """
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    try:
        tree = sqlglot.parse_one(f"SELECT {text}", read="databricks")
    except (SqlglotError, RecursionError) as error:
        raise syntax_error(text, f"In {place}.") from error
    rest = {key for key, value in tree.args.items() if value} - {"expressions", "kind"}
    if not isinstance(tree, exp.Select) or len(tree.expressions) != 1 or rest:
        raise syntax_error(text, f"In {place}: one expression is expected.")
    found = tree.expressions[0]
    if isinstance(found, (exp.Alias, exp.Star)) or found.find(exp.Query):
        raise syntax_error(text, f"In {place}: an expression without a name, a star or a subquery is expected.")
    return found.pop()


def _relation(source: str, alias: str) -> Any:
    from sqlglot import exp

    from core.local_genie.translating import parse_query

    quoted = exp.to_identifier(alias, quoted=True)
    if is_query(source):
        return parse_query(source).subquery(quoted, copy=False)
    table = exp.to_table(source, dialect="databricks")
    table.set("alias", exp.TableAlias(this=quoted))
    return table


def _column(name: str, table: str) -> Any:
    from sqlglot import exp

    return exp.column(exp.to_identifier(name, quoted=True), table=exp.to_identifier(table, quoted=True))
