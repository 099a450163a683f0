"""Values of DuckDB as JSON: for people (everything readable) and for computing (types kept)."""

import datetime
import math
from decimal import Decimal
from typing import Any

CELL_CHARS = 1000


def readable(value: Any, most: int | None = CELL_CHARS) -> Any:
    """A JSON value: numbers stay numbers where JSON has them, all else is text, cut after `most` characters."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if -(2**63) <= value < 2**64 else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, Decimal):
        return _of_decimal(value)
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, bytes | bytearray | memoryview):
        value = bytes(value).hex()
    text = str(value)
    return text if most is None or len(text) <= most else text[:most] + "…"


def _of_decimal(value: Decimal) -> Any:
    if value == value.to_integral_value():
        return readable(int(value))
    return float(value) if Decimal(repr(float(value))) == value.normalize() else str(value)


def computable(value: Any) -> Any:
    """A number, text, truth or null as it is; a date or time as [its kind, ISO text]; an exact decimal as a number."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime.datetime):
        return ["timestamp", value.isoformat()]
    if isinstance(value, datetime.date):
        return ["date", value.isoformat()]
    if isinstance(value, datetime.time):
        return ["time", value.isoformat()]
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return str(value)


def finite(value: Any) -> Any:
    """A number that JSON has, else None."""
    if isinstance(value, Decimal):
        value = float(value)
    return value if value is not None and math.isfinite(value) else None
