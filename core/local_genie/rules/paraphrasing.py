"""Terms that a count defines: "A repeat customer has more than one paid order" → "customers with more than one paid order"."""

import re
from collections.abc import Sequence

from core.local_genie.rules.cues import find_comparisons
from core.local_genie.rules.dates import find_dates
from core.local_genie.rules.defaulting import Rules
from core.local_genie.rules.vocabulary import SURE, Vocabulary
from core.local_genie.rules.wording import items_of
from core.local_genie.rules.words import Token, content, tokens

_HAS = re.compile(
    r"^(?:an?\s+|the\s+|every\s+)?(?P<term>[A-Za-z][\w-]*(?:\s+[\w-]+){1,3}?)\s+"
    r"(?:(?:(?:is|are|means?)\s+(?:an?\s+)?(?P<noun>\w+)\s+(?:with|having|(?:that|who|which)\s+(?:has|have|had)))|has|have|had)\s+"
    r"(?P<rest>(?:more|fewer|less|at\s+least|at\s+most|over|exactly|two\s+or\s+more|\d+\s+or\s+more)\b[^,;()]+)$",
    re.IGNORECASE,
)
_THAT_IS = (("i", "e"), ("that", "is"), ("meaning",), ("so",))


def counted_term(sentence: str, vocabulary: Vocabulary, rules: Rules) -> bool:
    """ "A frequent flyer is a passenger with at least 5 flights": kept when all that it says is known."""
    match = _HAS.match(sentence)
    if match is None:
        return False
    term, rest = tokens(match["term"]), match["rest"].strip()
    things = [vocabulary.find(term[-1:])] + ([vocabulary.find(tokens(match["noun"]))] if match["noun"] else [])
    named = [{m.home for m in found if m.kind == "table" and m.weight >= 1.5} for found in things]
    if not named[-1] or any(m.weight >= SURE for m in vocabulary.find(term)) or not _is_count(rest, vocabulary):
        return False
    noun = match["noun"] or term[-1].text
    rules.reworded[tuple(token.stem for token in term)] = f"{noun} with {rest}"
    return True


def _is_count(rest: str, vocabulary: Vocabulary) -> bool:
    """ "More than one paid order": one comparison with a number, and rows of a table behind it."""
    words = tokens(rest)
    compared = find_comparisons(words, set())
    if len(compared) != 1 or compared[0].start != 0 or find_dates(words):
        return False
    behind = [item for item in items_of(rest, vocabulary) if item.start >= compared[0].end]
    counted = [item for item in behind if item.is_phrase and item.a("table", "filter", near=0.8)]
    known = all(item.words[0].stop if item.is_word else item.is_phrase and item.best.weight >= SURE for item in behind)
    return known and bool(counted)


def reworded(words: Sequence[Token], rules: Rules) -> list[Token]:
    """The question with such terms spelt out; what then says the same again (", i.e. customers with …") is left out."""
    said = list(words)
    for stems, text in rules.reworded.items():
        for at in range(len(said) - len(stems) + 1):
            if tuple(token.stem for token in said[at : at + len(stems)]) == stems:
                spelt = tokens(text)
                said = [*said[:at], *spelt, *_once_more(said[at + len(stems) :], set(content(text)))]
                break
    return said


def _once_more(rest: list[Token], stems: set[str]) -> list[Token]:
    for at, token in enumerate(rest):
        behind = [each.lower for each in rest[at + 1 : at + 4]]
        if token.text in (",", "(") and any(tuple(behind[: len(lead)]) == lead for lead in _THAT_IS):
            tail = {each.stem for each in rest[at:]}
            return rest[:at] if stems <= tail else rest
    return rest
