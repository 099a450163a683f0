"""The filters of a template: those of Jinja2, less a few, with capped arguments.

Removed: `attr xmlattr urlize pprint` (they reach past the sandbox, or make HTML). `tojson` writes the JSON that a model
should read: keys in their order, no `\\u…` for letters or `<`.
"""

import functools
import json
from collections.abc import Callable
from typing import Any

from jinja2 import Environment, Undefined, pass_environment
from jinja2.filters import FILTERS, make_attrgetter

from .formatting import check_percent, check_width
from .limits import MAX_WIDTH, Refusal, meter
from .methods import charged, check_replace
from .operators import apply
from .shapes import as_text, counted, joined, kind, measure

COUNTED = "each round"
"""The filter that the compiler puts around what a loop runs over. Nobody can type its name: it contains a space."""

_REMOVED = frozenset({"attr", "xmlattr", "urlize", "pprint"})
_MAX_INDENT = 1_000


def _check_center(value: Any, width: Any = 80) -> None:
    check_width(width)


def _check_indent(value: Any, width: Any = 4, first: Any = False, blank: Any = False) -> None:
    columns = len(width) if isinstance(width, str) else width
    if not isinstance(columns, int) or columns > _MAX_INDENT:
        raise Refusal(f"An indent may be at most {_MAX_INDENT:,} columns wide.")
    text = as_text(value)
    meter.charge(len(text) + (len(text.splitlines()) + 1) * max(columns, 0))


def _check_wordwrap(
    value: Any, width: Any = 79, break_long_words: Any = True, wrapstring: Any = None, break_on_hyphens: Any = True
) -> None:
    check_width(width)
    if not isinstance(width, int) or width < 1:
        raise Refusal("“wordwrap” needs a width of at least 1.")
    between = len(wrapstring) if isinstance(wrapstring, str) else 1
    meter.charge(measure(value) * (1 + (between + width - 1) // width))


def _check_format(value: Any, *args: Any, **kwargs: Any) -> None:
    check_percent(as_text(value), kwargs or args)


def _check_replace(value: Any, old: Any = "", new: Any = "", count: Any = None) -> None:
    check_replace(
        as_text(value), (as_text(old), as_text(new)) if count is None else (as_text(old), as_text(new), count)
    )


def _check_batch(value: Any, linecount: Any = 1, fill_with: Any = None) -> None:
    _check_slice(value, linecount)


def _check_slice(value: Any, slices: Any = 1, fill_with: Any = None) -> None:
    if not isinstance(slices, int) or not 1 <= slices <= MAX_WIDTH:
        raise Refusal(f"A list can be cut into 1 to {MAX_WIDTH:,} members.")


def _check_round(value: Any, precision: Any = 0, method: Any = "common") -> None:
    if not isinstance(precision, int) or abs(precision) > 20:
        raise Refusal("“round” takes a precision from -20 to 20.")
    if not isinstance(value, Undefined | int | float):
        raise Refusal(f"“round” needs a number, and this is {kind(value)}. Add “|float” before it.")


def _check_size(value: Any, *_: Any, **__: Any) -> None:
    if not isinstance(value, str):
        meter.charge(measure(value))


_CHECKS: dict[str, Callable[..., None]] = {
    "center": _check_center,
    "indent": _check_indent,
    "wordwrap": _check_wordwrap,
    "format": _check_format,
    "replace": _check_replace,
    "batch": _check_batch,
    "slice": _check_slice,
    "round": _check_round,
    **dict.fromkeys(
        ("string", "upper", "lower", "title", "capitalize", "trim", "striptags", "truncate", "wordcount", "urlencode", "e",
         "escape", "forceescape", "safe"),
        _check_size,
    ),
}  # fmt: skip


def _guarded(function: Callable[..., Any], check: Callable[..., None] | None) -> Callable[..., Any]:
    skipped = 1 if hasattr(function, "jinja_pass_arg") else 0

    @functools.wraps(function)  # carries over which context Jinja2 must pass
    def guarded(*args: Any, **kwargs: Any) -> Any:
        meter.step()
        if check is not None:
            check(*args[skipped:], **kwargs)
        return charged(function(*args, **kwargs))

    return guarded


@pass_environment
def _join(environment: Environment, value: Any, d: str = "", attribute: str | int | None = None) -> str:
    parts = counted(value)
    if attribute is not None:
        parts = map(make_attrgetter(environment, attribute), parts)
    separator = as_text(d)

    def pieces() -> Any:
        for index, part in enumerate(parts):
            if index and separator:
                yield separator
            yield part

    return joined(pieces())


@pass_environment
def _sum(environment: Environment, iterable: Any, attribute: str | int | None = None, start: Any = 0) -> Any:
    members = counted(iterable)
    if attribute is not None:
        members = map(make_attrgetter(environment, attribute), members)
    total = start
    for member in members:
        total = apply("+", total, member)
    return total


def _to_json(
    value: Any,
    indent: int | None = None,
    *,
    ensure_ascii: bool = False,
    sort_keys: bool = False,
    separators: tuple[str, str] | None = None,
) -> str:
    if indent is not None and (not isinstance(indent, int) or not 0 <= indent <= 16):
        raise Refusal("“tojson” takes an indent from 0 to 16.")
    if isinstance(value, Undefined):
        str(value)
    meter.charge(measure(value) * (1 if indent is None else 2))
    try:
        text = json.dumps(
            value, indent=indent, ensure_ascii=ensure_ascii, sort_keys=sort_keys, separators=separators, allow_nan=False
        )
    except (TypeError, ValueError):
        raise Refusal(
            "This value cannot be written as JSON. Use texts, numbers, lists and named values only."
        ) from None
    return text


def _length(value: Any) -> int:
    if isinstance(value, Undefined):
        return len(value)
    try:
        return len(value)
    except TypeError:
        raise Refusal(
            f"“length” needs a text or a list, and this is {kind(value)}. Add “|list” or “|string”."
        ) from None


def _listed(value: Any) -> list[Any]:
    return list(counted(value))


def guarded_filters() -> dict[str, Callable[..., Any]]:
    """Every filter a template may use, by name."""
    own: dict[str, Callable[..., Any]] = {
        "join": _join, "sum": _sum, "tojson": _to_json, "length": _length, "count": _length, "list": _listed,
    }  # fmt: skip
    stock = {name: function for name, function in FILTERS.items() if name not in _REMOVED}
    filters = {name: _guarded(function, _CHECKS.get(name)) for name, function in {**stock, **own}.items()}
    filters[COUNTED] = counted
    return filters
