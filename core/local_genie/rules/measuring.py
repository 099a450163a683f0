"""The numbers that a question asks for: counts, sums, averages, extremes, measures by their names, and shares.

An aggregate word takes the next thing that it can be an aggregate of. What is left unnamed gets the aggregate that its
kind of number usually has.
"""

from dataclasses import replace

from core.local_genie.rules.changing import asks_for_change
from core.local_genie.rules.counting import FUNCTIONS, chain, count_rows, place, sum_amount
from core.local_genie.rules.extents import EXTENTS, find_extent, find_moment
from core.local_genie.rules.intent import Measure
from core.local_genie.rules.matching import Item
from core.local_genie.rules.reading import Reading, alias_of
from core.local_genie.rules.schema import is_amount

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


def find_measures(reading: Reading) -> None:
    """Place every measure that the wording asks for, in order of its words."""
    for index, item in enumerate(reading.items):
        word, after = reading.word(index), reading.word(index + 1)
        if item.role and not (item.role == "cue" and word in ("maximum", "minimum", "max", "min")):
            continue
        if word == "how" and after in ("many", "often"):
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
            count_rows(reading, index, index + 1)
        elif (word in _SHARES and reading.ratio < 0 and not asks_for_change(reading)) or (
            word == "rate" and index and reading.ratio < 0 and _rateable(reading.items[index - 1])
        ):
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
        ):
            measure = reading.measured(item.best)
            if any(replace(placed.measure, alias="") == replace(measure, alias="") for placed in reading.placed):
                item.role = "measure"  # said twice
            else:
                place(reading, index, index, measure)


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
        if function == "AVG" and meaning.kind == "measure" and part and part.function == "SUM":
            reading.averaged = True
        return
    for n in following:
        if (meaning := reading.items[n].a("table", near=0.75)) is not None:
            word = reading.word(n + 1)
            if word in ("value", "amount", "size", "price", "cost", "age"):
                column = reading.hinted(reading.table(meaning.home), {"size": "big", "age": "old"}.get(word, "price"))
                if column is not None:
                    place(
                        reading,
                        index,
                        n,
                        Measure(
                            "aggregate", meaning.home, column.sql, function, frozenset({meaning.home}), column.name
                        ),
                    )
                    return
            amounts = [c for c in reading.table(meaning.home).columns.values() if is_amount(c)]
            if function == "AVG" and amounts and not any(group.entity for group in reading.intent.groups):
                place(
                    reading,
                    index,
                    n,
                    Measure(
                        "aggregate", meaning.home, amounts[0].sql, "AVG", frozenset({meaning.home}), amounts[0].name
                    ),
                )
                return
            if function in ("SUM", "AVG"):
                place(reading, index, index, Measure("count", meaning.home, alias=alias_of(meaning.phrase)))
                reading.items[n].role = "measure"
                reading.averaged = reading.averaged or function == "AVG"
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
