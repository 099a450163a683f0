"""Codes and numbers said with what they belong to: "priority 1", "status A", "order 12345", "three stars"."""

from core.local_genie.rules.cues import number
from core.local_genie.rules.filtering import NOT
from core.local_genie.rules.intent import Condition
from core.local_genie.rules.reading import ASKING, Reading
from core.local_genie.rules.schema import Column
from core.local_genie.rules.snippets import equality, value_meaning
from core.local_genie.rules.vocabulary import Meaning

_BEFORE_CODE = frozenset("= is of code number no id type :".split())  # noqa: SIM905


def apply_codes(reading: Reading) -> None:
    """Take "priority 1", "status A" and the like, unless a share is asked for, which sorts its conditions itself."""
    if reading.ratio >= 0:
        return
    for index, item in enumerate(reading.items):
        if (
            not item.role
            and item.is_phrase
            and index != reading.ordering
            and (code := code_condition(reading, index)) is not None
        ):
            if code.span[0] == index or code.span[1] > index + 1:
                item.role = "filter"
            reading.intent.conditions.append(code)


def code_condition(reading: Reading, index: int) -> Condition | None:
    """ "priority 1", "status A", "order 12345": a column or table with one of its values right behind it."""
    place = index + 1
    while place < len(reading.items) and reading.word(place) in _BEFORE_CODE:
        place += 1
    if (marked := _marked(reading, index)) is not None:
        return marked
    if reading.word(place + 1) in ("to", "-", "–"):
        return None  # "the month number (1 to 12)"
    found = _coded(reading, index, place) if place < len(reading.items) and _free(reading, place) else None
    return found or (_coded(reading, index, index - 1) if _counts_before(reading, index) else None)


def _marked(reading: Reading, index: int) -> Condition | None:
    """ "C checks", "A class items": a code in capitals right before the thing or the column that it marks."""
    meaning = reading.items[index].a("table", "column", near=0.9)
    text = reading.items[index - 1].words[0].text if index > 1 and _free(reading, index - 1) else ""
    if meaning is None or not text.isupper() or len(text) > 4 or text == "I":
        return None
    for column in [meaning.column] if meaning.column else reading.table(meaning.home).columns.values():
        if column.kind == "text" and text in (column.values or ()):
            reading.items[index - 1].role = "filter"
            return reading.condition_of(value_meaning(column, text, 2.0, "value"), index - 1)
    return None


def _coded(reading: Reading, index: int, place: int) -> Condition | None:
    """The equality of the column or table at `index` with the value at `place`."""
    item, token = reading.items[index], reading.items[place].words[0]
    said = number(token) if token.kind == "number" or place < index else None
    for meaning in item.meanings:
        if meaning.weight < item.best.weight * 0.5:
            break
        column = meaning.column
        if meaning.kind == "table" and (primary := reading.table(meaning.home).primary) is not None:
            column = primary if place == index + 1 or reading.word(index + 1) in ("number", "no", "id") else None
        value = _value(column, token.text, said, meaning) if column and meaning.kind in ("column", "table") else None
        if column is None or value is None:
            continue
        negated = bool(NOT & set(reading.lead(index, 2)))
        for n in range(max(0, index - 2), place):
            if n >= index + 1 or reading.word(n) in NOT:
                reading.items[n].role = "filter"
        reading.items[place].role = "filter"
        span = (min(index, place), max(index, place) + 1)
        return Condition(equality(column, value), frozenset({column.table}), column, value, negated, span)
    return None


def _free(reading: Reading, place: int) -> bool:
    item = reading.items[place]
    return not (item.role or item.is_phrase or item.span)


def _counts_before(reading: Reading, index: int) -> bool:
    """ "One star", "3 adults": a number before a column of few numbers; "list three priorities" asks for three rows."""
    if index < 1 or not _free(reading, index - 1) or number(reading.items[index - 1].words[0]) is None:
        return False
    column = reading.items[index].best.column
    few = column is not None and column.kind == "number" and column.values is not None and not column.key_like
    return few and reading.word(index - 2) not in ASKING | {"the", "top", "first"}


def _value(column: Column, text: str, said: float | None, meaning: Meaning) -> object:
    """The value of the column that a word or number names, None if it names none."""
    if column.kind == "number":
        if said is None or (column.values is not None and said not in [float(value) for value in column.values]):
            return None
        if not float(said).is_integer():
            return said if column.values is not None else None
        return int(said) if column.values is not None or column.key_like or meaning.kind == "table" else None
    if column.kind != "text":
        return None
    for value in column.values or ():
        if str(value) == text or (len(text) > 1 and str(value).casefold() == text.casefold()):
            return value
    return None
