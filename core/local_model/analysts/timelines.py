"""Values over time: which buckets are whole, which way they go, where they jump, what repeats.

Buckets without rows are not in the text; nothing is filled in for them.
"""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import fmean, median, pstdev

from core.local_model.analysts.described import Bucket, Series, Table, Value

FEWEST_BUCKETS = 4
_UNIT_DAYS = {"year": 365, "quarter": 91, "month": 30, "week": 7, "day": 1, "hour": 1 / 24}
_GAP = 3.0
_STRAY_SHARE = 0.02
_PARTIAL = 0.1
"""A bucket that lacks more than this share of its time is not whole."""
_LEAST_TAU, _P = 0.3, 0.05
_FLAT, _EVEN = 0.05, 0.15
_JUMP, _FEWEST_ASIDE = 3.0, 3
_FAR_AWAY = 5.0
_MOST_OUTLIERS = 3
_FEWEST_ROWS = 3
"""Buckets of fewer rows, or fewer in the middle for counts, say too little to make a line."""
_WEEKLY_SHARE = 0.5
_YEARLY_AGREEMENT = 0.7
_SEASON_AMPLITUDE = 0.1


@dataclass(frozen=True)
class Line:
    """One measure over time: `column` None counts rows. Points are (start, value), oldest first."""

    column: str | None
    points: tuple[tuple[str, float], ...]

    @property
    def values(self) -> list[float]:
        return [value for _, value in self.points]


def lines(table: Table, series: Series) -> list[Line]:
    """Rows per bucket (whole buckets only), then the averages of each numeric column; strays left out."""
    strays = set(map(id, stray_buckets(series)))
    buckets = [bucket for bucket in series.buckets if id(bucket) not in strays]
    whole = _whole(table, series, buckets)
    enough = sum(bucket.rows for bucket in whole) >= _FEWEST_ROWS * len(whole)
    counted = Line(None, tuple((b.start, float(b.rows)) for b in whole) if enough else ())
    averaged = [
        Line(name, tuple((b.start, b.means[name]) for b in buckets if name in b.means and b.rows >= _FEWEST_ROWS))
        for name in series.columns
    ]
    return [line for line in (counted, *averaged) if len(line.points) >= FEWEST_BUCKETS]


def stray_buckets(series: Series) -> tuple[Bucket, ...]:
    """Buckets at either end that a long gap parts from the rest, and that hold hardly any rows."""
    buckets = series.buckets
    starts = [moment(bucket.start) for bucket in buckets]
    if len(buckets) < 4 or any(start is None for start in starts):
        return ()
    steps = [(b - a).total_seconds() for a, b in pairwise(starts) if a is not None and b is not None]
    usual, everything = median(steps), sum(bucket.rows for bucket in buckets)
    first, last = 0, len(buckets)
    for at, step in enumerate(steps):
        if step <= _GAP * usual:
            continue
        if sum(bucket.rows for bucket in buckets[: at + 1]) <= _STRAY_SHARE * everything:
            first = at + 1
        elif sum(bucket.rows for bucket in buckets[at + 1 :]) <= _STRAY_SHARE * everything:
            last = min(last, at + 1)
    return (*buckets[:first], *buckets[last:])


def moment(value: Value) -> datetime | None:
    """The point in time without its zone, None if it is none that Python knows."""
    try:
        return datetime.fromisoformat(value).replace(tzinfo=None) if isinstance(value, str) else None
    except ValueError:
        return None


def _whole(table: Table, series: Series, buckets: list[Bucket]) -> list[Bucket]:
    """Without a first and a last bucket that the time column's range covers in part only."""
    column, days = table.by_name.get(series.time_column), _UNIT_DAYS.get(series.unit)
    low, high = (moment(column.low), moment(column.high)) if column else (None, None)
    if days is None or len(buckets) < FEWEST_BUCKETS:
        return buckets
    # Dates without a time end at the start of their last day.
    ends_with_day = column is not None and column.type == "date"
    first, last = moment(buckets[0].start), moment(buckets[-1].start)
    if low and first and (low - first) > timedelta(days=days * _PARTIAL):
        buckets = buckets[1:]
    if high and last and (last + timedelta(days=days * (1 - _PARTIAL))) > high + timedelta(days=ends_with_day):
        buckets = buckets[:-1]
    return buckets


def direction(values: Sequence[float]) -> str:
    """increasing, decreasing, stable, mixed or unclear.

    A direction is one by Kendall's τ of at least 0.3 with p < 0.05. Stable is what has none, hardly varies, and is at its
    end where it was at its beginning; mixed is what clearly goes one way in its first half and the other in its second.
    """
    if _is_clear(values):
        return "increasing" if kendall(values)[0] > 0 else "decreasing"
    third, middle = max(1, len(values) // 3), abs(fmean(values))
    change = abs(fmean(values[-third:]) - fmean(values[:third]))
    if change < _FLAT * middle and pstdev(values) < _EVEN * middle:
        return "stable"
    half = len(values) // 2
    first, second = values[: half + 1], values[half:]
    if half >= FEWEST_BUCKETS and _is_clear(first) and _is_clear(second):
        return "mixed"
    return "unclear"


def _is_clear(values: Sequence[float]) -> bool:
    tau, p = kendall(values)
    return abs(tau) >= _LEAST_TAU and p < _P


def kendall(values: Sequence[float]) -> tuple[float, float]:
    """Kendall's τ of the values and their order, -1 to 1, and the two-sided p of there being none (Mann-Kendall).

    Below 8 values the normal p is not to be trusted; there only a perfect order has one below 0.05.
    """
    n = len(values)
    s = sum((later > earlier) - (later < earlier) for at, earlier in enumerate(values) for later in values[at + 1 :])
    ties = Counter(values).values()
    variance = (n * (n - 1) * (2 * n + 5) - sum(t * (t - 1) * (2 * t + 5) for t in ties)) / 18
    if variance <= 0 or n < 2:
        return 0.0, 1.0
    tau = s / (n * (n - 1) / 2)
    if n < 8:
        return tau, 0.0 if abs(tau) == 1 else 1.0
    return tau, math.erfc((abs(s) - 1) / math.sqrt(variance) / math.sqrt(2)) if s else 1.0


def jump(line: Line) -> tuple[str, float, float] | None:
    """The largest step between neighbours that stays: where it is, and the averages before and after it; else None."""
    values = line.values
    steps = [abs(b - a) for a, b in pairwise(values)]
    if len(values) < 2 * _FEWEST_ASIDE:
        return None
    at = max(range(_FEWEST_ASIDE, len(values) - _FEWEST_ASIDE + 1), key=lambda each: steps[each - 1])
    before, after = fmean(values[:at]), fmean(values[at:])
    usual = median(steps)
    lasting = (after - before) * (values[at] - values[at - 1]) > 0 and abs(after - before) >= 0.5 * steps[at - 1]
    apart = abs(after - before) >= pstdev(values[:at]) + pstdev(values[at:])
    if steps[at - 1] < _JUMP * usual or usual == 0 or not lasting or not apart:
        return None
    return line.points[at][0], before, after


@dataclass(frozen=True)
class Outlier:
    """A point far from what its neighbours lead to expect; `away` counts usual deviations, upwards positive."""

    start: str
    value: float
    usual: float
    away: float


def outliers(line: Line) -> list[Outlier]:
    """The farthest points, at most three, each judged after the farther ones have been evened out."""
    return _evened(line)[0]


def without_outliers(line: Line) -> Line:
    """The line with what its neighbours lead to expect in place of each outlier."""
    return Line(line.column, tuple(zip((start for start, _ in line.points), _evened(line)[1], strict=True)))


def _evened(line: Line) -> tuple[list[Outlier], list[float]]:
    values, found = line.values, list[Outlier]()
    while len(values) >= 2 * FEWEST_BUCKETS and len(found) < _MOST_OUTLIERS:
        usual = _expected(values)
        at = max(range(1, len(values) - 1), key=lambda each: abs(values[each] - usual[each - 1]))
        evened = [*values[:at], usual[at - 1], *values[at + 1 :]]
        deviations = [abs(v - u) for v, u in zip(evened[1:-1], _expected(evened), strict=True)]
        spread = 1.4826 * median(deviations)
        away = (values[at] - usual[at - 1]) / spread if spread > 0 else 0.0
        if abs(away) < _FAR_AWAY:
            break
        found.append(Outlier(line.points[at][0], values[at], usual[at - 1], away))
        values = evened
    return found, values


def _expected(values: Sequence[float]) -> list[float]:
    """For each inner point: the middle one of the straight lines through two neighbours before, around and after it."""
    expected = []
    for at in range(1, len(values) - 1):
        ways = [(values[at - 1] + values[at + 1]) / 2]
        ways += [2 * values[at - 1] - values[at - 2]] if at >= 2 else []
        ways += [2 * values[at + 1] - values[at + 2]] if at + 2 < len(values) else []
        expected.append(median(ways))
    return expected


def season(series: Series, line: Line) -> str | None:
    """What repeats by weekday or by month, in words; None where nothing does or too little time is covered."""
    moments = [(moment(start), value) for start, value in without_outliers(line).points]
    dated = [(found, value) for found, value in moments if found is not None]
    if series.unit == "day" and len(dated) >= 14:
        return _weekly(dated)
    if series.unit == "month" and len(dated) >= 15:
        return _yearly(dated)
    return None


_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def _weekly(dated: Sequence[tuple[datetime, float]]) -> str | None:
    groups: dict[int, list[float]] = {}
    for start, value in dated:
        groups.setdefault(start.weekday(), []).append(value)
    whole = fmean(value for _, value in dated)
    total = sum((value - whole) ** 2 for _, value in dated)
    between = sum(len(group) * (fmean(group) - whole) ** 2 for group in groups.values())
    if (
        len(groups) < 7
        or total == 0
        or between / total < _WEEKLY_SHARE
        or not _wide(map(fmean, groups.values()), whole)
    ):
        return None
    high, low = (pick(groups, key=lambda day: fmean(groups[day])) for pick in (max, min))
    return (
        f"repeats by week: highest on {_DAYS[high]}s ({fmean(groups[high]):.4g} on average), "
        f"lowest on {_DAYS[low]}s ({fmean(groups[low]):.4g}); "
        f"the weekday explains {100 * between / total:.0f} % of the variance over {len(dated)} days."
    )


def _yearly(dated: Sequence[tuple[datetime, float]]) -> str | None:
    """Months that occur in more than one year must agree from year to year, after each year's own level is taken out."""
    by_month: dict[int, list[tuple[int, float]]] = {}
    for start, value in dated:
        by_month.setdefault(start.month, []).append((start.year, value))
    twice = {month: sorted(found)[:2] for month, found in by_month.items() if len(found) > 1}
    first = [found[0][1] for found in twice.values()]
    second = [found[1][1] for found in twice.values()]
    averages = {month: fmean(value for _, value in found) for month, found in by_month.items()}
    whole = fmean(averages.values())
    if len(by_month) < 12 or len(twice) < 4 or not _wide(averages.values(), whole):
        return None
    agreement = correlation(first, second)
    if agreement < _YEARLY_AGREEMENT:
        return None
    high, low = max(averages, key=averages.__getitem__), min(averages, key=averages.__getitem__)
    return (
        f"repeats by year: highest in {_MONTHS[high - 1]} ({averages[high]:.4g}), lowest in {_MONTHS[low - 1]} "
        f"({averages[low]:.4g}); the {len(twice)} months that occur twice agree with r = {agreement:.2f}."
    )


def _wide(values: Iterable[float], middle: float) -> bool:
    found = list(values)
    return max(found) - min(found) >= 2 * _SEASON_AMPLITUDE * abs(middle)


def correlation(first: Sequence[float], second: Sequence[float]) -> float:
    """Pearson's r; 0 where one of the two does not vary."""
    a, b = fmean(first), fmean(second)
    above = sum((x - a) * (y - b) for x, y in zip(first, second, strict=True))
    below = (sum((x - a) ** 2 for x in first) * sum((y - b) ** 2 for y in second)) ** 0.5
    return above / below if below else 0.0
