"""Stored tables in DuckDB: views over their Parquet files, which lie in the present folder so that names need no escaping."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .refusals import GoneError, RefusedError

if TYPE_CHECKING:
    import duckdb

_CLOSED: dict[str, Any] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "allow_community_extensions": False,
    "allow_persistent_secrets": False,
    "python_scan_all_frames": False,
    "python_enable_replacements": False,
    "threads": 2,
}
_SPILL = "8GB"


def quoted(name: str) -> str:
    """An identifier for SQL."""
    return '"' + name.replace('"', '""') + '"'


def connected(memory_mb: int, temporary: Path | None) -> "duckdb.DuckDBPyConnection":
    """An empty database in memory that loads nothing by itself.

    With a `temporary` folder it spills there, and rows come in no order of their own; without one it never spills.
    """
    import duckdb

    config = _CLOSED | {"memory_limit": f"{memory_mb}MB", "max_temp_directory_size": _SPILL if temporary else "0GB"}
    config["temp_directory"] = str(temporary) if temporary else ""  # left alone, it would be a folder beside the tables
    if temporary:
        config["preserve_insertion_order"] = False
    return duckdb.connect(":memory:", config=config)


@contextmanager
def opened(
    folder: Path, tables: Mapping[str, str], memory_mb: int, temporary: Path | None
) -> Iterator["duckdb.DuckDBPyConnection"]:
    """A connection in which each name of `tables` is a view of its file in `folder`.

    Raises:
        GoneError: a file is not there.
        RefusedError: DuckDB's own words, where a statement cannot be answered.
    """
    _enter(folder)
    _refuse_gone(tables)
    connection = connected(memory_mb, temporary)
    try:
        with _explained(tables):
            for name, file in tables.items():
                _view(connection, name, file)
            yield connection
    finally:
        connection.close()


@contextmanager
def kept_open(
    folder: Path,
    tables: Mapping[str, str],
    columns: Mapping[str, Sequence[str]],
    memory_mb: int,
    temporary: Path | None,
) -> Iterator["duckdb.DuckDBPyConnection"]:
    """As `opened`, for many small questions about one folder: the connection stays for the next of them.

    A table named in `columns` has only those: binding thousands for one takes longer than the answer.
    """
    global _kept
    _enter(folder)
    _refuse_gone(tables)
    key = (folder, temporary)
    if _kept is None or _kept[0] != key:
        _let_go()
        _kept = (key, connected(memory_mb, temporary), {})
        _kept[1].execute("SET parquet_metadata_cache = true")  # a stored file never changes
    _, connection, views = _kept
    try:
        with _explained(tables):
            for name, file in tables.items():
                shape = (file, *columns.get(name, ()))
                if views.get(name) != shape:
                    _view(connection, name, file, columns.get(name, ()))
                    views[name] = shape
            yield connection
    except BaseException:  # some errors leave a connection of no more use
        _let_go()
        raise


def _let_go() -> None:
    global _kept
    if _kept is not None:
        _kept[1].close()
        _kept = None


_kept: tuple[tuple[Path, Path | None], "duckdb.DuckDBPyConnection", dict[str, tuple[str, ...]]] | None = None


def _enter(folder: Path) -> None:
    try:
        os.chdir(folder)
    except OSError:
        raise GoneError(
            "The stored files of this source are gone. Delete the source, and add its files again."
        ) from None


def _view(connection: "duckdb.DuckDBPyConnection", name: str, file: str, columns: Sequence[str] = ()) -> None:
    listed = ", ".join(map(quoted, columns)) or "*"
    connection.execute(f"CREATE OR REPLACE TEMP VIEW {quoted(name)} AS SELECT {listed} FROM read_parquet('{file}')")


@contextmanager
def _explained(tables: Mapping[str, str]) -> Iterator[None]:
    import duckdb

    try:
        yield
    except duckdb.OutOfMemoryException:
        raise RefusedError(
            "The query needs more memory than it may have. Select fewer rows or columns, or group by a column with fewer values."
        ) from None
    except duckdb.Error as error:
        _refuse_gone(tables)
        raise RefusedError(f"The query cannot be answered: {_first_words(error)}") from None


def _refuse_gone(tables: Mapping[str, str]) -> None:
    for name, file in tables.items():
        if not Path(file).is_file():
            raise GoneError(f"The table '{name}' no longer exists in the source.")


def _first_words(error: Exception) -> str:
    """DuckDB's message without the drawing of the statement below it."""
    text = str(error).split("\n\nLINE ")[0].split("\nLINE ")[0].strip()
    text = " ".join(text.split())
    return text[:600] if text.endswith((".", "!", "?")) else f"{text[:600]}."
