"""Measures whose words stand apart: "how many days does each payer take to pay" is the "average days to pay"."""

import re
from collections.abc import Collection

from core.local_genie.rules.cues import TIME_UNITS
from core.local_genie.rules.reading import Reading
from core.local_genie.rules.vocabulary import SURE, Meaning
from core.local_genie.rules.words import content, stem

_LAPSE = re.compile(r"\b(?:DATEDIFF|DATE_DIFF|TIMESTAMPDIFF|TIMESTAMP_DIFF|MONTHS_BETWEEN)\(", re.IGNORECASE)
_DULL = {stem(word) for word in ("average", "avg", "mean", "median", "time", "long", "length", "number", *TIME_UNITS)}


def scattered_lapse(reading: Reading, unit: str = "") -> Meaning | None:
    """The one curated time between two dates all of whose telling words are said, in any order; marks them as used."""
    asked = {word.stem for word in reading.words}
    found: dict[str, tuple[int, set[str], Meaning]] = {}
    for _, meanings in reading.knowledge.vocabulary:
        for meaning in meanings:
            lapse = meaning.kind in ("measure", "expression") and _LAPSE.search(meaning.sql)
            if not lapse and not _takes(reading, meaning, unit):
                continue
            telling = set(content(meaning.phrase)) - _DULL
            if telling and telling <= asked and reading.is_single(meaning.home):
                best = found.get(meaning.sql)
                if best is None or best[0] < len(telling):
                    found[meaning.sql] = (len(telling), telling, meaning)
    most = max((size for size, _, _ in found.values()), default=0)
    likeliest = [each for each in found.values() if each[0] == most]
    if not likeliest or len({meaning.home for _, _, meaning in likeliest}) > 1:
        return None
    _, telling, meaning = min(likeliest, key=lambda each: (each[2].kind != "measure", each[2].sql))
    for item in reading.items:
        if not item.role and len(item.words) == 1 and item.stem in telling and item.a("table", near=0.9) is None:
            item.role = "measure"
    return meaning


def scattered_share(reading: Reading, index: int, shares: Collection[str]) -> Meaning | None:
    """ "What share of income do grants bring" is the curated "grants' share of income"; marks its words as used.

    Both what is a part and what is the whole must be named, in words apart, and no other share be as well named so.
    """
    ratio_words = {stem(word) for word in shares}
    names: dict[str, tuple[Meaning, list[set[str]]]] = {}
    for _, meanings in reading.knowledge.vocabulary:
        for meaning in meanings:
            if meaning.kind == "measure" and "/" in meaning.sql and meaning.origin in ("snippet", "rule"):
                names.setdefault(meaning.sql, (meaning, []))[1].append(set(content(meaning.phrase)))
    found = []
    for meaning, phrases in names.values():
        for said in phrases:
            telling = said - ratio_words
            if said & ratio_words and telling and len(_apart(reading, index, telling)) > 1:
                found.append((len(telling), meaning, set().union(*phrases)))
                break
    most = max((size for size, _, _ in found), default=0)
    likeliest = {meaning.sql: (meaning, words) for size, meaning, words in found if size == most}
    if len(likeliest) != 1:
        return None
    meaning, words = next(iter(likeliest.values()))
    for item in reading.items:
        if not item.role and len(item.words) == 1 and item.stem in words:
            item.role = "measure"
    return meaning


def _apart(reading: Reading, index: int, telling: set[str]) -> list[int]:
    """The free single words at or behind a share word that say all of `telling`; none if one of them is not said."""
    places = [
        n for n, item in enumerate(reading.items)
        if n > index and not item.role and len(item.words) == 1 and item.stem in telling
    ]  # fmt: skip
    return places if {reading.items[n].stem for n in places} == telling else []


def _takes(reading: Reading, meaning: Meaning, unit: str) -> bool:
    """ "How many hours does it take to solve a case": a column of hours that is called the time to do so."""
    column = meaning.column if meaning.kind == "column" and meaning.weight >= SURE else None
    if column is None or column.kind != "number" or not {"take", "takes", "took"} & {w.lower for w in reading.words}:
        return False
    return bool(unit) and stem(unit) in {stem(word) for word in column.words}
