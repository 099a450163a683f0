"""What a profile and its measures take in, decided once for every kind of source, so that their figures agree.

Definitions that all keep to:
* a mean, deviation, quartile, bin or extreme of a "decimal" column leaves out NaN and the infinities (`nulls` does not
  count them);
* quartiles and median interpolate linearly at (n - 1) · q (DuckDB's `quantile_cont`); deviations divide by n - 1;
* texts compare by code point; extremes, top values and sampled cells are cut after `LONGEST_TEXT` characters, with "…";
* top values are measured where a value repeats at all, the most frequent first, equal counts by value.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from core.sources.views import NUMERIC, TEMPORAL, Bin, ColumnProfile, ColumnType, Correlation, Profile

SAMPLE_ROWS = 50
QUICK_SAMPLE_ROWS = 20
TOP_VALUES = 10
MAX_BINS = 20
LONGEST_TEXT = 1_000
MAX_POINTS = 40

_MOST_CORRELATED = 20
_MOST_TIME_COLUMNS = 3
_MOST_NUMBERS = 8
_MOST_SEGMENTED = 8
_MOST_SEGMENTS = 12

HAS_EXTREMES: frozenset[ColumnType] = frozenset({"text", "integer", "decimal", "date", "timestamp", "time"})
HAS_TOP_VALUES: frozenset[ColumnType] = frozenset({"text", "integer", "decimal", "boolean", "date", "timestamp"})
_DAY_S = 86_400.0
_EPOCH = datetime(1970, 1, 1)
UNITS = ("hour", "day", "week", "month", "quarter", "year")


@dataclass(frozen=True)
class Bins:
    """How a numeric column is cut: value x falls into bin min(floor((x - low) / width), count - 1)."""

    low: float
    high: float
    width: float
    count: int

    def bars(self, counts: dict[int, int]) -> tuple[Bin, ...]:
        """The bars for counts by bin number; numbers beyond the last (rounding) belong to the last."""
        merged = [0] * self.count
        for number, count in counts.items():
            merged[min(max(number, 0), self.count - 1)] += count
        edges = [self.low + at * self.width for at in range(self.count)] + [self.high]
        return tuple(Bin(edges[at], edges[at + 1], merged[at]) for at in range(self.count))


def bins(minimum: Any, maximum: Any, kind: ColumnType) -> Bins | None:
    """At most 20 bins over the range: one per whole number or day for up to 20 of them, else 20 equal ones.

    Times are seconds since 1970. None: no range.
    """
    low, high = _number(minimum, kind), _number(maximum, kind)
    if low is None or high is None:
        return None
    step = {"integer": 1.0, "date": _DAY_S}.get(kind)
    if step and (maximum - minimum if kind == "integer" else (high - low) / step) < MAX_BINS:
        count = round((high - low) / step) + 1
        return Bins(low, low + count * step, step, count)
    width = (high - low) / MAX_BINS
    if width <= 0 or not math.isfinite(width) or low + width == low:
        return Bins(low, high, 1.0, 1)
    return Bins(low, high, width, MAX_BINS)


def time_edges(cut: Bins, kind: ColumnType) -> list[datetime]:
    """Where the bins after the first begin: the earliest time (day, or microsecond) that falls into each."""
    unit = _DAY_S if kind == "date" else 1e-6
    edges = []
    for place in range(1, cut.count):
        at = round((cut.low + place * cut.width) / unit) - 3
        while math.floor((at * unit - cut.low) / cut.width) < place:
            at += 1
        since = timedelta(days=at) if kind == "date" else timedelta(microseconds=at)
        edges.append(_EPOCH + since)
    return edges


def _number(value: Any, kind: ColumnType) -> float | None:
    """A minimum or maximum as a number; None where it is none."""
    if kind in NUMERIC:
        return float(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None
    if kind not in TEMPORAL or not isinstance(value, str):
        return None
    try:
        return (datetime.fromisoformat(value).replace(tzinfo=None) - _EPOCH).total_seconds()
    except ValueError:
        return None


def cut_text(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT] + "…"


def varying_numbers(profile: Profile) -> list[ColumnProfile]:
    """Numeric columns with more than one value, in the table's order."""
    return [each for each in profile.columns if each.type in NUMERIC and each.std_dev]


def correlated(profile: Profile) -> list[ColumnProfile]:
    """The columns whose pairs are correlated: the first 20 that vary."""
    return varying_numbers(profile)[:_MOST_CORRELATED]


def by_strength(found: Iterable[Correlation]) -> tuple[Correlation, ...]:
    """Strongest first; equal ones (to 9 digits) keep their order."""
    return tuple(sorted(found, key=lambda each: -round(abs(each.r), 9)))


def averaged(profile: Profile) -> list[ColumnProfile]:
    """The columns whose means are taken over time and by segment: the first 8 that vary."""
    return varying_numbers(profile)[:_MOST_NUMBERS]


def segmenting(profile: Profile) -> list[ColumnProfile]:
    """Text and boolean columns with 2 to 12 values, the first 8."""
    fitting = [
        each
        for each in profile.columns
        if each.type in ("text", "boolean") and each.distinct is not None and 2 <= each.distinct <= _MOST_SEGMENTS
    ]
    return fitting[:_MOST_SEGMENTED]


def time_columns(profile: Profile) -> list[ColumnProfile]:
    """Dates and timestamps that vary, the first 3."""
    fitting = [each for each in profile.columns if each.type in TEMPORAL and each.minimum != each.maximum]
    return fitting[:_MOST_TIME_COLUMNS]


def fences(column: ColumnProfile) -> tuple[float, float] | None:
    """Quartile ∓ 1.5 × interquartile range."""
    if column.lower_quartile is None or column.upper_quartile is None:
        return None
    reach = 1.5 * (column.upper_quartile - column.lower_quartile)
    return column.lower_quartile - reach, column.upper_quartile + reach


def buckets(column: ColumnProfile) -> tuple[str, tuple[datetime, ...]] | None:
    """The unit of time and the starts of all buckets from minimum to maximum, at most 40.

    The unit is the finest that needs no more (a date's finest is the day). Of more than 40 years the last 40 are taken;
    rows before the first start are left out. None where the extremes are no times.
    """
    try:
        first, last = (datetime.fromisoformat(str(each)) for each in (column.minimum, column.maximum))
    except ValueError:
        return None
    first, last = first.replace(tzinfo=None), last.replace(tzinfo=None)
    for unit in UNITS[1:] if column.type == "date" else UNITS:
        if unit != "year" and _about(unit, first, last) > 3 * MAX_POINTS:
            continue
        starts = _starts(unit, first, last)
        if len(starts) <= MAX_POINTS or unit == "year":
            return unit, tuple(starts[-MAX_POINTS:])
    return None


def start_text(start: datetime, unit: str) -> str:
    """A bucket's start as the series shows it: the date, with the hour where the unit is the hour."""
    return start.isoformat(timespec="minutes") if unit == "hour" else start.date().isoformat()


def _about(unit: str, first: datetime, last: datetime) -> float:
    hours = {"hour": 1, "day": 24, "week": 168, "month": 720, "quarter": 2160}[unit]
    return (last - first).total_seconds() / 3600 / hours


def _starts(unit: str, first: datetime, last: datetime) -> list[datetime]:
    start, starts = _floor(unit, first), []
    while start <= last:
        starts.append(start)
        following = _next(unit, start)
        if following is None:
            break
        start = following
    return starts


def _floor(unit: str, at: datetime) -> datetime:
    if unit == "hour":
        return at.replace(minute=0, second=0, microsecond=0)
    day = datetime(at.year, at.month, at.day)
    if unit == "week":
        return day - timedelta(days=min(day.weekday(), (day - datetime.min).days))
    months = {"month": at.month, "quarter": (at.month - 1) // 3 * 3 + 1, "year": 1}
    return day.replace(month=months[unit], day=1) if unit in months else day


def _next(unit: str, start: datetime) -> datetime | None:
    """The following bucket's start, None at the end of the calendar."""
    try:
        if unit in ("hour", "day", "week"):
            return start + timedelta(**{f"{unit}s": 1})
        months = start.month - 1 + {"month": 1, "quarter": 3, "year": 12}[unit]
        return start.replace(year=start.year + months // 12, month=months % 12 + 1)
    except (ValueError, OverflowError):
        return None


def as_json(value: object) -> object:
    """A cell as JSON knows it: times as ISO texts, NaN and infinities as words, bytes as hexadecimal digits."""
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, str):
        return value
    if isinstance(value, (bytes, bytearray, memoryview)):
        data = bytes(value)
        return f"0x{data[:32].hex()}{'…' if len(data) > 32 else ''}"
    if isinstance(value, (date, datetime)) or hasattr(value, "isoformat"):
        return value.isoformat()
    return str(value)
