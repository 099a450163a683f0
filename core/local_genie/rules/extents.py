"""How long, how old, when: numbers and dates that an adjective or a question word asks for."""

from core.local_genie.rules.counting import said_average
from core.local_genie.rules.intent import Measure
from core.local_genie.rules.reading import Placed, Reading
from core.local_genie.rules.scattered import scattered_lapse
from core.local_genie.rules.vocabulary import Meaning

EXTENTS = {"long": "long", "old": "old", "expensive": "price", "heavy": "heavy", "big": "big", "large": "big", "tall": "tall", "fast": "fast", "far": "far", "hot": "hot", "cold": "hot", "high": "", "quickly": "fast"}  # fmt: skip


def find_extent(reading: Reading, start: int, hint: str) -> None:
    """ "How long did … last on average": the column that such an adjective measures."""
    averaged = said_average(reading)
    superlative = next((s for s in reading.superlatives), None)
    function = "AVG" if averaged else ("MAX" if superlative.descending else "MIN") if superlative else ""
    reading.items[start].role = reading.items[start + 1].role = "measure"
    for n in range(start + 2, len(reading.items)):
        item = reading.items[n]
        meaning = reading.numeric(item, near=0.8) if not item.role and item.is_phrase and n != reading.subject else None
        if meaning and (meaning.kind != "column" or _measures(reading, meaning, hint)):
            reading.placed.append(
                Placed(
                    reading.items[start].start,
                    item.end,
                    reading.measured(meaning, "" if meaning.kind == "measure" else function or "AVG"),
                )
            )
            item.role = "measure"
            if superlative:
                reading.superlatives.remove(superlative)
            return
    if hint == "long" and superlative is None and (lapse := scattered_lapse(reading)) is not None:
        measure = reading.measured(lapse, "" if lapse.kind == "measure" else "AVG")
        reading.placed.append(Placed(reading.items[start].start, reading.items[start + 1].end, measure))
        return
    for key in (reading.base.key, *(key for key, path in reading.paths.items() if path.single)):
        column = reading.hinted(reading.table(key), hint)
        if column and column.kind == "number":
            measure = Measure("aggregate", key, column.sql, function or "SUM", frozenset({key}), column.name)
            reading.placed.append(Placed(reading.items[start].start, reading.items[start + 1].end, measure))
            if superlative:
                reading.superlatives.remove(superlative)
            return


def find_moment(reading: Reading, start: int) -> None:
    """ "When was the last service": the first or last date, of the column that is named or else of what is spoken of."""
    words = {word.lower for word in reading.words}
    last = bool(words & {"last", "latest", "recent", "recently", "newest", "final"})
    if not last and not words & {"first", "earliest", "oldest", "originally"}:
        return
    named = next(
        (
            m.column
            for item in reading.items
            if item.is_phrase
            for m in item.meanings[:1]
            if m.column and m.column.is_date
        ),
        None,
    )
    entity = next((m.home for item in reading.items if item.is_phrase and (m := item.a("table"))), reading.base.key)
    column = named or next(iter(reading.table(entity).dates), None)
    if column is None:
        return
    for item in reading.items:
        if (
            (item.is_word and item.words[0].lower in ("last", "first", "latest", "earliest", "recent", "recently"))
            or item.a("table")
            if item.is_phrase
            else False
        ):
            item.role = "measure"
    reading.superlatives.clear()
    reading.items[start].role = "measure"
    measure = Measure(
        "aggregate",
        column.table,
        column.sql,
        "MAX" if last else "MIN",
        frozenset({column.table}),
        f"{'last' if last else 'first'}_{column.name}",
    )
    reading.placed.append(Placed(reading.items[start].start, reading.items[start].end, measure))


def _measures(reading: Reading, meaning: Meaning, hint: str) -> bool:
    column = meaning.column
    return (
        column is None or not hint or reading.hinted(reading.table(column.table), hint) is column or meaning.weight > 2
    )
