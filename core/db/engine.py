"""The database: one engine per process, opened once, reached everywhere through `transaction()`.

SQLite runs on the library bundled with `pysqlite3`, since 3.51.2 and older can corrupt a WAL database.
Durability is FULL: what was acknowledged survives a power loss, and a model's answer costs money.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, sessionmaker

from core.db.failures import explain, is_busy
from core.errors import ConfigError, InputError

SAFE_SQLITE = (3, 51, 3)

_PRAGMAS = (
    "busy_timeout=5000",
    "synchronous=FULL",
    "foreign_keys=ON",
    "trusted_schema=OFF",
    "temp_store=MEMORY",
    "journal_size_limit=67108864",
)

_BEGIN_ATTEMPTS = 3
_TURN_S = 5.0
_LONGEST_IDLE_S = 15
"""A transaction of ours waits for nothing outside: no call is made within one."""

_writing = threading.Lock()
_turn = threading.local()

_engine: Engine | None = None
_sessions: sessionmaker[Session] | None = None


def sqlite_module() -> ModuleType:
    """`pysqlite3` where there is a wheel for the platform, else the system's `sqlite3`."""
    try:
        import pysqlite3
    except ImportError:
        return sqlite3
    return pysqlite3


def sqlite_version() -> tuple[int, ...]:
    return tuple(int(part) for part in sqlite_module().sqlite_version.split("."))


def make_engine(url: str) -> Engine:
    """An engine for SQLite or PostgreSQL. SQLite writers begin IMMEDIATE, so that none fails on a lock upgrade."""
    if not url.startswith("sqlite"):
        try:
            engine = create_engine(url, hide_parameters=True, pool_pre_ping=True, pool_size=10, max_overflow=20)
        except Exception as error:  # each driver has errors of its own for a bad address
            raise ConfigError(
                f"WHETSTONE_DATABASE_URL is not a database URL that can be used ({type(error).__name__}). "
                "Write it as postgresql+psycopg://user:password@host/name."
            ) from error
        event.listen(engine, "connect", _bound_transactions)
        return engine
    engine = create_engine(
        url,
        hide_parameters=True,
        module=sqlite_module(),
        pool_size=10,
        max_overflow=40,
        connect_args={"check_same_thread": False, "timeout": 5},
    )

    @event.listens_for(engine, "connect")
    def on_connect(connection, record) -> None:
        connection.isolation_level = None  # this file says BEGIN, not the driver
        cursor = connection.cursor()
        if not _is_wal(cursor):
            cursor.execute("PRAGMA journal_mode=WAL")
        for pragma in _PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def on_begin(connection) -> None:
        if connection.get_execution_options().get("readonly", False):
            connection.exec_driver_sql("BEGIN")
            return
        _take_turn()
        for attempt in range(_BEGIN_ATTEMPTS):  # each waits for busy_timeout; a crowd of writers can need more
            try:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                return
            except DBAPIError as error:
                if not is_busy(error) or attempt == _BEGIN_ATTEMPTS - 1:
                    raise

    return engine


def _bound_transactions(connection, record) -> None:
    """Let PostgreSQL end a transaction that a stopped process left open, or its locks would stop everybody else."""
    connection.execute(f"SET idle_in_transaction_session_timeout = '{_LONGEST_IDLE_S}s'")
    connection.commit()


@contextmanager
def _turns() -> Iterator[None]:
    """Let the writers of this process queue for SQLite's one lock: left to itself each would poll, asleep up to 0.1 s."""
    outer = getattr(_turn, "holds", None)
    _turn.holds = bool(outer)
    try:
        yield
    finally:
        if _turn.holds and not outer:
            _writing.release()
        _turn.holds = outer


def _take_turn() -> None:
    """Wait for the others inside `transaction()`. Not for ever: what decides is SQLite's lock."""
    if getattr(_turn, "holds", None) is False:
        _turn.holds = _writing.acquire(timeout=_TURN_S)


def _is_wal(cursor) -> bool:
    return cursor.execute("PRAGMA journal_mode").fetchone()[0] == "wal"


def use(engine: Engine) -> None:
    """Make `engine` the one that `transaction()` of this process uses; the one before it is closed."""
    global _engine, _sessions
    if _engine is not None and _engine is not engine:
        _engine.dispose()
    _engine = engine
    _sessions = sessionmaker(engine, expire_on_commit=False)


def current_engine() -> Engine:
    if _engine is None:
        raise ConfigError("No database is open. Start Whetstone with `make run` or `python -m core serve`.")
    return _engine


@contextmanager
def transaction() -> Iterator[Session]:
    """A session whose changes are committed together at the end, or not at all.

    Raises:
        ConflictError: the database stayed locked for longer than the time allowed.
        ConfigError: the disk is full, the database cannot be written or reached.
    """
    current_engine()
    assert _sessions is not None
    with _explained(), _turns(), _sessions.begin() as session:
        yield session


@contextmanager
def reading() -> Iterator[Session]:
    """A session for reading: on SQLite it never waits for a writer. Nothing in it is committed."""
    engine = current_engine().execution_options(readonly=True)
    with _explained(), Session(engine, expire_on_commit=False) as session:
        yield session


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except UnicodeEncodeError as error:  # half a character, as in a broken address or a pasted fragment
        raise InputError("The text holds a broken character that cannot be looked up or stored. Delete it.") from error
    except DBAPIError as error:
        if explanation := explain(error):
            raise explanation from error
        raise


def healthy() -> None:
    """Raises ConfigError if the database of this process is not open or does not answer."""
    with reading() as session:
        session.execute(text("SELECT 1"))


def close() -> None:
    """Give up the engine of this process and its connections."""
    global _engine, _sessions
    if _engine is not None:
        _engine.dispose()
    _engine = _sessions = None
