"""Spans of time as SQL: over dates and times, over numbers that are years, over texts such as "2024-03"."""

from collections.abc import Sequence
from datetime import date, timedelta

from core.local_genie.rules.periods import DateSpan
from core.local_genie.rules.schema import Column
from core.local_genie.rules.styles import Styles


def newest(column: Column) -> date | None:
    """The newest day that a column speaks of; None if it is not known."""
    text = column.newest
    if column.year_like and column.values:
        text = f"{int(max(column.values))}-12-31"
    elif column.month_key and column.values:
        text = f"{max(map(str, column.values))}-28"
    try:
        return date.fromisoformat(str(text)[:10])
    except ValueError:
        return None


def one_year(column: Column, spans: Sequence[DateSpan]) -> bool:
    """Whether all spans lie in one and the same calendar year."""
    latest = newest(column)
    ends = [span.resolved(latest) if latest else span for span in spans if not span.part]
    years = {day.year for span in ends if span.lo and span.hi for day in (span.lo, span.hi - timedelta(days=1))}
    return len(years) == 1 and all(span.lo and span.hi for span in ends)


def span_sql(column: Column, span: DateSpan) -> str:
    """The condition that a column lies in a span; empty if the span says nothing that the column can tell."""
    if span.part:
        return "" if column.is_year else _part(_as_date(column), *span.part)
    first, last = span.lo, span.hi - timedelta(days=1) if span.hi else None
    if column.is_year or column.month_key:
        low, high = (_key(column, day) for day in (first, last))
        if low and high:
            return f"{column.sql} = {low}" if low == high else f"{column.sql} BETWEEN {low} AND {high}"
        return f"{column.sql} >= {low}" if low else f"{column.sql} <= {high}" if high else ""
    tests = [f"{column.sql} >= DATE '{span.lo}'"] if span.lo else []
    tests += [f"{column.sql} < DATE '{span.hi}'"] if span.hi else []
    return " AND ".join(tests)


def bucket_sql(styles: Styles, unit: str, column: Column, *, one_year: bool = False) -> str:
    """The stretch of time that a row belongs to; a quarter or month may look otherwise within one year."""
    if column.is_year:
        return column.sql
    if column.month_key:
        return f"LEFT({column.sql}, 4)" if unit == "YEAR" else column.sql
    if unit == "DAY":
        return column.sql if column.kind == "date" else f"CAST({column.sql} AS DATE)"
    return styles.bucket(unit, column.sql, one_year=one_year)


def number_sql(unit: str, column: Column) -> str:
    """ "Show the quarter number": 1 to 4, or 1 to 12; empty where the column's own form is all there is."""
    return "" if column.is_year or column.month_key else f"{unit}({column.sql})"


def _key(column: Column, day: date | None) -> str:
    if day is None:
        return ""
    return str(day.year) if column.is_year else f"'{day:%Y-%m}'"


def _as_date(column: Column) -> str:
    return f"TO_DATE(CONCAT({column.sql}, '-01'))" if column.month_key else column.sql


def _part(sql: str, unit: str, number: int) -> str:
    if unit == "WEEKEND":
        return f"DAYOFWEEK({sql}) IN (1, 7)"
    if unit == "HALF":
        return f"QUARTER({sql}) IN {(1, 2) if number == 1 else (3, 4)}"
    return f"{'DAYOFWEEK' if unit == 'WEEKDAY' else unit}({sql}) = {number}"
