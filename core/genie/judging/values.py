"""Cells in a form in which equal ones compare equal: numbers by 4 significant digits, times as ISO, text exactly.

The service sends every cell as a string and the type beside it, so the column's family decides how a cell is read.
"""

import re
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Literal

Family = Literal["number", "time", "boolean", "text", "other", "unknown"]
Key = tuple[object, ...]

SIGNIFICANT_DIGITS = 4
_NOISE = Context(prec=12, rounding=ROUND_HALF_EVEN)
"""Floating point noise lies beyond the 12th digit. Without this 0.30000000000000004 could round otherwise than 0.3."""

_NUMBERS = frozenset(
    [
        "BYTE",
        "SHORT",
        "INT",
        "INTEGER",
        "LONG",
        "BIGINT",
        "SMALLINT",
        "TINYINT",
        "HUGEINT",
        "FLOAT",
        "REAL",
        "DOUBLE",
        "DECIMAL",
        "NUMERIC",
        "DEC",
        "UINTEGER",
        "UBIGINT",
        "USMALLINT",
        "UTINYINT",
    ]
)
_TIMES = frozenset({"DATE", "TIMESTAMP", "TIMESTAMP_NTZ", "TIMESTAMP_LTZ", "DATETIME"})
_TEXTS = frozenset({"STRING", "CHAR", "VARCHAR", "TEXT"})

_DATE = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_TIMESTAMP = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d+))?)?\s*(Z|UTC|[+-]\d{2}:?(?:\d{2})?)?", re.IGNORECASE
)
NULL: Key = ("null",)


def family(type_name: str) -> Family:
    """What kind of values a column of that Databricks type holds."""
    base = re.split(r"[(<\s]", type_name.strip().upper(), maxsplit=1)[0]
    if base in _NUMBERS:
        return "number"
    if base in _TIMES:
        return "time"
    if base in ("BOOLEAN", "BOOL"):
        return "boolean"
    if base in _TEXTS:
        return "text"
    return "unknown" if base in ("", "NULL", "VOID") else "other"


def common_family(left: Family, right: Family) -> Family:
    """How two columns are read when they are compared; the more specific one where they differ."""
    if left == right:
        return left
    for each in ("number", "time", "boolean"):
        if each in (left, right):
            return each
    return "text"


def cell_key(cell: str | None, kind: Family) -> Key:
    """The form in which cells of that family are compared. What cannot be read as the family is compared as text."""
    if cell is None:
        return NULL
    if kind == "number":
        return number_key(cell) or ("text", cell)
    if kind == "time":
        return ("time", iso(cell)) if iso(cell) else ("text", cell)
    if kind == "boolean":
        return ("boolean", cell.lower()) if cell.lower() in ("true", "false") else ("text", cell)
    return ("text", cell)


def number_key(text: str) -> Key | None:
    """`(number, sign, exponent, 2 × the 4 digits)`; an odd last part stands exactly between two roundings. None if no number.

    A value on the border, such as 123.45, may have come from rounding either 123.4472 or 123.4521, which have different
    4 digits; so it is a key of its own that equals both neighbours (see `close`).
    """
    try:
        value = _NOISE.create_decimal(
            text.strip().replace("_", "x")
        )  # Decimal accepts 1_000, the service never writes it
    except ArithmeticError:  # no number, or one with an absurd exponent
        return None
    if value.is_nan():
        return ("number", "nan")
    if value.is_infinite():
        return ("number", "-inf" if value < 0 else "inf")
    if not value:
        return ("number", 0, 0, 0)
    exponent = value.adjusted()
    doubled = abs(value).scaleb(SIGNIFICANT_DIGITS - 1 - exponent, _NOISE) * 2
    whole = int(doubled)
    # Even parts are the 4-digit roundings, odd ones their borders: only an exact border keeps an odd part.
    if whole % 2 and doubled != whole:
        whole += 1
    return _carried(-1 if value < 0 else 1, exponent, whole)


def neighbours(key: Key) -> tuple[Key, ...]:
    """The other number keys that a number key equals; none for other keys."""
    if key[0] != "number" or len(key) != 4 or not key[1]:
        return ()
    _, sign, exponent, doubled = key
    assert isinstance(sign, int) and isinstance(exponent, int) and isinstance(doubled, int)
    below = (sign, exponent, doubled - 1)
    if doubled - 1 < 2 * 10 ** (SIGNIFICANT_DIGITS - 1):  # 1000 lies above 999.95, whose exponent is one less
        below = (sign, exponent - 1, 2 * 10**SIGNIFICANT_DIGITS - 1)
    return (("number", *below), _carried(sign, exponent, doubled + 1))


def close(left: Key, right: Key) -> bool:
    """Whether two cells are equal: the same key, or a border and one of the roundings beside it. Symmetric."""
    if left == right:
        return True
    return left[0] == right[0] == "number" and right in neighbours(left)


def is_border(key: Key) -> bool:
    return key[0] == "number" and len(key) == 4 and bool(key[3] % 2)  # type: ignore[operator]


def iso(text: str) -> str | None:
    """A date or timestamp as ISO 8601 in UTC without zone; midnight is the date alone. None if it is neither."""
    text = text.strip()
    if _DATE.fullmatch(text):
        return text
    found = _TIMESTAMP.fullmatch(text)
    if found is None:
        return None
    day, hours, minutes, seconds, fraction, zone = found.groups()
    try:
        at = datetime.fromisoformat(f"{day}T{hours}:{minutes}:{seconds or '00'}{_zone(zone)}")
    except ValueError:
        return None
    if at.tzinfo is not None:
        at = at.astimezone(UTC).replace(tzinfo=None)
    rest = (fraction or "").rstrip("0")
    if not rest and (at.hour, at.minute, at.second) == (0, 0, 0):
        return at.date().isoformat()
    return at.isoformat() + (f".{rest}" if rest else "")


def _zone(zone: str | None) -> str:
    if not zone:
        return ""
    if zone.upper() in ("Z", "UTC"):
        return "+00:00"
    digits = zone[1:].replace(":", "").ljust(4, "0")
    return f"{zone[0]}{digits[:2]}:{digits[2:]}"


def _carried(sign: int, exponent: int, doubled: int) -> Key:
    if doubled >= 2 * 10**SIGNIFICANT_DIGITS:
        return ("number", sign, exponent + 1, 2 * 10 ** (SIGNIFICANT_DIGITS - 1))
    return ("number", sign, exponent, doubled)


def number(text: str) -> Decimal | None:
    """The number that a cell holds, None if it is none."""
    try:
        value = Decimal(text)
    except ArithmeticError:
        return None
    return value if value.is_finite() else None
