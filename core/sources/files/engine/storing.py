"""Writing a chosen file as Parquet, each column in its type: to a name of its own, safe on the disk before it is renamed."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .inspecting import TextFile, open_file, writing_of
from .parquet import ParquetTable
from .refusals import RefusedError
from .threads import on_threads
from .types import Converter, Writing, digits_after_point, floats_hold

if TYPE_CHECKING:
    import pyarrow

_GROUP_ROWS = 122_880  # as many as DuckDB takes at once
_GROUP_BYTES = 1 << 26


def store(
    path: Path, name: str, options: dict[str, Any], types: dict[str, str], target: Path, folder: Path
) -> dict[str, Any]:
    """Write the file to `target`; `types` names every column and its type. Returns {rows, columns: [{name, type, raw_type}]}.

    Raises:
        RefusedError: a value does not fit the type of its column, or the columns are others than those of `types`.
    """
    import pyarrow.parquet as pq

    _, file = open_file(path, name, options, folder)
    if list(types) != file.columns:
        raise RefusedError(f"{name} changed since it was looked at: its columns are others now. Choose it again.")
    schema, batches = _typed(file, types, writing_of(options), options)
    part = target.with_suffix(".part")
    rows = 0
    try:
        with part.open("wb") as out:
            with pq.ParquetWriter(out, schema, compression="zstd", compression_level=1) as writer:
                for table in _grouped(batches, schema):
                    writer.write_table(table, row_group_size=_GROUP_ROWS)
                    rows += table.num_rows
            out.flush()
            os.fsync(out.fileno())
        part.replace(target)
        _sync_folder(target.parent)
    except OSError as error:
        raise RefusedError(
            f"{name} could not be stored ({error.strerror}). Free some space, and choose it again."
        ) from error
    finally:
        part.unlink(missing_ok=True)
    columns = [{"name": each.name, "type": types[each.name], "raw_type": str(each.type)} for each in schema]
    return {"rows": rows, "columns": columns}


def _typed(
    file: TextFile | ParquetTable, types: dict[str, str], writing: Writing, options: dict[str, Any]
) -> tuple["pyarrow.Schema", Iterator["pyarrow.RecordBatch"]]:
    import pyarrow

    scales = _scales(file, types, writing, options)
    converters: list[Converter | None] = []
    fields = []
    for place, (column, kind) in enumerate(types.items()):
        if isinstance(file, ParquetTable) and file.types[place] == kind:
            converters.append(None)
            fields.append(pyarrow.field(column, file.stored_type(place)))
        else:
            converter = Converter(column, kind, writing, scale=scales.get(column))
            converters.append(converter)
            fields.append(pyarrow.field(column, converter.arrow_type))
    schema = pyarrow.schema(fields)

    def converted(pair: tuple[Converter | None, Any]) -> Any:
        converter, array = pair
        return array if converter is None else converter.convert(_as_text(array))

    def batches() -> Iterator["pyarrow.RecordBatch"]:
        for batch in file.batches():
            arrays = on_threads(converted, list(zip(converters, batch.columns, strict=True)))
            yield pyarrow.RecordBatch.from_arrays(arrays, schema=schema)

    return schema, batches()


def _scales(
    file: TextFile | ParquetTable, types: dict[str, str], writing: Writing, options: dict[str, Any]
) -> dict[str, int]:
    """The columns chosen to be decimal that need exact ones, and their digits after the point. Reads the file once if any was chosen."""
    chosen = [(place, column) for place, column in enumerate(types) if column in options.get("chosen_decimals", ())]
    needed: set[str] = set()
    digits = dict.fromkeys((column for _, column in chosen), 0)
    for batch in file.batches() if chosen else ():
        for place, column in chosen:
            texts = _as_text(batch.column(place))
            digits[column] = max(digits[column], digits_after_point(texts, writing))
            if not floats_hold(texts, writing):
                needed.add(column)
    return {column: digits[column] for column in needed}


def _as_text(array: Any) -> Any:
    import pyarrow

    return array if pyarrow.types.is_string(array.type) else array.cast(pyarrow.string())


def _grouped(batches: Iterator["pyarrow.RecordBatch"], schema: "pyarrow.Schema") -> Iterator["pyarrow.Table"]:
    """Tables of about a row group each, smaller where rows are long."""
    import pyarrow

    waiting: list[Any] = []
    rows = size = 0
    for batch in batches:
        waiting.append(batch)
        rows, size = rows + batch.num_rows, size + batch.nbytes
        if rows >= _GROUP_ROWS or size >= _GROUP_BYTES:
            yield pyarrow.Table.from_batches(waiting, schema)
            waiting, rows, size = [], 0, 0
    if waiting:
        yield pyarrow.Table.from_batches(waiting, schema)


def _sync_folder(folder: Path) -> None:
    if not hasattr(os, "O_DIRECTORY"):  # Windows
        return
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
