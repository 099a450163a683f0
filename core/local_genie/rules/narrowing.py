"""Which meanings fit the place where a phrase stands: keywords, inflections, and what the words around rule out."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from core.local_genie.rules.cues import number
from core.local_genie.rules.joins import Path
from core.local_genie.rules.keywords import KEYWORDS, LIGHT, ONCE_EACH
from core.local_genie.rules.vocabulary import SURE, Meaning, Vocabulary
from core.local_genie.rules.words import Token, name_words, stem, tokens

_TIMES = frozenset("year month quarter week day hour date".split())  # noqa: SIM905
_BEFORE_OF = frozenset("number numbers count total amount share percentage proportion".split())  # noqa: SIM905
_REQUESTS, _DID = frozenset("see show give find get list provide".split()), frozenset("did do does".split())  # noqa: SIM905
_WAYS = frozenset("by via through over online".split())  # noqa: SIM905
_NEVER_ALONE = frozenset("average mean most least top bottom per each every than many how not no never by".split())  # noqa: SIM905


def fitting(
    words: Sequence[Token],
    start: int,
    end: int,
    found: list[Meaning],
    vocabulary: Vocabulary,
    paths: Mapping[str, Path] | None,
) -> list[Meaning]:
    """What of `found` may be meant by words[start:end]; hints for a single word that has no meaning of its own."""
    word, before = words[start], words[start - 1].lower if start else ""
    if before in ONCE_EACH:  # "distinct clients seen" are no sum of what was seen
        found = [m for m in found if m.kind != "measure" or "DISTINCT" in m.sql.upper()]
    if end > start + 1:
        return found
    if before in ("a", "an"):  # "a bill" is no "billings"
        found = [replace(m, weight=m.weight * 0.6) if _is_sum(m, word) else m for m in found]
    if word.lower in _TIMES and paths is not None:
        found = [m for m in found if _is_own_time(m, paths)]
    if word.lower in KEYWORDS:  # "current" of "current staff" is said of staff, in "current status" not
        found = [m for m in found if m.kind != "filter" or _is_said_of(words, end, m.home, vocabulary)]
    if not any(each.lower in _DID for each in words[max(0, start - 7) : start]):
        found = [replace(m, weight=m.weight * 0.6) if _is_opening(m, word) else m for m in found]
    of = end < len(words) and words[end].lower == "of"
    counts = word.lower in _BEFORE_OF and not any(m.kind == "column" and m.weight > 2.6 for m in found)
    if _dull(word, found, done=_is_done(words, start)) or (counts and of) or _is_phrasal(words, start):
        return []
    return found or vocabulary.hints(word)


def _is_opening(meaning: Meaning, word: Token) -> bool:
    """ "Open tickets": a state before it is the date "opened", unless somebody did open them."""
    column = meaning.column if meaning.kind == "column" else None
    spelt = {token.stem: token.lower for token in tokens(meaning.phrase)}.get(word.stem, "")
    return column is not None and column.is_date and spelt.endswith("ed") and not word.lower.endswith(("ed", "ing"))


def _is_own_time(meaning: Meaning, paths: Mapping[str, Path]) -> bool:
    """ "Per year" is the base's own time before it is some other table's column, or a month that is made of another's date."""
    path = paths.get(meaning.home)
    if path is None or not path.single or meaning.weight < 1.5:
        return False
    return meaning.kind != "expression" or not path.steps


def _is_sum(meaning: Meaning, word: Token) -> bool:
    return meaning.kind == "measure" and meaning.phrase.casefold().endswith("ings") and not word.lower.endswith("ings")


def _is_done(words: Sequence[Token], at: int) -> bool:
    """ "Did we see", "does each shop give": a word of requests that is what somebody does."""
    return words[at].lower in _REQUESTS and any(word.lower in _DID for word in words[max(0, at - 7) : at])


def _is_said_of(words: Sequence[Token], at: int, home: str, vocabulary: Vocabulary) -> bool:
    """Whether one of the next words names rows of a table, or a state of them; or "are current" ends a question."""
    if at > 1 and words[at - 2].lower in ("is", "are") and all(word.kind == "sign" for word in words[at:]):
        return True
    following = [vocabulary.find([word]) for word in words[at : at + 3] if not word.stop]
    kinds = ("table", "value", "filter")
    return any(m.home == home and m.kind in kinds and m.weight >= SURE for found in following for m in found)


def _is_phrasal(words: Sequence[Token], at: int) -> bool:
    """ "Came in online", "came in by phone": a way that something came, and no state of what came."""
    following = [word.lower for word in words[at + 1 : at + 3]]
    return words[at].stem in LIGHT and len(following) == 2 and following[0] == "in" and following[1] in _WAYS


def _dull(word: Token, found: list[Meaning], *, done: bool = False) -> bool:
    """Whether a single word stays a keyword: function words, and keywords that only hint at something."""
    if done and any(meaning.kind == "filter" and meaning.weight >= 2.0 for meaning in found):
        return False
    if word.kind == "sign" or word.lower in _NEVER_ALONE:
        return True
    if word.kind == "number":  # "2023-24" may be the value of a school year
        return number(word) is not None or not any(meaning.kind == "value" for meaning in found)
    strongest = max((meaning.weight for meaning in found), default=0.0)
    if word.stop:  # "did" is no form of the value "done"
        return not any(
            meaning.phrase.casefold() == word.lower and meaning.weight >= 2.0 and len(word.lower) > 2
            for meaning in found
        )
    return (word.lower in KEYWORDS or word.lower.rstrip("s") in KEYWORDS) and strongest < 1.9


def inflected(meaning: Meaning, words: Sequence[Token]) -> Meaning:
    """A state is not what happens: "opened a ticket" is hardly the value "open", nor "taken" the "takings"."""
    said = {word.stem: word.lower for word in tokens(meaning.phrase)}
    spelt = said.get(words[0].stem, "")
    if len(words) == 1 and spelt not in ("", words[0].lower):
        if words[0].stem in LIGHT and spelt.endswith("ings"):
            return replace(meaning, weight=0.0)
        if spelt.endswith("ings") and words[0].lower.endswith("s") and not words[0].lower.endswith("ings"):
            return replace(meaning, weight=meaning.weight * 0.6)  # nor "bills" the "billings"
        if meaning.kind == "column" and spelt.endswith("ed") and words[0].lower.endswith("s"):
            return replace(meaning, weight=meaning.weight * 0.5)  # "invoices" are not what "invoiced" says
    if meaning.kind == "column" and len(words) == 2 and _does(words, meaning.home):
        return replace(meaning, weight=meaning.weight * 0.3)  # "passengers embarked": somebody does something
    if meaning.kind not in ("value", "filter") or meaning.origin == "flag":
        return meaning
    if len(words) == 1 and words[0].stem in LIGHT and spelt and not words[0].lower.startswith(spelt):
        return replace(meaning, weight=0.0)  # "came" is not the code "COM"
    if len(words) == 1 and words[0].lower.endswith("s") and spelt not in ("", words[0].lower):
        return replace(meaning, weight=meaning.weight * 0.95)  # "conversions" is first of all what is called so
    for word in words:
        if word.lower.endswith(("ed", "ing")) and not said.get(word.stem, word.lower).endswith(
            ("ed", "ing", word.lower)
        ):
            return replace(meaning, weight=meaning.weight * 0.5)
    return meaning


def _does(words: Sequence[Token], table: str) -> bool:
    noun, verb = words[0].lower, words[1].lower
    plural = noun.endswith("s") and words[0].stem != noun
    return plural and verb.endswith("ed") and words[0].stem in {stem(word) for word in name_words(table)}
