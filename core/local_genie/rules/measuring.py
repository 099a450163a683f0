"""The numbers that a question asks for: counts, sums, averages, extremes, measures by their names, and shares.

An aggregate word takes the next thing that it can be an aggregate of. What is left unnamed gets the aggregate that its
kind of number usually has.
"""

from dataclasses import replace

from core.local_genie.rules.changing import asks_for_change
from core.local_genie.rules.counting import FUNCTIONS, chain, count_rows, place, says_again, sum_amount
from core.local_genie.rules.extents import EXTENTS, find_extent, find_moment
from core.local_genie.rules.filtering import is_denied
from core.local_genie.rules.intent import Measure
from core.local_genie.rules.lapsing import find_lapse
from core.local_genie.rules.matching import Item
from core.local_genie.rules.reading import Reading, alias_of
from core.local_genie.rules.scattered import scattered_share
from core.local_genie.rules.schema import is_amount
from core.local_genie.rules.shares import is_percent_unit
from core.local_genie.rules.units import UNITS
from core.local_genie.rules.vocabulary import SURE

_SHARES = {
    "share": 1,
    "proportion": 1,
    "fraction": 1,
    "ratio": 1,
    "percentage": 100,
    "percent": 100,
    "%": 100,
    "pct": 100,
}


_OF_AMOUNT = {"value": "price", "amount": "price", "price": "price", "cost": "price", "size": "big", "age": "old"}


def find_measures(reading: Reading) -> None:
    """Place every measure that the wording asks for, in order of its words."""
    find_lapse(reading)
    for index, item in enumerate(reading.items):
        word, after = reading.word(index), reading.word(index + 1)
        if item.role and not (item.role == "cue" and word in ("maximum", "minimum", "max", "min")):
            continue
        if _is_unit(reading, index) or is_percent_unit(reading, index):
            item.role = "unit"
            continue
        if says_again(reading, index):
            item.role = reading.items[index + 1].role = "measure"
        elif word == "how" and after in ("many", "often"):
            count_rows(reading, index, index + 2, often=after == "often")
        elif word == "how" and after == "much":
            sum_amount(reading, index, index + 2)
        elif word == "when" and index < 2:
            find_moment(reading, index)
        elif word == "how" and after in EXTENTS and reading.items[index + 1].is_word:
            find_extent(reading, index, EXTENTS[after])
        elif (word in ("number", "numbers", "count", "counts", "quantity") and after in ("of", "the", "")) or word in (
            "count",
        ):
            if word == "count" and reading.placed and not chain(reading, index + 1):
                item.role = "measure"  # "show the name and the count": said before
            else:
                count_rows(reading, index, index + 1)
        elif word in _SHARES and _is_percent_of_named(reading, index):
            item.role = "unit"
        elif word in _SHARES and reading.ratio < 0 and (ratio := scattered_share(reading, index, _SHARES)) is not None:
            place(reading, index, index, reading.measured(ratio))
        elif (
            word in _SHARES
            and reading.ratio < 0
            and not _behind_number(reading, index)
            and not asks_for_change(reading)
        ) or (word == "rate" and index and reading.ratio < 0 and _rateable(reading.items[index - 1])):
            reading.ratio = index
            item.role = "measure"
        elif word in FUNCTIONS:
            _aggregate(reading, index, FUNCTIONS[word])
    for index, item in enumerate(reading.items):
        if (
            not item.role
            and item.is_phrase
            and item.best.kind == "measure"
            and index not in (reading.subject, reading.ordering)
            and not (is_denied(reading, index) and item.a("column", "filter", near=0.6))
            and not (item.best.weight < SURE and _is_better_named(reading, index))
        ):
            measure = reading.measured(item.best)
            if any(replace(placed.measure, alias="") == replace(measure, alias="") for placed in reading.placed):
                item.role = "measure"  # said twice
            else:
                place(reading, index, index, measure)


def _is_unit(reading: Reading, index: int) -> bool:
    """ "Average resolution time in hours": the unit of a number that was named, no number of its own."""
    item = reading.items[index]
    named = any(placed.end == item.start - 1 for placed in reading.placed) or (
        index > 1 and reading.items[index - 2].is_phrase and reading.numeric(reading.items[index - 2], 0.9) is not None
    )
    return len(item.words) == 1 and item.stem in UNITS and reading.word(index - 1) == "in" and named


def _is_percent_of_named(reading: Reading, index: int) -> bool:
    """ "The return rate by shop, in percent": how a ratio that is named is told, no share of its own."""
    told = reading.word(index - 1) == "in" or (
        reading.word(index - 1) in ("a", "the") and reading.word(index - 2) in ("as", "in")
    )
    whole = reading.word(index + 1) in ("of", "that", "which", "who")
    named = [item.best for n, item in enumerate(reading.items) if item.is_phrase and n != reading.subject]
    ratios = [m.sql for m in named if m.kind == "measure" and m.weight >= SURE]
    ratios += [placed.measure.sql for placed in reading.placed if placed.measure.kind == "raw"]
    return told and not whole and any("/" in sql for sql in ratios)


def _behind_number(reading: Reading, index: int) -> bool:
    """ "20 percent": a unit, not a share that is asked for."""
    return index > 0 and reading.items[index - 1].words[-1].kind == "number"


def _is_better_named(reading: Reading, hint: int) -> bool:
    """Whether another number is named outright, so that a mere hint at a measure ("booked") says nothing."""
    others = (item for n, item in enumerate(reading.items) if n != hint and item.is_phrase)
    return bool(reading.placed) or any(item.best.weight >= 1.5 and reading.numeric(item, near=0.9) for item in others)


def _rateable(item: Item) -> bool:
    return item.is_phrase and item.best.kind in ("value", "filter")


def _aggregate(reading: Reading, index: int, function: str) -> None:
    on_average = function == "AVG" and reading.word(index - 1) == "on"
    following = chain(reading, index + 1)
    words = [
        reading.word(n) for n in range(index + 1, (following[0] if following else index + 3)) if n < len(reading.items)
    ]
    counted = {"number", "count", "numbers"} & set(words)
    number = reading.items[following[0]] if following else None
    if counted and number is not None and reading.numeric(number, near=0.9) and not number.a("table", near=0.99):
        for n in range(index + 1, following[0]):  # "the median number of pages": pages are a number themselves
            reading.items[n].role = "measure"
    elif counted:
        reading.items[index].role = "measure"
        reading.averaged = reading.averaged or function == "AVG"
        return  # "average number of", "total number of": the count is found by its own words
    if on_average and any(
        word.lower == "how" for word in reading.words[reading.items[index].end : reading.items[index].end + 3]
    ):
        reading.items[index].role = reading.items[index - 1].role = "measure"
        reading.averaged = True
        return  # "on average, how many …"
    if on_average and not following:
        following = [
            n
            for n in range(len(reading.items))
            if not reading.items[n].role and reading.items[n].is_phrase and n != reading.subject
        ]
    for n in following:
        meaning = reading.numeric(reading.items[n], near=0.45)
        if meaning is None or (
            meaning.kind == "expression" and function == "SUM" and meaning.weight < reading.items[n].best.weight
        ):
            continue
        if reading.items[n].a("table", near=0.99) and meaning.weight < reading.items[n].best.weight * 0.9:
            continue
        place(reading, index, n, reading.measured(meaning, function))
        reading.placed[-1].start = reading.items[index].start
        part = meaning.fragment
        if function == "AVG" and meaning.kind == "measure" and part and part.function in ("SUM", "COUNT"):
            reading.averaged = True
        return
    said = next((word for word in words if word in _OF_AMOUNT), "")
    for n in following:
        item = reading.items[n]
        meaning = item.a("table", near=0.75)
        word = said or (reading.word(n + 1) if reading.word(n + 1) in _OF_AMOUNT else "")
        if meaning is None and not (said and item.best.kind in ("value", "filter")):
            continue
        table = reading.table((meaning or item.best).home)
        column = reading.hinted(table, _OF_AMOUNT[word]) if word else None
        amounts = [c for c in table.columns.values() if is_amount(c)]
        if column is None and function == "AVG" and amounts and not any(g.entity for g in reading.intent.groups):
            column = amounts[0]
        if column is not None:
            of = frozenset({table.key})
            place(reading, index, index, Measure("aggregate", table.key, column.sql, function, of, column.name))
        elif meaning is not None and function in ("SUM", "AVG"):
            place(reading, index, index, Measure("count", table.key, alias=alias_of(meaning.phrase)))
            reading.averaged = reading.averaged or function == "AVG"
        else:
            continue
        if meaning is not None:
            item.role = "measure"
        return
    if function == "AVG":
        reading.averaged = True
        reading.items[index].role = "measure"


def default_measure(reading: Reading) -> Measure | None:
    """The number that a question without any aggregate word is about: the first number named and not used."""
    for index, item in enumerate(reading.items):
        if item.role or not item.is_phrase or index == reading.subject:
            continue
        meaning = reading.numeric(item, near=0.9)
        if meaning and (meaning.column is None or is_amount(meaning.column)):
            item.role = "measure"
            return reading.measured(meaning)
    return None
