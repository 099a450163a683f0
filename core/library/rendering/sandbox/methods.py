"""Which methods of texts, numbers and lists a template may call, and what their arguments may be.

A list of what is allowed: whatever Python adds to `str` later stays outside.
"""

from collections.abc import Callable
from typing import Any

from jinja2.runtime import BlockReference, LoopContext, Macro, Namespace, TemplateReference

from .formatting import check_width
from .limits import Refusal, meter

_TEXT = frozenset({
    "capitalize", "casefold", "center", "count", "endswith", "expandtabs", "find", "format", "format_map",
    "index", "isalnum", "isalpha", "isascii", "isdecimal", "isdigit", "isidentifier", "islower", "isnumeric",
    "isprintable", "isspace", "istitle", "isupper", "join", "ljust", "lower", "lstrip", "partition",
    "removeprefix", "removesuffix", "replace", "rfind", "rindex", "rjust", "rpartition", "rsplit", "rstrip",
    "split", "splitlines", "startswith", "strip", "swapcase", "title", "upper", "zfill", "striptags", "unescape",
})  # fmt: skip
_LIST = frozenset({"count", "index"})
_DICT = frozenset({"get", "items", "keys", "values"})
_NUMBER = frozenset({"is_integer", "bit_length"})
_ALLOWED: tuple[tuple[Any, frozenset[str]], ...] = (
    (str, _TEXT),
    (dict, _DICT),
    ((list, tuple, range), _LIST),
    ((int, float, complex), _NUMBER),
)
_MACHINERY = (LoopContext, Namespace, Macro, TemplateReference, BlockReference)


def may_read(value: object, attribute: str, found: object) -> bool:
    """Whether a template may read `value.attribute`, which is `found`."""
    if attribute.startswith("_"):
        return False
    for types, names in _ALLOWED:
        if isinstance(value, types):
            return attribute in names or (not callable(found) and isinstance(found, int | float | bool))
    return isinstance(value, _MACHINERY)


def check_call(method: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    """Refuse a call of a text's own method whose result could be huge."""
    text = getattr(method, "__self__", None)
    if not isinstance(text, str):
        return
    name = method.__name__
    if name in ("center", "ljust", "rjust", "zfill", "expandtabs"):
        for width in args[:1]:
            check_width(width)
        if name == "expandtabs":
            size = kwargs.get("tabsize", args[0] if args else 8)
            check_width(size)
            meter.charge(len(text) + text.count("\t") * max(int(size), 0))
    elif name == "replace":
        check_replace(text, args)
    elif name == "join":
        check_join(text, args)


def check_replace(text: str, args: tuple[Any, ...]) -> None:
    """Refuse a replacement that grows past the cap; `args` are what, by what, and at most how often."""
    if len(args) < 2 or not isinstance(args[0], str) or not isinstance(args[1], str):
        return
    old, new = args[:2]
    times = text.count(old)
    if len(args) > 2 and isinstance(args[2], int) and args[2] >= 0:
        times = min(times, args[2])
    meter.charge(max(len(text) + times * (len(new) - len(old)), 0))


def check_join(separator: str, args: tuple[Any, ...]) -> None:
    """Refuse `separator.join(parts)` that grows past the cap, or whose parts are not all texts."""
    if len(args) != 1:
        return
    parts = args[0]
    if not isinstance(parts, list | tuple | str | dict):
        raise Refusal("“join” needs a list of texts. Write it as list|join(', ').")
    total = max(len(parts) - 1, 0) * len(separator)
    for part in parts:
        if not isinstance(part, str):
            raise Refusal("“join” puts texts together only. Write it as list|join(', '), which takes any values.")
        total += len(part)
    meter.charge(total)


def charged(result: Any) -> Any:
    """`result`, after its text is counted."""
    if isinstance(result, str):
        meter.charge(len(result))
    return result
