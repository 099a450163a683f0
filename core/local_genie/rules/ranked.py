"""The number that groups are ranked by: "the highest average fee", "spent the most", "most often"."""

from core.local_genie.rules.cues import IN_TOTAL, Superlative
from core.local_genie.rules.intent import Measure
from core.local_genie.rules.reading import Reading, alias_of
from core.local_genie.rules.vocabulary import Meaning
from core.local_genie.rules.words import stem

_MONEY = frozenset(stem(word) for word in ("spend", "pay", "cost", "earn", "charge"))
_SINGLE_VALUE = frozenset("price fee temperature duration peak maximum score height".split())  # noqa: SIM905


def ranked_by(reading: Reading, superlative: Superlative, target: int | None) -> Measure | None:
    """The measure that groups are ranked by."""
    for placed in reading.placed:  # "the highest average fee": an aggregate of its own
        if (
            target is not None and placed.start <= reading.items[target].start < placed.end
        ) or placed.start == superlative.end:
            return placed.measure
    if target is not None and target != reading.subject:
        item = reading.items[target]
        named = next(
            (p.measure for p in reading.placed if item.start < p.end <= item.end or p.start == item.start), None
        )
        item.role = "rank"
        if named is not None:
            return named
        labelled = item.best.column if item.best.kind == "column" else None
        entity = item.a("table", near=0.8) or (reading.named_by(item, labelled) if labelled else None)
        meaning = reading.numeric(item, near=0.9)
        if meaning is not None and not (entity and entity.weight > meaning.weight):
            return reading.measured(meaning, _function(reading, superlative, meaning, item.words[-1].lower))
        if entity is not None and superlative.hint not in ("", "count"):
            column = reading.hinted(reading.table(entity.home), superlative.hint)
            if column is not None:
                old = superlative.hint == "old" and column.is_date
                function = "MAX" if superlative.descending != old else "MIN"
                if IN_TOTAL.search(" ".join(word.lower for word in reading.words)):
                    function = "SUM"
                return Measure(
                    "aggregate",
                    entity.home,
                    column.sql,
                    function,
                    frozenset({entity.home}),
                    alias_of(f"{function} {column.name}"),
                )
        if entity is not None:
            return Measure("count", entity.home, alias=alias_of(entity.phrase))
        if item.best.kind in ("value", "filter"):
            item.role = ""  # "used the most electricity": a number was named before
            if superlative.hint not in ("", "count"):  # "the longest sick leave"
                column = reading.hinted(reading.table(item.best.home), superlative.hint)
                if column is not None:
                    function = "MAX" if superlative.descending else "MIN"
                    return Measure(
                        "aggregate", column.table, column.sql, function, frozenset({column.table}), column.name
                    )
            amounts = [p.measure for p in reading.placed if p.measure.kind not in ("count", "distinct")]
            if amounts:
                return amounts[0]  # else "the most no-shows": rows that meet the condition
            return Measure("count", item.best.home, alias=alias_of(item.best.phrase))
        if item.best.column is not None and not item.best.column.is_date:
            return Measure(
                "distinct", item.best.home, item.best.sql, tables=item.best.tables, alias=alias_of(item.best.phrase)
            )
    if reading.placed:
        return reading.placed[0].measure
    if (
        superlative.end < len(reading.words)
        and reading.words[superlative.end].lower == "time"
        and (column := reading.lasting(reading.base))
    ):
        return Measure("aggregate", column.table, column.sql, "SUM", frozenset({column.table}), f"total_{column.name}")
    return _spoken_before(reading, superlative)


def _spoken_before(reading: Reading, superlative: Superlative) -> Measure | None:
    """ "Which customers spent the most", "which drug is prescribed most often": what stands before the superlative."""
    last = reading.index_at(superlative.start)
    verb = next((item.stem for item in reversed(reading.items[:last]) if not item.words[0].stop and item.is_word), "")
    if verb in _MONEY and (column := reading.hinted(reading.base, "price")) is not None:
        return Measure("aggregate", column.table, column.sql, "SUM", frozenset({column.table}), f"total_{column.name}")
    for n in [*range(last - 1, -1, -1), *range(last + 1, len(reading.items))]:
        item = reading.items[n]
        if item.role or not item.is_phrase or n == reading.subject:
            continue
        meaning = reading.numeric(item, near=0.9)
        if superlative.hint != "count" and meaning is not None:
            item.role = "rank"
            return reading.measured(meaning, _function(reading, superlative, meaning, "s"))
        table = item.a("table", near=0.75)
        if table is not None:
            item.role = "rank"
            return Measure("count", table.home, alias=alias_of(reading.table(table.home).words[-1]))
    return None


def _function(reading: Reading, superlative: Superlative, meaning: Meaning, word: str) -> str:
    """Sum, average or extreme of a number that groups are ranked by; empty leaves it to the measure."""
    if meaning.kind == "measure":
        return ""
    usual = reading.measured(meaning).function
    if reading.ordering >= 0:
        return usual
    text = reading.words[superlative.start].lower if superlative.limit is None else ""
    if "most" in text or "least" in text or "fewest" in text:
        return "SUM"
    names = set(meaning.column.words) if meaning.column else set()
    if _SINGLE_VALUE & names and not word.endswith("s"):
        return "MAX" if superlative.descending else "MIN"
    return usual
