"""Reading a CSV or Parquet file into a DuckDB file of its own, named by the content's digest.

A stored table never changes: other content is another file. So any number of readers may hold it open, and a load that
is cut off leaves nothing that looks complete. A CSV is read as text and its types are inferred from every value:
codes with leading zeros stay text, and dates become dates.
"""

import contextlib
import hashlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.errors import InputError
from core.local_genie.tables.encodings import UTF8, encoding_of, write_utf8
from core.local_genie.tables.headers import read_header
from core.local_genie.tables.inferring import parsed_columns
from core.local_genie.tables.refusing import unreadable
from core.local_genie.tables.types import ColumnInfo, databricks_type

MAX_ROWS = 20_000_000
MAX_COLUMNS = 2_000
_FORMAT = b"1"  # part of the digest: raise it when the same file would be stored differently
_LOADER = {"memory_limit": "1GB", "threads": 2, "preserve_insertion_order": True}


@dataclass(frozen=True)
class StoredTable:
    """A table as it lies on disk. `alias` is the name under which its database file is attached."""

    digest: str
    path: Path
    columns: tuple[ColumnInfo, ...]
    rows: int

    @property
    def alias(self) -> str:
        return f"t_{self.digest}"


def find_file(tables_dir: Path, identifier: str) -> Path | None:
    """The file of a table: DIR/<last part of its identifier>.csv or .parquet, upper and lower case alike."""
    stem = identifier.split(".")[-1].strip("`").casefold()
    found = {
        path.suffix.casefold(): path
        for path in sorted(tables_dir.iterdir())
        if path.is_file() and path.stem.casefold() == stem
    }
    return found.get(".parquet") or found.get(".csv")


def store_table(source: Path, folder: Path) -> StoredTable:
    """Read a file into `folder` and return what is stored; content that is there already is not read again.

    Raises:
        InputError: the file cannot be read as a table; the text says why.
    """
    import duckdb

    digest = _digest(source)
    target = folder / f"t_{digest}.duckdb"
    try:
        os.utime(target)  # in use again: another server's tidying leaves it alone
    except FileNotFoundError:
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / f".{digest}-{secrets.token_hex(4)}.tmp"
        text = draft.with_suffix(".csv.tmp")
        try:
            _write(source, draft, text)
            draft.replace(target)
        except duckdb.Error as error:
            raise InputError(unreadable(source.name, error)) from error
        finally:
            for rest in (draft, draft.with_name(draft.name + ".wal"), text):
                with contextlib.suppress(FileNotFoundError):
                    rest.unlink()
    return open_stored(digest, target)


def open_stored(digest: str, path: Path) -> StoredTable:
    """A stored table with the columns and rows that its file holds."""
    import duckdb

    with duckdb.connect(str(path), read_only=True) as connection:
        described = connection.execute("DESCRIBE data").fetchall()
        rows = connection.execute("SELECT count(*) FROM data").fetchone()
    columns = tuple(ColumnInfo(str(each[0]), databricks_type(str(each[1]))) for each in described)
    return StoredTable(digest, path, columns, int(rows[0]) if rows else 0)


def _digest(source: Path) -> str:
    digest = hashlib.sha256(_FORMAT + source.suffix.casefold().encode())
    with source.open("rb") as file:
        while part := file.read(1 << 20):
            digest.update(part)
    return digest.hexdigest()[:16]


def _write(source: Path, draft: Path, text: Path) -> None:
    import duckdb

    relation, parameters, names = _relation(source, text)
    with duckdb.connect(str(draft), config=_LOADER) as connection:
        names = names or [
            str(each[0]) for each in connection.execute(f"DESCRIBE SELECT * FROM {relation}", parameters).fetchall()
        ]
        _check_header(source, names)
        count = connection.execute(f"SELECT count(*) FROM {relation}", parameters).fetchone()
        if count and count[0] > MAX_ROWS:
            raise InputError(f"{source.name} holds {count[0]:,} rows; the local Genie takes {MAX_ROWS:,} at most.")
        connection.execute(f"CREATE TEMP TABLE raw AS SELECT * FROM {relation}", parameters)
        connection.execute(f"CREATE TABLE data AS SELECT {', '.join(parsed_columns(connection, 'raw'))} FROM raw")


def _relation(source: Path, text: Path) -> tuple[str, list[Any], list[str]]:
    """The table function that reads the file, its parameters, and the names of a CSV's header.

    A CSV is read as text with its header's width, so that a row of another width is an error and not shifted. What is not
    UTF-8 is copied to `text` first.
    """
    if source.suffix.casefold() == ".parquet":
        return "read_parquet(?)", [str(source)], []
    encoding, path = encoding_of(source), source
    if encoding != UTF8:
        write_utf8(source, encoding, text)
        path = text
    delimiter, names = read_header(path, UTF8)
    _check_header(source, names)
    options = (
        "header=true, auto_detect=false, delim=?, quote='\"', escape='\"', nullstr='', columns=?, null_padding=false"
    )
    return f"read_csv(?, {options})", [str(path), delimiter, dict.fromkeys(names, "VARCHAR")], names


def _check_header(source: Path, names: list[str]) -> None:
    if not names:
        raise InputError(f"{source.name} is empty; its first line must name the columns.")
    if len(names) > MAX_COLUMNS:
        raise InputError(f"{source.name} has {len(names):,} columns; the local Genie takes {MAX_COLUMNS:,} at most.")
    seen: set[str] = set()
    for place, name in enumerate(names, 1):
        if not name.strip():
            raise InputError(f"Column {place} of {source.name} has no name; give it one in the first line.")
        if name.casefold() in seen:
            raise InputError(
                f"{source.name} has the column {name} twice (upper and lower case count as one). Rename one."
            )
        seen.add(name.casefold())
