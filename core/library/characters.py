"""Characters that a database or JSON cannot keep: NUL, and halves of a character (lone surrogates).

What a person gives is refused with a sentence; what a model answers was paid for, and is kept with U+FFFD in their place.
"""

import re
from typing import Any

from core.errors import InputError

_UNKEPT = re.compile("[\0\ud800-\udfff]")


def check_kept(what: str, *values: Any) -> None:
    """Raises InputError if a text in `values` (plain or JSON) cannot be kept. `what` begins the sentence."""
    if any(kept(value) != value for value in values if isinstance(value, str | list | tuple | dict)):
        raise InputError(f"{what} holds a NUL or half a character (a lone surrogate), which cannot be kept. Delete it.")


def kept(value: Any) -> Any:
    """`value` (plain or JSON) as it can be kept; two halves of one character, which some services stream apart, are joined."""
    if isinstance(value, str):
        if not _UNKEPT.search(value):
            return value
        whole = value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
        return whole.replace("\0", "\ufffd")
    if isinstance(value, dict):
        return {kept(key): kept(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(kept(item) for item in value)
    return value
