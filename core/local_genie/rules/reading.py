"""One reading of a question, seen from one base table: its pieces, and who has already used which.

The steps (grouping, measuring, comparing, filtering, ranking, dating) each take pieces that are still unused and give
them a role, so that no word counts twice.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from core.local_genie.rules.cues import TIME_UNITS, Comparison, Superlative, find_comparisons, find_superlatives
from core.local_genie.rules.hinting import hinted
from core.local_genie.rules.intent import Condition, Group, Intent, Measure
from core.local_genie.rules.joins import Path
from core.local_genie.rules.knowledge import Knowledge
from core.local_genie.rules.matching import Item
from core.local_genie.rules.referring import referred
from core.local_genie.rules.schema import Column, Table, counts_rows, is_amount
from core.local_genie.rules.vocabulary import SURE, Meaning
from core.local_genie.rules.words import Token, stem

ASKING = frozenset("which what who list show name give display find get identify return provide tell see".split())  # noqa: SIM905
_AVERAGES = frozenset(
    """price rate score rating age csat temperature percent pct ratio index level satisfaction average avg speed grade
    latitude longitude humidity density margin discount probability rank height weight size area nps""".split()  # noqa: SIM905
)
_SCORES = frozenset("rating score grade mark rate temperature reading review vote measurement price".split())  # noqa: SIM905
_TIME_WORDS = frozenset("min mins minutes minute hours hour hrs h days sec secs seconds".split())  # noqa: SIM905
_HIGHEST, _LOWEST = frozenset({"peak", "max", "maximum", "highest"}), frozenset({"minimum", "lowest"})


@dataclass
class Placed:
    """A measure and the tokens it was read from."""

    start: int
    end: int
    measure: Measure


@dataclass
class Reading:
    """The state of one reading. `taken` are the words that dates, comparisons and superlatives use."""

    knowledge: Knowledge
    words: Sequence[Token]
    base: Table
    items: list[Item]
    paths: Mapping[str, Path]
    comparisons: list[Comparison] = field(default_factory=list)
    superlatives: list[Superlative] = field(default_factory=list)
    intent: Intent = field(init=False)
    placed: list[Placed] = field(default_factory=list)
    subject: int = -1  # the item that a which/list question asks for
    ordering: int = -1  # the item after "by" in "top 5 products by revenue"
    ratio: int = -1  # the item that asks for a share
    averaged: bool = False  # "on average" or the like was said of a count
    date_items: list[int] = field(default_factory=list)
    dated_by: dict[int, int] = field(default_factory=dict)  # the item of a span → that which names its date column

    def __post_init__(self) -> None:
        self.intent = Intent(self.base.key)
        dated = {n for item in self.items if item.span for n in range(item.start, item.end)}
        self.comparisons = find_comparisons(self.words, dated)
        compared = {n for c in self.comparisons for n in range(c.start, c.end)}
        phrases = {
            n for item in self.items if item.is_phrase and len(item.words) > 1 for n in range(item.start, item.end)
        }
        self.superlatives = find_superlatives(self.words, dated | compared | phrases)
        cues = compared | {n for s in self.superlatives for n in range(s.start, s.end)}
        for item in self.items:
            if item.span:
                item.role = "date"
            elif item.start in cues and not item.is_phrase:
                item.role = "cue"
            elif item.is_phrase and item.start in cues:
                item.role = "hint"

    # -- looking around

    def index_at(self, token: int) -> int:
        """The index of the item that covers a token; the number of items past the end."""
        return next((n for n, item in enumerate(self.items) if item.start <= token < item.end), len(self.items))

    def following(self, index: int, reach: int = 3) -> Iterator[int]:
        """Items from `index` on, function words skipped, at most `reach` telling ones; ends at a comma."""
        for n in range(index, len(self.items)):
            item = self.items[n]
            if item.is_word and item.words[0].kind == "sign":
                return
            if item.is_word and (
                item.words[0].stop or item.words[0].lower in ("different", "distinct", "unique", "value", "total")
            ):
                continue
            if reach <= 0:
                return
            reach -= 1
            yield n

    def word(self, index: int) -> str:
        """The single word at an item, lower case; empty for anything else."""
        return self.items[index].words[0].lower if 0 <= index < len(self.items) and self.items[index].is_word else ""

    def lead(self, index: int, count: int = 2) -> list[str]:
        """The words of the items just before an item."""
        return [word.lower for item in self.items[max(0, index - count) : index] for word in item.words]

    def is_single(self, table: str) -> bool:
        """Whether following joins to that table multiplies no rows of the base."""
        return table in self.paths and self.paths[table].single

    # -- what things mean here

    def table(self, key: str) -> Table:
        return self.knowledge.schema.tables[key]

    def groupable(self, item: Item) -> Meaning | None:
        """The likeliest meaning that one can group by: a table, a column of few values, an expression."""
        for meaning in item.meanings:
            if meaning.weight < item.best.weight * 0.5:
                return None
            if meaning.kind in ("table", "expression"):
                return meaning
            if (
                meaning.kind == "column"
                and meaning.column
                and (not is_amount(meaning.column) or meaning.column.key_like)
            ):
                return self.named_by(item, meaning.column) or meaning
        return None

    def named_by(self, item: Item, column: Column) -> Meaning | None:
        """The table whose rows are called by a column, where both are called alike: two customers may have one name."""
        table = item.a("table", near=0.5)
        if table is None or (table.weight < SURE and table.weight < item.best.weight * 0.8):
            return None
        return table if table.home == column.table and column in self.table(table.home).labels else None

    def numeric(self, item: Item, near: float = 0.4) -> Meaning | None:
        """The likeliest meaning that one can add up: a measure, an expression, a column of amounts."""
        for meaning in item.meanings:
            if meaning.weight < item.best.weight * near:
                return None
            if meaning.kind == "measure" or (meaning.kind == "expression" and not self._is_bucket(meaning)):
                return meaning
            if (
                meaning.kind == "column"
                and meaning.column
                and meaning.column.kind == "number"
                and not (meaning.column.key_like or meaning.column.year_like)
            ):
                return meaning
        return None

    def speaks_of(self, table: str) -> bool:
        """Whether rows of a table are named; else "platforms with more than 100 clicks" speaks of all their clicks."""
        said = (item.best for item in self.items if item.is_phrase)
        return any(m.kind == "table" and m.home == table and m.weight >= SURE for m in said)

    def thing_called(self, item: Item) -> Meaning | None:
        """ "No agent": the name of a thing that rows may do without stands for the thing."""
        column, table = item.best.column, item.a("table", near=0.4)
        if table is None or item.best.kind != "column" or column not in self.table(table.home).labels:
            return None
        path = self.paths.get(table.home)
        if path is None or not path.single or not path.steps:
            return None
        step = path.steps[0]
        refers = self.table(step.left).columns[step.columns[0][0]]
        return table if 0 <= refers.filled < self.table(step.left).rows else None

    def _is_bucket(self, meaning: Meaning) -> bool:
        return bool(
            re.match(
                r"(?:DATE_TRUNC|TRUNC|YEAR|MONTH|QUARTER|DATE_FORMAT|CASE|CONCAT|UPPER|LOWER)\b",
                meaning.sql,
                re.IGNORECASE,
            )
        )

    def is_countable(self, item: Item, meaning: Meaning) -> bool:
        """ "50 ratings": a score in the plural, behind a number, is one cell of a column that nobody adds up."""
        word, column = item.words[-1], meaning.column
        if meaning.kind != "column" or column is None or not word.lower.endswith("s") or word.lower == word.stem:
            return False
        said = {part.casefold() for part in (*column.words, *meaning.phrase.split())}
        return word.stem in {stem(name) for name in _SCORES} and word.lower not in said

    def group_of(self, meaning: Meaning) -> Group:
        """The group that a groupable meaning stands for; a table's rows are shown by their name."""
        if meaning.kind == "table":
            return self.entity_group(self.table(meaning.home))
        if (other := referred(meaning, self.knowledge.schema, self.paths)) is not None:
            return self.entity_group(other)
        if meaning.kind == "column" and meaning.column:
            table = self.table(meaning.home)
            shared = table.labels == [meaning.column] and 0 <= meaning.column.distinct < table.rows
            key = table.primary.sql if shared and table.primary else ""  # two clients of one name are two clients
            return Group((meaning.sql,), meaning.tables, (meaning.column.name,), key)
        return Group((meaning.sql,), meaning.tables, (alias_of(meaning.phrase),))

    def entity_group(self, table: Table) -> Group:
        labels = table.labels or list(table.columns.values())[:1]
        shown = tuple(column.sql for column in labels)
        primary = table.primary
        unique = any(column.distinct == table.rows for column in labels)
        key = "" if unique or primary is None else primary.sql
        return Group(shown, frozenset({table.key}), tuple(column.name for column in labels), key, table.key)

    def hinted(self, table: Table, hint: str) -> Column | None:
        """The column of a table that an adjective such as "long" speaks of; None when none does."""
        return hinted(table, hint)

    def lasting(self, table: Table) -> Column | None:
        """The column of a table that counts minutes, hours or days; None unless there is one."""
        found = [
            c for c in table.columns.values() if c.kind == "number" and ({"duration"} | _TIME_WORDS) & set(c.words)
        ]
        return found[0] if found else None

    def condition_of(self, meaning: Meaning, index: int, *, negated: bool = False) -> Condition:
        column = meaning.column if meaning.kind == "value" else None
        part = meaning.fragment
        if (
            column is None
            and part
            and len(part.columns) == 1
            and re.fullmatch(r"[\w.`]+ = ('[^']*'|-?[\d.]+)", part.sql)
        ):
            column = self.table(part.columns[0][0]).columns[
                part.columns[0][1]
            ]  # so that "lost or broken" becomes one IN
        return Condition(meaning.sql, meaning.tables, column, meaning.value, negated, (index, index + 1))

    def time_unit(self, index: int) -> str:
        """The unit of time that a plain word names ("day of the week" is a weekday), empty if none."""
        unit = TIME_UNITS.get(self.word(index), "")
        if unit == "DAY" and "week" in [self.word(index + n) for n in (2, 3)] and self.word(index + 1) in ("of", "in"):
            return "WEEKDAY"
        return unit

    def measured(self, meaning: Meaning, function: str = "") -> Measure:
        """A measure from a numeric meaning; without `function`, columns are added up or averaged by what they hold."""
        where = tuple(Condition(part.sql, part.tables) for part in meaning.where)
        if meaning.kind == "measure":
            part = meaning.fragment
            if counts_rows(meaning.sql, self.table(meaning.home)):
                return Measure("count", meaning.home, alias=alias_of(meaning.phrase), where=where)
            if part and part.inner and function and function != part.function:
                return Measure(
                    "aggregate", meaning.home, part.inner, function, meaning.tables, alias_of(meaning.phrase), where
                )
            if part and part.function and part.inner:
                return Measure(
                    "aggregate",
                    meaning.home,
                    part.inner,
                    part.function,
                    meaning.tables,
                    alias_of(meaning.phrase),
                    where,
                )
            return Measure(
                "raw", meaning.home, meaning.sql, "", meaning.tables, alias_of(meaning.phrase), where, optional=True
            )
        column = meaning.column
        if not function:
            names = {stem(w) for w in column.words} if column else set()
            averaged = bool(names & {stem(w) for w in _AVERAGES}) or (column is None and meaning.kind == "expression")
            function = "MAX" if names & _HIGHEST else "MIN" if names & _LOWEST else "AVG" if averaged else "SUM"
        name = column.name if column else alias_of(meaning.phrase)
        return Measure(
            "aggregate",
            meaning.home,
            meaning.sql,
            function,
            meaning.tables,
            f"{_FUNCTION_NAMES.get(function, function.lower())}_{name}",
        )


_FUNCTION_NAMES = {
    "COUNT": "number_of",
    "SUM": "total",
    "AVG": "average",
    "MIN": "lowest",
    "MAX": "highest",
    "MEDIAN": "median",
}


def alias_of(phrase: str) -> str:
    """A name for an output column, from the words for it."""
    name = "_".join(re.findall(r"[a-z0-9]+", phrase.casefold()))[:60] or "value"
    return name if not name[0].isdigit() else f"n_{name}"
