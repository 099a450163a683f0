"""In which order all rows of an answer stand: "…, newest first", "from highest to lowest". It picks none of them."""

import re
from collections.abc import Sequence

from core.local_genie.rules.cues import SUPERLATIVES
from core.local_genie.rules.intent import Group
from core.local_genie.rules.reading import Reading
from core.local_genie.rules.schema import Column
from core.local_genie.rules.words import Token

_LEAD = frozenset("the with sorted ordered sort order show showing and from".split())  # noqa: SIM905
_MOST_WORDS = 4  # "highest total revenue first"
_HIGH = r"(?:highest|largest|biggest|greatest|most|best|high|large|big|longest)"
_LOW = r"(?:lowest|smallest|least|fewest|worst|low|small|few|shortest)"
_SORTS = [
    (re.compile(rf"\b{_HIGH} to (?:the )?{_LOW}\b"), True),
    (re.compile(rf"\b{_LOW} to (?:the )?{_HIGH}\b"), False),
    (re.compile(r"\b(?:in )?(?:descending|decreasing)(?: order)?\b"), True),
    (re.compile(r"\b(?:in )?(?:ascending|increasing) order\b"), False),
]
_ASIDE = frozenset("sort sorted order ordered rank ranked arrange arranged starting from in".split())  # noqa: SIM905


def cut_order(words: Sequence[Token]) -> tuple[Sequence[Token], str]:
    """The question without its last clause ", <superlative> … first", and the superlative; empty if there is none."""
    end = len(words)
    while end and words[end - 1].kind == "sign":
        end -= 1
    if end < 4 or words[end - 1].lower != "first":
        return words, ""
    for at in range(end - 2, max(2, end - 2 - _MOST_WORDS), -1):
        if words[at].kind == "sign":
            break
        if words[at].lower not in SUPERLATIVES:
            continue
        start = at
        while words[start - 1].lower in _LEAD and start > 2:
            start -= 1
        if words[start - 1].kind == "sign":
            return [*words[: start - 1], *words[end:]], words[at].lower
    return words, ""


def apply_order(reading: Reading, superlative: str) -> bool:
    """Order what the answer shows by its one number or date; False, and nothing done, if that is not clear."""
    intent = reading.intent
    descending, hint = SUPERLATIVES[superlative]
    if intent.order or intent.rank or intent.limit or intent.count_groups:
        return False
    if intent.groups and len(intent.measures) == 1 and all(not group.bucket for group in intent.groups):
        intent.rank = (intent.measures[0], descending)
        return True
    shown = [(group, column) for group in intent.columns if (column := _column(reading, group)) is not None]
    dates = [(group, column) for group, column in shown if column.is_date]
    numbers = [(group, column) for group, column in shown if column.kind == "number" and not column.key_like]
    found = dates if hint in ("date", "old", "new", "recent", "early") else numbers or dates
    if len(found) != 1:
        return False
    group, column = found[0]
    intent.order.append((column.sql, descending != (hint == "old" and column.is_date), group.tables))
    return True


def _column(reading: Reading, group: Group) -> Column | None:
    """The column that a shown piece is, if it is just one."""
    columns = (column for table in group.tables for column in reading.table(table).columns.values())
    return next((column for column in columns if group.shown == (column.sql,)), None)


def sort_all(reading: Reading) -> bool:
    """Order groups by what is measured, if the wording says which end comes first; marks the words as used."""
    words = [word.lower for word in reading.words]
    text = " ".join(words)
    for pattern, descending in _SORTS:
        match = pattern.search(text)
        if match is None:
            continue
        start = text[: match.start()].count(" ")
        end = start + match.group().count(" ") + 1
        reading.superlatives = [each for each in reading.superlatives if not start <= each.start < end]
        begin = start
        while begin and words[begin - 1] in _ASIDE:
            begin -= 1
        for item in reading.items:
            if begin <= item.start < end:
                item.role = "rank"
        measures = [placed.measure for placed in reading.placed]
        if len(measures) == 1 and reading.intent.groups and not reading.superlatives and reading.ordering < 0:
            reading.intent.rank = (measures[0], descending)
            return True
    return False
