"""Bins for numbers and times, at most 20 of equal width. For numbers the same as `core.sources.choosing.bins`."""

import math
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

_MOST = 20
_DAY = 86_400.0


@dataclass(frozen=True)
class Bins:
    """`count` bins of `width` from `low` to `high`. Times are seconds since 1970."""

    low: float
    high: float
    width: float
    count: int
    is_time: bool = False

    def counting_sql(self, value: str) -> str:
        """The number of the bin of a value, null for what is no finite number."""
        number = f"epoch({value})" if self.is_time else f"{value}::DOUBLE"
        bin = f"floor(({number} - {self.low!r}::DOUBLE) / {self.width!r}::DOUBLE)"
        return f"CASE WHEN isfinite({number}) THEN greatest(0, least({self.count - 1}, {bin})) END"


def bins_of(figures: dict[str, Any]) -> Bins | None:
    """Bins for a column by its minimum and maximum; None where it has no numbers, or they are too far apart."""
    kind = figures["type"]
    low, high = _number(figures["minimum"], kind), _number(figures["maximum"], kind)
    if low is None or high is None:
        return None
    is_time = kind in ("date", "timestamp")
    step = {"integer": 1.0, "date": _DAY}.get(kind)
    if step and (figures["maximum"] - figures["minimum"] if kind == "integer" else (high - low) / step) < _MOST:
        count = round((high - low) / step) + 1
        return Bins(low, low + count * step, step, count, is_time)
    width = (high - low) / _MOST
    if width <= 0 or not math.isfinite(width) or low + width == low:
        return Bins(low, high, 1.0, 1, is_time)
    return Bins(low, high, width, _MOST, is_time)


def counts_of(bins: Bins, counts: list[dict[str, Any]] | None) -> list[list[float]]:
    """[low, high, count] of every bin, empty ones too."""
    found = {int(each["b"]): int(each["n"]) for each in counts or () if each["b"] is not None}
    edges = [*(bins.low + place * bins.width for place in range(bins.count)), bins.high]
    return [[edges[place], edges[place + 1], found.get(place, 0)] for place in range(bins.count)]


def _number(value: Any, kind: str) -> float | None:
    if kind in ("integer", "decimal"):
        return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
    if not isinstance(value, str):
        return None
    try:
        if kind == "date":
            return (date.fromisoformat(value) - date(1970, 1, 1)).days * _DAY
        if kind == "timestamp":
            return (
                datetime.fromisoformat(value).replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)
            ).total_seconds()
    except ValueError:
        return None
    return None
