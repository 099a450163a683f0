"""Rules on the ends of a column's range: signs and bounds that its name implies, and dates that stand for none."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from statistics import median_low

from core.local_model.analysts import naming
from core.local_model.analysts.described import Bucket, Column, Table
from core.local_model.analysts.quality_issues import Issue
from core.local_model.analysts.timelines import moment, stray_buckets
from core.local_model.analysts.wording import number, of_rows, quoted

_PLACEHOLDER_YEARS = (1900, 2100)
_PLACEHOLDER_DAYS = ("1970-01-01", "1899-12-30", "1899-12-31")
_YEARS_BEYOND_OTHERS = 3


def usual_latest(tables: Sequence[Table]) -> datetime | None:
    """Where the time columns of these tables usually end; None with fewer than two that a date could be compared to."""
    ends = [moment(column.high) for table in tables for column in table.columns if column.is_temporal]
    possible = [end for end in ends if end is not None and end.year < _PLACEHOLDER_YEARS[1]]
    return median_low(possible) if len(possible) > 1 else None


def range_issues(table: Table, column: Column, latest: datetime | None) -> Iterator[Issue]:
    """Issues that the smallest and the largest value of the column show; `latest` is where dates usually end."""
    if column.is_numeric:
        yield from _of_numbers(table, column)
    elif column.is_temporal:
        yield from _of_times(table, column, latest)


def _of_numbers(table: Table, column: Column) -> Iterator[Issue]:
    low, high = column.low_number, column.high_number
    if low is None or high is None:
        return
    shown = f"Range {number(low)} to {number(high)}."
    bounds = naming.bounds(column.name)
    if bounds is not None and (low < bounds[0] or high > bounds[1]):
        yield Issue(
            table,
            column,
            "range_violation",
            "high",
            f"{quoted(column.name)} goes beyond the range that its name allows for, "
            f"{number(bounds[0])} to {number(bounds[1])}.",
            shown,
            (f"List the rows with {quoted(column.name)} outside of {number(bounds[0])} to {number(bounds[1])}.",),
            weight=1,
        )
    elif low < 0 and naming.is_never_negative(column.name):
        yield Issue(
            table,
            column,
            "range_violation",
            "high" if high < 0 else "medium",
            f"{quoted(column.name)} holds negative values, which its name does not allow for.",
            f"The smallest value is {number(low)}. {shown}",
            (f"Count the rows with {quoted(column.name)} below 0, and look whether they are refunds or corrections.",),
            unsure=True,
            weight=1,
        )


def _of_times(table: Table, column: Column, latest: datetime | None) -> Iterator[Issue]:
    low, high = moment(column.low), moment(column.high)
    if low is None or high is None:
        return
    early, late = _strays(table, column)
    name, shown = quoted(column.name), f"Range {quoted(column.low)} to {quoted(column.high)}."
    stands_for_nothing = low.year <= _PLACEHOLDER_YEARS[0] or str(column.low)[:10] in _PLACEHOLDER_DAYS
    if stands_for_nothing or early:
        yield Issue(
            table,
            column,
            "invalid_values",
            "medium",
            f"{name} begins at {str(column.low)[:10]}, "
            + (
                "a date that commonly stands for an unknown one."
                if stands_for_nothing
                else "long before all other rows."
            ),
            f"{shown}{_counted(table, early)}",
            (f"Count the rows of the earliest {name}.",),
            unsure=True,
            weight=0.8,
        )
    certain = high.year >= _PLACEHOLDER_YEARS[1]
    beyond = latest is not None and high > latest + timedelta(days=365 * _YEARS_BEYOND_OTHERS)
    if certain or ((beyond or late) and not naming.is_planned(column.name)):
        yield Issue(
            table,
            column,
            "invalid_values",
            "high" if certain else "medium",
            f"{name} reaches to {str(column.high)[:10]}, "
            + ("which cannot have happened." if certain else "long after the other dates end."),
            f"{shown}{_counted(table, late)}",
            (f"List the rows with the latest {name}.",),
            unsure=not certain,
            weight=0.9,
        )


def _strays(table: Table, column: Column) -> tuple[list[Bucket], list[Bucket]]:
    """Buckets far before and far after all others, as the column's line over time shows them."""
    series = next((each for each in table.series if each.time_column == column.name), None)
    if series is None:
        return [], []
    strays = stray_buckets(series)
    first = next((at for at, bucket in enumerate(series.buckets) if bucket not in strays), 0)
    return list(series.buckets[:first]), [bucket for bucket in strays if bucket not in series.buckets[:first]]


def _counted(table: Table, buckets: Sequence[Bucket]) -> str:
    if not buckets or not table.rows:
        return ""
    starts = ", ".join(bucket.start for bucket in buckets[:4])
    return f" {of_rows(sum(b.rows for b in buckets), table.rows)} lie apart from all others, from {starts} on."
