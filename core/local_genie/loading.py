"""Making a space out of a folder of files and a definition: the way in that the service does not have.

A table's file is DIR/<last part of its identifier>.csv or .parquet; a metric view's is DIR/<last part>.yaml (or .yml).
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import InputError
from core.local_genie.refusals import Refusal
from core.local_genie.sql_errors import SqlError
from core.local_genie.state import Spaces, Workspace
from core.local_genie.state.workspace import identifiers
from core.local_genie.statements import WAREHOUSE_ID
from core.local_genie.tables import StoredTable, find_file, guessed, store_table
from core.local_genie.validating import MAX_TITLE_CHARS, faults_of, in_order


@dataclass(frozen=True)
class Loaded:
    """A loaded space. `replaced` are tables that held other content before; `warnings` are sentences."""

    space_id: str
    title: str
    tables: dict[str, int]
    replaced: tuple[str, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True)
class Prepared:
    """What `prepare` read: the checked definition, its stored tables and the files of its metric views."""

    definition: dict[str, Any]
    tables: dict[str, StoredTable]
    view_files: dict[str, Path]
    warnings: list[str]


def prepare(workspace: Workspace, tables_dir: Path, space: dict[str, Any]) -> Prepared:
    """Read the files of the tables that the definition lists, which may take long. Nothing refers to them yet.

    Lists that the service wants sorted are sorted here.

    Raises:
        InputError: the folder, a file or the definition is at fault; the text lists every fault of the definition.
    """
    if not tables_dir.is_dir():
        raise InputError(f"There is no folder {tables_dir}; give the folder that holds the tables as CSV or Parquet.")
    definition = in_order(space)
    faults = faults_of(definition)
    if faults:
        raise InputError("The space cannot be loaded. " + " ".join(faults))
    return Prepared(definition, *_read(workspace, tables_dir, identifiers(definition)))


def place(workspace: Workspace, spaces: Spaces, read: Prepared, title: str | None) -> Loaded:
    """Register the tables and metric views and create the space. A taken title gets a number.

    Within the store's `writing()` it happens as a whole or not at all.

    Raises:
        InputError: a metric view or the definition is refused.
    """
    replaced = tuple(name for name, table in read.tables.items() if workspace.register(name, table))
    for name, path in read.view_files.items():
        try:
            workspace.create_metric_view(name, path.read_text(encoding="utf-8"), replace=True)
        except (SqlError, UnicodeDecodeError) as error:
            raise InputError(f"The metric view {name} in {path.name} cannot be made: {error}") from error
    try:
        created = spaces.create(
            json.dumps(read.definition, ensure_ascii=False),
            title=_free_title(spaces, title or "Local space"),
            warehouse_id=WAREHOUSE_ID,
        )
    except Refusal as error:
        raise InputError(str(error)) from error
    rows = {name: table.rows for name, table in read.tables.items()}
    warnings = [
        f"{name} was loaded before with other content; every space that uses it now has this." for name in replaced
    ]
    return Loaded(created.id, created.title, rows, replaced, (*read.warnings, *warnings))


def _read(
    workspace: Workspace, tables_dir: Path, names: list[str]
) -> tuple[dict[str, StoredTable], dict[str, Path], list[str]]:
    stored: dict[str, StoredTable] = {}
    views: dict[str, Path] = {}
    absent, warnings, unread = [], [], []
    known_tables = {name.casefold() for name in workspace.tables()}
    known_views = {name.casefold() for name in workspace.metric_views()}
    files = {name: find_file(tables_dir, name) for name in names}
    for name, path in files.items():
        view = _view_file(tables_dir, name)
        if path is not None:
            try:
                stored[name] = store_table(path, workspace.folder)
            except InputError as error:
                unread.append(str(error))
                continue
            if not stored[name].rows:
                warnings.append(f"{path.name} holds no rows; only names of columns.")
            if path.suffix.casefold() == ".csv" and (guess := guessed(path)):
                warnings.append(guess)
        elif view is not None:
            views[name] = view
        elif name.casefold() in known_views | known_tables:
            kind = "metric view" if name.casefold() in known_views else "table"
            warnings.append(
                f"{name} has no file in the folder; the {kind} that was loaded before under that name is used."
            )
        else:
            absent.append(name)
    if unread:
        raise InputError(" ".join(unread))
    if names and not stored and not views:
        listed = ", ".join(f"{name.split('.')[-1]}.csv" for name in names[:10])
        raise InputError(
            f"The folder {tables_dir} has no file for any table of the space; {listed} (or .parquet) is expected."
        )
    warnings += [
        f"{name} has no file in the folder ({name.split('.')[-1]}.csv, .parquet, or .yaml for a metric view): questions "
        "cannot use it."
        for name in absent
    ]
    return stored, views, warnings


def _view_file(tables_dir: Path, name: str) -> Path | None:
    stem = name.split(".")[-1].casefold()
    for path in sorted(tables_dir.iterdir()):
        if path.suffix.casefold() in (".yaml", ".yml") and path.stem.casefold() == stem:
            return path
    return None


def _free_title(spaces: Spaces, title: str) -> str:
    taken = {space.title for space in spaces.listed(1_000_000, None)}
    number, candidate = 1, title
    while candidate in taken:
        number += 1
        ending = f" ({number})"
        candidate = title[: MAX_TITLE_CHARS - len(ending)] + ending
    return candidate
