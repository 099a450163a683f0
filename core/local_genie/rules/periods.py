"""Periods of time: spans of days and the parts of a year.

A span holds its first day and the day after its last; either may be open. Relative spans ("last month") keep their
words and are resolved against the newest date in the data, because sample data stands still while the clock runs.
"""

from calendar import monthrange
from dataclasses import dataclass, replace
from datetime import date, timedelta

_MONTHS = ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"]  # fmt: skip
MONTHS = (
    {name: n for n, name in enumerate(_MONTHS, 1)} | {name[:3]: n for n, name in enumerate(_MONTHS, 1)} | {"sept": 9}
)
MONTHS_IN = {"MONTH": 1, "QUARTER": 3, "HALF": 6}


@dataclass(frozen=True)
class DateSpan:
    """Words `start` to `end` (exclusive) mean the days from `lo` to before `hi`.

    `part` is a recurring part of time instead, such as ("MONTH", 3) for "in March" of any year. `relative` is
    (unit, offset, count) for spans that hang on the newest date. `unit` is the grain that was spoken of.
    """

    start: int
    end: int
    lo: date | None = None
    hi: date | None = None
    part: tuple[str, int] | None = None
    relative: tuple[str, int, int] | None = None
    unit: str = ""
    ends: tuple["DateSpan", "DateSpan"] | None = None  # the first and last of "from 2023 to 2024"

    def resolved(self, newest: date) -> "DateSpan":
        """The same span with its days filled in."""
        if self.relative is None:
            return self
        unit, offset, count = self.relative
        if (offset == 0 and count > 1) or unit == "DAY":  # "last 6 months", "last 30 days": back from the newest day
            hi = newest + timedelta(days=1 if offset == 0 else 1 + offset)
            return replace(self, lo=shift(hi, unit, -count), hi=hi)
        lo = shift(floor(newest, unit), unit, offset)
        return replace(self, lo=lo, hi=shift(lo, unit, count))


def part_of(year: int, unit: str, number: int) -> dict[str, date]:
    """The first day, and the day after the last, of a month, quarter or half."""
    months = MONTHS_IN[unit]
    lo = date(year, (number - 1) * months + 1, 1)
    return {"lo": lo, "hi": shift(lo, "MONTH", months)}


def made(start: int, end: int, year: int, month: int, day: int) -> DateSpan | None:
    """The span of a day, or of a month if `day` is 0; None if there is no such day."""
    try:
        lo = date(year, month, day or 1)
    except ValueError:
        return None
    hi = lo + timedelta(days=1) if day else shift(lo, "MONTH", 1)
    return DateSpan(start, end, lo, hi, unit="DAY" if day else "MONTH")


def floor(day: date, unit: str) -> date:
    if unit == "WEEK":
        return day - timedelta(days=day.weekday())
    month = {"YEAR": 1, "QUARTER": (day.month - 1) // 3 * 3 + 1}.get(unit, day.month)
    return day if unit == "DAY" else date(day.year, month, 1)


def shift(day: date, unit: str, count: int) -> date:
    if unit in ("DAY", "WEEK"):
        return day + timedelta(days=count * (7 if unit == "WEEK" else 1))
    months = day.year * 12 + day.month - 1 + count * {"MONTH": 1, "QUARTER": 3, "YEAR": 12}[unit]
    year, month = divmod(months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
