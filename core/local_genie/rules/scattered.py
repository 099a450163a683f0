"""Measures of time whose words stand apart: "how many days does each payer take to pay" is the "average days to pay"."""

import re

from core.local_genie.rules.cues import TIME_UNITS
from core.local_genie.rules.matching import SURE
from core.local_genie.rules.reading import Reading
from core.local_genie.rules.vocabulary import Meaning
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


def _takes(reading: Reading, meaning: Meaning, unit: str) -> bool:
    """ "How many hours does it take to solve a case": a column of hours that is called the time to do so."""
    column = meaning.column if meaning.kind == "column" and meaning.weight >= SURE else None
    if column is None or column.kind != "number" or not {"take", "takes", "took"} & {w.lower for w in reading.words}:
        return False
    return bool(unit) and stem(unit) in {stem(word) for word in column.words}
