"""Pieces of SQL that people wrote – snippets, rules, examples – with every column tied to a table of the space.

A fragment's text names columns by the table's key, which is the alias in all SQL that is written, so that fragments can
be put together as text. What names an unknown column is no fragment.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.local_genie.rules.schema import Column, Schema, Table

if TYPE_CHECKING:
    from sqlglot import exp

_SIMPLE = {"Sum": "SUM", "Avg": "AVG", "Min": "MIN", "Max": "MAX"}


@dataclass(frozen=True)
class Fragment:
    """SQL over `tables`. A simple aggregate also has its function and what it aggregates."""

    sql: str
    tables: frozenset[str]
    aggregate: bool = False
    function: str = ""
    inner: str = ""
    columns: tuple[tuple[str, str], ...] = ()  # (table key, column name) of every column in it


def parse(sql: str) -> "exp.Expression | None":
    """The syntax tree of a Databricks statement or expression; None when it does not parse."""
    import sqlglot
    from sqlglot.errors import SqlglotError

    try:
        return sqlglot.parse_one(sql, read="databricks")
    except (SqlglotError, RecursionError):
        return None


def fragment(sql: str, schema: Schema, *, prefer: Iterable[str] = ()) -> Fragment | None:
    """The fragment of an expression such as `SUM(orders.total)`; bare columns are sought in `prefer` first."""
    if not sql.strip() or len(sql) > 5000 or re.match(r"\s*(select|with|insert|delete|drop)\b", sql, re.IGNORECASE):
        return None
    tree = parse(f"SELECT {sql.strip().rstrip(';')}")
    expressions = tree.args.get("expressions") if tree is not None else None
    if not expressions or len(expressions) != 1:
        return None
    return tied(expressions[0].unalias(), schema, {}, prefer=prefer)


def tied(
    tree: "exp.Expression", schema: Schema, aliases: Mapping[str, Table], *, prefer: Iterable[str] = ()
) -> Fragment | None:
    """The fragment of a tree whose columns are qualified by `aliases` (folded), by table names, or not at all."""
    from sqlglot import exp

    if tree.find(exp.Subquery, exp.Select):
        return None
    tree = tree.copy()
    used: list[tuple[str, str]] = []
    for column in list(tree.find_all(exp.Column)):
        found = _column(column, schema, aliases, list(prefer))
        if found is None:
            return None
        used.append((found.table, found.name))
        column.set("catalog", None)
        column.set("db", None)
        column.set("this", exp.to_identifier(found.name))
        column.set("table", exp.to_identifier(found.table))
    aggregate = tree.find(exp.AggFunc) is not None or "MEASURE(" in tree.sql().upper()
    function, inner = _SIMPLE.get(type(tree).__name__, ""), ""
    if function and not tree.find(exp.Distinct):
        inner = tree.this.sql(dialect="databricks")
    elif isinstance(tree, exp.Count) and not isinstance(tree.this, (exp.Star, exp.Distinct)):
        function, inner = "COUNT", tree.this.sql(dialect="databricks")
    else:
        function = ""
    tables = frozenset(table for table, _ in used)
    return Fragment(tree.sql(dialect="databricks"), tables, aggregate, function, inner, tuple(used))


def counted(part: Fragment, schema: Schema) -> Fragment | None:
    """The condition of an aggregate that does nothing but count the rows that meet it: SUM(CASE WHEN … THEN 1 ELSE 0 END)."""
    from sqlglot import exp

    tree = parse(f"SELECT {part.sql}") if part.aggregate else None
    called = tree.expressions[0] if tree is not None and tree.args.get("expressions") else None
    if isinstance(called, exp.CountIf):
        return tied(called.this, schema, {})
    if not isinstance(called, (exp.Sum, exp.Count)) or not isinstance(called.this, (exp.Case, exp.If)):
        return None
    case = called.this
    whens = case.args.get("ifs") or [] if isinstance(case, exp.Case) else [case]
    if len(whens) != 1 or (case.this is not None and isinstance(case, exp.Case)):
        return None
    yes, no = whens[0].args["true"], case.args.get("default") or case.args.get("false")
    summed = isinstance(called, exp.Sum)
    plain = (not summed or yes.sql() == "1") and isinstance(yes, exp.Literal)
    nothing = no is None or isinstance(no, exp.Null) or (summed and no.sql() == "0")
    return tied(whens[0].this, schema, {}) if plain and nothing else None


def _column(column: "exp.Column", schema: Schema, aliases: Mapping[str, Table], prefer: list[str]) -> Column | None:
    name, qualifier = column.name.casefold(), column.table.casefold()
    if qualifier:
        full = ".".join(part for part in (column.catalog, column.db, column.table) if part)
        table = aliases.get(qualifier) or schema.find(full)
        return _named(table, name) if table else None
    pool = list(aliases.values()) or [schema.tables[key] for key in prefer if key in schema.tables]
    hits = [found for table in pool if (found := _named(table, name))]
    if not hits and not aliases:
        hits = [found for table in schema if (found := _named(table, name))]
        if len({hit.table for hit in hits}) > 1:
            hits = [hit for hit in hits if schema.tables[hit.table].primary is hit][:1]
    return hits[0] if hits else None


def _named(table: Table, name: str) -> Column | None:
    return next((column for column in table.columns.values() if column.name.casefold() == name), None)


@dataclass(frozen=True)
class Query:
    """An example query taken apart: `outputs` are (alias, fragment); `conditions` those joined by AND in WHERE."""

    tables: tuple[str, ...]
    joins: tuple[tuple[str, str, str, str], ...]
    outputs: tuple[tuple[str, Fragment], ...]
    conditions: tuple[Fragment, ...]
    groups: tuple[Fragment, ...]
    left_joined: bool = False


def take_apart(sql: str, schema: Schema) -> Query | None:
    """The parts of one plain SELECT over tables of the space; None for anything with subqueries, CTEs or unions."""
    from sqlglot import exp

    tree = parse(re.sub(r"(?<![:\w]):(\w+)", r"'?\1'", sql))  # parameters stand as text
    if not isinstance(tree, exp.Select) or tree.args.get("with_") or tree.args.get("with") or tree.find(exp.Subquery):
        return None
    source = tree.args.get("from_") or tree.args.get("from")
    joined = tree.args.get("joins") or []
    aliases: dict[str, Table] = {}
    for part in [source.this if source else None, *(join.this for join in joined)]:
        if not isinstance(part, exp.Table):
            return None
        table = schema.find(".".join(piece for piece in (part.catalog, part.db, part.name) if piece))
        if table is None:
            return None
        aliases[(part.alias or part.name).casefold()] = table
    if len({table.key for table in aliases.values()}) < len(aliases):
        return None
    ties: list[tuple[str, str, str, str]] = []
    conditions: list[Fragment] = []
    for join in joined:
        for equal in _conjuncts(join.args.get("on")):
            piece = tied(equal, schema, aliases)
            if piece and isinstance(equal, exp.EQ) and len(piece.columns) == 2 and len(piece.tables) == 2:
                (left, a), (right, b) = piece.columns
                ties.append((left, a, right, b))
            elif piece:
                conditions.append(piece)
    where = tree.args.get("where")
    for part in _conjuncts(where.this if where else None):
        if piece := tied(part, schema, aliases):
            conditions.append(piece)
    outputs: list[tuple[str, Fragment]] = []
    for output in tree.expressions:
        if piece := tied(output.unalias(), schema, aliases):
            outputs.append((output.alias or "", piece))
    grouped = tree.args.get("group")
    groups = [
        piece for part in (grouped.expressions if grouped else []) if (piece := _group(part, tree, schema, aliases))
    ]
    left_joined = any(join.side == "LEFT" for join in joined)
    keys = tuple(table.key for table in aliases.values())
    return Query(keys, tuple(ties), tuple(outputs), tuple(conditions), tuple(groups), left_joined)


def _group(part: Any, tree: Any, schema: Schema, aliases: Mapping[str, Table]) -> Fragment | None:
    from sqlglot import exp

    if isinstance(part, exp.Literal) and part.is_int and 0 < int(part.this) <= len(tree.expressions):
        part = tree.expressions[int(part.this) - 1].unalias()
    elif isinstance(part, exp.Column) and not part.table:
        part = next((o.unalias() for o in tree.expressions if o.alias == part.name), part)
    return tied(part, schema, aliases)


def _conjuncts(tree: Any) -> list[Any]:
    from sqlglot import exp

    if tree is None:
        return []
    if isinstance(tree, exp.Paren):
        return _conjuncts(tree.this)
    return [*_conjuncts(tree.left), *_conjuncts(tree.right)] if isinstance(tree, exp.And) else [tree]
