"""What every source can be asked, whatever lies behind it, and the one way to open it.

Figures are computed where the rows are; a reader hands out results, never whole tables.
"""

from types import TracebackType
from typing import Any, Protocol, Self

from sqlalchemy import BigInteger, Boolean, Date, DateTime, Double, Select, String, TableClause, Time, column, table
from sqlalchemy.types import TypeEngine

from core.sources.views import ColumnType, Measures, Profile, Rows, SourceView, Table

_TYPES: dict[ColumnType, type[TypeEngine[Any]]] = {
    "text": String,
    "integer": BigInteger,
    "decimal": Double,
    "boolean": Boolean,
    "date": Date,
    "timestamp": DateTime,
    "time": Time,
    "other": String,
}


class Reader(Protocol):
    """An opened source. A context manager; bound to no session, used by one thread at a time.

    Every method raises ServiceError (or a kind of it) when the source cannot be reached or is too slow, and
    NotFoundError when a table is named that is not there, or no longer.
    """

    source: SourceView

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def close(self) -> None:
        """Give up connections and processes. May be called twice."""

    def tables(self) -> list[Table]:
        """All tables, in the source's order. `rows` may be None where counting is dear."""

    def table(self, name: str) -> Table: ...

    def clause(self, name: str) -> TableClause:
        """The table for SQLAlchemy Core, its columns typed. See `table_clause`."""

    def select(self, statement: Select[Any], *, deadline_s: float = 120) -> list[tuple[Any, ...]]:
        """The rows of one of our own statements (portable SQLAlchemy Core over `clause`).

        Cells are int, float, str, bool, date, datetime, time or None; decimals come as float, or int where they are whole.
        """

    def run_sql(self, sql: str, *, max_rows: int = 1000, deadline_s: float = 30) -> Rows:
        """The answer to one read-only statement of a person, locked down; cells are JSON values.

        Raises:
            InputError: not one statement that only reads, or the source refuses it; says why.
        """

    def quick_profile(self, table: str) -> Profile:
        """One scan; distinct counts are approximate."""

    def full_profile(self, table: str) -> Profile:
        """Exact figures."""

    def measures(self, table: str, profile: Profile) -> Measures:
        """What goes beyond `profile`, which must be a full one of the same table."""

    def sample(self, table: str, n: int = 50) -> tuple[dict[str, Any], ...]:
        """At most n rows chosen at random, the same at each reading; cells are JSON values."""


def open_source(source: SourceView) -> Reader:
    """A reader for the source, to be used in a `with` statement.

    Raises:
        ServiceError: the source cannot be reached (some kinds find out at the first question only).
    """
    if source.kind == "files":
        from core.sources.files.reader import FilesReader

        return FilesReader(source)
    from core.sources.keeping import secret_of

    if source.kind == "database":
        from core.sources.databases import DatabaseReader

        return DatabaseReader(source, secret_of(source))
    from core.sources.warehouses import WarehouseReader

    return WarehouseReader(source, secret_of(source))


def table_clause(described: Table) -> TableClause:
    """`described` as SQLAlchemy sees it: one table of that whole name, without a schema; "other" columns read as text."""
    return table(described.name, *(column(each.name, _TYPES[each.type]()) for each in described.columns))
