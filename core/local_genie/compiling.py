"""From one Databricks SELECT to DuckDB: metric views written out, names resolved against a catalog, dialect translated."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.local_genie.metric_views.definition import MetricView
from core.local_genie.metric_views.expanding import expand
from core.local_genie.sql_errors import SqlError, table_not_found
from core.local_genie.tables import StoredTable
from core.local_genie.translating import parse_query, to_duckdb

if TYPE_CHECKING:
    from sqlglot import exp

    from core.local_genie.catalog import Catalog

# Table functions that make rows out of their arguments; any other could read what is no table
_TABLE_FUNCTIONS = {
    "range",
    "explode",
    "explode_outer",
    "posexplode",
    "generate_series",
    "sequence",
    "inline",
    "unnest",
    "stack",
}


@dataclass(frozen=True)
class Compiled:
    """`sql` runs on the engine over `stored`. `tables` are the full names that the query reads, metric views by their own."""

    sql: str
    tables: tuple[str, ...]
    stored: tuple[StoredTable, ...]


def compile_query(
    sql: str,
    catalog: "Catalog",
    *,
    metric_views: Mapping[str, MetricView] | None = None,
    defaults: tuple[str | None, str | None] = (None, None),
    parameters: Mapping[str, "exp.Expression"] | None = None,
) -> Compiled:
    """Compile one SELECT. `metric_views` replaces those of the catalog; `defaults` are catalog and schema of short names.

    `parameters` are the values of `:name` markers, as expressions.

    Raises:
        SqlError: it is not one SELECT, or names something that the catalog has not.
    """
    from sqlglot import exp

    tree = parse_query(sql)
    _fill_parameters(tree, parameters or {})
    views = catalog.metric_views if metric_views is None else metric_views
    folded = {name.casefold(): (name, view) for name, view in views.items()}
    used: list[str] = []

    def lookup(table: "exp.Table") -> tuple[str, MetricView] | None:
        found = folded.get((_full_name(table, defaults) or "").casefold())
        if found and found[0] not in used:
            used.append(found[0])
        return found

    _name_outputs(tree)
    expand(tree, lookup, catalog)
    stored: dict[str, StoredTable] = {}
    for table in list(tree.find_all(exp.Table)):
        found = _resolve(table, catalog, defaults)
        if found:
            stored[found[0]] = found[1]
    return Compiled(to_duckdb(tree), (*used, *stored), tuple(stored.values()))


def _resolve(
    table: "exp.Table", catalog: "Catalog", defaults: tuple[str | None, str | None]
) -> tuple[str, StoredTable] | None:
    """Point a table node at the stored table. Returns its full name and it; None for a CTE or a function."""
    from sqlglot import exp

    if not isinstance(table.this, exp.Identifier):
        name = table.this.name if isinstance(table.this, exp.Anonymous) else table.this.key
        if str(name).casefold() in _TABLE_FUNCTIONS:
            if str(name).casefold() == "range" and not table.alias_column_names:
                alias = exp.to_identifier(table.alias or "range", quoted=True)
                table.set("alias", exp.TableAlias(this=alias, columns=[exp.to_identifier("id")]))
            return None
        raise SqlError(
            f"[UNRESOLVABLE_TABLE_VALUED_FUNCTION] Could not resolve `{name}` to a table-valued function. "
            "SQLSTATE: 42883"
        )
    if not table.args.get("db") and _is_cte(table):
        return None
    full = _full_name(table, defaults)
    stored = catalog.stored(full) if full else None
    if full is None or stored is None:
        raise table_not_found(table_text(table))
    _unqualify_columns(table)
    if not table.alias:
        table.set("alias", exp.TableAlias(this=exp.to_identifier(table.name, quoted=True)))
    table.set("this", exp.to_identifier("data"))
    table.set("db", exp.to_identifier("main"))
    table.set("catalog", exp.to_identifier(stored.alias))
    return full, stored


def table_text(table: "exp.Table") -> str:
    return ".".join(part.name for part in table.parts)


def _full_name(table: "exp.Table", defaults: tuple[str | None, str | None]) -> str | None:
    parts = [part.name for part in table.parts]
    if len(parts) == 1 and _is_cte(table):
        return None
    catalog, schema = defaults
    if len(parts) == 2 and catalog:
        parts = [catalog, *parts]
    elif len(parts) == 1 and catalog and schema:
        parts = [catalog, schema, *parts]
    return ".".join(parts) if len(parts) == 3 else None


def _is_cte(table: "exp.Table") -> bool:
    """Whether a name of one part is that of a CTE in a WITH above it."""
    above = table.parent
    while above is not None:
        with_ = above.args.get("with_")
        if with_ is not None and any(each.alias.casefold() == table.name.casefold() for each in with_.expressions):
            return True
        above = above.parent
    return False


def _unqualify_columns(table: "exp.Table") -> None:
    """`cat.sch.tbl.col` → `tbl.col`, since the table gets another place and keeps its last name as its alias."""
    from sqlglot import exp

    select = table.find_ancestor(exp.Select)
    if select is None or table.alias:
        return
    for column in select.find_all(exp.Column):
        qualifiers = [part.name.casefold() for part in column.parts[:-1]]
        own = [part.name.casefold() for part in table.parts]
        if len(qualifiers) > 1 and own[-len(qualifiers) :] == qualifiers:
            column.set("db", None)
            column.set("catalog", None)


def _fill_parameters(tree: "exp.Query", parameters: Mapping[str, "exp.Expression"]) -> None:
    from sqlglot import exp

    values = {name.casefold(): value for name, value in parameters.items()}
    for marker in list(tree.find_all(exp.Placeholder)):
        value = values.get(marker.name.casefold())
        if value is None:
            raise SqlError(
                f"[UNBOUND_SQL_PARAMETER] Found the unbound parameter: {marker.name}. Give it a value in parameters. "
                "SQLSTATE: 42P02"
            )
        marker.replace(value.copy())


def _name_outputs(tree: "exp.Query") -> None:
    """Name the columns of the outermost SELECT as the service would: `sum(amount)`, not DuckDB's own word for it."""
    from sqlglot import exp

    if not isinstance(tree, exp.Select):
        return
    named = []
    for each in tree.expressions:
        if isinstance(each, (exp.Alias, exp.Column, exp.Star, exp.Aliases)) or each.is_star or each.find(exp.Explode):
            named.append(each)
            continue
        text = each.sql(dialect="databricks", normalize_functions="lower").replace("`", "")
        named.append(exp.alias_(each, text[:200], quoted=True))
    tree.set("expressions", named)
