"""MariaDB and MySQL by PyMySQL: read-only sessions, one statement at a time.

A read-only transaction still lets a login with the FILE privilege write files (INTO OUTFILE) and read them; the probe
finds such logins out.
"""

import itertools
import re
import socket
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, literal, literal_column

from core.sources.databases.backend import Ask, Powers, Trouble
from core.sources.databases.urls import Place
from core.sources.portable import StoredColumn, StoredTable
from core.sources.portable.stored import Reading
from core.sources.views import Column, ColumnType

_CONNECT_S = 10
_GRACE_S = 10

_TABLES = """
SELECT c.table_schema, c.table_name, c.column_name, c.data_type, c.column_type, c.numeric_scale, c.column_key
FROM information_schema.columns c
WHERE {only}
ORDER BY c.table_schema <> DATABASE(), c.table_schema, c.table_name, c.ordinal_position
"""
_SYSTEM = "('mysql', 'information_schema', 'performance_schema', 'sys')"

_READS = {
    "SELECT",
    "USAGE",
    "SHOW VIEW",
    "SHOW DATABASES",
    "PROCESS",
    "REPLICATION CLIENT",
    "BINLOG MONITOR",
    "REFERENCES",
}
_FILES = {"ALL PRIVILEGES", "FILE", "SUPER"}
_GRANT = re.compile(r"GRANT (?P<what>.+?) ON (?P<where>.+?) TO ", re.IGNORECASE)
_ROLE = re.compile(r"GRANT (?P<role>[`'][^`']+[`'](?:@[`'][^`']*[`'])?) TO ", re.IGNORECASE)

_WHOLE = {"tinyint", "smallint", "mediumint", "int", "bigint", "year"}
_TEXTS = {
    "char",
    "varchar",
    "tinytext",
    "text",
    "mediumtext",
    "longtext",
    "enum",
    "set",
    "inet4",
    "inet6",
    "uuid",
    "json",
}
_BYTES = {"binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"}


class Mysql:
    dialect = "mysql+pymysql"

    def connect(self, place: Place, password: str | None, address: str, *, deadline_s: float) -> Any:
        import pymysql

        connection = pymysql.connect(
            host=place.host,
            port=place.port,
            user=place.user,
            password=password or "",
            database=place.database,
            charset=place.option("charset") or "utf8mb4",
            connect_timeout=_CONNECT_S,
            read_timeout=deadline_s + _GRACE_S,
            write_timeout=_CONNECT_S,
            local_infile=False,
            ssl_disabled=place.option("ssl_disabled") in ("1", "true", "True"),
            program_name="whetstone",
            defer_connect=True,
        )
        # The address that was judged is the one that is connected to; the host's name is still what TLS is about.
        connection.connect(socket.create_connection((address, place.port), _CONNECT_S))
        with connection.cursor() as cursor:
            cursor.execute("SET SESSION TRANSACTION READ ONLY")
            cursor.execute("SET SESSION time_zone = '+00:00'")
        self.limit(connection, deadline_s)
        return connection

    def limit(self, connection: Any, seconds: float) -> None:
        connection._read_timeout = seconds + _GRACE_S  # for a server that no longer answers at all
        with connection.cursor() as cursor:
            if "mariadb" in connection.server_version.lower():
                cursor.execute(f"SET SESSION max_statement_time = {seconds:.3f}")
            else:
                cursor.execute(f"SET SESSION max_execution_time = {int(seconds * 1000)}")

    def describe(self, ask: Ask) -> list[StoredTable]:
        return _tables(ask, ask(_TABLES.format(only=f"c.table_schema NOT IN {_SYSTEM}")))

    def look_closely(self, ask: Ask, stored: StoredTable) -> StoredTable:
        only = "c.table_schema = :schema AND c.table_name = :name"
        found = _tables(ask, ask(_TABLES.format(only=only), schema=stored.schema, name=stored.name))
        return _without_false_flags(ask, found[0]) if found else StoredTable(stored.name, (), stored.schema)

    def powers(self, ask: Ask) -> Powers:
        lines = [str(row[0]) for row in ask("SHOW GRANTS")]
        for role in [match["role"] for line in lines if (match := _ROLE.match(line))]:
            lines += [str(row[0]) for row in ask(f"SHOW GRANTS FOR {role}")]
        granted = [
            (what.strip().upper(), match["where"])
            for line in lines
            if (match := _GRANT.match(line))
            for what in re.sub(r"\([^)]*\)", "", match["what"]).split(",")
        ]
        return Powers(
            can_write=any(what not in _READS for what, _ in granted),
            reaches_files=any(what in _FILES and where == "*.*" for what, where in granted),
        )

    def answer(self, connection: Any, sql: str) -> tuple[list[str], Iterable[Sequence[Any]]]:
        from pymysql.cursors import SSCursor

        with connection.cursor() as cursor:
            cursor.execute("START TRANSACTION READ ONLY")
        cursor = connection.cursor(SSCursor)  # rows come one by one, so that the cap bounds the memory
        cursor.execute(sql)
        return [each[0] for each in cursor.description or ()], cursor

    def trouble(self, error: BaseException) -> Trouble:
        number = error.args[0] if error.args and isinstance(error.args[0], int) else 0
        text = str(error.args[1]) if number and len(error.args) > 1 else str(error) or type(error).__name__
        if isinstance(error, (socket.gaierror, OSError)):
            return Trouble("unreachable", text)
        if "timed out" in text:
            return Trouble("timeout", text)
        return Trouble(next((kind for kind, numbers in _KINDS.items() if number in numbers), "statement"), text)


_KINDS = {
    "timeout": {1969, 3024, 1317},
    "gone": {1146, 1051, 1049, 1356},
    "forbidden": {1142, 1143, 1227, 1370, 1044},
    "readonly": {1792, 1290},
    "login": {1045, 1698, 1251, 2059},
    "busy": {1205, 1213, 1040, 1226},
    "unreachable": {2002, 2003, 2006, 2013, 2055, 1053, 1927},
}


def _tables(ask: Ask, rows: list[tuple[Any, ...]]) -> list[StoredTable]:
    ((default, version),) = ask("SELECT DATABASE(), VERSION()")
    collation = "utf8mb4_nopad_bin" if "mariadb" in str(version).lower() else "utf8mb4_0900_bin"
    found = []
    for (schema, name), group in itertools.groupby(rows, key=lambda row: (row[0], row[1])):
        columns = list(group)
        stored = tuple(
            _column(column, data, shown, scale, collation) for _, _, column, data, shown, scale, _ in columns
        )
        keys = tuple(row[2] for row in columns if row[6] == "PRI")
        found.append(StoredTable(name, stored, schema, is_default=schema == default, keys=keys))
    return found


def _column(name: str, data: str, shown: str | bytes, scale: int | None, collation: str) -> StoredColumn:
    raw = shown.decode() if isinstance(shown, bytes) else str(shown)
    ours, reading = _kind(str(data).lower(), raw.lower(), scale, collation)
    return StoredColumn(Column(name, ours, raw), reading)


def _kind(data: str, shown: str, scale: int | None, collation: str) -> tuple[ColumnType, Reading | None]:
    if shown == "tinyint(1)":
        return "boolean", None
    if data in _WHOLE:
        return "integer", None
    if data == "bit":
        return "integer", _as_number
    if data == "decimal":
        return ("decimal" if scale else "integer"), None
    if data in ("float", "double"):
        return "decimal", None
    if data == "date":
        return "date", None
    if data in ("datetime", "timestamp"):
        return "timestamp", None
    if data == "time":
        return "time", None
    if data in _TEXTS:
        return "text", _by_code_point(collation)
    if data in _BYTES:
        return "other", _as_hex
    return "other", _as_shape


def _without_false_flags(ask: Ask, stored: StoredTable) -> StoredTable:
    """BOOLEAN is a one-digit number there: a column that holds others than 0 and 1 is one of whole numbers."""
    flags = [each.column.name for each in stored.columns if each.column.type == "boolean"]
    if not flags:
        return stored
    source = f"{_quoted(stored.schema or '')}.{_quoted(stored.name)}"
    odd = [f"MAX({_quoted(name)} NOT IN (0, 1))" for name in flags]
    (row,) = ask(f"SELECT {', '.join(odd)} FROM {source}")
    false = {name for name, found in zip(flags, row, strict=True) if found}
    columns = tuple(
        StoredColumn(Column(each.column.name, "integer", each.column.raw_type)) if each.column.name in false else each
        for each in stored.columns
    )
    return StoredTable(stored.name, columns, stored.schema, is_default=stored.is_default, keys=stored.keys)


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _by_code_point(collation: str) -> Reading:
    """Without a collation's ideas of equality: "a" and "A", or "a" and "a ", are two values."""

    def read(raw: ColumnElement[Any]) -> ColumnElement[Any]:
        return func.convert(raw.op("USING")(literal_column("utf8mb4"))).collate(collation)

    return read


def _as_number(raw: ColumnElement[Any]) -> ColumnElement[Any]:
    return raw.op("+")(literal_column("0"))


def _as_hex(raw: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.concat(literal("0x"), func.hex(raw))


def _as_shape(raw: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.ST_AsText(raw)
