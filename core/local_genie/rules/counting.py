"""Counts and amounts: what "how many", "number of" and "how much" are said of."""

from core.local_genie.rules.cues import TIME_UNITS
from core.local_genie.rules.intent import Measure
from core.local_genie.rules.keywords import ONCE_EACH
from core.local_genie.rules.matching import Item
from core.local_genie.rules.reading import Placed, Reading, alias_of
from core.local_genie.rules.scattered import scattered_lapse
from core.local_genie.rules.schema import Column
from core.local_genie.rules.vocabulary import SURE, Meaning
from core.local_genie.rules.words import stem

FUNCTIONS = {
    "total": "SUM", "sum": "SUM", "overall": "SUM", "combined": "SUM", "cumulative": "SUM", "average": "AVG", "mean": "AVG",
    "avg": "AVG", "typical": "AVG", "median": "MEDIAN", "maximum": "MAX", "max": "MAX", "minimum": "MIN", "min": "MIN",
}  # fmt: skip
_COUNTING = frozenset("count counts quantity qty".split())  # noqa: SIM905
DISTINCT_WORDS = ONCE_EACH

_BREAK = frozenset(
    """
    in from for with who that which where whose by per during between since after before when have has had
    having did do does are is was were be been but and , ?
    """.split()  # noqa: SIM905
)


def place(reading: Reading, start: int, end: int, measure: Measure) -> None:
    """Put down a measure read from item `start` to `end`; what stands between ("minibar" items) keeps its own meaning."""
    for n in (start, end):
        reading.items[n].role = reading.items[n].role or "measure"
    reading.placed.append(Placed(reading.items[start].start, reading.items[end].end, measure))


def chain(reading: Reading, index: int) -> list[int]:
    """The phrases that follow closely: a noun with what stands before it, up to a preposition or verb."""
    found: list[int] = []
    for n in range(index, len(reading.items)):
        item, word = reading.items[n], reading.word(n)
        if item.span or item.role == "group" or (item.is_word and item.words[0].kind == "sign") or word == "how":
            break
        if found and any(comparison.start == item.start for comparison in reading.comparisons):
            break
        headed = any(reading.items[m].a("table", near=0.75) for m in found)
        if item.is_phrase and not item.role:
            does = bool(found) and reading.word(n + 1) in ("a", "an", "the", "any")
            dated = item.best.column is not None and item.best.column.is_date and item.best.kind == "column"
            if dated and (headed or does):
                break  # a verb: "accounts opened a ticket"
            found.append(n)
            continue
        if (word in _BREAK and found) or (
            headed and (item.role == "cue" or word in ("a", "an", "the", "any", "their", "of"))
        ):
            break
        if word and (
            item.words[0].stop
            or word in DISTINCT_WORDS
            or word in FUNCTIONS
            or item.role == "cue"
            or word in ("number", "count", "individual")
        ):
            continue
        if word and not found and n < index + 2:
            continue  # one unknown adjective may stand before the noun
        break
    return found


def count_rows(reading: Reading, start: int, index: int, *, often: bool = False) -> None:
    averaged = said_average(reading, index)
    compared = {comparison.start for comparison in reading.comparisons}  # "how many repairs cost more than …"
    found = [n for n in chain(reading, index) if n == index or reading.items[n].end not in compared]
    words = {word.lower for item in reading.items[index : (found[-1] if found else index + 2)] for word in item.words}
    distinct = bool(DISTINCT_WORDS & {reading.word(n) for n in range(index, found[0])}) if found else False
    tables = [
        n
        for n in found
        if _rows_called(reading, reading.items[n])
        and reading.items[n].best.weight >= SURE
        and reading.items[n].best.kind not in ("value", "filter")
        and not _counts_inside(reading.items[n].best.column)
        and not (distinct and reading.items[n].best.kind == "column" and not _names_rows(reading, reading.items[n]))
    ]
    numbers = [
        n
        for n in found
        if reading.numeric(reading.items[n], near=0.9)
        and reading.items[n].best.kind != "table"
        and not reading.items[n].best.flag  # "how many women survived": a yes is no amount
    ]
    unit = next((TIME_UNITS[word] for word in words if word in TIME_UNITS), "")
    spoken = next(
        (
            reading.word(n)
            for n in range(index, len(reading.items))
            if not (reading.items[n].is_word and reading.items[n].words[0].stop)
        ),
        "",
    )
    if spoken in TIME_UNITS and not often and (lasting := left_over_extent(reading, index)) is not None:
        meaning = reading.numeric(reading.items[lasting], near=0.4)
        assert meaning is not None
        place(reading, start, start, reading.measured(meaning, "AVG" if averaged else "SUM"))
        reading.items[lasting].role = "measure"
        return
    if spoken in TIME_UNITS and not often and (lapse := scattered_lapse(reading, spoken)) is not None:
        place(reading, start, start, reading.measured(lapse, "" if lapse.kind == "measure" else "AVG"))
        reading.averaged = False  # "average number of days until …" is the average of the days
        return
    if tables and not often:
        # "how many customers ordered": what somebody did is no noun
        done = [n for n in tables[1:] if reading.items[n].words[-1].lower.endswith("ed")]
        chosen = next(n for n in reversed(tables) if n not in done)
        key = _rows_called(reading, reading.items[chosen])
        assert key is not None
        reading.averaged = reading.averaged or averaged
        for n in found:  # "royalty statements": a number that stands before the noun belongs to it
            if n == chosen - 1 and reading.items[n].best.kind == "measure":
                reading.items[n].role = "measure"
        measure = Measure(
            "count", key.home, alias=alias_of(reading.table(key.home).words[-1] if len(key.phrase) < 3 else key.phrase)
        )
        place(reading, start, start, measure)
        reading.items[chosen].role = "measure"
        return
    if numbers and not often:
        meaning = reading.numeric(reading.items[numbers[-1]])
        assert meaning is not None
        function = "AVG" if averaged and meaning.kind != "measure" else "SUM" if meaning.kind != "measure" else ""
        function = "COUNT" if not averaged and reading.is_countable(reading.items[numbers[-1]], meaning) else function
        place(reading, start, numbers[-1], reading.measured(meaning, function))
        return
    if unit and unit not in ("HOUR",) and not found:
        return  # "how many days …" with nothing to measure: the defaults decide
    for n in found:
        column = reading.items[n].a("column", near=0.8)
        if column and column.column and column.column.is_date:
            break  # "how many exams" of an exam's date are rows
        if reading.items[n].best.kind in ("value", "filter"):
            continue  # emergencies are rows that are one, not values of yes and no
        if column and column.column and column.weight >= 1.2 and not often:
            place(
                reading,
                start,
                n,
                Measure("distinct", column.home, column.sql, tables=column.tables, alias=alias_of(column.phrase)),
            )
            return
    reading.averaged = reading.averaged or averaged
    home = next(
        (reading.items[n].best.home for n in found if reading.items[n].best.kind in ("value", "filter")),
        reading.base.key,
    )
    place(reading, start, start, Measure("count", home, alias=alias_of(reading.table(home).words[-1])))


def _counts_inside(column: Column | None) -> bool:
    """ "How many tickets" of a ticket_count: the rows hold several each, though they are called tickets too."""
    return column is not None and column.kind == "number" and bool(_COUNTING & set(column.words))


def _names_rows(reading: Reading, item: Item) -> bool:
    """ "Different customers": rows, though the word is said of the column with their names, which may repeat."""
    table, column = _rows_called(reading, item), item.best.column
    if table is None or table.home != item.best.home:
        return False
    own = {stem(word) for word in reading.table(table.home).words}
    return column in reading.table(table.home).labels or {word.stem for word in item.words} <= own


def _rows_called(reading: Reading, item: Item) -> Meaning | None:
    """The table whose rows an item names: "patients" are rows, though the column with their names is called so first."""
    if (table := item.a("table", near=0.75)) is not None:
        return table
    table, column = item.a("table", near=0.5), item.best.column
    named = table is not None and item.best.kind == "column" and table.weight >= SURE
    return table if named and table and column in reading.table(table.home).labels else None


def left_over_extent(reading: Reading, index: int) -> int | None:
    """A number that a question for days, hours or minutes is about: an expression or a column in time units."""
    for n in range(len(reading.items)):
        item = reading.items[n]
        if item.role or not item.is_phrase or n == reading.subject:
            continue
        meaning = reading.numeric(item, near=0.8)
        if meaning and meaning.kind in ("expression", "measure"):
            return n
        if (
            meaning
            and meaning.column
            and {"min", "minutes", "hours", "days", "h", "sec", "seconds", "duration"} & set(meaning.column.words)
            and n >= index
        ):
            return n
    return None


_AGAIN = frozenset("they he she it each had have has did do does was were are is there of them those that".split())  # noqa: SIM905


def says_again(reading: Reading, index: int) -> bool:
    """ "Doctors with over 5 no-shows, and how many they had": the number that was compared, asked for in other words."""
    if reading.word(index) != "how" or reading.word(index + 1) != "many":
        return False
    rest = [word.lower for word in reading.words[reading.items[index + 1].end :] if word.kind != "sign"]
    compared = any(comparison.end <= reading.items[index].start for comparison in reading.comparisons)
    return compared and all(word in _AGAIN for word in rest)


def said_average(reading: Reading, index: int = -1) -> bool:
    """Whether the number asked for at `index` is to be averaged; the word for it is used up then."""
    for n, item in enumerate(reading.items):
        if 0 <= index < n and _averages_another(reading, index, n):
            continue
        if reading.word(n) in ("average", "mean", "avg", "averagely") and not item.role:
            item.role = "measure"
            if n and reading.word(n - 1) == "on":
                reading.items[n - 1].role = "measure"
            return True
    return False


def _averages_another(reading: Reading, index: int, average: int) -> bool:
    """ "Number of loans and average fine": behind an "and" the average has a number of its own."""
    joined = any(reading.word(n) in ("and", ",", "plus", "with") for n in range(index, average))
    return joined and any(reading.numeric(reading.items[n], near=0.9) for n in chain(reading, average + 1))


def sum_amount(reading: Reading, start: int, index: int) -> None:
    """ "How much": the number named next, else any number that is named, else money."""
    averaged = said_average(reading)
    candidates = [*chain(reading, index), *range(index, len(reading.items)), *range(start)]
    for n in candidates:
        item = reading.items[n]
        if item.role or not item.is_phrase or n == reading.subject:
            continue
        meaning = reading.numeric(item, near=0.9)
        if meaning:
            function = "" if meaning.kind == "measure" and not averaged else "AVG" if averaged else "SUM"
            place(reading, start, start, reading.measured(meaning, function))
            item.role = "measure"
            return
    time = "time" in [
        word.lower for word in reading.words[reading.items[index - 1].start : reading.items[index - 1].end + 2]
    ]
    column = reading.lasting(reading.base) if time else reading.hinted(reading.base, "price")
    if column:
        meaning = Meaning(
            "column", reading.base.key, 1.0, column.name, column.sql, column, tables=frozenset({column.table})
        )
        place(reading, start, start, reading.measured(meaning, "AVG" if averaged else "SUM"))
