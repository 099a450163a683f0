"""The tables and metric views of the local workspace, and the catalogs cut out of them."""

import contextlib
import json
import re
import threading
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from core.local_genie import metric_views
from core.local_genie.catalog import Catalog, ColumnInfo
from core.local_genie.metric_views import MetricView
from core.local_genie.sql_errors import SqlError
from core.local_genie.state.store import Store, now_ms
from core.local_genie.tables import Engine, Limits, StoredTable

_UNUSED_S = 86_400


class Workspace:
    """Reads what is registered from the store, so that what another process loads is seen at the next question."""

    def __init__(self, store: Store, folder: Path, limits: Limits) -> None:
        self.folder = folder
        self.engine = Engine(limits)
        self._store = store
        self._parsed: dict[str, MetricView | None] = {}
        self._lock = threading.Lock()

    def register(self, identifier: str, table: StoredTable) -> bool:
        """Put a stored table under a name. Returns whether other content was replaced."""
        columns = json.dumps([[each.name, each.type, each.comment] for each in table.columns])
        with self._store.writing():
            before = self._store.row("SELECT digest FROM tables WHERE identifier = ?", identifier)
            self._store.run(
                "INSERT INTO tables VALUES (?, ?, ?, ?, ?) ON CONFLICT (identifier) DO UPDATE SET "
                "digest = excluded.digest, columns = excluded.columns, rows = excluded.rows",
                identifier, table.digest, columns, table.rows, now_ms(),
            )  # fmt: skip
        return before is not None and before["digest"] != table.digest

    def tables(self) -> dict[str, StoredTable]:
        """Every table by its full name."""
        found = {}
        for row in self._store.rows("SELECT * FROM tables ORDER BY identifier"):
            columns = tuple(ColumnInfo(*each) for each in json.loads(row["columns"]))
            path = self.folder / f"t_{row['digest']}.duckdb"
            found[row["identifier"]] = StoredTable(row["digest"], path, columns, row["rows"])
        return found

    def metric_views(self) -> dict[str, MetricView]:
        """Every metric view by its full name."""
        found = {}
        for row in self._store.rows("SELECT * FROM metric_views ORDER BY identifier"):
            with self._lock:
                if row["yaml"] not in self._parsed:
                    try:
                        self._parsed[row["yaml"]] = metric_views.parse(row["yaml"])
                    except SqlError:  # written by a release that accepted more
                        self._parsed[row["yaml"]] = None
                view = self._parsed[row["yaml"]]
            if view is not None:
                found[row["identifier"]] = view
        return found

    def create_metric_view(self, identifier: str, yaml: str, *, replace: bool, if_not_exists: bool = False) -> None:
        """Keep a metric view under its full name.

        Raises:
            SqlError: it is not valid, or the name is taken and `replace` is not set.
        """
        view = metric_views.parse(yaml)
        faults = metric_views.validate(view, self.catalog())
        if faults:
            raise metric_views.parsing.invalid(" ".join(faults))
        if any(name.casefold() == identifier.casefold() for name in self.tables()):
            raise _name_taken(identifier)
        with self._store.writing():
            if self._store.row("SELECT 1 FROM metric_views WHERE identifier = ?", identifier):
                if if_not_exists:
                    return
                if not replace:
                    raise _name_taken(identifier)
            self._store.run(
                "INSERT INTO metric_views VALUES (?, ?, ?) ON CONFLICT (identifier) DO UPDATE SET yaml = excluded.yaml",
                identifier, yaml, now_ms(),
            )  # fmt: skip

    def drop_metric_view(self, identifier: str) -> bool:
        """Remove a metric view. Returns whether it was there."""
        return self._store.run("DELETE FROM metric_views WHERE identifier = ?", identifier) > 0

    def catalog(self, *, defaults: tuple[str | None, str | None] = (None, None)) -> Catalog:
        """Everything in the workspace."""
        return Catalog(self.tables(), self.engine, self.metric_views(), defaults=defaults)

    def catalog_of(self, space: dict[str, Any]) -> Catalog:
        """What a space with this definition may use; names that are not in the workspace are left out."""
        wanted = {name.casefold() for name in identifiers(space)}
        tables, views = self.tables(), self.metric_views()
        own_views = {name: view for name, view in views.items() if name.casefold() in wanted}
        own_tables = {name: table for name, table in tables.items() if name.casefold() in wanted}
        behind = _read_by(own_views.values())
        return Catalog(
            own_tables,
            self.engine,
            own_views,
            behind={name: table for name, table in tables.items() if name.casefold() in behind},
        )

    def forget_unused_files(self) -> None:
        """Delete stored files that no name points at any more, a day after they were made."""
        used = {table.path for table in self.tables().values()}
        for path in self.folder.glob("t_*.duckdb"):
            with contextlib.suppress(OSError):
                if path not in used and time.time() - path.stat().st_mtime > _UNUSED_S:
                    path.unlink()

    def close(self) -> None:
        self.engine.close()


def identifiers(space: dict[str, Any]) -> list[str]:
    """The full names of the tables and metric views that a definition lists, as far as they can be read."""
    sources = space.get("data_sources")
    found = []
    for kind in ("tables", "metric_views"):
        entries = sources.get(kind) if isinstance(sources, dict) else None
        for entry in entries if isinstance(entries, list) else []:
            if isinstance(entry, dict) and isinstance(entry.get("identifier"), str):
                found.append(entry["identifier"].replace("`", ""))
    return found


def _read_by(views: Iterable[MetricView]) -> set[str]:
    """The names that the sources and joins of metric views mention, folded; SELECTs are searched for dotted names."""
    found: set[str] = set()
    for view in views:
        for source in (view.source, *(join.source for _, join in view.all_joins())):
            found |= {
                name.casefold() for name in re.findall(r"[^\s(),;]+\.[^\s(),;]+\.[^\s(),;]+", source.replace("`", ""))
            }
    return found


def _name_taken(identifier: str) -> SqlError:
    return SqlError(
        f"[TABLE_OR_VIEW_ALREADY_EXISTS] Cannot create table or view {identifier} because it already exists. Choose a "
        "different name, or write CREATE OR REPLACE VIEW. SQLSTATE: 42P07"
    )
