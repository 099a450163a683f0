"""SQLite files: opened read-only and behind an authorizer, their columns typed by what is in them.

`mode=ro` alone still lets a statement attach and create files; the authorizer is what stops it.
SQLite keeps any value in any column, so a declared type counts only as far as the values agree with it. Dates are texts
there: a column that holds nothing but ISO dates or times is read as such, in one spelling.
"""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import ColumnElement, String, Text, case, cast, func, literal, type_coerce

from core.db import sqlite_module
from core.sources.databases.backend import Ask, Powers, Trouble
from core.sources.databases.urls import Place
from core.sources.portable import StoredColumn, StoredTable
from core.sources.portable.stored import Reading
from core.sources.views import Column, ColumnType

_LOOKED_AT = 500
_COLUMNS_AT_ONCE = 200
_STEPS = 20_000

_OK, _DENY = 0, 1
_READ, _SELECT, _FUNCTION, _RECURSIVE, _PRAGMA, _TRANSACTION = 20, 21, 31, 33, 19, 22
_PRAGMAS = {
    "table_list",
    "table_xinfo",
    "read_uncommitted",
    "query_only",
    "trusted_schema",
    "cell_size_check",
    "temp_store",
    "busy_timeout",
}
_REFUSED_FUNCTIONS = {"load_extension", "fts3_tokenizer", "readfile", "writefile", "edit", "sqlite_log"}

_DAY = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]"


class Sqlite:
    dialect = "sqlite"

    def connect(self, place: Place, password: str | None, address: str, *, deadline_s: float) -> Any:
        connection = _opened(address)
        for pragma in ("query_only=ON", "trusted_schema=OFF", "cell_size_check=ON", "temp_store=MEMORY"):
            connection.execute(f"PRAGMA {pragma}")
        connection.text_factory = lambda data: data.decode("utf-8", "replace")
        connection.set_authorizer(_authorize)
        return connection

    def limit(self, connection: Any, seconds: float) -> None:
        end = time.monotonic() + seconds
        connection.set_progress_handler(lambda: int(time.monotonic() > end), _STEPS)

    def describe(self, ask: Ask) -> list[StoredTable]:
        names = ask(
            "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'view', 'virtual') "
            "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name COLLATE NOCASE"
        )
        return [self._described(ask, name, most=_LOOKED_AT) for (name,) in names]

    def look_closely(self, ask: Ask, stored: StoredTable) -> StoredTable:
        return self._described(ask, stored.name, most=None)

    def powers(self, ask: Ask) -> Powers:
        return Powers(can_write=False)

    def answer(self, connection: Any, sql: str) -> tuple[list[str], Iterable[Sequence[Any]]]:
        cursor = connection.execute(sql)
        return [each[0] for each in cursor.description or ()], cursor

    def trouble(self, error: BaseException) -> Trouble:
        text = str(error)
        lowered = text.lower()
        for kind, marks in _KINDS.items():
            if any(mark in lowered for mark in marks):
                return Trouble(kind, text)
        return Trouble("statement", text)

    def _described(self, ask: Ask, name: str, *, most: int | None) -> StoredTable:
        try:
            found = ask("SELECT name, type, pk FROM pragma_table_xinfo(:name) WHERE hidden <> 1", name=name)
        except Exception as error:
            if self.trouble(getattr(error, "orig", None) or error).kind == "timeout":
                raise
            return StoredTable(name, ())  # a view over something that is gone says so when it is read
        columns: list[StoredColumn] = []
        for start in range(0, len(found), _COLUMNS_AT_ONCE):
            part = found[start : start + _COLUMNS_AT_ONCE]
            try:
                seen = _contents(ask, name, [each[0] for each in part], most)
            except Exception:
                if most is None:
                    raise
                seen = [_Contents() for _ in part]
            columns += [
                _column(column, declared or "", each) for (column, declared, _), each in zip(part, seen, strict=True)
            ]
        keys = [column for column, _, place in sorted(found, key=lambda each: each[2]) if place]
        return StoredTable(name, tuple(columns), keys=tuple(keys))


_KINDS = {
    "timeout": ("interrupted",),
    "gone": ("no such table",),
    "readonly": ("readonly", "not authorized", "prohibited", "authorization denied"),
    "busy": ("locked", "busy"),
    "unreachable": ("unable to open", "not a database", "malformed", "disk i/o"),
}


@dataclass(frozen=True)
class _Contents:
    """How many values of which kind a column holds."""

    integers: int = 0
    reals: int = 0
    texts: int = 0
    blobs: int = 0
    flags: int = 0
    days: int = 0
    times: int = 0


def _opened(path: str) -> Any:
    """A connection that cannot write. A database in WAL mode without its companions opens as one that never changes."""
    module = sqlite_module()
    uri = f"file:{quote(path)}?mode=ro"
    connection = module.connect(uri, uri=True, check_same_thread=False, isolation_level=None, timeout=5)
    try:
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except module.OperationalError:
        connection.close()
        if Path(f"{path}-wal").exists():
            raise
        connection = module.connect(
            f"{uri}&immutable=1", uri=True, check_same_thread=False, isolation_level=None, timeout=5
        )
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    return connection


def _authorize(action: int, first: str | None, second: str | None, *_: Any) -> int:
    """Only reading: no attaching, no transaction of one's own, no setting, no function that reaches out."""
    if action in (_READ, _SELECT, _RECURSIVE):
        return _OK
    if action == _FUNCTION:
        return _DENY if (second or "").lower() in _REFUSED_FUNCTIONS else _OK
    if action == _PRAGMA:
        return _OK if first in _PRAGMAS and (second is None or first.startswith("table_")) else _DENY
    return _DENY


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _contents(ask: Ask, table: str, columns: Sequence[str], most: int | None) -> list[_Contents]:
    """One scan over the table (or its first `most` rows) that counts kinds of values."""
    counts = []
    for column in columns:
        c = _quoted(column)
        text = f"typeof({c}) = 'text'"
        day = f"{text} AND length({c}) = 10 AND {c} GLOB '{_DAY}' AND date({c}) = {c}"
        moment = (
            f"{text} AND (length({c}) IN (16, 19) OR (length({c}) BETWEEN 21 AND 26 AND substr({c}, 20, 1) = '.' "
            f"AND substr({c}, 21) NOT GLOB '*[^0-9]*')) AND {c} GLOB '{_DAY}[ T][0-9][0-9]:[0-9][0-9]*' "
            f"AND datetime({c}) = substr(replace({c}, 'T', ' ') || ':00', 1, 19)"
        )
        counts += [
            f"total(typeof({c}) = 'integer')",
            f"total(typeof({c}) = 'real')",
            f"total({text})",
            f"total(typeof({c}) = 'blob')",
            f"total(typeof({c}) = 'integer' AND {c} IN (0, 1))",
            f"total(CASE WHEN {day} THEN 1 ELSE 0 END)",
            f"total(CASE WHEN {moment} THEN 1 ELSE 0 END)",
        ]
    picked = ", ".join(map(_quoted, columns))
    source = f"main.{_quoted(table)}"
    if most is not None:
        source = f"(SELECT {picked} FROM {source} LIMIT {most})"
    (row,) = ask(f"SELECT {', '.join(counts)} FROM {source}")
    numbers = [int(each) for each in row]
    return [_Contents(*numbers[at : at + 7]) for at in range(0, len(numbers), 7)]


def _column(name: str, declared: str, seen: _Contents) -> StoredColumn:
    kind, reading = _kind(declared.upper(), seen)
    return StoredColumn(Column(name, kind, declared or "any"), reading)


def _kind(declared: str, seen: _Contents) -> tuple[ColumnType, Reading | None]:
    """What a column holds, and how it is read; what is declared decides for an empty one."""
    numbers = seen.integers + seen.reals
    if not numbers + seen.texts + seen.blobs:
        return _declared_kind(declared), None
    if seen.blobs:
        return ("other", _as_hex) if not numbers + seen.texts else ("text", _as_text)
    if seen.texts and numbers:
        return "text", _as_text
    if seen.texts:
        if seen.days == seen.texts:
            return "date", None
        if seen.days + seen.times == seen.texts:
            return "timestamp", _as_moment
        return "text", _by_code_point
    if seen.reals:
        return "decimal", None
    if seen.flags == seen.integers and "BOOL" in declared:
        return "boolean", None
    return ("decimal" if _declared_kind(declared) == "decimal" else "integer"), None


def _declared_kind(declared: str) -> ColumnType:
    """SQLite's rules of affinity, with names of dates and booleans."""
    if "BOOL" in declared:
        return "boolean"
    if declared.startswith(("DATETIME", "TIMESTAMP")):
        return "timestamp"
    if declared == "DATE":
        return "date"
    if "INT" in declared:
        return "integer"
    if any(word in declared for word in ("REAL", "FLOA", "DOUB", "NUMERIC", "DECIMAL")):
        return "decimal"
    return "other" if "BLOB" in declared else "text"


def _by_code_point(raw: ColumnElement[Any]) -> ColumnElement[Any]:
    return type_coerce(raw, String).collate("BINARY")


def _as_text(raw: ColumnElement[Any]) -> ColumnElement[Any]:
    return cast(raw, Text).collate("BINARY")


def _as_hex(raw: ColumnElement[Any]) -> ColumnElement[Any]:
    return literal("0x").concat(func.hex(raw))


def _as_moment(raw: ColumnElement[Any]) -> ColumnElement[Any]:
    """ISO texts in the one spelling that SQLAlchemy compares with: YYYY-MM-DD HH:MM:SS.ffffff."""
    length = func.length(raw)
    rest = case(
        (length == 10, " 00:00:00.000000"),
        (length == 16, ":00.000000"),
        (length == 19, ".000000"),
        else_=func.substr("000000", length - 19),
    )
    return func.substr(func.replace(raw, "T", " ").concat(rest), 1, 26)
