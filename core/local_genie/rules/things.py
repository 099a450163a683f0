"""What a number in a comparison is of: rows of a table, named in one of several ways, or a number behind its unit."""

from core.local_genie.rules.matching import Item
from core.local_genie.rules.reading import Reading
from core.local_genie.rules.vocabulary import Meaning


def is_thing(reading: Reading, index: int) -> bool:
    """Whether an item is something that exists, rather than a number."""
    item = reading.items[index]
    return item.is_phrase and (item.best.kind in ("value", "filter") or item.a("table", near=0.8) is not None)


def is_kind_of(reading: Reading, index: int) -> bool:
    """Whether an item is a value or a filter of another table than the rows that are named right behind it."""
    item = reading.items[index]
    following = reading.items[index + 1] if index + 1 < len(reading.items) else None
    if following is None or following.role or not following.is_phrase or following.a("table", near=0.8) is None:
        return False
    return not item.role and item.is_phrase and item.best.kind in ("value", "filter")


def rows_named_in(reading: Reading, item: Item) -> Meaning | None:
    """The table that the last word of a filter's name names: "late tickets" are tickets, whatever table says that they are late."""
    if len(item.words) < 2 or item.best.kind not in ("value", "filter"):
        return None
    found = reading.knowledge.vocabulary.find([item.words[-1]])
    return next((m for m in found if m.kind == "table" and m.weight >= 1.5), None)


def number_behind(reading: Reading, unit: int) -> int | None:
    """The item of a number that is named behind its unit: "30,000 pounds of revenue"."""
    place = unit + (2 if reading.word(unit + 1) in ("of", "in") else 1)
    item = reading.items[place] if place < len(reading.items) else None
    if item is None or not item.is_phrase or item.role not in ("", "measure"):
        return None
    meaning = reading.numeric(item, near=0.9)
    return place if meaning is not None and meaning.weight >= 1.5 else None


def side_with_nouns(reading: Reading) -> None:
    """Let a value that several tables have be that of the noun beside it: "billing tickets", "shops in Berlin"."""
    for index, item in enumerate(reading.items):
        if not item.is_phrase or item.best.kind != "value":
            continue
        homes = {home for home in (_noun_at(reading, index + 1), _noun_before(reading, index)) if home}
        own = next((m for m in item.meanings if m.kind == "value" and m.home in homes), None)
        if own is not None and own is not item.best and own.weight >= item.best.weight * 0.75:
            item.meanings = [own, *(m for m in item.meanings if m is not own)]


def _noun_at(reading: Reading, index: int) -> str:
    """The table that the item names, or whose rows it names by their name; empty if none."""
    item = reading.items[index] if 0 <= index < len(reading.items) else None
    meaning = item.a("table", near=0.75) if item is not None and item.is_phrase else None
    return meaning.home if meaning is not None else ""


def _noun_before(reading: Reading, index: int) -> str:
    return _noun_at(reading, index - 2) if reading.word(index - 1) in ("in", "from", "at", "of") else ""
