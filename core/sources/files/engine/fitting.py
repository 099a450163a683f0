"""Whether every text of an array is a value of a type, and that value. All or nothing: no text is changed on the way.

Each function takes an array of non-empty texts and nulls, and returns the values, or None if one text does not fit.
Strict functions serve to infer types: what they accept means the same as a value (no leading zeros, no plus signs, …).
Wide ones serve a type that a person chose.
"""

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow

_INTEGER = b"0123456789-"
_PLAIN = b"0123456789.-"
_LONG = 18  # characters; up to 17 digits a float holds what was written
_TRUE, _FALSE = ("true", "yes", "y", "t", "1"), ("false", "no", "n", "f", "0")

Values = "pyarrow.Array | None"
Fit = Callable[["pyarrow.Array"], Values]


def strict_integer(texts: "pyarrow.Array") -> Values:
    import pyarrow

    if _other_bytes(texts, _INTEGER) or _has_leading_zero(texts):
        return None
    return _cast(texts, pyarrow.int64())


def strict_decimal(texts: "pyarrow.Array") -> Values:
    """Numbers as 64-bit floats. Codes such as 1e5 or 007, and numbers of more digits than a float keeps, do not fit."""
    import pyarrow
    import pyarrow.compute as pc

    rest = _other_bytes(texts, _PLAIN)
    if rest.translate(None, b"eE+") or _has_leading_zero(texts):
        return None
    if rest:
        with_exponent = texts.filter(pc.match_substring_regex(texts, "[eE+]"))
        if not _all(pc.match_substring_regex(with_exponent, r"^-?\d+(\.\d*[eE][-+]?|[eE][-+])\d+$")):
            return None
    values = _cast(texts, pyarrow.float64())
    if values is None or not _all(pc.is_finite(values)):
        return None
    return None if _loses_digits(texts, values) else values


def strict_boolean(texts: "pyarrow.Array") -> Values:
    return _booleans(texts, _TRUE[:1], _FALSE[:1])


def date(texts: "pyarrow.Array") -> Values:
    """2026-03-01."""
    import pyarrow

    return _cast(texts, pyarrow.date32()) if _lengths_within(texts, 10, 10) else None


def strict_timestamp(texts: "pyarrow.Array") -> Values:
    """2026-03-01 12:30, also with T, seconds and up to six decimals."""
    import pyarrow

    if not _lengths_within(texts, 16, 26) or _other_bytes(texts, b"0123456789-: T."):
        return None
    return _cast(texts, pyarrow.timestamp("us"))


def instant(texts: "pyarrow.Array") -> Values:
    """2026-03-01 12:30+02:00, or with Z: as its time in UTC."""
    import pyarrow

    if not _lengths_within(texts, 17, 32) or _other_bytes(texts, b"0123456789-: T.Z+"):
        return None
    aware = _cast(texts, pyarrow.timestamp("us", "UTC"))
    return None if aware is None else aware.cast(pyarrow.timestamp("us"))


def strict_time(texts: "pyarrow.Array") -> Values:
    """12:30:05, with up to six decimals."""
    return _times(texts, 8)


def wide_integer(texts: "pyarrow.Array") -> Values:
    """Also 007 and +7."""
    import pyarrow
    import pyarrow.compute as pc

    found = strict_integer(texts)
    if found is not None or _other_bytes(texts, b"0123456789-+"):
        return found
    return _cast(pc.replace_substring_regex(texts, r"^([+]|(-)|)0*(\d)", r"\2\3"), pyarrow.int64())


def wide_decimal(texts: "pyarrow.Array") -> Values:
    """Also exponents of any form and leading zeros."""
    import pyarrow
    import pyarrow.compute as pc

    found = strict_decimal(texts)
    if found is not None or _other_bytes(texts, b"0123456789.-+eE"):
        return found
    values = _cast(pc.replace_substring_regex(texts, r"^\+", ""), pyarrow.float64())
    if values is None or not _all(pc.is_finite(values)) or _loses_digits(texts, values):
        return None
    return values


def exact_decimal(texts: "pyarrow.Array", scale: int) -> Values:
    """Numbers of at most 38 digits, `scale` of them after the point."""
    import pyarrow

    numbers = _decimals(texts)
    try:
        return None if numbers is None else pyarrow.array(numbers, pyarrow.decimal128(38, scale))
    except (pyarrow.ArrowInvalid, ValueError):
        return None


def decimal_scale(texts: "pyarrow.Array") -> int:
    """The digits after the point that the numbers among the texts need at most."""
    shapes = (each.as_tuple() for text in texts.to_pylist() if (each := _decimal(text)) is not None)
    return max((-shape.exponent for shape in shapes if isinstance(shape.exponent, int)), default=0)


def wide_boolean(texts: "pyarrow.Array") -> Values:
    """True and false, yes and no, 1 and 0, and their first letters."""
    return _booleans(texts, _TRUE, _FALSE)


def wide_timestamp(texts: "pyarrow.Array") -> Values:
    """Also dates without a time, which are their midnight."""
    import pyarrow

    found = strict_timestamp(texts)
    if found is not None or not _lengths_within(texts, 10, 26) or _other_bytes(texts, b"0123456789-: T."):
        return found
    return _cast(texts, pyarrow.timestamp("us"))


def wide_time(texts: "pyarrow.Array") -> Values:
    """Also 12:30."""
    return _times(texts, 5)


def _times(texts: "pyarrow.Array", shortest: int) -> Values:
    import pyarrow
    import pyarrow.compute as pc

    if not _lengths_within(texts, shortest, 15) or _other_bytes(texts, b"0123456789:."):
        return None
    moments = _cast(pc.binary_join_element_wise("1970-01-01", texts, "T"), pyarrow.timestamp("us"))
    return None if moments is None else moments.cast(pyarrow.time64("us"))


def _booleans(texts: "pyarrow.Array", true: tuple[str, ...], false: tuple[str, ...]) -> Values:
    import pyarrow
    import pyarrow.compute as pc

    if not _lengths_within(texts, 1, 5):
        return None
    words = pc.utf8_lower(texts)
    valid = pc.is_valid(texts)
    truths = pc.is_in(words, pyarrow.array(true))
    known = pc.or_(truths, pc.is_in(words, pyarrow.array(false)))
    return pc.if_else(valid, truths, None) if _all(pc.or_(known, pc.invert(valid))) else None


def _cast(texts: "pyarrow.Array", to: "pyarrow.DataType") -> Values:
    import pyarrow

    try:
        return texts.cast(to)
    except pyarrow.ArrowInvalid:
        return None


def _other_bytes(texts: "pyarrow.Array", known: bytes) -> bytes:
    """All bytes of the array that are not in `known`."""
    import numpy

    _, offsets, data = texts.buffers()
    if data is None or not len(texts):
        return b""
    places = numpy.frombuffer(offsets, numpy.int32)[[texts.offset, texts.offset + len(texts)]]
    return memoryview(data)[int(places[0]) : int(places[1])].tobytes().translate(None, known)


def _has_leading_zero(texts: "pyarrow.Array") -> bool:
    """Whether a number is written like a code: 007, -01, 00.5."""
    import pyarrow.compute as pc

    begun = pc.or_(pc.starts_with(texts, "0"), pc.starts_with(texts, "-0"))
    zeros = texts.filter(begun)
    return len(zeros) > 0 and bool(pc.any(pc.match_substring_regex(zeros, r"^-?0\d")).as_py())


def _loses_digits(texts: "pyarrow.Array", values: "pyarrow.Array") -> bool:
    """Whether a text states more than the float keeps: a long number, or one that is so small that it became zero."""
    import pyarrow.compute as pc

    long = pc.greater_equal(pc.binary_length(texts), _LONG - 2)
    if pc.any(long).as_py():
        suspects = texts.filter(long)
        plain = suspects.filter(pc.invert(pc.match_substring_regex(suspects, "[eE]")))
        digits = pc.utf8_length(pc.replace_substring_regex(plain, r"^[-+]?0*\.?0*|\.", ""))
        whole = pc.invert(pc.match_substring(plain, "."))
        if pc.any(pc.or_(pc.greater(digits, 17), pc.and_(whole, pc.greater(digits, 15)))).as_py():
            return True
    zeros = texts.filter(pc.equal(values, 0.0))
    return len(zeros) > 0 and bool(pc.any(pc.match_substring_regex(zeros, r"^[^eE]*[1-9]")).as_py())


def _decimals(texts: "pyarrow.Array") -> list[Decimal | None] | None:
    numbers = [_decimal(text) for text in texts.to_pylist()]
    return numbers if numbers.count(None) == texts.null_count else None


def _decimal(text: str | None) -> Decimal | None:
    try:
        found = None if text is None else Decimal(text)
    except InvalidOperation:
        return None
    return found if found is not None and found.is_finite() else None


def _lengths_within(texts: "pyarrow.Array", low: int, high: int) -> bool:
    import pyarrow.compute as pc

    found = pc.min_max(pc.binary_length(texts))
    shortest, longest = found["min"].as_py(), found["max"].as_py()
    return shortest is None or (shortest >= low and longest <= high)


def _all(found: "pyarrow.Array") -> bool:
    import pyarrow.compute as pc

    return pc.all(found).as_py() is not False
