"""Which column of a table an adjective such as "long" or "cheap" speaks of."""

import re

from core.local_genie.rules.cues import HINTS
from core.local_genie.rules.schema import Column, Table, is_amount
from core.local_genie.rules.words import stem


def hinted(table: Table, hint: str) -> Column | None:
    """The column that measures what the adjective says, the one with the most words for it first; None when none does."""
    if hint == "date":
        return next(iter(table.dates), None)
    wanted = {stem(word) for word in HINTS.get(hint, "").split()}
    rated = []
    for column in table.columns.values():
        if column.key_like or column.kind not in ("number", "date", "time") or (column.is_date and hint != "old"):
            continue
        names = {stem(word) for word in column.words} | {
            stem(word) for text in column.synonyms for word in text.split()
        }
        said = {stem(word) for word in re.findall(r"\w+", column.description)}
        score = 2 * bool(wanted & names) + bool(wanted & said) + 0.1 * len(wanted & names)
        if score:
            rated.append((-score, 100 * column.is_date + list(table.columns).index(column.name), column))
    if rated:
        return min(rated, key=lambda each: each[:2])[2]
    amounts = [c for c in table.columns.values() if is_amount(c)]
    return amounts[0] if len(amounts) == 1 and hint in ("big", "") else None
