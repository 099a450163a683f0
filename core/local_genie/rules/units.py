"""Units behind a number ("30 minutes", "250 euros"): which columns are in them, and how times convert."""

import re

from core.local_genie.rules.naming import UNIT_WORDS, unit_of
from core.local_genie.rules.reading import Reading
from core.local_genie.rules.schema import Column, surcharge
from core.local_genie.rules.vocabulary import Meaning
from core.local_genie.rules.words import stem

_LAPSE = re.compile(
    r"(?:DATEDIFF|DATE_DIFF|TIMESTAMPDIFF|TIMESTAMP_DIFF)\(\s*(?:(SECOND|MINUTE|HOUR|DAY|WEEK)\s*,)?", re.IGNORECASE
)

UNITS = {stem(word) for names in UNIT_WORDS.values() for name in names for word in name.split()}

SECONDS = {
    stem(unit): size for unit, size in {"second": 1, "minute": 60, "hour": 3600, "day": 86400, "week": 604800}.items()
}

COLUMN_SECONDS = {
    "sec": 1,
    "secs": 1,
    "seconds": 1,
    "min": 60,
    "mins": 60,
    "minutes": 60,
    "h": 3600,
    "hrs": 3600,
    "hours": 3600,
    "days": 86400,
}


def fits(column: Column | None, unit: str) -> bool:
    """Whether a number in that unit can be a value of the column."""
    own = unit_of(column) if column is not None else ""
    if not own or not unit:
        return True
    return unit in {stem(word) for name in UNIT_WORDS[own] for word in name.split()} or (
        unit in SECONDS and own in COLUMN_SECONDS
    )


def column_in_unit(reading: Reading, unit: str) -> Column | None:
    """The column in that unit, of the base or the nearest table."""
    if not unit:
        return None
    for key, path in sorted(reading.paths.items(), key=lambda each: each[1].cost):
        for column in sorted(reading.table(key).columns.values(), key=surcharge):
            names = {stem(word) for name in UNIT_WORDS.get(unit_of(column), ()) for word in name.split()} | {
                stem(column.words[-1])
            }
            if path.single and column.kind == "number" and unit in names:
                return column
        if path.single and unit in SECONDS:
            for column in reading.table(key).columns.values():
                if unit_of(column) in COLUMN_SECONDS:
                    return column
    return None


def lapse_in(reading: Reading, unit: str) -> tuple[Meaning, float] | None:
    """A named time between two dates ("delivery time"), of the base or the nearest table, unless a column counts such
    time; and how many of its units one of `unit` is."""  # fmt: skip
    if any(c.kind == "number" and unit_of(c) in COLUMN_SECONDS for c in reading.base.columns.values()):
        return None
    found = [
        (reading.paths[meaning.home].cost, meaning.sql, meaning)
        for _, meanings in reading.knowledge.vocabulary
        for meaning in meanings
        if meaning.kind == "expression" and _LAPSE.match(meaning.sql) and reading.is_single(meaning.home)
    ]
    if not found:
        return None
    meaning = min(found, key=lambda each: each[:2])[2]
    match = _LAPSE.match(meaning.sql)
    own = stem((match[1] if match else "") or "day")
    return (meaning, SECONDS[unit] / SECONDS[own]) if own in SECONDS else None


def column_of(reading: Reading, sql: str) -> Column | None:
    """The column that an SQL text is; None for any other text."""
    return next(
        (column for key in reading.paths for column in reading.table(key).columns.values() if column.sql == sql), None
    )
