"""A source of files, opened: every question goes to a child process that reads the stored Parquet."""

import datetime
import time
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sqlalchemy import ColumnClause, Select, TableClause, select
from sqlalchemy.sql.visitors import iterate

from core.clock import now
from core.db import reading
from core.db.models import SourceTable
from core.errors import InputError, NotFoundError
from core.sources.files import pool
from core.sources.files.compiling import compiled
from core.sources.files.folders import source_folder
from core.sources.files.planning import plan_of
from core.sources.forms import profile_from_json
from core.sources.reader import table_clause
from core.sources.views import Column, Measures, Profile, Rows, SourceView, Table

_PROFILE_S = 3600.0
_SAMPLE_S = 120.0
_WIDE = 50
_READERS = {"timestamp": datetime.datetime, "date": datetime.date, "time": datetime.time}


class FilesReader:
    """See `core.sources.reader.Reader`. Holds no process: the pool of children is shared."""

    def __init__(self, source: SourceView) -> None:
        self.source = source
        self._folder = source_folder(source.id)
        self._clauses: dict[tuple[str, tuple[Column, ...]], TableClause] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Nothing is held."""

    def tables(self) -> list[Table]:
        return [_view(row) for row in self._rows()]

    def table(self, name: str) -> Table:
        return _view(self._row(name))

    def clause(self, name: str) -> TableClause:
        """The same object at each call, so that parts of a statement may be put together from several."""
        columns = self.table(name).columns
        return self._clauses.setdefault((name, columns), table_clause(Table(name, columns)))

    def select(self, statement: Select[Any], *, deadline_s: float = 120) -> list[tuple[Any, ...]]:
        sql, values = compiled(statement)
        files = self._files()
        named = {each.name for each in iterate(statement) if isinstance(each, TableClause)}
        if gone := sorted(named - files.keys()):
            raise NotFoundError(_gone(gone[0]))
        tables = {name: files[name] for name in named}
        rows = pool.ask(
            "select",
            deadline_s=deadline_s,
            folder=str(self._folder),
            tables=tables,
            columns=_used_of_wide(statement),
            sql=sql,
            values=values,
        )
        return [
            tuple(_READERS[cell[0]].fromisoformat(cell[1]) if isinstance(cell, list) else cell for cell in row)
            for row in rows
        ]

    def run_sql(self, sql: str, *, max_rows: int = 1000, deadline_s: float = 30) -> Rows:
        if not sql.strip():
            raise InputError("Write a statement, such as SELECT * FROM a table.")
        tables = self._files()
        answer = pool.ask_locked(
            deadline_s=deadline_s, folder=str(self._folder), tables=tables, sql=sql, max_rows=max_rows
        )
        rows = tuple(tuple(row) for row in answer["rows"])
        return Rows(tuple(answer["columns"]), rows, answer["more"], answer["seconds"])

    def quick_profile(self, table: str) -> Profile:
        return self._profile(table, "quick")

    def full_profile(self, table: str) -> Profile:
        return self._profile(table, "full")

    def measures(self, table: str, profile: Profile) -> Measures:
        row = self._row(table)
        plan = plan_of(profile, [each["name"] for each in row.columns])
        return plan.measures(table, self._ask("measures", row, _PROFILE_S, plan=plan.asked))

    def sample(self, table: str, n: int = 50) -> tuple[dict[str, Any], ...]:
        return tuple(self._ask("sample", self._row(table), _SAMPLE_S, wanted=n))

    def _profile(self, name: str, kind: str) -> Profile:
        row, started = self._row(name), time.perf_counter()
        found = self._ask(kind, row, _PROFILE_S)
        made = {"table": name, "kind": kind, "measured_at": now().isoformat(), "seconds": time.perf_counter() - started}
        return profile_from_json(found | made)

    def _ask(self, operation: str, row: SourceTable, deadline_s: float, **parts: Any) -> Any:
        return pool.ask(
            operation,
            deadline_s=deadline_s,
            folder=str(self._folder),
            table=row.name,
            file=row.file,
            rows=row.rows,
            columns=row.columns,
            **parts,
        )

    def _files(self) -> dict[str, str | None]:
        """The file of each table, without its kept profiles, which are large."""
        with reading() as session:
            found = select(SourceTable.name, SourceTable.file).where(SourceTable.source_id == self.source.id)
            return dict(session.execute(found.order_by(SourceTable.position)).tuples().all())

    def _rows(self) -> list[SourceTable]:
        with reading() as session:
            found = select(SourceTable).where(SourceTable.source_id == self.source.id).order_by(SourceTable.position)
            return list(session.scalars(found))

    def _row(self, name: str) -> SourceTable:
        with reading() as session:
            row = session.get(SourceTable, (self.source.id, name))
        if row is None or not Path(self._folder / (row.file or "")).is_file():
            raise NotFoundError(_gone(name))
        return row


def _used_of_wide(statement: Select[Any]) -> dict[str, list[str]]:
    """The columns that the statement uses of each table with many; at least one."""
    parts = list(iterate(statement))
    used = {each.name for each in parts if isinstance(each, ColumnClause) and each.table is not None}
    for each in parts:  # a table selected as a whole stands there without its columns
        if isinstance(each, Select):
            used |= {column.name for column in each.selected_columns if isinstance(column, ColumnClause)}
    wide = {each.name: each for each in parts if isinstance(each, TableClause) and len(each.c) > _WIDE}
    return {name: [c.name for c in clause.c if c.name in used] or [clause.c[0].name] for name, clause in wide.items()}


def _view(row: SourceTable) -> Table:
    measured = [kept["measured_at"] for kept in (row.profiles or {}).values() if "measured_at" in kept]
    return Table(
        name=row.name,
        columns=tuple(Column(each["name"], each["type"], each["raw_type"]) for each in row.columns),
        rows=row.rows,
        origin=row.origin,
        profiled_at=max(map(datetime.datetime.fromisoformat, measured), default=None),
    )


def _gone(name: str) -> str:
    return f"The table '{name}' no longer exists in the source."
