"""The database. `transaction()` is the one way to write, `reading()` the one way to read."""

from core.db.engine import (
    SAFE_SQLITE,
    close,
    current_engine,
    healthy,
    make_engine,
    reading,
    sqlite_module,
    sqlite_version,
    transaction,
    use,
)
from core.db.schema import check_known, head, revision, upgrade
from core.db.search import narrowed, without_index

__all__ = [
    "SAFE_SQLITE",
    "close",
    "current_engine",
    "head",
    "healthy",
    "make_engine",
    "narrowed",
    "reading",
    "revision",
    "sqlite_module",
    "sqlite_version",
    "transaction",
    "upgrade",
    "use",
    "without_index",
]
