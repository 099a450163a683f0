"""Ranges of days whose year is said once: "between 1 October and 15 November 2024", "from March 1 to 15, 2024"."""

import re
from collections.abc import Callable, Sequence
from datetime import date

from core.local_genie.rules.periods import MONTHS, DateSpan
from core.local_genie.rules.words import Token

_DAY = re.compile(r"([1-9]|[12]\d|3[01])(?:st|nd|rd|th)?")
_JOINTS = frozenset("and to until till through".split())  # noqa: SIM905


def days_of_one_year(
    words: Sequence[Token], at: int, read: Callable[[Sequence[Token], int], DateSpan | None]
) -> DateSpan | None:
    """The range that "between" or "from" at `at` opens; `read` reads a whole date. None if it is of another form."""
    said = [word.lower for word in words[at + 1 : at + 4]]
    day = _day(said[0]) if said else None
    named = [MONTHS[word] for word in said[:2] if word in MONTHS]
    if day is None and named:
        day = _day(said[1])
    joint = at + (3 if named else 2)
    if day is None or joint >= len(words) or words[joint].lower not in _JOINTS:
        return None
    last = read(words, joint + 1)
    if last is None or last.lo is None or last.hi is None or last.unit != "DAY":
        return None
    try:
        first = date(last.lo.year, named[0] if named else last.lo.month, day)
    except ValueError:
        return None
    return DateSpan(at, last.end, first, last.hi) if first <= last.lo else None


def _day(word: str) -> int | None:
    match = _DAY.fullmatch(word)
    return int(match[1]) if match else None
