"""DuckDB for SQL that comes from a person or a model: stored tables attached read-only, everything else locked.

One instance per set of tables, opened on first use and kept. Each query runs on a connection of its own, with a
deadline, a row cap and, if given, an event that stops it.
"""

import contextlib
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from core.local_genie import sql_errors
from core.local_genie.tables.files import StoredTable
from core.local_genie.tables.types import databricks_type

_KEPT_INSTANCES = 8
_MOST_ATTACHED = 60
_OFF = (
    "autoinstall_known_extensions",
    "autoload_known_extensions",
    "python_scan_all_frames",
    "python_enable_replacements",
    "allow_persistent_secrets",
    "allow_community_extensions",
)


@dataclass(frozen=True)
class Limits:
    """What one query may take. `deadline_s` in seconds, `memory` as DuckDB writes it, `max_rows` rows handed out.

    One thread, because several add up doubles and order ties in another way each time.
    """

    deadline_s: float = 20.0
    max_rows: int = 5_000
    memory: str = "1GB"
    threads: int = 1


@dataclass(frozen=True)
class Result:
    """Rows of a query. `types` are Databricks types; cells are Python values; `truncated` says that the cap cut it."""

    columns: list[str]
    types: list[str]
    rows: list[tuple[Any, ...]]
    truncated: bool = field(default=False)


class Engine:
    """Runs DuckDB SQL over stored tables, each reachable as `t_<digest>.main.data`."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._instances: OrderedDict[frozenset[str], Any] = OrderedDict()
        self._lock = threading.Lock()

    def run(
        self,
        sql: str,
        needed: Iterable[StoredTable],
        *,
        beside: Iterable[StoredTable] = (),
        max_rows: int | None = None,
        deadline_s: float | None = None,
        stop: threading.Event | None = None,
    ) -> Result:
        """Run one statement over the `needed` tables and return at most `max_rows` rows.

        `beside` are tables that the next queries may need: they are attached along, so that one instance serves all.

        Raises:
            SqlError: it failed; SqlTimeoutError past the deadline, SqlCancelledError when `stop` was set.
        """
        cap = self.limits.max_rows if max_rows is None else max_rows
        seconds = self.limits.deadline_s if deadline_s is None else deadline_s
        cursor = self._instance(needed, beside).cursor()
        try:
            with _watched(cursor, seconds, stop):
                cursor.execute(sql)
                described = cursor.description or []
                rows = cursor.fetchmany(cap + 1)
        except Exception as error:
            import duckdb

            if stop is not None and stop.is_set():
                raise sql_errors.cancelled() from error
            if isinstance(error, duckdb.InterruptException):
                raise sql_errors.out_of_time(seconds) from error
            if isinstance(error, (duckdb.Error, RuntimeError, ValueError, OverflowError)):
                raise sql_errors.from_duckdb(error) from error
            raise
        finally:
            with contextlib.suppress(Exception):
                cursor.close()
        types = [databricks_type(str(each[1])) for each in described]
        return Result([str(each[0]) for each in described], types, rows[:cap], len(rows) > cap)

    def close(self) -> None:
        with self._lock:
            while self._instances:
                self._instances.popitem()[1].close()

    def _instance(self, needed: Iterable[StoredTable], beside: Iterable[StoredTable]) -> Any:
        must = {each.digest: each for each in needed}
        along = {each.digest: each for each in beside}
        with self._lock:
            for key in reversed(self._instances):
                if key >= must.keys():
                    self._instances.move_to_end(key)
                    return self._instances[key]
            chosen = must if len(along) > _MOST_ATTACHED else along | must
            self._instances[frozenset(chosen)] = opened = _open(chosen.values(), self.limits)
            while len(self._instances) > _KEPT_INSTANCES:
                # not closed by hand: a query of another thread may still hold a connection to it
                self._instances.popitem(last=False)
            return opened


def _open(tables: Iterable[StoredTable], limits: Limits) -> Any:
    import duckdb

    settings: dict[str, Any] = dict.fromkeys(_OFF, False)
    settings |= {"memory_limit": limits.memory, "threads": limits.threads, "max_temp_directory_size": "0KB"}
    connection = duckdb.connect(":memory:", config=settings)
    connection.execute("SET TimeZone='UTC'")
    for table in tables:
        path = str(table.path).replace("'", "''")
        connection.execute(f"ATTACH '{path}' AS {table.alias} (READ_ONLY)")
    connection.execute("SET GLOBAL ieee_floating_point_ops=false")  # x / 0 is an error, as it is there
    connection.execute("SET enable_external_access=false")
    connection.execute("SET lock_configuration=true")
    return connection


@contextlib.contextmanager
def _watched(cursor: Any, seconds: float, stop: threading.Event | None) -> Iterator[None]:
    """Interrupt the cursor's query at its deadline or when `stop` is set, again and again until it has ended."""
    done = threading.Event()
    deadline = time.monotonic() + seconds

    def watch() -> None:
        if stop is None:
            done.wait(seconds)
        else:
            while not done.wait(0.02) and not stop.is_set() and time.monotonic() < deadline:
                pass
        while not done.is_set():
            cursor.interrupt()
            done.wait(0.1)

    watcher = threading.Thread(target=watch, name="local-genie-deadline", daemon=True)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()
