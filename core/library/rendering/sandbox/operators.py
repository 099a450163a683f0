"""The operators `+ - * / // % **` of a template, each refused before it can make something huge."""

import operator
from collections.abc import Callable, Sequence
from typing import Any

from jinja2 import Undefined

from .formatting import check_percent
from .limits import MAX_INT_BITS, MAX_ITEMS, Refusal, meter
from .shapes import kind

_OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "**": operator.pow,
}


def apply(symbol: str, left: Any, right: Any) -> Any:
    """`left symbol right`. Raises Refusal with a sentence when the two do not go together or the result is too large."""
    if symbol == "+":
        _check_sum(left, right)
    elif symbol == "*":
        _check_product(left, right)
    elif symbol == "**":
        _check_power(left, right)
    elif symbol == "%" and isinstance(left, str):
        check_percent(left, right)
    try:
        result = _OPERATIONS[symbol](left, right)
    except TypeError:
        if isinstance(left, Undefined) or isinstance(right, Undefined):
            raise
        raise Refusal(_mismatch(symbol, left, right)) from None
    except ZeroDivisionError:
        raise Refusal("The template divides by zero. Test the divisor with {% if %} first.") from None
    except (OverflowError, ValueError):
        raise Refusal(f"“{symbol}” cannot be worked out with these two values. Check them.") from None
    if isinstance(result, str):
        meter.charge(len(result))
    return result


def _check_sum(left: Any, right: Any) -> None:
    if isinstance(left, str) and isinstance(right, str):
        meter.charge(len(left) + len(right))
    elif isinstance(left, Sequence) and isinstance(right, Sequence):
        _check_items(len(left) + len(right))


def _check_product(left: Any, right: Any) -> None:
    if isinstance(left, int) and isinstance(right, int):
        _check_bits(left.bit_length() + right.bit_length())
        return
    for repeated, times in ((left, right), (right, left)):
        if isinstance(times, int) and isinstance(repeated, str):
            meter.charge(len(repeated) * max(times, 0))
        elif isinstance(times, int) and isinstance(repeated, list | tuple):
            _check_items(len(repeated) * max(times, 0))


def _check_power(left: Any, right: Any) -> None:
    if isinstance(left, int) and isinstance(right, int):
        _check_bits(left.bit_length() * abs(right))


def _check_bits(bits: int) -> None:
    if bits > MAX_INT_BITS:
        raise Refusal("A number would have more than 4,000 digits. Work with smaller numbers.")


def _check_items(count: int) -> None:
    meter.charge(count // 8)
    if count > MAX_ITEMS:
        raise Refusal(f"A list would have {count:,} members, and {MAX_ITEMS:,} are allowed. Repeat less.")


def _mismatch(symbol: str, left: Any, right: Any) -> str:
    sentence = f"“{symbol}” does not work on {kind(left)} and {kind(right)}."
    if symbol == "+" and (isinstance(left, str) or isinstance(right, str)):
        return f"{sentence} Use “~” to put them together as text."
    return f"{sentence} Convert one of them, for example with “|int” or “|string”."
