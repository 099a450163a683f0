"""Time between two dates: "the average number of days between order and delivery"."""

from core.local_genie.rules.cues import TIME_UNITS
from core.local_genie.rules.intent import Measure
from core.local_genie.rules.reading import Placed, Reading
from core.local_genie.rules.schema import Column

_UNITS = TIME_UNITS | {"minute": "MINUTE", "minutes": "MINUTE", "time": "DAY", "long": "DAY"}
_FUNCTIONS = {"longest": "MAX", "maximum": "MAX", "most": "MAX", "shortest": "MIN", "minimum": "MIN", "total": "SUM", "median": "MEDIAN"}  # fmt: skip
_TO = frozenset("and to until till".split())  # noqa: SIM905


def find_lapse(reading: Reading) -> None:
    """Place the time from one date column of a table to another, when the words name both."""
    for index in range(len(reading.items)):
        unit = _UNITS.get(reading.word(index), "")
        start = next((n for n in range(index + 1, index + 6) if reading.word(n) in ("between", "from")), None)
        if not unit or start is None:
            continue
        found: list[tuple[int, list[Column]]] = []
        for n in range(start + 1, min(len(reading.items), start + 7)):
            columns = _dates(reading, n)
            if columns and (not found or any(reading.word(m) in _TO for m in range(found[-1][0], n))):
                found.append((n, columns))
        pairs = [
            (a, b) for a in found[0][1] for b in found[1][1] if a.table == b.table and a is not b
        ] if len(found) == 2 else []  # fmt: skip
        if not pairs:
            continue
        first, last = pairs[0]
        days = unit == "DAY"
        sql = f"DATEDIFF({last.sql}, {first.sql})" if days else f"TIMESTAMPDIFF({unit}, {first.sql}, {last.sql})"
        function = next((_FUNCTIONS[word.lower] for word in reading.words if word.lower in _FUNCTIONS), "AVG")
        begin = max([n for n in range(index) if reading.word(n) in ("how", "average", "what")], default=index)
        for item in reading.items[begin : found[1][0] + 1]:
            item.role = "measure"
        for item in reading.items:
            if item.is_word and item.words[0].lower in ("average", *_FUNCTIONS):
                item.role = "measure"
        reading.superlatives.clear()
        table = frozenset({first.table})
        measure = Measure("aggregate", first.table, sql, function, table, f"{unit.lower()}s_to_{last.name}")
        reading.placed.append(Placed(reading.items[begin].start, reading.items[found[1][0]].end, measure))
        return


def _dates(reading: Reading, index: int) -> list[Column]:
    """The date columns that an item may name; a table stands for the date of its rows."""
    item = reading.items[index]
    if not item.is_phrase or item.role in ("group", "filter"):
        return []
    found = [m.column for m in item.meanings if m.column is not None and m.column.is_date and m.weight >= 0.55]
    if (table := item.a("table")) is not None:
        found += reading.table(table.home).dates[:1]
    return found
