"""Which end of the whole answer comes first: "from highest to lowest", "in descending order" – no top of it, all of it."""

import re

from core.local_genie.rules.reading import Reading

_HIGH = r"(?:highest|largest|biggest|greatest|most|best|high|large|big|longest)"
_LOW = r"(?:lowest|smallest|least|fewest|worst|low|small|few|shortest)"
_SORTS = [
    (re.compile(rf"\b{_HIGH} to (?:the )?{_LOW}\b"), True),
    (re.compile(rf"\b{_LOW} to (?:the )?{_HIGH}\b"), False),
    (re.compile(r"\b(?:in )?(?:descending|decreasing)(?: order)?\b"), True),
    (re.compile(r"\b(?:in )?(?:ascending|increasing) order\b"), False),
]
_ASIDE = frozenset("sort sorted order ordered rank ranked arrange arranged starting from in".split())  # noqa: SIM905


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
