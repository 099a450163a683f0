"""What a question may see of the workspace: some tables with their columns and values, and the metric views on them.

A catalog is a picture taken at one moment; loading other tables later does not change it. SQL goes in as Databricks SQL
with three-level names and runs on the locked engine, so a catalog may be handed to code that builds SQL from anything.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.local_genie.metric_views.definition import MetricView
from core.local_genie.sql_errors import SqlError
from core.local_genie.tables import ColumnInfo, Engine, Result, StoredTable

__all__ = ["Catalog", "ColumnInfo", "Result", "SqlError", "TableInfo"]

_KEPT_VALUES = 4_000
_values: dict[tuple[str, str, int], list[Any]] = {}
_values_lock = threading.Lock()


@dataclass(frozen=True)
class TableInfo:
    """A table under its full name "cat.sch.tbl", with its columns in order and its number of rows."""

    identifier: str
    columns: tuple[ColumnInfo, ...]
    rows: int
    comment: str = ""

    def column(self, name: str) -> ColumnInfo | None:
        return next((each for each in self.columns if each.name.casefold() == name.casefold()), None)


class Catalog:
    """`tables` are the base tables, sorted by identifier; `metric_views` the views by identifier, sorted too."""

    def __init__(
        self,
        tables: Mapping[str, StoredTable],
        engine: Engine,
        metric_views: Mapping[str, MetricView] | None = None,
        *,
        behind: Mapping[str, StoredTable] | None = None,
        defaults: tuple[str | None, str | None] = (None, None),
    ) -> None:
        """`behind` are tables that metric views read and that are not shown. `defaults` are a catalog and a schema for
        names of fewer than three parts; without them such names fail.
        """
        every = {**(behind or {}), **tables}
        self._stored = {name.casefold(): table for name, table in every.items()}
        self._infos = {name.casefold(): TableInfo(name, table.columns, table.rows) for name, table in every.items()}
        self._engine = engine
        self._defaults = defaults
        self.tables = [self._infos[name.casefold()] for name in sorted(tables)]
        self.metric_views = {name: (metric_views or {})[name] for name in sorted(metric_views or {})}

    def table(self, identifier: str) -> TableInfo | None:
        """The table of that full name, in any case of letters; those behind metric views too."""
        return self._infos.get(identifier.casefold())

    def values(self, identifier: str, column: str, limit: int = 100) -> list[Any]:
        """Up to `limit` distinct values that are not NULL, of a table or of a metric view's dimension.

        Of a table the most frequent come first, of a metric view the least.

        Raises:
            SqlError: there is no such table or column.
        """
        stored = self._stored.get(identifier.casefold())
        key = (stored.digest if stored else "", column.casefold(), limit)
        if stored and key in _values:
            return list(_values[key])
        name = ".".join(_quoted(part) for part in identifier.split("."))
        quoted = _quoted(column)
        order = f"count(*) DESC, {quoted}" if stored else quoted
        sql = f"SELECT {quoted} FROM {name} WHERE {quoted} IS NOT NULL GROUP BY {quoted} ORDER BY {order} LIMIT {int(limit)}"
        found = [row[0] for row in self.query(sql, limit).rows]
        if stored:
            with _values_lock:
                if len(_values) >= _KEPT_VALUES:
                    _values.clear()
                _values[key] = found
        return list(found)

    def query(
        self,
        sql: str,
        max_rows: int | None = None,
        *,
        deadline_s: float | None = None,
        stop: threading.Event | None = None,
        parameters: Mapping[str, Any] | None = None,
    ) -> Result:
        """Run one SELECT of Databricks SQL and return at most `max_rows` rows (the engine's limit by default).

        `parameters` are expressions for `:name` markers. A set `stop` ends the query.

        Raises:
            SqlError: it is not one SELECT, names something that is not in this catalog, failed, or ran too long.
        """
        from core.local_genie.compiling import compile_query

        compiled = compile_query(sql, self, defaults=self._defaults, parameters=parameters)
        return self._engine.run(
            compiled.sql,
            compiled.stored,
            beside=self._stored.values(),
            max_rows=max_rows,
            deadline_s=deadline_s,
            stop=stop,
        )

    def bind(self, sql: str, metric_views: Mapping[str, MetricView]) -> None:
        """Check that a query over these metric views compiles and binds, without reading rows.

        Raises:
            SqlError: it does not.
        """
        from core.local_genie.compiling import compile_query

        compiled = compile_query(sql, self, metric_views=metric_views)
        self._engine.run(f"EXPLAIN {compiled.sql}", compiled.stored, beside=self._stored.values(), max_rows=1)

    def stored(self, identifier: str) -> StoredTable | None:
        """The stored table of that full name, in any case of letters."""
        return self._stored.get(identifier.casefold())

    def metric_view(self, identifier: str) -> MetricView | None:
        """The metric view of that full name, in any case of letters."""
        return next(
            (view for name, view in self.metric_views.items() if name.casefold() == identifier.casefold()), None
        )


def _quoted(name: str) -> str:
    return "`" + name.strip("`").replace("`", "``") + "`"
