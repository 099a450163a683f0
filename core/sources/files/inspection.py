"""Looking at a file before it is added: what it holds, how it was read, and what only a person can say."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from core.errors import InputError
from core.sources.files import pool
from core.sources.views import ColumnType

_DEADLINE_S = 900.0

FileFormat = Literal["csv", "json", "jsonl", "parquet", "excel"]


@dataclass(frozen=True)
class InspectedColumn:
    """`type` is inferred from every value; `hint` says why it is text although it looks like something else."""

    name: str
    type: ColumnType
    raw_type: str
    hint: str | None = None


@dataclass(frozen=True)
class FileInspection:
    """A file as it would be added.

    `questions` maps an option of `inspect_file` (encoding, has_header, sheet) to a sentence: it must be said before the
    file can be added. `sample` are the first rows as texts, in the order of `columns`. `notes` say what was changed.
    `table_name` is a proposal.
    """

    path: Path
    name: str
    format: FileFormat
    size: int
    changed_ns: int
    columns: tuple[InspectedColumn, ...]
    rows: int
    sample: tuple[tuple[str | None, ...], ...]
    table_name: str
    encoding: str | None = None
    delimiter: str | None = None
    has_header: bool | None = None
    sheet: str | None = None
    sheets: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    questions: dict[str, str] = field(default_factory=dict)
    options: dict[str, Any] = field(default_factory=dict)
    """What it is read with, for the child that stores it."""


@dataclass(frozen=True)
class FileChoice:
    """A file to add as the table `table_name`; `types` holds the columns whose type a person chose themselves."""

    inspection: FileInspection
    table_name: str
    types: dict[str, ColumnType] = field(default_factory=dict)


def inspect_file(
    path: str | Path,
    *,
    name: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    has_header: bool | None = None,
    sheet: str | None = None,
    quoting: bool = True,
    missing: Sequence[str] = (),
    decimal_comma: bool = False,
    day_first: bool | None = None,
) -> FileInspection:
    """Read a CSV, TSV, JSON, JSONL, Parquet or Excel file on this machine, strictly, and say what it holds.

    `name` is what to call it (an upload lies under another name). What is None is found out, or asked in `questions`.
    `missing` are words that stand for a missing value ("NA"); `quoting` False takes quotes for ordinary characters;
    `decimal_comma` reads 1.234,5 as a number; `day_first` says how 03/04/2026 is meant.

    Raises:
        InputError: it is no such file, or one that readers would read differently; says what to do.
        ServiceError: it took too long, or too much memory.
    """
    path = Path(path).expanduser()
    name = name or path.name
    if not path.is_absolute():
        path = path.absolute()
    if not path.is_file():
        raise InputError(f"There is no file {path}. Choose one that exists.")
    given = {
        "encoding": encoding,
        "delimiter": delimiter,
        "has_header": has_header,
        "sheet": sheet,
        "quoting": quoting,
        "missing": list(missing),
        "decimal_comma": decimal_comma,
        "day_first": day_first,
    }
    stat = path.stat()
    found = pool.ask("inspect", deadline_s=_DEADLINE_S, path=str(path), name=name, options=given)
    read = {each: found[each] for each in ("encoding", "delimiter", "sheet", "keys")}
    if found["format"] == "parquet":
        given, read = {}, {}
    return FileInspection(
        path=path,
        name=name,
        format=found["format"],
        size=stat.st_size,
        changed_ns=stat.st_mtime_ns,
        columns=tuple(InspectedColumn(**each) for each in found["columns"]),
        rows=found["rows"],
        sample=tuple(map(tuple, found["sample"])),
        table_name=_proposed(name, found["sheet"] if len(found["sheets"]) > 1 else None),
        encoding=found["encoding"],
        delimiter=found["delimiter"],
        has_header=found["has_header"],
        sheet=found["sheet"],
        sheets=tuple(found["sheets"]),
        notes=tuple(found["notes"]),
        questions=found["questions"],
        options=given | read | ({"has_header": found["has_header"]} if found["has_header"] is not None else {}),
    )


def _proposed(name: str, sheet: str | None) -> str:
    """A name for the table from that of the file, and the sheet where there are several."""
    words = f"{Path(name).stem} {sheet}" if sheet else Path(name).stem
    kept = "".join(letter if letter.isprintable() else " " for letter in words)
    return " ".join(kept.split())[:100] or "table"
