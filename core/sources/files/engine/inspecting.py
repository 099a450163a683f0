"""What a chosen file holds: columns, their types, the first rows, and what the person must still decide."""

from pathlib import Path
from typing import Any

from .delimited import DelimitedFile
from .hints import THOUSANDS_HINT, hint_for, looks_german, may_be_thousands
from .objects import JsonFile
from .parquet import ParquetTable
from .refusals import RefusedError
from .signatures import format_of
from .threads import on_threads
from .types import Inferred, Writing
from .workbooks import ExcelSheet

_SAMPLE_ROWS = 20
_CELL_CHARS = 500
_MAX_BYTES = {"csv": 16 << 30, "json": 4 << 30, "excel": 500 << 20, "parquet": 200 << 30}
_READERS = {"csv": DelimitedFile, "json": JsonFile, "excel": ExcelSheet, "parquet": ParquetTable}
_RAW = {
    "text": "string",
    "integer": "int64",
    "decimal": "double",
    "boolean": "bool",
    "date": "date32",
    "timestamp": "timestamp[us]",
    "time": "time64[us]",
}

TextFile = DelimitedFile | JsonFile | ExcelSheet


def open_file(path: Path, name: str, options: dict[str, Any], folder: Path) -> tuple[str, TextFile | ParquetTable]:
    """The format of a file and its reader.

    Raises:
        RefusedError: it is no table that can be read, or too large.
    """
    if not path.is_file():
        raise RefusedError(f"There is no file {path}. Choose one that exists.")
    try:
        kind = format_of(path, name)
    except OSError as error:
        raise RefusedError(
            f"{name} cannot be opened ({error.strerror}). Give this user the right to read it."
        ) from error
    if path.stat().st_size > _MAX_BYTES[kind]:
        raise RefusedError(
            f"{name} has {path.stat().st_size / 1e9:,.1f} GB, and {_MAX_BYTES[kind] / 1e9:.0f} GB are allowed. Save it as Parquet, or split it."
        )
    return kind, _READERS[kind](path, name, options, folder)


def writing_of(options: dict[str, Any]) -> Writing:
    return Writing(decimal_comma=bool(options.get("decimal_comma")), day_first=options.get("day_first"))


def inspect(path: Path, name: str, options: dict[str, Any], folder: Path) -> dict[str, Any]:
    """As JSON: format, columns [{name, type, raw_type, hint}], rows, sample (rows of texts), notes, questions, how it was read."""
    kind, file = open_file(path, name, options, folder)
    if isinstance(file, ParquetTable):
        columns = [
            {"name": name, "type": type, "raw_type": raw, "hint": None}
            for name, type, raw in zip(file.columns, file.types, file.raw_types, strict=True)
        ]
        rows, sample = file.rows, _first_rows(file)
    else:
        columns, rows, sample = _inferred(file, writing_of(options))
    return {
        "format": "jsonl" if kind == "json" and Path(name).suffix.lower() in (".jsonl", ".ndjson") else kind,
        "columns": columns,
        "rows": rows,
        "sample": sample,
        "notes": file.notes,
        "questions": file.questions,
        "encoding": file.encoding,
        "delimiter": file.delimiter,
        "has_header": file.has_header,
        "sheet": file.sheet,
        "sheets": list(file.sheets),
        "keys": file.keys if isinstance(file, JsonFile) else None,
    }


def _inferred(file: TextFile, writing: Writing) -> tuple[list[dict[str, Any]], int, list[list[str | None]]]:
    columns = [Inferred(writing, file.wide) for _ in file.columns]
    rows, sample = 0, []
    for batch in file.batches():
        if len(sample) < _SAMPLE_ROWS:
            sample += _texts(batch.slice(0, _SAMPLE_ROWS - len(sample)))
        on_threads(lambda pair: pair[0].see(pair[1]), list(zip(columns, batch.columns, strict=True)))
        rows += batch.num_rows
    found = []
    german = not writing.decimal_comma and any(map(looks_german, columns))
    for name, column, kinds in zip(file.columns, columns, file.kinds, strict=True):
        type = column.type(kinds)
        hint = hint_for(column, type)
        if german and type == "decimal" and may_be_thousands(column):
            type, hint = "text", THOUSANDS_HINT
        found.append({"name": name, "type": type, "raw_type": _RAW[type], "hint": hint})
    return found, rows, sample


def _first_rows(file: ParquetTable) -> list[list[str | None]]:
    batch = next(file.batches(), None)
    return [] if batch is None else _texts(batch.slice(0, _SAMPLE_ROWS))


def _texts(batch: Any) -> list[list[str | None]]:
    """Rows of a batch as texts, long ones cut."""
    import pyarrow

    columns = [column.cast(pyarrow.string()).to_pylist() for column in batch.columns]
    return [[None if cell is None else cell[:_CELL_CHARS] for cell in row] for row in zip(*columns, strict=True)]
