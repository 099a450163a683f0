"""The direction of a column over time, from the means of equal stretches of time.

The rule: Mann-Kendall's tau over the means of the buckets. |tau| ≥ 0.3 and p < 0.05 is a direction, |tau| < 0.3 with
p ≥ 0.05 is none; what lies between decides nothing. A change of less than 5 % from the first third to the last passes
as stable whatever tau says.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from core.analysis.measuring import Meter, is_number
from core.analysis.outcomes import Outcome
from core.analysis.types.base import Statement
from core.sources import TEMPORAL, Column, Table

TAU = 0.3
P = 0.05
FLAT = 0.05
FEWEST_BUCKETS = 4
MOST_BUCKETS = 40
_MOST_VALUES = 2_000

_ISO = re.compile(r"\d{4}(-\d{2}(-\d{2}([T ]\d{2}(:\d{2}(:\d{2}(\.\d+)?)?)?)?)?)?$")


@dataclass(frozen=True)
class _Bucket:
    """Rows in it, and sum and number of the target's values."""

    rows: int
    total: float
    n: int


@dataclass(frozen=True)
class Direction:
    """`tau` over n buckets with its p, and the relative change from the first third to the last (None: from zero)."""

    tau: float
    p: float
    n: int
    change: float | None
    unit: str

    @property
    def word(self) -> str:
        if abs(self.tau) < TAU and self.p >= P:
            return "no direction"
        return "increasing" if self.tau > 0 else "decreasing"

    def agrees_with(self, stated: str) -> bool | None:
        """`stated` is increasing, decreasing, stable or mixed."""
        clear = abs(self.tau) >= TAU and self.p < P
        none = abs(self.tau) < TAU and self.p >= P
        small = self.change is not None and abs(self.change) < FLAT
        if stated in ("increasing", "decreasing"):
            same = (self.tau > 0) == (stated == "increasing") and self.tau != 0
            return same if clear else False if none else None
        if stated == "stable":
            return True if none or small else False if clear else None
        if stated == "mixed":
            return True if none else False if clear and abs(self.tau) >= 0.8 else None
        return None


def check_direction(meter: Meter, table: Table, target: Column | None, statement: Statement) -> Outcome:
    """`stated` is increasing, decreasing, stable or mixed; without a column it is the number of rows that is meant."""
    time = meter.column(table, statement.arguments["time_column"])
    if time is None:
        return Outcome("no such column", False, f"The table has no column '{statement.arguments['time_column']}'.")
    if target is not None and not is_number(target):
        return Outcome(None, None, f"'{target.name}' is not numeric.")
    found = direction(meter, table, time, target)
    if isinstance(found, str):
        return Outcome(None, None, found)
    change = "" if found.change is None else f", {found.change:+.1%} from the first third to the last"
    true = f"{found.word} (tau = {found.tau:.2f} over {found.n} means by {found.unit}{change})"
    agrees = found.agrees_with(statement.stated)
    return Outcome(true, agrees, "Neither clear nor absent." if agrees is None else "")


def direction(meter: Meter, table: Table, time: Column, target: Column | None) -> Direction | str:
    """The direction, or in a sentence why there is none to be had."""
    clause = meter.clause(table)
    cell = clause.c[time.name]
    low, high, values = meter.select(sa.select(sa.func.min(cell), sa.func.max(cell), sa.func.count(sa.distinct(cell))))[
        0
    ]
    if low is None:
        return f"'{time.name}' has no values."
    buckets = _buckets(meter, clause, time, target, low, high, values)
    if isinstance(buckets, str):
        return buckets
    unit, found = buckets
    if target is None:
        means = [float(bucket.rows) for bucket in found]
        means = means[1:-1] if len(means) >= 6 else means  # the first and the last stretch are rarely whole
    else:
        means = [bucket.total / bucket.n for bucket in found if bucket.n]
    if len(means) < FEWEST_BUCKETS:
        return f"{len(means)} means by {unit} are too few to have a direction."
    tau, p = mann_kendall(means)
    third = max(1, len(means) // 3)
    first, last = (sum(part) / third for part in (means[:third], means[-third:]))
    return Direction(tau, p, len(means), (last - first) / abs(first) if first else None, unit)


def mann_kendall(values: list[float]) -> tuple[float, float]:
    """Kendall's tau against the order of time, and the two-sided p of no trend (normal, with ties and continuity).

    Source: Kendall, Rank Correlation Methods (1975), ch. 4. Below 8 values the normal p is too large, so that the
    exact share of orderings is not taken: only a perfect order of 4 or more counts as clear there.
    """
    n = len(values)
    s = sum((later > earlier) - (later < earlier) for at, earlier in enumerate(values) for later in values[at + 1 :])
    ties = [values.count(value) for value in dict.fromkeys(values)]
    variance = (n * (n - 1) * (2 * n + 5) - sum(t * (t - 1) * (2 * t + 5) for t in ties)) / 18
    if variance <= 0:
        return 0.0, 1.0
    tau = s / (n * (n - 1) / 2)
    if abs(tau) == 1 and n < 8:
        return tau, 0.0
    z = (abs(s) - 1) / math.sqrt(variance) if s else 0.0
    return tau, math.erfc(z / math.sqrt(2))


def _buckets(
    meter: Meter, clause: sa.TableClause, time: Column, target: Column | None, low: Any, high: Any, values: int
) -> tuple[str, list[_Bucket]] | str:
    cell = clause.c[time.name]
    if is_number(time):
        if values > _MOST_VALUES:
            return f"'{time.name}' has too many different values to be a time in years or periods."
        rows = _grouped(meter, clause, [cell], target)
        return "value", [_Bucket(*each[1:]) for each in sorted(rows)]
    if time.type in TEMPORAL:
        unit, parts, key = _unit(low, high, time)
        rows = _grouped(meter, clause, [sa.extract(part, cell) for part in parts], target)
        return unit, _merged(rows, len(parts), key)
    if time.type == "text" and all(_ISO.fullmatch(str(each)) for each in (low, high)):
        start, end = (datetime.fromisoformat((str(each) + "-01-01"[len(str(each)) - 4 :])[:10]) for each in (low, high))
        unit, parts, key = _unit(start, end, Column(time.name, "date", ""))
        cut = sa.func.substr(cell, 1, {1: 4, 2: 7, 3: 10}[len(parts)])
        found = _grouped(meter, clause, [cut], target)
        split = [(*[int(part) for part in str(text).split("-")], *rest) for text, *rest in found]
        if any(len(row) != len(parts) + 3 for row in split):
            return f"'{time.name}' is text in different forms."
        return unit, _merged(split, len(parts), key)
    return f"'{time.name}' ({time.type}) is no time."


def _unit(low: Any, high: Any, time: Column) -> tuple[str, list[str], Callable[[list[int]], Any]]:
    """The finest unit with at most 40 buckets: its name, the parts to group by, and how a group becomes a bucket's key."""
    days = (high - low).days
    year_month_day = ["year", "month", "day"]
    if time.type == "timestamp" and days < 1:
        return "hour", [*year_month_day, "hour"], tuple
    if days < MOST_BUCKETS:
        return "day", year_month_day, tuple
    if days < 7 * MOST_BUCKETS:
        return "week", year_month_day, lambda parts: date(*parts[:3]).isocalendar()[:2]
    if days < 30 * MOST_BUCKETS:
        return "month", year_month_day[:2], tuple
    if days < 91 * MOST_BUCKETS:
        return "quarter", year_month_day[:2], lambda parts: (parts[0], (parts[1] - 1) // 3)
    return "year", ["year"], tuple


def _grouped(meter: Meter, clause: sa.TableClause, by: list[Any], target: Column | None) -> list[tuple[Any, ...]]:
    """(group…, rows, sum of the target, number of its values), for the groups that are there."""
    named = [each.label(f"part_{at}") for at, each in enumerate(by)]
    value = [clause.c[target.name].label("value")] if target else []
    inner = (
        sa.select(*named, *value).select_from(clause).subquery()
    )  # grouped outside, for servers that bind parameters
    parts = [inner.c[each.name] for each in named]
    wanted = [sa.func.sum(inner.c.value), sa.func.count(inner.c.value)] if target else []
    query = sa.select(*parts, sa.func.count(), *wanted).group_by(*parts)
    rows = meter.select(query)
    full = rows if target else [(*row, 0, 0) for row in rows]
    return [(*row[:-3], int(row[-3]), float(row[-2] or 0), int(row[-1])) for row in full if None not in row[: len(by)]]


def _merged(rows: list[tuple[Any, ...]], parts: int, key: Callable[[list[int]], Any]) -> list[_Bucket]:
    merged: dict[Any, _Bucket] = {}
    for row in rows:
        at = key([int(part) for part in row[:parts]])
        old = merged.get(at, _Bucket(0, 0.0, 0))
        merged[at] = _Bucket(old.rows + row[parts], old.total + row[parts + 1], old.n + row[parts + 2])
    return [merged[at] for at in sorted(merged)]
