"""Example values of a column: from the sample rows, for texts also from the most frequent values."""

from core.local_model.analysts.described import Column, Table
from core.local_model.analysts.wording import presentable

_MOST = 4
_Cell = str | int | float | bool


def examples(table: Table, column: Column) -> list[_Cell]:
    """Up to four different values. Long and cut ones and texts that read like an order are left out."""
    values = list(table.cells(column.name))
    # Frequent numbers are rounded in the prompt, so they need not occur as they are written there.
    if not column.is_numeric:
        values += [value for value, _ in column.top_values]
    found: dict[tuple[type, object], _Cell] = {}
    for value in values:
        if isinstance(value, _Cell) and presentable(value) and str(value).strip():
            found.setdefault((type(value), value), value)
    return list(found.values())[:_MOST]
