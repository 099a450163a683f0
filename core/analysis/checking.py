"""Each measure's way of holding a statement against the data.

A check answers true, false, or None where the data cannot decide. None is the answer to every doubt: a wrong
"contradicted" costs more trust than a missing one.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from core.analysis.conditions import Condition, value_for
from core.analysis.correlating import check_correlation, check_pairs, check_sign, check_strength
from core.analysis.describing import check_data_type, check_example
from core.analysis.lexicon import Key
from core.analysis.measuring import Meter, is_number
from core.analysis.numbers import Figure
from core.analysis.outcomes import SIX_DIGITS, Outcome, shown
from core.analysis.trending import check_direction
from core.analysis.types.base import Statement
from core.sources import Column, Table


@dataclass(frozen=True)
class _Way:
    """One way of counting that a statement may mean."""

    count: int
    base: int
    note: str = ""


def check(meter: Meter, table: Table, statement: Statement) -> Outcome:
    """Hold a statement about an existing table against it.

    Raises what the reader raises; an unknown column is contradicted here.
    """
    arguments = statement.arguments
    for name in [arguments.get("column"), *arguments.get("columns", ())]:
        if name is not None and meter.column(table, name) is None:
            return Outcome("no such column", False, f"The table has no column '{name}'.")
    column = meter.column(table, arguments["column"]) if arguments.get("column") else None
    outcome = _CHECKS[statement.measure](meter, table, column, statement)
    if outcome.agrees is False and not arguments.get("certain", True):
        return Outcome(outcome.true, None, "It is not plain which rows it speaks of.")
    return outcome


def _rows(meter: Meter, table: Table, _: Column | None, statement: Statement) -> Outcome:
    rows = meter.count(table)
    return Outcome(f"{rows:,}", _exactly(statement.stated, rows))


def _prevalence(meter: Meter, table: Table, _: Column | None, statement: Statement) -> Outcome:
    where: tuple[Condition, ...] = statement.arguments["where"]
    rows = meter.count(table)
    way = _Way(meter.count(table, where), rows)
    outcome = _any_of(statement.stated, [way])
    figure: Figure = statement.stated
    if outcome.agrees is False and not figure.percent and figure.base is None and statement.arguments.get("bare"):
        share = Figure(figure.value, figure.tolerance, figure.words, True, figure.high, approximate=figure.approximate)
        outcome = _any_of(share, [way])
    return Outcome(outcome.true, outcome.agrees, outcome.note or f"Counted where {' and '.join(map(str, where))}.")


def _missing(meter: Meter, table: Table, column: Column, statement: Statement) -> Outcome:
    found = meter.missing(table, column, _where(statement))
    filled = found.nulls + found.blank
    ways = [_Way(found.nulls, found.rows)]
    if found.blank:
        ways.append(_Way(filled, found.rows, "Counting blank texts too, not only NULL."))
    if found.placeholders:
        words = "Counting words such as N/A and blank texts too, not only NULL."
        ways.append(_Way(filled + found.placeholders, found.rows, words))
    if statement.measure == "blank" and column.type == "text":
        ways = [_Way(filled, found.rows), _Way(found.blank, found.rows, "Blank texts without NULL."), *ways]
    return _any_of(statement.stated, ways)


def _present(meter: Meter, table: Table, column: Column, statement: Statement) -> Outcome:
    found = meter.missing(table, column, _where(statement))
    ways = [_Way(found.present, found.rows)]
    if found.blank:
        ways.append(_Way(found.present - found.blank, found.rows, "Not counting blank texts."))
    return _any_of(statement.stated, ways)


def _distinct(meter: Meter, table: Table, column: Column, statement: Statement) -> Outcome:
    found, distinct = meter.missing(table, column), meter.distinct(table, column, _where(statement))
    ways = [_Way(distinct, found.present or found.rows), _Way(distinct, found.rows)]
    if found.nulls:
        ways.append(_Way(distinct + 1, found.rows, "Counting the missing value as one."))
    return _any_of(statement.stated, ways)


def _duplicates(meter: Meter, table: Table, column: Column | None, statement: Statement) -> Outcome:
    if _where(statement):
        return Outcome(None, None, "Duplicates among some of the rows are not counted.")
    rows = meter.count(table)
    kinds = [(column,)] if column else []
    ways: list[_Way] = []
    for columns in [*kinds, table.columns]:
        found = meter.repeats(table, columns)
        where = "" if columns == (column,) or not column else " of whole rows"
        ways += [
            _Way(found.surplus, rows, f"Repeats{where}." if where else ""),
            _Way(found.involved, rows, f"All rows involved{where}, not only the repeats."),
        ]
        if not statement.stated.percent:
            ways.append(_Way(found.groups, rows, f"Different values{where} that occur more than once."))
        if column and _any_of(statement.stated, ways).agrees:
            break
    return _any_of(statement.stated, ways)


def _matching(meter: Meter, table: Table, column: Column, statement: Statement) -> Outcome:
    key: Key = statement.arguments["key"]
    try:
        values = tuple(_literal(column, value) for value in key.values)
    except ValueError:
        return Outcome(None, None, f"'{key.values[0]}' is no value that '{column.name}' ({column.type}) could have.")
    where = _where(statement)
    found = meter.missing(table, column, where)
    inclusive = {">": ">=", "<": "<="}.get(key.operator or "")
    ways = []
    for operator, note in [(key.operator, ""), *([(inclusive, f"Counting {values[0]} itself.")] if inclusive else [])]:
        count = meter.count(table, (*where, Condition(column.name, operator, values)))
        ways += _bases(statement, count, found.rows, found.present, note)
    return _any_of(statement.stated, ways)


def _literal(column: Column, value: object) -> object:
    """A stated value as the column's; a text as it stands, since blanks around it may be what is wrong with it."""
    if isinstance(value, str) and column.type == "text" and value.strip():
        return value
    return value_for(column, value if isinstance(value, str) else repr(value))


def _fences(meter: Meter, table: Table, column: Column, statement: Statement) -> Outcome:
    if not is_number(column) or _where(statement):
        return Outcome(None, None, f"'{column.name}' has no fences here.")
    fences = meter.fences(table, column)
    if fences is None:
        return Outcome(None, None, f"'{column.name}' has no values.")
    below = meter.count(table, (Condition(column.name, "<", (fences[0],)),))
    above = meter.count(table, (Condition(column.name, ">", (fences[1],)),))
    side = statement.arguments["key"].operator
    count = {"above": above, "below": below}.get(side, below + above)
    found = meter.missing(table, column)
    note = f"The fences are {shown(fences[0])} and {shown(fences[1])}."
    return _any_of(statement.stated, _bases(statement, count, found.rows, found.present, note))


def _sigmas(meter: Meter, table: Table, column: Column, statement: Statement) -> Outcome:
    if not is_number(column) or _where(statement):
        return Outcome(None, None, f"'{column.name}' has no standard deviation here.")
    spread, mean = meter.std_dev(table, column), meter.moments(table, column).mean
    if spread is None or mean is None:
        return Outcome(None, None, f"'{column.name}' has no standard deviation.")
    count = meter.count(table, (Condition(column.name, "outside", (mean - 3 * spread, mean + 3 * spread)),))
    found = meter.missing(table, column)
    return _any_of(statement.stated, _bases(statement, count, found.rows, found.present))


def _outliers(meter: Meter, table: Table, column: Column, statement: Statement) -> Outcome:
    """Nobody said what an outlier is, so that only agreement with a usual definition counts."""
    if not is_number(column):
        return Outcome(None, None, f"'{column.name}' is not numeric.")
    for way, measure, note in (
        ("fences", _fences, "Outside 1.5 × the interquartile range."),
        ("sigmas", _sigmas, "Beyond 3 standard deviations."),
    ):
        meant = Statement(way, {**statement.arguments, "key": Key(way)}, statement.stated, statement.words)
        outcome = measure(meter, table, column, meant)
        if outcome.agrees:
            return Outcome(outcome.true, True, note)
    return Outcome(None, None, "It does not say what counts as an outlier.")


def _value(meter: Meter, table: Table, column: Column, statement: Statement) -> Outcome:
    """mean, median, std_dev, min, max, range."""
    if not is_number(column):
        return Outcome(None, None, f"'{column.name}' is not numeric ({column.type}).")
    where, figure = _where(statement), statement.stated
    moments = meter.moments(table, column, where)
    if not moments.n or moments.mean is None or moments.minimum is None or moments.maximum is None:
        return Outcome("no values", None, f"'{column.name}' has no values.")
    match statement.measure:
        case "mean":
            return _near(figure, moments.mean)
        case "min":
            return _near(figure, moments.minimum)
        case "max":
            return _near(figure, moments.maximum)
        case "median":
            return _near(figure, meter.quantile(table, column, 0.5, where))
        case "std_dev":
            sample = meter.std_dev(table, column, where)
            outcome = _near(figure, sample)
            whole = sample * ((moments.n - 1) / moments.n) ** 0.5 if sample is not None else None
            if outcome.agrees is False and _near(figure, whole).agrees:
                return Outcome(outcome.true, True, "As the standard deviation of the whole, not of a sample.")
            return outcome
    true = f"{shown(moments.minimum)} to {shown(moments.maximum)}"
    low = Figure(figure.value, figure.tolerance, figure.words)
    high = Figure(figure.high, figure.tolerance, figure.words)
    return Outcome(true, bool(_near(low, moments.minimum).agrees and _near(high, moments.maximum).agrees))


def _magnitude(meter: Meter, table: Table, column: Column, statement: Statement) -> Outcome:
    """A number without words: an extreme of the column, or a value that occurs in it, or one that cannot be there."""
    if not is_number(column):
        return Outcome(None, None, f"'{column.name}' is not numeric.")
    moments, figure = meter.moments(table, column), statement.stated
    if moments.minimum is None or moments.maximum is None:
        return Outcome("no values", None, f"'{column.name}' has no values.")
    true = f"{shown(moments.minimum)} to {shown(moments.maximum)}"
    if figure.high is not None:
        inside = (
            moments.minimum <= figure.high + figure.tolerance and figure.value - figure.tolerance <= moments.maximum
        )
        return Outcome(true, None if inside else False, "" if inside else "No value lies there.")
    if any(_near(figure, each).agrees for each in (moments.minimum, moments.maximum)):
        return Outcome(true, True, "It is the column's extreme.")
    if not moments.minimum - figure.tolerance <= figure.value <= moments.maximum + figure.tolerance:
        return Outcome(true, False, "No value of the column lies there.")
    near = Condition(column.name, "between", (figure.value - figure.tolerance, figure.value + figure.tolerance))
    occurs = meter.count(table, (near,))
    return Outcome(
        true, True if occurs else None, f"{occurs:,} rows have it." if occurs else "No row has just that value."
    )


_CHECKS: dict[str, Callable[[Meter, Table, Any, Statement], Outcome]] = {
    "rows": _rows,
    "prevalence": _prevalence,
    "missing": _missing,
    "blank": _missing,
    "present": _present,
    "distinct": _distinct,
    "duplicates": _duplicates,
    "matching": _matching,
    "fences": _fences,
    "sigmas": _sigmas,
    "outliers": _outliers,
    **dict.fromkeys(("mean", "median", "std_dev", "min", "max", "range"), _value),
    "magnitude": _magnitude,
    "example": check_example,
    "data_type": check_data_type,
    "correlation": check_correlation,
    "pairs": check_pairs,
    "correlation_sign": check_sign,
    "correlation_strength": check_strength,
    "direction": check_direction,
}


def _where(statement: Statement) -> tuple[Condition, ...]:
    return statement.arguments.get("where", ())


def _bases(statement: Statement, count: int, rows: int, present: int, note: str = "") -> list[_Way]:
    """A share is of the rows; of the values that are there if it says so, or leaves it open."""
    of_present = statement.arguments.get("of_present", False)
    there = _Way(count, present, note or "Of the values that are there.")
    return (
        [there] if of_present else [_Way(count, rows, note), there] if of_present is None else [_Way(count, rows, note)]
    )


def _any_of(figure: Figure, ways: Iterable[_Way]) -> Outcome:
    """Agreement with any way of counting; the first one is told as the truth otherwise."""
    ways = list(ways)
    for way in ways:
        if _counts(figure, way):
            return Outcome(_told(figure, way), True, way.note)
    if figure.percent and not ways[0].base:
        return Outcome("no rows", None, "There are no rows to take a share of.")
    note = ""
    if figure.base is not None and _exactly(figure, ways[0].count):
        note = f"Of {figure.base:,.0f} stated, of {ways[0].base:,} true."
    return Outcome(_told(figure, ways[0]), False, note)


def _counts(figure: Figure, way: _Way) -> bool:
    if figure.percent:
        return bool(way.base) and figure.agrees_with(100 * way.count / way.base)
    return _exactly(figure, way.count) and figure.base in (None, way.base)


def _exactly(figure: Figure, count: int) -> bool:
    """A count is exact, unless it was rounded in words ("about 6,400", "1.2k")."""
    return figure.agrees_with(count)


def _told(figure: Figure, way: _Way) -> str:
    if figure.percent or figure.base is not None:
        share = f"{shown(100 * way.count / way.base, 4)} % " if way.base else ""
        return f"{share}({way.count:,} of {way.base:,})"
    return f"{way.count:,}"


def _near(figure: Figure, true: float | None) -> Outcome:
    if true is None:
        return Outcome(None, None, "There is no such figure.")
    close = abs(float(true) - figure.value) <= abs(float(true)) * SIX_DIGITS
    return Outcome(shown(true), close or figure.agrees_with(float(true)))
