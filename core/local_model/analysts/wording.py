"""How the analysts write numbers, names and values, and how an executive summary is put together.

An executive summary never holds a text out of the data that could read like an order: cells stay out of it, and
names stand in it only where they are plain identifiers.
"""

import json
import re
from collections.abc import Iterable, Sequence
from typing import TypeVar

from core.local_model.analysts.described import Column, Table

MOST_ITEMS = 25
"""The most items in one list of an answer; the strongest come first."""
MOST_RECOMMENDATIONS = 10

_NO_DATA = "No table data was found in the prompt, so nothing is stated."
_PLAIN = re.compile(r"[^\W\d][\w.$-]{0,62}$")
_MOST_NAMED = 3
_LONGEST_VALUE = 60
_MOST_WORDS = 8
_ORDERS = re.compile(
    r"\b(?:ignore|disregard|forget|override)\b.{0,60}\b(?:instruction|prompt|above|previous|rule|everything)"
    r"|\b(?:system|assistant|developer)\s*:|\byou (?:are|must|should|will)\b|</?\w",
    re.IGNORECASE | re.DOTALL,
)

_Item = TypeVar("_Item")


def amount(number: int) -> str:
    """A count with thousands separators."""
    return f"{number:,}"


def percent(part: float, whole: float) -> str:
    """ "0.7 %", with more digits where one would say 0; "0 %" of nothing."""
    value = 100 * part / whole if whole else 0.0
    return f"{value:.1f} %" if value >= 0.1 or value == 0 else f"{value:.2g} %"


def of_rows(part: int, whole: int, what: str = "rows") -> str:
    """ "44 of 6,433 rows (0.7 %)"."""
    return f"{amount(part)} of {amount(whole)} {what} ({percent(part, whole)})"


def number(value: float) -> str:
    """As the prompt writes it: at most 6 significant digits, whole numbers whole."""
    if isinstance(value, int) or (value.is_integer() and abs(value) < 1e15):
        return str(int(value))
    return f"{value:.6g}"


def short(value: float) -> str:
    """For prose: four significant digits; larger numbers whole, or as they are given where more would be pretended."""
    if isinstance(value, int) or value.is_integer() or abs(value) >= 100_000:
        return number(value)
    return f"{value:.0f}" if abs(value) >= 1_000 else f"{value:.4g}"


def quoted(value: object) -> str:
    """A name or text as a JSON string, a number plainly."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return number(value)
    return json.dumps(value, ensure_ascii=False)


def listed(parts: Sequence[str]) -> str:
    """ "a, b and c"."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}" if parts else ""


def many(number: int, one: str, more: str = "") -> str:
    """ "1 row", "2 rows"."""
    return f"{amount(number)} {one if number == 1 else more or one + 's'}"


def presentable(value: object) -> bool:
    """Whether a value may be quoted: short, whole, and nothing that reads like an order to a model."""
    if not isinstance(value, str):
        return value is not None
    return (
        len(value) <= _LONGEST_VALUE
        and not value.endswith("…")
        and len(value.split()) <= _MOST_WORDS
        and value.isprintable()
        and not _ORDERS.search(value)
    )


def table_named(table: Table) -> str:
    """For the executive summary: its name if that is plain, else its place."""
    return quoted(table.name) if _PLAIN.match(table.name) else f"table {table.position}"


def column_named(table: Table, column: Column | str | None) -> str:
    """For the executive summary: '"a" of "t"', by place where the name is not plain; the table alone without a column."""
    found = table.by_name.get(column) if isinstance(column, str) else column
    if found is None:
        return table_named(table)
    name = quoted(found.name) if _PLAIN.match(found.name) else f"column {found.position}"
    return f"{name} of {table_named(table)}"


def some(names: Iterable[str]) -> str:
    """The first few of them, and how many more there are."""
    all_names = list(dict.fromkeys(names))
    shown, rest = all_names[:_MOST_NAMED], len(all_names) - _MOST_NAMED
    return listed([*shown, f"{amount(rest)} more"] if rest > 0 else shown)


def executive_summary(tables: Sequence[Table], *sentences: str) -> str:
    """The sentences that are not empty, what could not be read or was not shown, and what was looked at."""
    readable = readable_tables(tables)
    if not tables:
        return _NO_DATA
    parts = [sentence for sentence in sentences if sentence and readable]
    parts += [f"{table_named(table)} could not be read and is left out." for table in tables if table.unreadable]
    parts += [
        f"{many(table.left_out, 'column')} of {table_named(table)} were not shown and are not covered."
        for table in readable
        if table.left_out
    ]
    if readable:
        rows = sum(table.rows or 0 for table in readable)
        columns = sum(table.column_count or len(table.columns) for table in readable)
        parts.append(
            f"Looked at: {many(rows, 'row')} and {many(columns, 'column')} of {some(map(table_named, readable))}."
        )
    return " ".join(map(_capital, parts))


def readable_tables(tables: Sequence[Table]) -> list[Table]:
    """Those with figures or sample rows."""
    return [table for table in tables if not table.unreadable and (table.rows is not None or table.sample)]


def first_of_each(items: Iterable[_Item], most: int = MOST_RECOMMENDATIONS) -> list[_Item]:
    """The items without repetitions, the first `most` of them."""
    return list(dict.fromkeys(items))[:most]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
