"""Our own statements, compiled elsewhere, over the tables of a source."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .cells import computable
from .refusals import RefusedError
from .tables import kept_open

_MAX_ROWS = 1_000_000


def select(
    folder: Path,
    tables: Mapping[str, str],
    columns: Mapping[str, Sequence[str]],
    sql: str,
    values: Sequence[Any],
    memory_mb: int,
    temporary: Path,
) -> list[list[Any]]:
    """The rows as `computable` cells. `values` fill $1, $2, …; a date or time among them is [its kind, ISO text]."""
    import datetime

    readers = {"timestamp": datetime.datetime, "date": datetime.date, "time": datetime.time}
    filled = [readers[value[0]].fromisoformat(value[1]) if isinstance(value, list) else value for value in values]
    with kept_open(folder, tables, columns, memory_mb, temporary) as connection:
        rows = connection.execute(sql, filled).fetchmany(_MAX_ROWS + 1)
        if len(rows) > _MAX_ROWS:
            raise RefusedError(f"The query has more than {_MAX_ROWS:,} rows as its answer. Ask for fewer.")
        return [[computable(cell) for cell in row] for row in rows]
