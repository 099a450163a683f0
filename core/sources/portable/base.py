"""What databases and warehouses have in common: names, statements over the real tables, profile and measures."""

from abc import ABC, abstractmethod
from types import TracebackType
from typing import Any, Self

from sqlalchemy import ColumnElement, Select, TableClause

from core.errors import NotFoundError
from core.sources.portable import measuring, profiling
from core.sources.portable.stored import StoredTable, rewritten, shown_names
from core.sources.reader import table_clause
from core.sources.views import Measures, Profile, Rows, SourceView, Table


class PortableReader(ABC):
    """A `Reader` over SQL. A source says how tables are described and how a statement is run.

    `native_quantiles` says that the source has an exact `percentile_cont(q) WITHIN GROUP (ORDER BY x)`.
    """

    native_quantiles = False

    def __init__(self, source: SourceView) -> None:
        self.source = source
        self._names: dict[str, StoredTable] | None = None
        self._exact: dict[str, StoredTable] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @abstractmethod
    def close(self) -> None: ...

    @abstractmethod
    def describe(self) -> list[StoredTable]:
        """All tables that can be read."""

    @abstractmethod
    def look_closely(self, name: str, stored: StoredTable) -> StoredTable:
        """The table as it is now, its columns' types beyond doubt. NotFoundError if it vanished."""

    @abstractmethod
    def run(self, statement: Select[Any], *, table: str | None, deadline_s: float) -> list[tuple[Any, ...]]:
        """The rows of a statement over the real tables. `table` names the one to speak of in an error."""

    @abstractmethod
    def run_sql(self, sql: str, *, max_rows: int = 1000, deadline_s: float = 30) -> Rows: ...

    def tables(self) -> list[Table]:
        self._exact.clear()
        self._names = shown_names(self.describe())
        return [stored.shown(name) for name, stored in self._names.items()]

    def table(self, name: str) -> Table:
        self._exact.pop(name, None)
        return self._stored(name).shown(name)

    def described(self, name: str) -> Table:
        """The table as this reader knows it already; looking closely may take a scan."""
        return self._stored(name).shown(name)

    def clause(self, name: str) -> TableClause:
        return table_clause(self._stored(name).shown(name))

    def keys(self, name: str) -> tuple[str, ...]:
        """The columns of the table's primary key, if it has one."""
        return self._stored(name).keys

    def any_order(self, source: TableClause) -> ColumnElement[Any] | None:
        """What to number rows by where there is no key; None: as they come."""
        return None

    def select(self, statement: Select[Any], *, deadline_s: float = 120) -> list[tuple[Any, ...]]:
        named: list[str] = []

        def find(name: str) -> StoredTable:
            named.append(name)
            return self._stored(name)

        whole = rewritten(statement, find)
        return self.run(whole, table=named[0] if named else None, deadline_s=deadline_s)

    def quick_profile(self, table: str) -> Profile:
        return profiling.quick(self, table)

    def full_profile(self, table: str) -> Profile:
        return profiling.full(self, table)

    def measures(self, table: str, profile: Profile) -> Measures:
        return measuring.measures(self, table, profile)

    def sample(self, table: str, n: int = 50) -> tuple[dict[str, Any], ...]:
        return profiling.sample(self, self.described(table), None, n)

    def _stored(self, name: str) -> StoredTable:
        if name in self._exact:
            return self._exact[name]
        if self._names is None or name not in self._names:
            self._names = shown_names(self.describe())
        if name not in self._names:
            raise vanished(name)
        self._exact[name] = self.look_closely(name, self._names[name])
        return self._exact[name]


def vanished(name: str) -> NotFoundError:
    return NotFoundError(f"The table '{name}' no longer exists in the source. Load the list of tables again.")
