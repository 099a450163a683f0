"""A picture of an answer's rows where people would rather look than read, as a Vega-Lite specification.

Drawn only where it says what the rows say: one number over one date, text or part of the calendar, each of them once; or
over two of those, one as the colour. Everything else stays a table.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from core.genie.results import ResultTable

_MOST_BARS = 30
_MOST_COLOURS = 6
_NUMBERS = ("INT", "INTEGER", "BIGINT", "LONG", "SHORT", "BYTE", "SMALLINT", "TINYINT", "FLOAT", "DOUBLE", "DECIMAL")
_WHOLE = frozenset(("INT", "INTEGER", "BIGINT", "LONG", "SHORT", "BYTE", "SMALLINT", "TINYINT"))
_CALENDAR = re.compile(r"(?:^|_|\b)(year|quarter|month|week|day|weekday|hour)s?(?:$|_|\b)", re.IGNORECASE)
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}.*)?")
_MONTH = re.compile(r"\d{4}-\d{2}")

Role = Literal["number", "time", "label"]


@dataclass(frozen=True)
class Picture:
    """`spec` is whole, with its data in it. `title` says what is drawn, and of how many rows."""

    title: str
    spec: dict[str, Any]


def picture_of(table: ResultTable) -> Picture | None:
    """The picture of these rows; None where a table says it better."""
    roles = [_role(table, at) for at in range(len(table.columns))]
    numbers = [at for at, role in enumerate(roles) if role == "number"]
    axes = [at for at, role in enumerate(roles) if role in ("time", "label")]
    if len(table.rows) < 2 or len(numbers) != 1 or None in roles or len(axes) not in (1, 2):
        return None
    value = numbers[0]
    times = [at for at in axes if roles[at] == "time"]
    axis = times[0] if times else axes[0]
    colour = next((at for at in axes if at != axis), None)
    if colour is not None and len({row[colour] for row in table.rows}) > _MOST_COLOURS:
        axis, colour = colour, axis
        if len({row[colour] for row in table.rows}) > _MOST_COLOURS or roles[axis] == "time":
            return None
    keys = [(row[axis], row[colour] if colour is not None else None) for row in table.rows]
    if len(set(keys)) != len(keys):
        return None
    return _drawn(table, value, axis, colour, line=roles[axis] == "time")


def _role(table: ResultTable, at: int) -> Role | None:
    """What a column is for a picture; None if it has no value at all."""
    column = table.columns[at]
    cells = [row[at] for row in table.rows if row[at] is not None]
    if not cells:
        return None
    kind = re.split(r"[(\s]", column.type.upper())[0]
    numeric = kind in _NUMBERS if kind else all(_NUMBER.fullmatch(cell) for cell in cells)
    if numeric:
        whole = kind in _WHOLE or all(re.fullmatch(r"-?\d+", cell) for cell in cells)
        return "label" if whole and _counts_time(column.name, cells) else "number"
    if kind in ("DATE", "TIMESTAMP", "TIMESTAMP_NTZ") or all(_DATE.fullmatch(c) or _MONTH.fullmatch(c) for c in cells):
        return "time"
    return "label"


def _counts_time(name: str, cells: Sequence[str]) -> bool:
    """Whether whole numbers under this name are years, months or weeks rather than an amount of them."""
    found = _CALENDAR.search(name)
    if not found or re.search(r"count|number|total|sum|avg|average|duration", name, re.IGNORECASE):
        return False
    low, high = {"year": (1800, 2200), "quarter": (1, 4), "month": (1, 12), "week": (0, 53)}.get(
        found[1].lower(), (0, 31)
    )
    return all(low <= int(float(cell)) <= high for cell in cells)


def _drawn(table: ResultTable, value: int, axis: int, colour: int | None, *, line: bool) -> Picture:
    names = [column.name for column in table.columns]
    shown = table.rows if line or colour is not None else table.rows[:_MOST_BARS]
    rows = [
        {
            "label": row[axis] if row[axis] is not None else "(none)",
            "value": _finite(row[value]),
            **({"colour": row[colour] if row[colour] is not None else "(none)"} if colour is not None else {}),
        }
        for row in shown
    ]
    # A field's own name may hold dots and brackets, which Vega reads as a path; ours do not.
    x: dict[str, Any] = {"field": "value", "type": "quantitative", "title": names[value]}
    y: dict[str, Any] = {"field": "label", "type": "nominal", "sort": None, "title": names[axis]}
    hover = [{"field": "label", "title": names[axis]}, {"field": "value", "title": names[value]}]
    encoding: dict[str, Any] = {"y": y, "x": x}
    mark: dict[str, Any] = {"type": "bar"}
    size: dict[str, Any] = {"height": {"step": 22}}
    if line:
        encoding = {
            # Dates without a time are read as UTC, and would move by a day where the screen is west of it.
            "x": {"field": "label", "type": "temporal", "scale": {"type": "utc"}, "title": names[axis]},
            "y": x,
        }
        mark, size = {"type": "line", "point": True}, {"height": 260}
    if colour is not None:
        encoding["color"] = {"field": "colour", "type": "nominal", "title": names[colour]}
        hover.append({"field": "colour", "title": names[colour]})
        if not line:
            encoding["yOffset"] = {"field": "colour"}
            size = {"height": {"step": 14}}
    spec = {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "data": {"values": rows},
        "mark": mark,
        "encoding": encoding | {"tooltip": hover},
        **size,
    }
    total = table.total_rows if table.total_rows is not None else len(table.rows)
    of = f", the first {len(shown):,} of {total:,} rows" if len(shown) < total else ""
    return Picture(f"{names[value]} by {names[axis]}{of}", spec)


def _finite(cell: str | None) -> float | None:
    """The cell as a number; None for what JSON has no number for."""
    try:
        found = float(cell or "")
    except ValueError:
        return None
    return found if math.isfinite(found) else None
