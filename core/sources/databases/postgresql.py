"""PostgreSQL by psycopg: read-only transactions, and a person's statement as a cursor, which only a query can be.

A read-only transaction still lets a superuser read and run files of the server; the probe finds such logins out.
"""

import itertools
import os
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Numeric, Text, cast, func, literal_column

from core.sources.databases.backend import Ask, Powers, Trouble
from core.sources.databases.urls import Place
from core.sources.portable import StoredColumn, StoredTable
from core.sources.portable.stored import Reading
from core.sources.views import Column, ColumnType

_CONNECT_S = 10

_TABLES = """
SELECT n.nspname, c.relname, n.nspname = current_schema(), a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod),
       t.typtype::text, coalesce(b.typname, t.typname), a.atttypmod, coalesce(a.attnum = ANY (i.indkey), false)
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_catalog.pg_type b ON b.oid = t.typbasetype AND t.typtype = 'd'
LEFT JOIN pg_catalog.pg_index i ON i.indrelid = c.oid AND i.indisprimary
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
  AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname !~ '^pg_(toast|temp)'
  AND has_schema_privilege(n.oid, 'USAGE') AND has_column_privilege(c.oid, a.attnum, 'SELECT')
  {only}
ORDER BY n.nspname <> current_schema(), n.nspname, c.relname, a.attnum
"""

_WRITES = """
SELECT r.rolsuper,
       pg_has_role(current_user, 'pg_read_server_files', 'USAGE')
         OR pg_has_role(current_user, 'pg_write_server_files', 'USAGE')
         OR pg_has_role(current_user, 'pg_execute_server_program', 'USAGE'),
       has_database_privilege(current_database(), 'CREATE')
         OR EXISTS (SELECT 1 FROM pg_catalog.pg_namespace n
                    WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
                      AND has_schema_privilege(n.oid, 'CREATE'))
         OR EXISTS (SELECT 1 FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
                    WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname !~ '^pg_'
                      AND n.nspname <> 'information_schema'
                      AND (has_table_privilege(c.oid, 'DELETE') OR has_table_privilege(c.oid, 'TRUNCATE')
                           OR has_any_column_privilege(c.oid, 'INSERT') OR has_any_column_privilege(c.oid, 'UPDATE')))
FROM pg_catalog.pg_roles r WHERE r.rolname = current_user
"""

_WHOLE = {"int2", "int4", "int8", "oid"}
_REAL = {"float4", "float8"}
_PLAIN_TEXT = {"text", "varchar"}
_AS_TEXT = {"bpchar", "name", "citext", "uuid", "inet", "cidr", "macaddr", "macaddr8", "char"}


class Postgresql:
    dialect = "postgresql+psycopg"

    def connect(self, place: Place, password: str | None, address: str, *, deadline_s: float) -> Any:
        import psycopg

        options = (
            "-c default_transaction_read_only=on -c synchronize_seqscans=off -c timezone=UTC -c datestyle=ISO "
            f"-c statement_timeout={int(deadline_s * 1000)} -c lock_timeout=10000 "
            f"-c idle_in_transaction_session_timeout={int((deadline_s + 600) * 1000)}"
        )
        connection = psycopg.connect(
            host=place.host,
            hostaddr=address,  # the address that was judged is the one that is connected to
            port=place.port,
            user=place.user,
            # Set, so that nothing of this machine's environment or password file goes to a server that somebody typed.
            password=password or "",
            passfile=os.devnull,
            dbname=place.database,
            sslmode=place.option("sslmode") or "prefer",
            gssencmode="disable",
            application_name="whetstone",
            connect_timeout=_CONNECT_S,
            keepalives_idle=30,
            tcp_user_timeout=30_000,
            client_encoding="utf8",
            options=options,
        )
        _load_odd_times_as_text(connection)
        return connection

    def limit(self, connection: Any, seconds: float) -> None:
        connection.execute(f"SET statement_timeout = {int(seconds * 1000)}")

    def describe(self, ask: Ask) -> list[StoredTable]:
        return _tables(ask(_TABLES.format(only="")))

    def look_closely(self, ask: Ask, stored: StoredTable) -> StoredTable:
        only = "AND n.nspname = :schema AND c.relname = :name"
        found = _tables(ask(_TABLES.format(only=only), schema=stored.schema, name=stored.name))
        return found[0] if found else StoredTable(stored.name, (), stored.schema)

    def powers(self, ask: Ask) -> Powers:
        ((superuser, files, writes),) = ask(_WRITES)
        return Powers(can_write=bool(superuser or writes), reaches_files=bool(superuser or files))

    def answer(self, connection: Any, sql: str) -> tuple[list[str], Iterable[Sequence[Any]]]:
        connection.rollback()
        connection.read_only = True
        if sql.lstrip(" \t\r\n(").lower().startswith(("explain", "show")):
            # Neither can be a cursor's query. A prepared statement is one statement, too.
            cursor = connection.cursor()
            cursor.execute(sql.replace("%", "%%"), (), prepare=True)
        else:
            cursor = connection.cursor(name="whetstone_answer")
            cursor.itersize = 100
            cursor.execute(sql)
        return [each.name for each in cursor.description or ()], cursor

    def trouble(self, error: BaseException) -> Trouble:
        state = getattr(error, "sqlstate", None) or ""
        text = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        for start, kind in _KINDS.items():
            if state.startswith(start):
                return Trouble(kind, text)
        if state:
            return Trouble("statement", text)
        if "password" in text or "authentication" in text or "role" in text:
            return Trouble("login", text)
        import psycopg

        return Trouble("unreachable" if isinstance(error, psycopg.OperationalError) else "statement", text)


_KINDS = {
    "57014": "timeout",
    "55P03": "busy",
    "42P01": "gone",
    "3F000": "gone",
    "42501": "forbidden",
    "25006": "readonly",
    "28": "login",
    "3D000": "login",
    "08": "unreachable",
    "57P": "unreachable",
    "53": "busy",
}


def _tables(rows: list[tuple[Any, ...]]) -> list[StoredTable]:
    found = []
    for (schema, name, is_default), group in itertools.groupby(rows, key=lambda row: (row[0], row[1], bool(row[2]))):
        columns = list(group)
        stored = tuple(
            _column(column, shown, kind, base, mod) for _, _, _, column, shown, kind, base, mod, _ in columns
        )
        keys = tuple(row[3] for row in columns if row[8])
        found.append(StoredTable(name, stored, schema, is_default=is_default, keys=keys))
    return found


def _column(name: str, shown: str, kind: str, base: str, mod: int) -> StoredColumn:
    ours, reading = _kind(shown, kind, base, mod)
    return StoredColumn(Column(name, ours, shown), reading)


def _kind(shown: str, kind: str, base: str, mod: int) -> tuple[ColumnType, Reading | None]:
    if base in _WHOLE:
        return "integer", None
    if base in _REAL:
        return "decimal", None
    if base == "numeric":
        # The type's modifier is (precision << 16 | scale) + 4, and -1 without one. A negative scale rounds to whole numbers.
        scale = ((mod - 4) & 0x7FF) if mod >= 4 else None
        return ("integer" if scale == 0 or (scale or 0) > 1023 else "decimal"), None
    if base == "money":
        return "decimal", _as_numeric
    if base == "bool":
        return "boolean", None
    if base == "date":
        return "date", None
    if base == "timestamp":
        return "timestamp", None
    if base == "timestamptz":
        return "timestamp", _in_utc
    if base == "time":
        return "time", None
    if base in _PLAIN_TEXT:
        return "text", _by_code_point
    if base in _AS_TEXT or kind == "e":
        return "text", _as_text
    return "other", _as_text


def _by_code_point(raw: ColumnElement[Any]) -> ColumnElement[Any]:
    return raw.collate("C")


def _as_text(raw: ColumnElement[Any]) -> ColumnElement[Any]:
    return cast(raw, Text).collate("C")


def _as_numeric(raw: ColumnElement[Any]) -> ColumnElement[Any]:
    return cast(raw, Numeric)


def _in_utc(raw: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.timezone(literal_column("'UTC'"), raw)


def _load_odd_times_as_text(connection: Any) -> None:
    """Infinity and years that Python does not know come as their text, not as an error that hides the whole row."""
    from psycopg import DataError
    from psycopg.types import datetime as times

    def lenient(loader: Any) -> Any:
        class Lenient(loader):
            def load(self, data: Any) -> Any:
                try:
                    return super().load(data)
                except DataError:
                    return bytes(data).decode()

        return Lenient

    for name, loader in (
        ("date", times.DateLoader),
        ("timestamp", times.TimestampLoader),
        ("timestamptz", times.TimestamptzLoader),
    ):
        connection.adapters.register_loader(name, lenient(loader))
