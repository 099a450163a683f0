"""Choosing what to quote: by words shared with what is asked, by how much of the text is spoken of, by place."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from core.local_model.reading import Passage
from core.local_model.terms import terms

_MATCH_WEIGHT = 2.0
_HEADING_WEIGHT = 0.7
_PLACE_WEIGHT = 0.4
_SCORED_TERMS = 60
_SAME, _FEWEST_SHARED = 0.75, 6
"""From this share, and this number, of common terms two passages say nearly the same."""
_LOOSE = re.compile(r"\s|[^\x00-\u02ff]")


@dataclass(frozen=True)
class Ranking:
    """The passages of a prompt with what is needed to rank them; the order of ties is the reading order."""

    passages: Sequence[Passage]

    @cached_property
    def _terms(self) -> dict[Passage, tuple[str, ...]]:
        # dict.fromkeys keeps the order; a set's order, and so the last bit of a sum, differs between processes.
        return {p: tuple(dict.fromkeys(terms(p.text)[:_SCORED_TERMS])) for p in self.passages}

    @cached_property
    def _heading_terms(self) -> dict[str, frozenset[str]]:
        return {p.heading: frozenset(terms(p.heading)) for p in self.passages}

    @cached_property
    def _frequency(self) -> Counter[str]:
        return Counter(term for found in self._terms.values() for term in found)

    @cached_property
    def _informative(self) -> dict[Passage, float]:
        """How much of the whole text a passage speaks of: >= 0, above 1 only by its place."""
        most = math.log1p(max(self._frequency.values(), default=1))
        common = max(3.0, 0.5 * len(self.passages))
        scores = {}
        for place, (passage, found) in enumerate(self._terms.items()):
            weights = [math.log1p(self._frequency[t]) / most for t in found if self._frequency[t] <= common]
            size = min(1.0, len(found) / 5) * (
                1.0 if _LOOSE.search(passage.text) else 0.3
            )  # a path or a word says little
            scores[passage] = size * sum(weights) / max(len(found), 5) + _PLACE_WEIGHT / (1 + place)
        return scores

    def _match(self, passage: Passage, wanted: frozenset[str]) -> float:
        """The weight of the wanted terms that the passage or its heading has; rarer terms weigh more, 0 is no match."""
        rare = sum(1 / math.log2(1 + max(1, self._frequency[t])) for t in self._terms[passage] if t in wanted)
        return rare + _HEADING_WEIGHT * len(self._heading_terms[passage.heading] & wanted)

    def most_informative(self, count: int, asked: str = "") -> list[Passage]:
        """The best `count` passages in reading order; those that share words with `asked` are favoured."""
        wanted = frozenset(terms(asked))
        return self._best(
            count, ((self._informative[p] + 0.3 * min(3.0, self._match(p, wanted)), p) for p in self._terms)
        )

    def matching(self, asked: str, count: int, *, without: Iterable[Passage] = ()) -> list[Passage]:
        """Up to `count` passages that share words with `asked`, in reading order; empty if none does."""
        wanted, used = frozenset(terms(asked)), frozenset(without)
        scored = ((self._match(p, wanted), p) for p in self._terms if p not in used)
        matched = [(_MATCH_WEIGHT * score + self._informative[p], p) for score, p in scored if score > 0]
        if not matched:
            return []
        least = 0.4 * max(score for score, _ in matched)
        return self._best(count, (found for found in matched if found[0] >= least))

    def _best(self, count: int, scored: Iterable[tuple[float, Passage]]) -> list[Passage]:
        """The best ones, of those that say nearly the same only the first."""
        chosen: list[Passage] = []
        for _, passage in sorted(scored, key=lambda found: (-found[0], found[1].position)):
            if len(chosen) >= count:
                break
            if not any(self._repeats(passage, other) for other in chosen):
                chosen.append(passage)
        return sorted(chosen, key=lambda passage: passage.position)

    def _repeats(self, one: Passage, other: Passage) -> bool:
        first, second = set(self._terms[one]), set(self._terms[other])
        shared = len(first & second)
        return one.text == other.text or (shared >= _FEWEST_SHARED and shared >= _SAME * len(first | second))
