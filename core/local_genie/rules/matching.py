"""A question cut into pieces: the set of phrases, dates and numbers that explains most of it (weighted intervals).

Seen from a base table, what lies further away weighs less, and what cannot be reached means nothing. Long phrases win
over the words they are made of.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from core.local_genie.rules.joins import Path
from core.local_genie.rules.keywords import KEYWORDS
from core.local_genie.rules.narrowing import fitting, inflected
from core.local_genie.rules.periods import DateSpan
from core.local_genie.rules.vocabulary import LONGEST, SURE, Meaning, MeaningKind, Vocabulary
from core.local_genie.rules.words import Token, stem

NEARER = 0.93  # what one step away is worth
_GROWTH = 1.2  # two words of a phrase are worth more than two phrases of one word


@dataclass
class Item:
    """A stretch of a question: a phrase with its meanings (the likeliest first), a date, a number or a single word."""

    start: int
    end: int
    words: Sequence[Token]
    meanings: list[Meaning] = field(default_factory=list)
    span: DateSpan | None = None
    score: float = 0.0
    role: str = ""  # what the reading uses it for; empty while unused

    @property
    def text(self) -> str:
        return " ".join(word.lower for word in self.words)

    @property
    def stem(self) -> str:
        return self.words[0].stem

    @property
    def is_phrase(self) -> bool:
        return bool(self.meanings)

    @property
    def is_number(self) -> bool:
        return not self.meanings and self.span is None and self.words[0].kind == "number"

    @property
    def is_word(self) -> bool:
        return not self.meanings and self.span is None and self.words[0].kind in ("word", "sign")

    @property
    def best(self) -> Meaning:
        return self.meanings[0]

    def a(self, *kinds: MeaningKind, near: float = 0.55) -> Meaning | None:
        """The likeliest meaning of one of these kinds, unless it is far less likely than the best."""
        found = next((meaning for meaning in self.meanings if meaning.kind in kinds), None)
        return found if found and found.weight >= self.best.weight * near else None


def cut(
    words: Sequence[Token],
    dates: Sequence[DateSpan],
    vocabulary: Vocabulary,
    paths: Mapping[str, Path] | None,
    extra: Mapping[tuple[int, int], list[Meaning]] | None = None,
) -> tuple[list[Item], float]:
    """The pieces of a question and how much of it they explain. `paths` are those of the base, None to ignore distance.

    `extra` are meanings found for spans of words by other ways, such as values looked up in the data.
    """  # fmt: skip
    spans: dict[int, list[Item]] = {}
    for span in dates:
        size = span.end - span.start
        spans.setdefault(span.end, []).append(
            Item(span.start, span.end, words[span.start : span.end], span=span, score=3.0 + 1.6 * size)
        )
    for start in range(len(words)):
        for end in range(start + 1, min(len(words), start + min(LONGEST, vocabulary.longest) + 2) + 1):
            if words[end - 1].kind == "sign":
                break
            stretch = words[start:end]
            found = vocabulary.find(stretch) + (extra or {}).get((start, end), [])
            if end == start + 1 and (shared := _sharing_noun(words, start, vocabulary)):
                spans.setdefault(end, []).append(Item(start, end, stretch, _rated(shared, paths), score=2.0))
            found = fitting(words, start, end, found, vocabulary, paths)
            rated = _rated([inflected(meaning, stretch) for meaning in found], paths)
            if rated:
                size = max(1, sum(not word.stop for word in stretch))
                spans.setdefault(end, []).append(
                    Item(start, end, stretch, rated, score=rated[0].weight * size**_GROWTH)
                )
    best: list[tuple[float, Item | None]] = [(0.0, None)]
    for end in range(1, len(words) + 1):
        best.append((best[end - 1][0], None))
        for item in spans.get(end, ()):
            score = best[item.start][0] + item.score
            if score > best[end][0] + 1e-9:
                best[end] = (score, item)
    return _walk(best, words, vocabulary, paths), best[-1][0]


def _sharing_noun(words: Sequence[Token], at: int, vocabulary: Vocabulary) -> list[Meaning]:
    """ "First and last name": a column whose noun is said once, behind that of another."""
    if at + 3 >= len(words) or words[at + 1].lower not in ("and", "or") or words[at].kind != "word":
        return []
    both = [vocabulary.find([words[at], words[at + 3]]), vocabulary.find([words[at + 2], words[at + 3]])]
    columns = [[m for m in found if m.kind == "column" and m.weight >= 2.0] for found in both]
    homes = [{m.home for m in found} for found in columns]
    return [m for m in columns[0] if m.home in homes[1]] if all(columns) else []


def _walk(
    best: list[tuple[float, Item | None]],
    words: Sequence[Token],
    vocabulary: Vocabulary,
    paths: Mapping[str, Path] | None,
) -> list[Item]:
    items: list[Item] = []
    end = len(words)
    while end:
        item = best[end][1]
        if item is None:
            item = Item(end - 1, end, words[end - 1 : end])
        items.append(item)
        end = item.start
    return _compounds(_whole_names(items[::-1], vocabulary, paths))


def _whole_names(items: list[Item], vocabulary: Vocabulary, paths: Mapping[str, Path] | None) -> list[Item]:
    """ "Sales channel": the name of a column is one piece, though "sales" is a measure and "channel" alone that column."""
    found: list[Item] = []
    for item in items:
        last = found[-1] if found else None
        if last is not None and last.is_phrase and item.is_phrase and len(last.words) == len(item.words) == 1:
            words = [*last.words, *item.words]
            column = item.best.column if item.best.kind == "column" else None
            named = [m for m in vocabulary.find(words) if m.kind == "column" and m.weight >= 2.0 and m.column is column]
            if column is not None and named and last.words[0].stem in {stem(word) for word in column.words}:
                found[-1] = Item(last.start, item.end, words, _rated(named, paths), score=last.score + item.score)
                continue
        found.append(item)
    return found


def _compounds(items: list[Item]) -> list[Item]:
    """ "customer segment", "order amount": a table in the singular right before a column of its own names that column."""
    found: list[Item] = []
    for item in items:
        last = found[-1] if found else None
        if (
            last is not None
            and last.is_phrase
            and item.is_phrase
            and last.best.kind == "table"
            and len(last.words) == 1
        ):
            word = last.words[0].lower
            column = item.best.column if item.best.kind == "column" and item.best.weight >= 1.3 else None
            if (
                column is not None
                and not column.is_date
                and column.table == last.best.home
                and not (word.endswith("s") and word != last.words[0].stem)
            ):
                found[-1] = Item(
                    last.start, item.end, [*last.words, *item.words], item.meanings, score=last.score + item.score
                )
                continue
        found.append(item)
    return found


def _rated(found: Sequence[Meaning], paths: Mapping[str, Path] | None) -> list[Meaning]:
    found = [meaning for meaning in found if meaning.weight > 0]
    if paths is None:
        return sorted(found, key=lambda m: -m.weight)
    rated = []
    for meaning in found:
        needed = meaning.tables or {meaning.home}
        if all(table in paths for table in needed):
            cost = max(paths[table].cost for table in needed)
            rated.append(replace(meaning, weight=meaning.weight * NEARER**cost))
    return sorted(rated, key=lambda m: (-round(m.weight, 6), _PREFERRED.index(m.kind), m.home, m.sql))


_PREFERRED: list[MeaningKind] = ["measure", "filter", "expression", "table", "value", "column"]


def unexplained(items: Sequence[Item]) -> list[str]:
    """The content words that nothing explains, in order."""
    return [
        item.words[0].lower for item in items
        if (item.is_word or (item.is_phrase and item.best.weight < SURE and len(item.words) == 1))
        and not item.words[0].stop and item.words[0].lower not in KEYWORDS
    ]  # fmt: skip
