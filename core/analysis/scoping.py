"""What a figure in a sentence is about: which column, which of the rows, and of which whole a share is taken."""

from collections.abc import Sequence
from itertools import pairwise

from core.analysis.lexicon import FILLERS, Key, Token, words_of

_PREPOSITIONS = words_of("of in for on at from with")
_ARTICLES = words_of("the a an all its this these any")
_WHOLE = words_of("table dataset data column field total average rows file")
_PRESENT_BASE = frozenset(("non-missing", "non-null", "known", "present", "recorded", "filled", "valid", "available"))


def narrowed(sentence: list[Token], at: int, table: str) -> bool:
    """Whether the figure's part of the sentence may speak of some rows only: "for cash", "in 2019", "of women"."""
    part = _part(sentence, at)
    for token, following in pairwise(part):
        if token.value in _PREPOSITIONS and token.kind == "word":
            place = part.index(following)
            while place < len(part) and part[place].value in _ARTICLES:
                place += 1
            noun = part[place] if place < len(part) else None
            if noun is None or noun is sentence[at]:
                continue
            if noun.kind == "word" and noun.value not in FILLERS | _WHOLE | {table}:
                return True
            if noun.kind == "key" and isinstance((noun.value.values or (0,))[0], str):
                return True
            if noun.kind == "figure" and noun.value.is_whole and 1800 <= noun.value.value <= 2200:
                return True
    return any(token.kind == "word" and token.value[0].isdigit() for token in part)


def _part(sentence: list[Token], at: int) -> list[Token]:
    """What stands around a figure between commas and conjunctions."""
    breaks = (",", "and", "but", "while", "whereas")
    start, end = at, at + 1
    while start > 0 and sentence[start - 1].value not in breaks:
        start -= 1
    while end < len(sentence) and sentence[end].value not in breaks:
        end += 1
    return sentence[start:end]


def mentioned(tokens: Sequence[Token]) -> list[str]:
    return list(dict.fromkeys(token.value.name for token in tokens if token.kind == "column"))


def column_of(sentence: list[Token], at: int, default: str | None) -> str | None:
    """The one column that the sentence names, else the one of the figure's own part of it, else the default."""
    named = mentioned(sentence)
    if not named:
        return default
    if len(named) == 1:
        return named[0]
    near = mentioned(_part(sentence, at))
    return near[0] if len(near) == 1 else None


def of_present(sentence: list[Token], at: int) -> bool | None:
    """Whether a share is said to be of the values that are there ("of the non-missing values"); None leaves it open ("of values")."""
    for place, token in enumerate(sentence):
        if token.value in ("of", "among") and any(_means_present(each) for each in sentence[place + 1 : place + 3]):
            return True
    after = [token.value for token in sentence[at + 1 : at + 5]]
    return None if after[:1] in (["of"], ["among"]) and "values" in after else False


def _means_present(token: Token) -> bool:
    return token.value in _PRESENT_BASE or (isinstance(token.value, Key) and token.value.measure == "present")
