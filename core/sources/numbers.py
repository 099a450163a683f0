"""What drivers hand out, as `Reader` promises it and as JSON knows it."""

import math
from datetime import time, timedelta
from decimal import Decimal
from typing import Any


def plain(cell: Any) -> Any:
    """A cell of our own statement: decimals as numbers, bytes as text, a duration that is a time of day as a time."""
    if isinstance(cell, Decimal):
        if not cell.is_finite():
            return float(cell)
        return int(cell) if cell == cell.to_integral_value() else float(cell)
    if isinstance(cell, (bytes, bytearray, memoryview)):
        return bytes(cell).decode("utf-8", "replace")
    if isinstance(cell, timedelta):
        return time_of_day(cell)
    return cell


def exact(value: Decimal) -> Any:
    """A number where JSON's numbers keep every digit, else its text."""
    if not value.is_finite():
        return str(value)
    if value == value.to_integral_value() and abs(value) < 2**53:
        return int(value)
    near = float(value)
    return near if math.isfinite(near) and Decimal(repr(near)) == value else format(value, "f")


def time_of_day(value: timedelta) -> time | str:
    """MariaDB's TIME comes as a duration; what is longer than a day stays a text."""
    if timedelta(0) <= value < timedelta(days=1):
        seconds = value.seconds
        return time(seconds // 3600, seconds // 60 % 60, seconds % 60, value.microseconds)
    return str(value)
