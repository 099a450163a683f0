"""A `Reader` over one database: one connection, opened at the first question, that can only read."""

from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, Select, create_engine, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from core import llm
from core.db import sqlite_module
from core.errors import ServiceError, WorkbenchError
from core.sources.databases import asking
from core.sources.databases.backend import Powers
from core.sources.databases.backends import BACKENDS
from core.sources.databases.failures import explained
from core.sources.databases.urls import Place, check_reach, read_url
from core.sources.numbers import plain
from core.sources.portable import PortableReader, StoredTable, vanished
from core.sources.views import Rows, SourceView

_OWN_DEADLINE_S = 120


class DatabaseReader(PortableReader):
    """Reads a database of SQLite, PostgreSQL, MariaDB or MySQL."""

    def __init__(self, source: SourceView, secret: str | None) -> None:
        super().__init__(source)
        self._place, _ = read_url(str(source.options["url"]))
        self._secret = llm.remember(secret) if secret else None
        self._backend = BACKENDS[self._place.dialect]
        self._connection: Connection | None = None
        self.native_quantiles = self._place.dialect == "postgresql"

    @property
    def place(self) -> Place:
        return self._place

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(SQLAlchemyError):  # it may have been lost before
                connection.close()
                connection.engine.dispose()

    def describe(self) -> list[StoredTable]:
        return self._guarded(lambda: self._backend.describe(self._ask), None)

    def look_closely(self, name: str, stored: StoredTable) -> StoredTable:
        found = self._guarded(lambda: self._backend.look_closely(self._ask, stored), name)
        if not found.columns and stored.columns:
            raise vanished(name)
        return found

    def run(self, statement: Select[Any], *, table: str | None, deadline_s: float) -> list[tuple[Any, ...]]:
        def ask() -> list[tuple[Any, ...]]:
            connection = self._connected()
            self._limit(connection, deadline_s)
            return [tuple(plain(cell) for cell in row) for row in connection.execute(statement)]

        return self._guarded(ask, table, deadline_s)

    def run_sql(self, sql: str, *, max_rows: int = 1000, deadline_s: float = 30) -> Rows:
        powers = self.powers() if self._place.dialect != "sqlite" else None
        return asking.run_sql(self._place, self._secret, sql, powers=powers, max_rows=max_rows, deadline_s=deadline_s)

    def powers(self) -> Powers:
        """What the login may do, found out without writing."""
        return self._guarded(lambda: self._backend.powers(self._ask), None)

    def _ask(self, sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
        connection = self._connected()
        self._limit(connection, _OWN_DEADLINE_S)
        if parameters:
            return [tuple(row) for row in connection.execute(text(sql), parameters)]
        return [tuple(row) for row in connection.exec_driver_sql(sql, execution_options={"no_parameters": True})]

    def _guarded(self, work: Any, table: str | None, seconds: float = _OWN_DEADLINE_S) -> Any:
        """Run `work` and end its transaction; a driver's error becomes one of ours, and the connection is given up."""
        try:
            found = work()
            if self._connection is not None:
                self._connection.rollback()
            return found
        except WorkbenchError:
            raise
        except DBAPIError as error:
            self.close()
            raise explained(
                self._backend.trouble(error.orig or error), self._place, table=table, seconds=seconds
            ) from error
        except (SQLAlchemyError, OSError, ValueError, OverflowError) as error:
            self.close()
            raise ServiceError(
                f"{self._place.words} answered in a way that cannot be read ({type(error).__name__}). "
                "Choose another table, or export this one as a file.",
                service=self._place.words,
            ) from error

    def _limit(self, connection: Connection, seconds: float) -> None:
        self._backend.limit(connection.connection.dbapi_connection, seconds)

    def _connected(self) -> Connection:
        if self._connection is None:
            address = check_reach(self._place)

            def connect() -> Any:
                return self._backend.connect(self._place, self._secret, address, deadline_s=_OWN_DEADLINE_S)

            more = {"module": sqlite_module()} if self._place.dialect == "sqlite" else {}
            engine = create_engine(
                f"{self._backend.dialect}://", creator=connect, poolclass=NullPool, hide_parameters=True, **more
            )
            self._connection = engine.connect()
        return self._connection
