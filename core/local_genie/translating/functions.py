"""Functions of Databricks SQL that DuckDB names otherwise, has not, or takes other types in."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from core.local_genie.translating import dates

if TYPE_CHECKING:
    from sqlglot import exp

# Databricks name → DuckDB name, same arguments and meaning
_SAME = {
    "every": "bool_and",
    "some": "bool_or",
    "try_sum": "sum",
    "try_avg": "avg",
    "arrays_overlap": "list_has_any",
}
# Casts written as functions that the parser leaves as functions
_CASTS = {"bigint": "BIGINT", "smallint": "SMALLINT", "tinyint": "TINYINT", "decimal": "DECIMAL(10,0)"}
# Templates: _1, _2 are the arguments
_TEMPLATES = {
    "pmod": "(((_1) % (_2)) + (_2)) % (_2)",
    "isnull": "(_1) IS NULL",
    "isnotnull": "(_1) IS NOT NULL",
    "zeroifnull": "COALESCE(_1, 0)",
    "nullifzero": "NULLIF(_1, 0)",
    "format_number": "FORMAT('{:,.' || CAST(_2 AS TEXT) || 'f}', CAST(_1 AS DOUBLE))",
    "timestamp_seconds": "MAKE_TIMESTAMP(CAST(_1 AS BIGINT) * 1000000)",
    "timestamp_millis": "MAKE_TIMESTAMP(CAST(_1 AS BIGINT) * 1000)",
}


def _named(node: "exp.Expression") -> "exp.Expression | None":
    """A function that the parser does not know."""
    import sqlglot
    from sqlglot import exp

    name = str(node.this).casefold()
    arguments = node.expressions
    if name in _CASTS and arguments:
        return exp.Cast(this=arguments[0], to=exp.DataType.build(_CASTS[name], dialect="duckdb"))
    if name == "weekday" and len(arguments) == 1:
        return dates.weekday(arguments[0])
    if name == "date_part" and len(arguments) == 2 and isinstance(arguments[0], exp.Literal):
        return dates.part_of(arguments[0].name, arguments[1])
    if name == "bround" and arguments:
        digits = arguments[1] if len(arguments) > 1 else exp.Literal.number(0)
        value = exp.Cast(this=arguments[0], to=exp.DataType.build("DOUBLE"))
        return exp.Anonymous(this="round_even", expressions=[value, digits])
    if name in _TEMPLATES:
        tree = sqlglot.parse_one(_TEMPLATES[name], read="duckdb")
        for column in list(tree.find_all(exp.Column)):
            number = int(column.name.removeprefix("_"))
            if number > len(arguments):
                return None
            column.replace(arguments[number - 1].copy())
        return exp.Paren(this=tree)
    if name in _SAME:
        return exp.Anonymous(this=_SAME[name], expressions=arguments)
    return None


def _text_first(node: "exp.Expression") -> "exp.Expression | None":
    """Functions of text take dates and numbers too: the first argument is cast to text."""
    node.set("this", _as_text(node.this))
    return None


def _as_text(value: Any) -> Any:
    from sqlglot import exp

    if value is None or isinstance(value, (exp.Lower, exp.Upper, exp.Trim)):
        return value
    if isinstance(value, exp.Literal) and value.is_string:
        return value
    if isinstance(value, exp.Cast) and value.to.this == exp.DataType.Type.TEXT:
        return value
    return exp.Cast(this=value, to=exp.DataType.build("TEXT"))


def _whole_number(node: "exp.Expression") -> "exp.Expression | None":
    """floor(x) and ceil(x) give a BIGINT; with a number of decimals they do not."""
    from sqlglot import exp

    if node.args.get("decimals") is not None or isinstance(node.parent, exp.Cast):
        return None
    return exp.Cast(this=node.copy(), to=exp.DataType.build("BIGINT"))


def _exact_quantile(name: str) -> Callable[["exp.Expression"], "exp.Expression | None"]:
    def rule(node: "exp.Expression") -> "exp.Expression | None":
        from sqlglot import exp

        return exp.Anonymous(this=name, expressions=[node.this, node.args["quantile"]])

    return rule


def _exact_count(node: "exp.Expression") -> "exp.Expression | None":
    """approx_count_distinct exactly, so that the same question has the same answer."""
    from sqlglot import exp

    return exp.Count(this=exp.Distinct(expressions=[node.this]), big_int=True)


def _first_or_last(name: str) -> Callable[["exp.Expression"], "exp.Expression | None"]:
    def rule(node: "exp.Expression") -> "exp.Expression | None":
        """first_value and last_value as aggregates."""
        from sqlglot import exp

        above = node.parent
        while isinstance(above, (exp.IgnoreNulls, exp.RespectNulls)):
            above = above.parent
        return None if isinstance(above, exp.Window) else exp.Anonymous(this=name, expressions=[node.this])

    return rule


def _any(node: "exp.Expression") -> "exp.Expression | None":
    """any(condition) as an aggregate; `x = ANY (…)` stays."""
    from sqlglot import exp

    if isinstance(node.this, exp.Paren) and not isinstance(node.parent, exp.Binary):
        return exp.Anonymous(this="bool_or", expressions=[node.this.this])
    return None


def _safe(operator: str) -> Callable[["exp.Expression"], "exp.Expression | None"]:
    def rule(node: "exp.Expression") -> "exp.Expression | None":
        from sqlglot import exp

        kinds = {"+": exp.Add, "-": exp.Sub, "*": exp.Mul}
        return exp.Paren(this=kinds[operator](this=node.this, expression=node.expression))

    return rule


RULES = {
    "anonymous": _named,
    "like": _text_first,
    "ilike": _text_first,
    "regexplike": _text_first,
    "substring": _text_first,
    "left": _text_first,
    "right": _text_first,
    "pad": _text_first,
    "split": _text_first,
    "regexpextract": _text_first,
    "regexpreplace": _text_first,
    "floor": _whole_number,
    "ceil": _whole_number,
    "quantile": _exact_quantile("quantile_cont"),
    "approxquantile": _exact_quantile("quantile_disc"),
    "approxdistinct": _exact_count,
    "firstvalue": _first_or_last("first"),
    "lastvalue": _first_or_last("last"),
    "any": _any,
    "safeadd": _safe("+"),
    "safesubtract": _safe("-"),
    "safemultiply": _safe("*"),
}
