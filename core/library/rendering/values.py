"""The values of a template on their way to the worker: JSON and nothing else, checked so that a refusal names the variable."""

import json
import math
from collections.abc import Mapping

from core.errors import PromptRenderError

from .sandbox.limits import MAX_INPUT_BYTES, MAX_INT_BITS

_MAX_DEPTH = 100
_MAX_MEMBERS = 1_000_000


def encode_values(values: Mapping[str, object]) -> bytes:
    """Return the values as one JSON object in UTF-8, at most MAX_INPUT_BYTES long.

    Raises:
        PromptRenderError: a value is not JSON (a date, NaN, half a character, …), too deep or too large.
    """
    for name, value in values.items():
        if not isinstance(name, str) or not is_whole(name):
            raise PromptRenderError(f"A variable is named by {name!r:.80}, which is not a text. Give it a proper name.")
        fault = _fault(value)
        if fault:
            raise PromptRenderError(f"The value of {name} {fault}")
    encoded = json.dumps(dict(values), ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    if len(encoded) > MAX_INPUT_BYTES:
        largest = max(values, key=lambda name: len(json.dumps(values[name])))
        raise PromptRenderError(
            f"The values are {len(encoded) / 1e6:,.1f} MB together, and {MAX_INPUT_BYTES / 1e6:g} MB are allowed. "
            f"The largest is {largest}: pass a part of it."
        )
    return encoded


def is_whole(text: str) -> bool:
    """Whether `text` can be written as UTF-8: it holds no lone surrogate."""
    if text.isascii():
        return True
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _fault(value: object) -> str | None:
    """What is wrong with a value, as the rest of a sentence; None if it is sound."""
    pending: list[tuple[object, int]] = [(value, 1)]
    members = 0
    while pending:
        item, depth = pending.pop()
        members += 1
        if isinstance(item, str):
            if not is_whole(item):
                return "contains half a character (a lone surrogate), which cannot be sent. Remove it."
        elif item is None or isinstance(item, bool):
            continue
        elif isinstance(item, int):
            if item.bit_length() > MAX_INT_BITS:
                return "contains a number of more than 4,000 digits. Pass it as text."
        elif isinstance(item, float):
            if not math.isfinite(item):
                return "contains a number that is not finite (NaN or infinity). Replace it, for example by null."
        elif isinstance(item, dict | list):
            if depth > _MAX_DEPTH:
                return f"is nested more than {_MAX_DEPTH} levels deep. Make it flatter."
            if isinstance(item, dict):
                for key in item:
                    if not isinstance(key, str):
                        return f"contains the key {key!r:.80}, which is not a text. Use texts as keys."
                    if not is_whole(key):
                        return "contains half a character (a lone surrogate) in a key. Remove it."
                item = list(item.values())
            pending.extend((member, depth + 1) for member in item)
        else:
            return (
                "is, or contains, something other than text, numbers, true or false, null, lists and named values. "
                "Convert it first, for example a date to text."
            )
        if members + len(pending) > _MAX_MEMBERS:
            return f"has more than {_MAX_MEMBERS:,} members. Pass a part of it."
    return None
