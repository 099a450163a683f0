"""Amounts of things that one has many of: "clients with more than 500 euros in unpaid bills" adds the bills up."""

from core.local_genie.rules.intent import Measure
from core.local_genie.rules.naming import unit_of
from core.local_genie.rules.reading import Reading
from core.local_genie.rules.schema import Column, is_amount, surcharge
from core.local_genie.rules.units import COLUMN_SECONDS, SECONDS, UNITS, fits
from core.local_genie.rules.vocabulary import SURE
from core.local_genie.rules.words import stem

_INSIDE = frozenset("in of on for from".split())  # noqa: SIM905


def amount_in(reading: Reading, unit: int, subject: str) -> tuple[Measure, float] | None:
    """ "… 500 euros in unpaid bills", "… 40 hours of courses": the sum over rows of which each subject has many.

    `unit` is the item behind the number. None unless a number of those rows is in that unit. The second result is how
    many of the column's units one of the unit that is said has.
    """
    if not subject or unit >= len(reading.items) or len(reading.items[unit].words) != 1:
        return None
    said = stem(reading.items[unit].words[0].lower)
    place = unit + 2 if reading.word(unit + 1) == "worth" else unit + 1
    if said not in UNITS or reading.word(place) not in _INSIDE:
        return None
    thing = _thing_after(reading, place + 1)
    if thing == "" or thing == subject or not is_many(reading, subject, thing):
        return None
    column = _amount_of(reading, thing, unit, said)
    if column is None:
        return None
    reading.items[unit].role = "cue"
    own = COLUMN_SECONDS.get(unit_of(column), 0)
    factor = SECONDS[said] / own if said in SECONDS and own else 1.0
    return Measure("aggregate", thing, column.sql, "SUM", frozenset({thing}), f"total_{column.name}"), factor


def is_many(reading: Reading, one: str, many: str) -> bool:
    """Whether a row of `one` may have several of `many`."""
    paths = reading.knowledge.joins.paths(one)
    return many in paths and not paths[many].single


def _thing_after(reading: Reading, index: int) -> str:
    """The table that the noun behind a preposition names, states before it skipped; empty if it names none."""
    for n in range(index, min(len(reading.items), index + 4)):
        item = reading.items[n]
        if item.is_word and item.words[0].stop and item.words[0].kind != "sign":
            continue
        if not item.is_phrase:
            return ""
        meaning = item.a("table", near=0.8)
        if meaning is not None and meaning.weight >= SURE:
            return meaning.home
        if item.a("value", "filter", near=0.8) is None:
            return ""
    return ""


def _amount_of(reading: Reading, table: str, unit: int, said: str) -> Column | None:
    """The number of a table in the unit: what its name or description says, extra charges and parts only if alone."""
    hinted = [m.column for m in reading.items[unit].meanings if m.column is not None and m.home == table]
    named = [c for c in reading.table(table).columns.values() if unit_of(c) and fits(c, said)]
    found = [c for c in (named or hinted) if c.kind == "number" and is_amount(c)]
    return min(found, key=surcharge, default=None)
