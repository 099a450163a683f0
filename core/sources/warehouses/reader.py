"""A `Reader` over a Databricks SQL warehouse: tables of Unity Catalog, every figure computed by the warehouse.

A warehouse has no read-only session, so a person's statement is looked at word by word before it goes, and what it may
do beyond that rests on the login's grants.
"""

import time
from collections.abc import Iterator
from decimal import Decimal
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Select, String, TableClause, cast, func, literal

from core.errors import NotFoundError
from core.sources.choosing import as_json
from core.sources.databases.backend import Powers
from core.sources.databases.statements import check_reading_only, one_statement
from core.sources.numbers import exact, plain
from core.sources.portable import PortableReader, StoredColumn, StoredTable, vanished
from core.sources.portable.stored import Reading
from core.sources.views import Column, ColumnType, Rows, SourceView
from core.sources.warehouses.dialect import written
from core.sources.warehouses.executing import execute, explained
from core.sources.warehouses.places import sdk_config

_MOST_TABLES = 2_000
_HIDDEN_CATALOGS = {"system", "__databricks_internal"}
_HIDDEN_SCHEMAS = {"information_schema"}
_KINDS: dict[str, ColumnType] = {
    "BOOLEAN": "boolean",
    "BYTE": "integer",
    "SHORT": "integer",
    "INT": "integer",
    "LONG": "integer",
    "FLOAT": "decimal",
    "DOUBLE": "decimal",
    "DATE": "date",
    "TIMESTAMP": "timestamp",
    "TIMESTAMP_NTZ": "timestamp",
    "STRING": "text",
    "CHAR": "text",
}
_LONGEST_CELL = 100_000


class WarehouseReader(PortableReader):
    """Reads the tables of one workspace, or of one of its catalogs."""

    native_quantiles = True

    def __init__(self, source: SourceView, secret: str | None) -> None:
        super().__init__(source)
        self._options = source.options
        self._secret = secret

    @cached_property
    def _client(self) -> Any:
        from databricks.sdk import WorkspaceClient

        return WorkspaceClient(config=sdk_config(self._options, self._secret, self.source.name))

    @property
    def _service(self) -> str:
        return self.source.origin or "The warehouse"

    def close(self) -> None:
        """There is nothing to close: every request stands alone."""

    def describe(self) -> list[StoredTable]:
        try:
            found = []
            for table in self._listed():
                found.append(_stored(table, self._options.get("catalog")))
                if len(found) == _MOST_TABLES:
                    break
            return found
        except Exception as error:
            raise explained(error, self._service) from error

    def look_closely(self, name: str, stored: StoredTable) -> StoredTable:
        from databricks.sdk.errors import NotFound

        client = self._client
        try:
            table = client.tables.get(".".join(each for each in (stored.path, stored.schema, stored.name) if each))
        except NotFound as error:
            raise vanished(name) from error
        except Exception as error:
            raise explained(error, self._service) from error
        return _stored(table, self._options.get("catalog"))

    def run(self, statement: Select[Any], *, table: str | None, deadline_s: float) -> list[tuple[Any, ...]]:
        text, texts = written(statement)
        try:
            answer = execute(
                self._client, self._options["warehouse_id"], text, texts, service=self._service, deadline_s=deadline_s
            )
        except NotFoundError as error:
            raise vanished(table) if table is not None else error from error
        return [tuple(plain(cell) for cell in row) for row in answer.rows]

    def run_sql(self, sql: str, *, max_rows: int = 1000, deadline_s: float = 30) -> Rows:
        statement = one_statement(sql, "databricks")
        check_reading_only(statement)
        started = time.monotonic()
        answer = execute(
            self._client,
            self._options["warehouse_id"],
            statement,
            service=self._service,
            deadline_s=deadline_s,
            most=max_rows + 1,
            own=False,
        )
        rows = tuple(tuple(_cell(cell) for cell in row) for row in answer.rows[:max_rows])
        return Rows(answer.columns, rows, answer.more or len(answer.rows) > max_rows, time.monotonic() - started)

    def powers(self) -> Powers:
        """Reaches the warehouse. What its login may write is known to the catalog's owners only."""
        execute(self._client, self._options["warehouse_id"], "SELECT 1", service=self._service, deadline_s=300)
        return Powers(can_write=None)

    def any_order(self, source: TableClause) -> ColumnElement[Any] | None:
        return func.xxhash64(*source.c)

    def _listed(self) -> Iterator[Any]:
        client, only = self._client, self._options.get("catalog")
        catalogs = [only] if only else [each.name for each in client.catalogs.list()]
        for catalog in sorted(name for name in catalogs if name and name not in _HIDDEN_CATALOGS):
            schemas = [each.name for each in client.schemas.list(catalog_name=catalog)]
            for schema in sorted(name for name in schemas if name and name not in _HIDDEN_SCHEMAS):
                yield from client.tables.list(catalog_name=catalog, schema_name=schema)


def _stored(table: Any, catalog: str | None) -> StoredTable:
    columns = tuple(_column(each) for each in sorted(table.columns or [], key=lambda each: each.position or 0))
    only_default = catalog is not None and table.schema_name == "default"
    return StoredTable(table.name, columns, table.schema_name, path=table.catalog_name, is_default=only_default)


def _column(described: Any) -> StoredColumn:
    raw = described.type_text or (described.type_name.value if described.type_name else "unknown")
    name = described.type_name.value if described.type_name else ""
    kind, reading = _kind(name, raw)
    return StoredColumn(Column(described.name, kind, raw), reading)


def _kind(name: str, raw: str) -> tuple[ColumnType, Reading | None]:
    if name == "DECIMAL":
        return ("integer" if raw.lower().replace(" ", "").endswith(",0)") else "decimal"), None
    if name in _KINDS:
        return _KINDS[name], None
    return "other", (_as_hex if name == "BINARY" else _as_text)


def _as_text(raw: ColumnElement[Any]) -> ColumnElement[Any]:
    return cast(raw, String)


def _as_hex(raw: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.concat(literal("0x"), func.hex(raw))


def _cell(value: Any) -> Any:
    shown = as_json(exact(value) if isinstance(value, Decimal) else value)
    return shown[:_LONGEST_CELL] + "…" if isinstance(shown, str) and len(shown) > _LONGEST_CELL else shown
