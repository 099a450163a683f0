"""Words to compare texts by: folded, without function words, lightly stemmed; pairs of characters without spaces."""

import re

_WORD = re.compile(r"\w+")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]+")
_STOPWORDS = frozenset(
    """
    a about after all also an and any are as at be been but by can could did do does each for from had has have
    he her his how i if in into is it its just like may me more most my no not now of on one only or other our
    out over please shall she should so some such than that the their them then there these they this those to
    too under up use very was we were what when where which while who whom whose why will with would you your
    der die das den dem des ein eine einen einem einer und oder ist sind war im in zu zum zur mit auf für von
    nicht auch als wie was wer wo wann warum le la les un une des du de et ou est sont dans pour par sur avec
    que qui quoi où el los las una y o es son en por con para se lo cuál qué quién dónde cuándo
    """.split()  # noqa: SIM905
)
_SUFFIXES = ("ing", "ies", "ed", "es", "s")
_MAX_WORD = 40


def terms(text: str) -> list[str]:
    """The terms of a text in order, with repetitions; empty when it has function words only."""
    found: list[str] = []
    for word in _WORD.findall(text.casefold()):
        if word in _STOPWORDS:
            continue
        if not word.isascii() and _UNSPACED.search(word):
            found += [word[i : i + 2] for i in range(max(1, min(len(word), _MAX_WORD) - 1))]
        elif len(word) > 1 or word.isdigit():
            found.append(_stem(word))
    return found


def _stem(word: str) -> str:
    word = word[:_MAX_WORD]
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3:
            return word[: -len(suffix)]
    return word
