"""Stretches of a year that the text instruction names: "Summer means the months June, July and August"."""

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

from core.local_genie.rules.dates import MONTHS
from core.local_genie.rules.words import Token, tokens

_NAMES = sorted(MONTHS, key=len, reverse=True)
_MONTH = rf"(?:{'|'.join(_NAMES)})\b\.?"
_TEXT = re.compile(
    rf"^\W*(?:the\s+)?[\"'“]?(?P<name>[A-Za-z]+(?:\s+[A-Za-z]+)?)[\"'”]?\s*(?:=|:|means|is|are|covers?|refers\s+to|stands\s+for|runs|lasts|comprises)\s*"
    rf"(?:(?:the|all|months?|of|from|between|period)\s+)*(?P<first>{_MONTH})(?P<rest>(?:\s*(?:,|and|to|until|through|till|-|–|,\s*and)\s*{_MONTH})+)"
    rf"\s*(?:\((?:inclusive|included)\)|inclusive|of\s+(?:a|each|every|the)\s+(?:\w+\s+)?year)?\W*$",
    re.IGNORECASE,
)
_FULL = {number: name.title() for name, number in MONTHS.items() if len(name) > 3 or name == "may"}


def read_seasons(text: str) -> dict[tuple[str, ...], tuple[int, int]]:
    """The first and last month of every stretch that a sentence defines, by its words. One over New Year is left out."""
    found: dict[tuple[str, ...], tuple[int, int]] = {}
    for sentence in re.split(r"[\n;•]|\.(?:\s|$)", text):
        match = _TEXT.match(sentence.strip(" *-•\t"))
        if match is None:
            continue
        months = [MONTHS[name.lower()] for name in re.findall(rf"\b({'|'.join(_NAMES)})\b", match[0], re.IGNORECASE)]
        listed = not re.search(r"\b(?:to|until|through|till)\b|[-–]", match["rest"], re.IGNORECASE)
        in_order = all(after == before + 1 for before, after in pairwise(months))
        if (listed and in_order) or (not listed and len(months) == 2 and months[0] < months[1]):
            found[tuple(token.stem for token in tokens(match["name"]))] = months[0], months[-1]
    return found


def spell_out(words: Sequence[Token], seasons: Mapping[tuple[str, ...], tuple[int, int]]) -> list[Token]:
    """ "In summer 2023" as "from June to August 2023", where the instruction says what summer is."""
    found: list[Token] = []
    at = 0
    while at < len(words):
        for name, (first, last) in seasons.items():
            end = at + len(name)
            end += end < len(words) and words[end].lower in ("of", "in")
            if tuple(word.stem for word in words[at : at + len(name)]) == name and _is_year(words, end):
                if found and found[-1].lower in ("in", "during", "for", "of"):
                    found.pop()
                found += [*tokens(f"from {_FULL[first]} to {_FULL[last]}"), words[end]]
                at = end + 1
                break
        else:
            found.append(words[at])
            at += 1
    return found


def _is_year(words: Sequence[Token], at: int) -> bool:
    return at < len(words) and re.fullmatch(r"(?:19|20)\d\d", words[at].text) is not None
