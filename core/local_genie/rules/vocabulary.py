"""Phrases and what they may mean, found by their stems.

A phrase stands under all its stems and, when that leaves something to recognise, under its content words alone: "date of
birth" is found in "birth date of" only by its own order, "in use" is not found in "used". Single words are also kept by
their root as a weak hint.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from core.local_genie.rules.fragments import Fragment
from core.local_genie.rules.schema import Column
from core.local_genie.rules.words import Token, root, stem, tokens

MeaningKind = Literal["table", "column", "value", "filter", "measure", "expression"]
LONGEST = 7
SURE = 1.0  # below this a match is a hint, not an explanation
WEAK = 0.45
_BETWEEN = frozenset("the a an of our its their all".split())  # noqa: SIM905  (these may stand inside a phrase that lacks them)
_DENYING = frozenset("no not never none without nor".split())  # noqa: SIM905  ("did not come" is not found in "came")
_COUNTING = frozenset("number numbers count total amount sum share percentage proportion rate average".split())  # noqa: SIM905


@dataclass(frozen=True)
class Meaning:
    """One thing that a phrase may stand for.

    `sql` is empty for a table, the column for a column, a condition for a value or filter, an aggregate for a measure, a
    row-wise expression for an expression. `where` are conditions that belong to a measure's definition.
    """

    kind: MeaningKind
    home: str
    weight: float
    phrase: str = ""
    sql: str = ""
    column: Column | None = None
    value: Any = None
    fragment: Fragment | None = None
    tables: frozenset[str] = frozenset()
    where: tuple[Fragment, ...] = ()
    origin: str = ""
    flag: bool = False

    @property
    def identity(self) -> tuple[str, str, str]:
        return self.kind, self.home, self.sql


class Vocabulary:
    """All phrases of a space."""

    def __init__(self) -> None:
        self._phrases: dict[tuple[str, ...], list[Meaning]] = {}
        self._roots: dict[str, list[Meaning]] = {}
        self._kin: dict[tuple[str, ...], list[Meaning]] = {}
        self.longest = 1

    def add(self, phrase: str, meaning: Meaning, weight: float | None = None) -> None:
        """Add a phrase for a meaning; the better weight stays where the same is added twice."""
        words = [token for token in tokens(phrase) if token.kind != "sign"]
        if not words or len(words) > LONGEST or (all(token.stop for token in words) and len(words) < 2):
            return
        rated = replace(meaning, weight=meaning.weight if weight is None else weight, phrase=phrase.strip())
        full = tuple(part for token in words for part in parts(token))
        denied = any(token.stop and (token.lower in _DENYING or token.lower.endswith("n't")) for token in words)
        inner = () if denied else tuple(part for token in words if not token.stop for part in parts(token))
        self._put(full, rated)
        if len(words) == 2 and all(token.kind == "word" and not token.stop for token in words):
            self._put((stem(words[0].text + words[1].text),), replace(rated, weight=rated.weight * 0.95))
        # "in use" must not be found in "used": what loses its preposition says less
        if (
            inner
            and inner != full
            and (len(inner) > 1 or words[0].lower in ("the", "a", "an", "is", "are", "was", "its"))
        ):
            self._put(inner, replace(rated, weight=rated.weight * 0.95))
        if rated.kind in ("value", "filter") and rated.weight >= 1.5 and not denied and (kin := _kin(words)):
            self._kin.setdefault(kin, []).append(replace(rated, weight=rated.weight * 0.7))
        if len(inner) == 1 and rated.weight >= 1.5 and (base := root(words[0].lower if len(words) == 1 else inner[0])):
            hints = self._roots.setdefault(base, [])
            if all(hint.identity != rated.identity for hint in hints):
                hints.append(replace(rated, weight=rated.weight * WEAK))

    def _put(self, key: tuple[str, ...], meaning: Meaning) -> None:
        self.longest = max(self.longest, len(key))
        found = self._phrases.setdefault(key, [])
        for n, other in enumerate(found):
            if other.identity == meaning.identity:
                if meaning.weight > other.weight:
                    found[n] = meaning
                return
        found.append(meaning)

    def find(self, words: Sequence[Token]) -> list[Meaning]:
        """What a stretch of words may mean: by all its stems, else by its content words."""
        full = tuple(part for token in words for part in parts(token))
        found = self._phrases.get(full)
        if found is None and len(words) == 2 and all(token.kind == "word" for token in words):  # "log in", "pick ups"
            found = self._phrases.get((stem(words[0].text + words[1].text),))
        if found is None and len(words) > 2 and not words[0].stop and not words[-1].stop:
            inner = tuple(part for token in words if token.lower not in _BETWEEN for part in parts(token))
            if 1 < len(inner) < len(full):
                found = [replace(meaning, weight=meaning.weight * 0.9) for meaning in self._phrases.get(inner, ())]
        if not found and 1 < len(words) < 4 and not any(word.stop for word in words) and (kin := _kin(words)):
            found = self._kin.get(kin)
        return found or self._turned(words)

    def _turned(self, words: Sequence[Token]) -> list[Meaning]:
        """ "Year of publication" is the "publication year"; but a number of orders is no order number."""
        if not 3 <= len(words) <= 4 or words[1].lower != "of" or words[0].lower in _COUNTING or words[-1].stop:
            return []
        if (len(words) == 4 and words[2].lower not in ("the", "a", "an")) or words[-1].lower != words[-1].lower.rstrip(
            "s"
        ):
            return []
        found = self._phrases.get((words[-1].stem, words[0].stem), ())
        return [replace(m, weight=m.weight * 0.9) for m in found if m.kind == "column" and m.weight >= 2.0]

    def hints(self, word: Token) -> list[Meaning]:
        """What the root of a single word may hint at."""
        return self._roots.get(root(word.lower), []) if word.kind == "word" and not word.stop else []

    def __iter__(self) -> Iterator[tuple[tuple[str, ...], list[Meaning]]]:
        return iter(self._phrases.items())


def _kin(words: Sequence[Token]) -> tuple[str, ...]:
    """The roots of two or three content words in any order: "privately insured" is kin to "private insurance"."""
    if any(word.lower in _DENYING for word in words):
        return ()  # "agents without …" are not what is "without agent"
    telling = [word for word in words if not word.stop]
    roots = sorted(root(word.lower) for word in telling if word.kind == "word")
    return tuple(roots) if 1 < len(telling) == len(roots) < 4 and all(roots) else ()


def parts(token: Token) -> Iterable[str]:
    """The stems of a token: its words when it is quoted."""
    if token.kind != "quoted":
        return (token.stem,)
    return tuple(inner.stem for inner in tokens(token.text) if inner.kind != "sign")
