"""Values as a template sees them: what may become text, how large that gets, and the words for their kinds."""

from collections.abc import Iterable, Iterator
from typing import Any

from jinja2 import Undefined

from .limits import MAX_ITEMS, MAX_TEXT_CHARS, Refusal, meter

_PLAIN = (str, int, float, complex, type(None))
_LISTS = (list, tuple)
_VIEWS = (type({}.keys()), type({}.values()), type({}.items()))


def kind(value: object) -> str:
    """The word for what a value is, with its article."""
    if value is None:
        return "nothing (null)"
    for types, word in _KINDS:
        if isinstance(value, types):
            return word
    return "a function" if callable(value) else "an object"


_KINDS: tuple[tuple[Any, str], ...] = (
    (bool, "true or false"),
    (str, "a text"),
    ((int, float, complex), "a number"),
    ((*_LISTS, range, *_VIEWS), "a list"),
    (dict, "a set of named values"),
)


def measure(value: object) -> int:
    """About how many characters a value takes as text.

    Walks containers without recursion, so that a value that contains itself many times over is seen before it is written out.
    """
    if isinstance(value, str):
        return len(value)
    chars = 0
    pending: list[Any] = [value]
    seen = 0
    while pending:
        item = pending.pop()
        seen += 1
        if isinstance(item, str):
            chars += len(item) + 4
        elif isinstance(item, _LISTS):
            pending.extend(item)
        elif isinstance(item, dict):
            pending.extend(item)
            pending.extend(item.values())
        elif isinstance(item, _VIEWS):
            pending.extend(item)
        elif isinstance(item, int) and not isinstance(item, bool):
            chars += item.bit_length() // 3 + 4
        elif isinstance(item, (*_PLAIN, range)):
            chars += 26
        elif isinstance(item, Undefined):
            str(item)  # a missing value says so itself
        else:
            raise Refusal(_not_text(item))
        if seen + len(pending) > MAX_ITEMS:
            raise Refusal(
                f"A value with more than {MAX_ITEMS:,} members cannot be shown as text. Show only a part of it."
            )
    return chars + 2 * seen


def as_text(value: object) -> str:
    """The text of a value, as `{{ … }}` shows it."""
    if isinstance(value, str):
        return value
    meter.charge(measure(value))
    return str(value)


def shown(value: object) -> object:
    """What `{{ … }}` puts into the text."""
    return value if type(value) is str else str(as_text(value))


def _not_text(value: object) -> str:
    if isinstance(value, Iterator):
        return "A list that is not yet worked out cannot be shown as text. Add “|list” or “|join(', ')” to it."
    if callable(value):
        return (
            "A function cannot be shown as text. Call it with (), or, "
            "if you mean a named value of that name, write it as d['name'] instead of d.name."
        )
    return "This object cannot be shown as text. Show one of its values instead."


def counted(value: Any) -> Iterator[Any]:
    """The members of `value`, each counted as a step."""
    if not isinstance(value, Iterable):
        raise Refusal(f"A loop needs a list, and this is {kind(value)}. Pass a list, or leave the loop out.")
    step = meter.step
    for item in value:
        step()
        yield item


def joined(parts: Iterable[Any]) -> str:
    """The texts of all parts, one after the other; stops as soon as they grow too long."""
    texts: list[str] = []
    total = 0
    for part in parts:
        text = part if type(part) is str else str(as_text(part))
        texts.append(text)
        total += len(text)
        if total > MAX_TEXT_CHARS:
            break
    meter.charge(total)
    return "".join(texts)
