"""Columns that refer to a row of another table ("home branch"): that row is shown by its name, not by its key."""

from collections.abc import Mapping

from core.local_genie.rules.joins import Path
from core.local_genie.rules.schema import Schema, Table
from core.local_genie.rules.vocabulary import Meaning
from core.local_genie.rules.words import tokens

_OF_KEYS = frozenset("id ids key keys number numbers no nr code codes identifier identifiers".split())  # noqa: SIM905


def referred(meaning: Meaning, schema: Schema, paths: Mapping[str, Path]) -> Table | None:
    """The table whose rows a column refers to, if they have names and the way there leads through the column.

    None where the key itself is asked for ("home branch number").
    """  # fmt: skip
    column = meaning.column
    if meaning.kind != "column" or column is None or not column.key_like or column.is_date:
        return None
    said = [token.lower for token in tokens(meaning.phrase)]
    if not said or said[-1] in _OF_KEYS:
        return None
    for key, path in paths.items():
        last = path.steps[-1] if path.steps else None
        if last is None or not path.single or (last.left, last.columns[0][0]) != (column.table, column.name):
            continue
        table = schema.tables[key]
        if any(label is not table.primary for label in table.labels):
            return table
    return None
