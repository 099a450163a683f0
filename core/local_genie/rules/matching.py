"""A question cut into pieces: the set of phrases, dates and numbers that explains most of it (weighted intervals).

Seen from a base table, what lies further away weighs less, and what cannot be reached means nothing. Long phrases win
over the words they are made of.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from core.local_genie.rules.joins import Path
from core.local_genie.rules.periods import DateSpan
from core.local_genie.rules.vocabulary import LONGEST, Meaning, MeaningKind, Vocabulary
from core.local_genie.rules.words import Token, name_words, stem, tokens

NEARER = 0.93  # what one step away is worth
_GROWTH = 1.2  # two words of a phrase are worth more than two phrases of one word
SURE = 1.0  # below this a match is a hint, not an explanation

KEYWORDS = frozenset(
    """average mean avg median total sum overall number count many most least fewest top bottom highest lowest largest smallest
    biggest maximum minimum max min longest shortest share percentage percent proportion fraction ratio rate per each every
    more less fewer than at between never without different distinct unique order sort rank by group list compare versus vs
    year month quarter week day hour date daily weekly monthly quarterly yearly annual annually weekday time often
    usually typically highest best worst common frequent frequently popular busiest broken split exactly equal
    last first second third half previous current next since until before after today yesterday value values amount
    not no non nobody none nothing neither one two three except exclude excluding other than both only either all ever yet still already including include
    i.e e.g ok hi hello thanks thank name names named called say tell record records row rows entry entries
    show display calculate money compute determine figure figures happen happened occur occurred exist there""".split()  # noqa: SIM905
)
ONCE_EACH = frozenset("different distinct unique".split())  # noqa: SIM905
_TIMES = frozenset("year month quarter week day hour date".split())  # noqa: SIM905
_BEFORE_OF = frozenset("number numbers count total amount share percentage proportion".split())  # noqa: SIM905
LIGHT = frozenset(stem(word) for word in "take make have get give do go bring use come run".split())  # noqa: SIM905
_REQUESTS, _DID = frozenset("see show give find get list provide".split()), frozenset("did do does".split())  # noqa: SIM905
_WAYS = frozenset("by via through over online".split())  # noqa: SIM905
_NEVER_ALONE = frozenset("average mean most least top bottom per each every than many how not no never by".split())  # noqa: SIM905


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
            if start and words[start - 1].lower in ONCE_EACH:  # "distinct clients seen" are no sum of what was seen
                found = [m for m in found if m.kind != "measure" or "DISTINCT" in m.sql.upper()]
            if start and end == start + 1 and words[start - 1].lower in ("a", "an"):  # "a bill" is no "billings"
                found = [replace(m, weight=m.weight * 0.6) if _is_sum(m, stretch[0]) else m for m in found]
            if end == start + 1 and (shared := _sharing_noun(words, start, vocabulary)):
                spans.setdefault(end, []).append(Item(start, end, stretch, _rated(shared, paths), score=2.0))
            if end == start + 1 and stretch[0].lower in _TIMES and paths is not None:
                # "per year" is the base's own time before it is some other table's column of that name
                found = [m for m in found if m.home in paths and paths[m.home].single and m.weight >= 1.5]
            if end == start + 1:
                if (
                    stretch[0].lower in KEYWORDS
                ):  # "current" of "current staff" is said of staff, in "current status" not
                    found = [m for m in found if m.kind != "filter" or _is_said_of(words, end, m.home, vocabulary)]
                counts = stretch[0].lower in _BEFORE_OF and not any(
                    m.kind == "column" and m.weight > 2.6 for m in found
                )
                if _dull(stretch[0], found, done=_is_done(words, start)) or (
                    counts and end < len(words) and words[end].lower == "of"
                ):
                    continue
                found = [] if _is_phrasal(words, start) else found or vocabulary.hints(stretch[0])
            rated = _rated([_inflected(meaning, stretch) for meaning in found], paths)
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


def _is_sum(meaning: Meaning, word: Token) -> bool:
    return meaning.kind == "measure" and meaning.phrase.casefold().endswith("ings") and not word.lower.endswith("ings")


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


def _is_done(words: Sequence[Token], at: int) -> bool:
    """ "Did we see", "does each shop give": a word of requests that is what somebody does."""
    return words[at].lower in _REQUESTS and any(word.lower in _DID for word in words[max(0, at - 7) : at])


def _is_said_of(words: Sequence[Token], at: int, home: str, vocabulary: Vocabulary) -> bool:
    """Whether one of the next two words names rows of a table, or a state of them; or "are current" ends a question."""
    if at > 1 and words[at - 2].lower in ("is", "are") and all(word.kind == "sign" for word in words[at:]):
        return True
    following = [vocabulary.find([word]) for word in words[at : at + 2] if not word.stop]
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
    if word.kind == "number":
        return True
    strongest = max((meaning.weight for meaning in found), default=0.0)
    if word.stop:  # "did" is no form of the value "done"
        return not any(
            meaning.phrase.casefold() == word.lower and meaning.weight >= 2.0 and len(word.lower) > 2
            for meaning in found
        )
    return (word.lower in KEYWORDS or word.lower.rstrip("s") in KEYWORDS) and strongest < 1.9


def _inflected(meaning: Meaning, words: Sequence[Token]) -> Meaning:
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
