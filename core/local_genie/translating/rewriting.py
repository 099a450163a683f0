"""Where Databricks and DuckDB mean different things by the same words, node by node.

A rule takes a node of the parsed tree and returns its replacement, or None to leave it. Rules see the tree from the
leaves upwards, so that what they wrap has been rewritten already.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from core.local_genie.translating import dates, functions
from core.local_genie.translating.parsing import parse_query

if TYPE_CHECKING:
    from sqlglot import exp

Rule = Callable[["exp.Expression"], "exp.Expression | None"]


def databricks_to_duckdb(sql: str) -> str:
    """The DuckDB text of one SELECT in Databricks SQL; table names are left as they are.

    Raises:
        SqlError: it is not one SELECT.
    """
    return to_duckdb(parse_query(sql))


def to_duckdb(tree: "exp.Expression") -> str:
    """The DuckDB text of a parsed query. The tree is changed on the way."""
    import logging

    from sqlglot import ErrorLevel

    _rewrite(tree, {**dates.RULES, **functions.RULES})
    logging.getLogger("sqlglot").setLevel(logging.ERROR)  # it warns of every function that it passes through
    return tree.sql(dialect="duckdb", unsupported_level=ErrorLevel.IGNORE)


def _rewrite(tree: "exp.Expression", rules: dict[str, Rule]) -> None:
    for node in reversed(list(tree.walk(bfs=True))):
        rule = rules.get(node.key)
        replacement = rule(node) if rule else None
        if replacement is not None and replacement is not node:
            node.replace(replacement)
