"""Dates: units, week days, differences and formats that DuckDB counts or writes differently."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlglot import exp

_UNITS = {
    "YYYY": "YEAR",
    "YY": "YEAR",
    "MM": "MONTH",
    "MON": "MONTH",
    "DD": "DAY",
    "Q": "QUARTER",
}
_WHOLE_UNITS = {"YEAR", "QUARTER", "MONTH", "WEEK", "HOUR", "MINUTE", "SECOND", "DAY"}


def _call(name: str, *arguments: Any) -> "exp.Anonymous":
    from sqlglot import exp

    return exp.Anonymous(this=name, expressions=list(arguments))


def _cast(node: Any, to: str) -> "exp.Expression":
    from sqlglot import exp

    return exp.Cast(this=node, to=exp.DataType.build(to, dialect="duckdb"))


def _unit(node: "exp.Expression") -> str:
    unit = node.args.get("unit")
    name = (unit.name if unit is not None else "DAY").upper()
    return _UNITS.get(name, name)


def _truncate_date(node: "exp.Expression") -> "exp.Expression | None":
    """trunc(d, unit) gives a DATE; trunc of a number is not Databricks."""
    from sqlglot import exp

    return _cast(_call("DATE_TRUNC", exp.Literal.string(_unit(node)), node.this), "DATE")


def _truncate_timestamp(node: "exp.Expression") -> "exp.Expression | None":
    from sqlglot import exp

    value = node.this
    if isinstance(value, exp.Literal) and value.is_string:
        value = _cast(value, "TIMESTAMP")
    return _cast(_call("DATE_TRUNC", exp.Literal.string(_unit(node)), value), "TIMESTAMP")


def _add_days(node: "exp.Expression") -> "exp.Expression | None":
    """date_add(d, n), date_sub(d, n): a DATE."""
    from sqlglot import exp

    days = exp.Interval(this=exp.Paren(this=node.expression), unit=exp.Var(this=_unit(node)))
    return _cast(exp.Paren(this=exp.Add(this=_cast(node.this, "DATE"), expression=days)), "DATE")


def _add_months(node: "exp.Expression") -> "exp.Expression | None":
    from sqlglot import exp

    months = exp.Interval(this=exp.Paren(this=node.expression), unit=exp.Var(this="MONTH"))
    return _cast(exp.Paren(this=exp.Add(this=_cast(node.this, "DATE"), expression=months)), "DATE")


def _difference(node: "exp.Expression") -> "exp.Expression | None":
    """datediff(end, start) counts days between dates; datediff(unit, start, end) counts units that are complete."""
    from sqlglot import exp

    unit = _unit(node)
    if unit == "DAY" and node.key == "datediff":
        return _call("DATE_DIFF", exp.Literal.string("DAY"), _cast(node.expression, "DATE"), _cast(node.this, "DATE"))
    if unit not in _WHOLE_UNITS:
        return None
    start, end = _cast(node.expression, "TIMESTAMP"), _cast(node.this, "TIMESTAMP")
    return _call("DATE_SUB", exp.Literal.string(unit), start, end)


def _day_of_week(node: "exp.Expression") -> "exp.Expression | None":
    """Sunday is 1."""
    return _plus(_call("DAYOFWEEK", node.this), 1)


def weekday(value: Any) -> "exp.Expression":
    """Monday is 0."""
    return _plus(_call("ISODOW", value), -1)


def _plus(node: Any, number: int) -> "exp.Expression":
    from sqlglot import exp

    return exp.Paren(this=exp.Add(this=node, expression=exp.Literal.number(number)))


def _extract(node: "exp.Expression") -> "exp.Expression | None":
    return part_of(node.this.name, node.expression)


def part_of(part: str, value: Any) -> "exp.Expression | None":
    """extract(part FROM value) and date_part: the parts that count days of the week."""
    match part.upper():
        case "DOW" | "DAYOFWEEK":
            return _plus(_call("DAYOFWEEK", value), 1)
        case "DOW_ISO" | "DAYOFWEEK_ISO":
            return _call("ISODOW", value)
        case _:
            return None


def _type(node: "exp.Expression") -> "exp.Expression | None":
    """TIMESTAMP has no zone here: the local workspace lives in UTC."""
    from sqlglot import exp

    zoned = (exp.DataType.Type.TIMESTAMPTZ, exp.DataType.Type.TIMESTAMPLTZ, exp.DataType.Type.TIMESTAMPNTZ)
    return exp.DataType(this=exp.DataType.Type.TIMESTAMP, nested=False) if node.this in zoned else None


def _now(node: "exp.Expression") -> "exp.Expression | None":
    return _cast(_call("NOW"), "TIMESTAMP")


def _at_zone(node: "exp.Expression") -> "exp.Expression | None":
    """from_utc_timestamp: the zone's wall clock for a time in UTC."""
    from sqlglot import exp

    in_utc = exp.AtTimeZone(this=exp.Paren(this=node.this), zone=exp.Literal.string("UTC"))
    return _call("TIMEZONE", node.args["zone"], in_utc)


def _seconds(node: "exp.Expression") -> "exp.Expression | None":
    """unix_timestamp(ts) and to_unix_timestamp(ts), without a format of their own."""
    from sqlglot import exp

    form = node.args.get("format")
    if form is not None and form.name.replace("strict", "") not in ("%Y-%m-%d %H:%M:%S", ""):
        return None
    value = _cast(_call("NOW"), "TIMESTAMP") if isinstance(node.this, exp.CurrentTimestamp) else node.this
    return _cast(_call("EPOCH", _cast(value, "TIMESTAMP")), "BIGINT")


def _quarter_format(node: "exp.Expression") -> "exp.Expression | None":
    """date_format with the pattern letter Q or quoted words, which strftime has not: written piece by piece."""
    from sqlglot import exp

    form = node.args.get("format")
    if not isinstance(form, exp.Literal) or not (set(form.name) & set("Qq'")):
        return None
    value = _cast(node.this.this if isinstance(node.this, exp.TimeStrToTime) else node.this, "TIMESTAMP")
    pieces: list[exp.Expression] = []
    for is_quoted, text in _pieces(form.name):
        if is_quoted:
            pieces.append(exp.Literal.string(text))
        elif set(text) <= set("Qq"):
            quarter = _cast(_call("QUARTER", value.copy()), "TEXT")
            pieces.append(quarter if len(text) == 1 else _call("CONCAT", exp.Literal.string("Q"), quarter))
        else:
            pieces.append(_call("STRFTIME", value.copy(), exp.Literal.string(text)))
    return _call("CONCAT", *pieces)


def _pieces(form: str) -> list[tuple[bool, str]]:
    """A format cut into quoted words, runs of Q, and the rest: "%Y-'Q'q" → [(False, "%Y-"), (True, "Q"), (False, "q")]."""
    found: list[tuple[bool, str]] = []
    for number, part in enumerate(form.split("'")):
        if number % 2:
            found.append((True, part or "'"))
            continue
        for letter in part:
            is_quarter = letter in "Qq"
            same = found and not found[-1][0] and (found[-1][1][-1] in "Qq") == is_quarter
            if same:
                found[-1] = (False, found[-1][1] + letter)
            else:
                found.append((False, letter))
    return found


def _format_of(node: "exp.Expression") -> "exp.Expression | None":
    """to_char(date, format), which the parser does not read as a date format."""
    import sqlglot
    from sqlglot import exp

    form = node.args.get("format")
    if not isinstance(form, exp.Literal) or not (set(form.name) & set("yMdHmsEQq")):
        return None
    wanted = sqlglot.parse_one(f"date_format(x, {form.sql(dialect='databricks')})", read="databricks")
    wanted.find(exp.Column).replace(node.this)
    return _quarter_format(wanted) or wanted


RULES = {
    "datetrunc": _truncate_date,
    "timestamptrunc": _truncate_timestamp,
    "tsordsadd": _add_days,
    "addmonths": _add_months,
    "datediff": _difference,
    "timestampdiff": _difference,
    "dayofweek": _day_of_week,
    "extract": _extract,
    "datatype": _type,
    "currenttimestamp": _now,
    "attimezone": _at_zone,
    "strtounix": _seconds,
    "timetostr": _quarter_format,
    "tochar": _format_of,
}
