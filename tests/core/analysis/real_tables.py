"""A small reader over SQLite with real tables in it, for tests of what checks findings."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import sqlalchemy as sa

from core.errors import NotFoundError
from core.sources import Column, SourceView, Table, table_clause

SHARED = Path(__file__).parents[4] / "shared" / "data" / "tables"


class SmallReader:
    """As much of a reader as checking needs. `broken` makes every query fail with that error."""

    def __init__(self) -> None:
        self.source = SourceView("s", "test", "database", "", {}, False, False, datetime.now(UTC), "test")
        self.broken: Exception | None = None
        self.queries = 0
        self._engine = sa.create_engine("sqlite://")
        self._tables: dict[str, Table] = {}

    def add(self, name: str, columns: Iterable[tuple[str, str]], rows: Iterable[Iterable[Any]]) -> None:
        """A table of these (name, type) columns."""
        described = Table(name, tuple(Column(each, kind, kind) for each, kind in columns))
        clause = table_clause(described)
        stored = sa.Table(name, sa.MetaData(), *(sa.Column(each.name, each.type) for each in clause.columns))
        names = [column.name for column in described.columns]
        records = [dict(zip(names, row, strict=True)) for row in rows]
        with self._engine.begin() as connection:
            stored.create(connection)
            if records:
                connection.execute(sa.insert(stored), records)
        self._tables[name] = described

    def drop(self, name: str) -> None:
        del self._tables[name]

    def tables(self) -> list[Table]:
        return list(self._tables.values())

    def table(self, name: str) -> Table:
        if name not in self._tables:
            raise NotFoundError(f"The table '{name}' no longer exists in the source.")
        return self._tables[name]

    def clause(self, name: str) -> sa.TableClause:
        return table_clause(self.table(name))

    def select(self, statement: sa.Select[Any], *, deadline_s: float = 120) -> list[tuple[Any, ...]]:
        if self.broken:
            raise self.broken
        self.queries += 1
        with self._engine.connect() as connection:
            return [tuple(row) for row in connection.execute(statement)]


def add_real(reader: SmallReader, name: str) -> None:
    """One of the public teaching tables; the test is skipped where they are not at hand."""
    path = SHARED / f"{name}.csv"
    if not path.is_file():
        pytest.skip(f"The table {name}.csv is not at hand: the shared tables are not part of this copy.")
    dates = {"taxis": ["pickup", "dropoff"]}.get(name, [])
    frame = pd.read_csv(path, parse_dates=dates)
    kinds = [(column, _kind(frame[column])) for column in frame.columns]
    whole = {column for column, kind in kinds if kind == "integer"}
    rows = [
        tuple(_cell(value, name in whole) for name, value in zip(frame.columns, row, strict=True))
        for row in frame.itertuples(index=False, name=None)
    ]
    reader.add(name, kinds, rows)


def _kind(values: "pd.Series[Any]") -> str:
    if pd.api.types.is_datetime64_any_dtype(values):
        return "timestamp"
    if pd.api.types.is_numeric_dtype(values):
        return "integer" if (values.dropna() % 1 == 0).all() else "decimal"
    return "text"


def _cell(value: Any, whole: bool) -> Any:
    if pd.isna(value):
        return None
    if isinstance(value, pd.Timestamp):
        return value.to_pydatetime()
    if isinstance(value, date | str):
        return value
    return int(value) if whole else float(value)
