"""One SQLite file per local workspace, in WAL mode; several servers, also of other processes, may have it open.

Commits are not forced to the disk one by one (`synchronous=NORMAL`): a power loss may cost the last answers of a local
server, never the file.
"""

import contextlib
import secrets
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from core.errors import ConfigError

SCHEMA_VERSION = 2

_SCHEMA = """
CREATE TABLE tables (
    identifier TEXT PRIMARY KEY COLLATE NOCASE, digest TEXT NOT NULL, columns TEXT NOT NULL, rows INTEGER NOT NULL,
    created_ms INTEGER NOT NULL
);
CREATE TABLE metric_views (
    identifier TEXT PRIMARY KEY COLLATE NOCASE, yaml TEXT NOT NULL, created_ms INTEGER NOT NULL
);
CREATE TABLE spaces (
    id TEXT PRIMARY KEY, title TEXT NOT NULL, description TEXT NOT NULL, parent_path TEXT NOT NULL,
    warehouse_id TEXT NOT NULL, etag TEXT NOT NULL, created_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL,
    trashed INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX spaces_title ON spaces (parent_path, title) WHERE trashed = 0;
CREATE TABLE definitions (
    space_id TEXT NOT NULL REFERENCES spaces (id), number INTEGER NOT NULL, serialized TEXT NOT NULL,
    effective_ms INTEGER NOT NULL, PRIMARY KEY (space_id, number)
);
CREATE TABLE conversations (
    id TEXT PRIMARY KEY, space_id TEXT NOT NULL, title TEXT NOT NULL, created_ms INTEGER NOT NULL,
    updated_ms INTEGER NOT NULL
);
CREATE INDEX conversations_space ON conversations (space_id);
CREATE TABLE messages (
    id TEXT PRIMARY KEY, conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    space_id TEXT NOT NULL, content TEXT NOT NULL, status TEXT NOT NULL, attachments TEXT, error TEXT,
    feedback TEXT, owner TEXT NOT NULL, created_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL
);
CREATE INDEX messages_conversation ON messages (conversation_id);
CREATE TABLE statements (
    id TEXT PRIMARY KEY, message_id TEXT REFERENCES messages (id) ON DELETE CASCADE, sql TEXT NOT NULL,
    request TEXT NOT NULL, state TEXT NOT NULL, error TEXT, result TEXT, owner TEXT NOT NULL,
    created_ms INTEGER NOT NULL
);
CREATE INDEX statements_message ON statements (message_id);
CREATE TABLE eval_runs (
    id TEXT PRIMARY KEY, space_id TEXT NOT NULL, status TEXT NOT NULL, owner TEXT NOT NULL,
    created_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL
);
CREATE INDEX eval_runs_space ON eval_runs (space_id);
CREATE TABLE eval_results (
    id TEXT PRIMARY KEY, run_id TEXT NOT NULL REFERENCES eval_runs (id) ON DELETE CASCADE, place INTEGER NOT NULL,
    question_id TEXT NOT NULL, question TEXT NOT NULL, answer TEXT NOT NULL, status TEXT NOT NULL,
    assessment TEXT, details TEXT
);
CREATE INDEX eval_results_run ON eval_results (run_id, place);
"""
_SETTINGS = "CREATE TABLE settings (key TEXT PRIMARY KEY, value TEXT NOT NULL)"
_PRAGMAS = ("busy_timeout=5000", "synchronous=NORMAL", "foreign_keys=ON", "trusted_schema=OFF", "temp_store=MEMORY")


class Store:
    """The open file. All statements go through one connection under a lock: they take well under a millisecond."""

    def __init__(self, path: Path) -> None:
        """Open the file, or make it.

        Raises:
            ConfigError: it cannot be opened, or was written by a newer release.
        """
        sqlite = _sqlite_module()
        self.path = path
        self._lock = threading.RLock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._connection = sqlite.connect(str(path), check_same_thread=False, isolation_level=None, timeout=5)
            if self._connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
                self._connection.execute("PRAGMA journal_mode=WAL")
            for pragma in _PRAGMAS:
                self._connection.execute(f"PRAGMA {pragma}")
            self._make()
        except (OSError, sqlite.Error) as error:
            raise ConfigError(
                f"The local Genie cannot open its database {path} ({error}). Give this user the right to write there, or "
                "choose another data folder."
            ) from error

    def _make(self) -> None:
        with self.writing():
            version = self._connection.execute("PRAGMA user_version").fetchone()[0]
            if version > SCHEMA_VERSION:
                raise ConfigError(
                    f"{self.path} was written by a newer release (version {version}). Update, or choose another data folder."
                )
            if version == 0:
                for statement in _SCHEMA.split(";"):
                    if statement.strip():
                        self._connection.execute(statement)
            if version < SCHEMA_VERSION:
                self._connection.execute(_SETTINGS)
                self._connection.execute(f"PRAGMA user_version={SCHEMA_VERSION}")

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """A transaction: committed at the end of the block, undone if it raises. Nested blocks join the outer one."""
        with self._lock:
            if self._connection.in_transaction:
                yield
                return
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def run(self, sql: str, *values: Any) -> int:
        """Execute one statement and return how many rows it changed."""
        with self._lock:
            return self._connection.execute(sql, values).rowcount

    def rows(self, sql: str, *values: Any) -> list[dict[str, Any]]:
        """The rows of a query, as dictionaries."""
        with self._lock:
            cursor = self._connection.execute(sql, values)
            names = [each[0] for each in cursor.description]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def row(self, sql: str, *values: Any) -> dict[str, Any] | None:
        found = self.rows(sql, *values)
        return found[0] if found else None

    def setting(self, key: str) -> str | None:
        """What all servers of this file have agreed on under that key."""
        found = self.row("SELECT value FROM settings WHERE key = ?", key)
        return found["value"] if found else None

    def set(self, key: str, value: str) -> None:
        self.run(
            "INSERT INTO settings VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", key, value
        )

    def close(self) -> None:
        with self._lock:
            self._connection.close()


def _sqlite_module() -> ModuleType:
    """`pysqlite3` where there is a wheel for the platform, else the system's `sqlite3`."""
    try:
        import pysqlite3
    except ImportError:
        return sqlite3
    return pysqlite3


def now_ms() -> int:
    """Unix time in milliseconds."""
    return time.time_ns() // 1_000_000


def new_hex_id() -> str:
    """A new id of 32 lowercase hex digits that sorts by the time it was made."""
    return f"{now_ms():012x}{secrets.token_hex(10)}"
