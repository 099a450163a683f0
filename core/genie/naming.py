"""Names that reach the service: ids in addresses, tags in descriptions, titles; and its lists, page by page."""

import re
from collections.abc import Callable, Iterator
from typing import TypeVar

from core.errors import InputError
from core.genie.limits import LONGEST_TITLE

T = TypeVar("T")
_MOST_PAGES = 200
_TAG = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{3,119}")


def tag_mark(tag: str) -> str:
    """How a tag stands in a description. Raises InputError for one that could be mistaken for another's text."""
    if not _TAG.fullmatch(tag):
        raise InputError(f"“{tag[:60]}” is no tag: 4 to 120 letters, digits and _ . : - are allowed.")
    return f"[whetstone:{tag}]"


def fitted_title(base: str, suffix: str) -> str:
    """`base` with the suffix, the base shortened where the whole would be longer than a title may be."""
    return base[: LONGEST_TITLE - len(suffix)].rstrip() + suffix


def check_id(value: str, what: str) -> None:
    """Refuse an id that would change the address that it is put into."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,128}", value):
        raise InputError(f"“{value[:60]}” is no id of a {what}. Copy it from the list or from the address of its page.")


def paged(page: Callable[[str | None], tuple[list[T], str | None]]) -> Iterator[T]:
    """All items of all pages. A service that repeats its token, or never ends, is not followed for ever."""
    token: str | None = None
    seen: set[str] = set()
    for _ in range(_MOST_PAGES):
        items, token = page(token)
        yield from items
        if not token or token in seen:
            return
        seen.add(token)
