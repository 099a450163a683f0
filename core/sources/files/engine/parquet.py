"""A Parquet file: its description first, within limits, then its rows in batches, brought to the types that are stored.

A hostile file is stopped by what it says of itself where that is too much, and by the limits of this process where it lies.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .headers import clean_headers
from .refusals import RefusedError, listed

if TYPE_CHECKING:
    import pyarrow

_MAX_CELLS = 20_000_000_000
_MAX_EXPANDED = 200 << 30
_MAX_GROUP = 4 << 30
_BATCH_ROWS = 65_536


class ParquetTable:
    """`types` are those of the columns as they will be stored; `batches` yields arrays of exactly these."""

    encoding = delimiter = sheet = has_header = None
    sheets: tuple[str, ...] = ()
    questions: dict[str, str]

    def __init__(self, path: Path, name: str, options: dict[str, Any], folder: Path) -> None:
        import pyarrow
        import pyarrow.parquet as pq

        self.name, self.questions = name, {}
        try:
            self._file = pq.ParquetFile(path, memory_map=False, pre_buffer=False)
            described, self._schema = self._file.metadata, self._file.schema_arrow
        except (pyarrow.ArrowException, OSError, ValueError, MemoryError) as error:
            raise self._damaged() from error
        self.rows = described.num_rows
        self._check(described)
        self.columns, self.notes = clean_headers(self._schema.names, name)
        self._plans = [_plan(each.type) for each in self._schema]
        self.types = [kind for kind, _, _ in self._plans]
        self.raw_types = [str(each.type) for each in self._schema]
        for words in dict.fromkeys(note for _, _, note in self._plans if note):
            those = [column for column, (_, _, note) in zip(self.columns, self._plans, strict=True) if note == words]
            self.notes.append(f"{listed(those)}: {words}")

    def stored_type(self, place: int) -> "pyarrow.DataType":
        import pyarrow

        return self._plans[place][1](pyarrow.array([], self._schema.field(place).type)).type

    def _check(self, described: Any) -> None:
        cells = described.num_rows * described.num_columns
        groups = [described.row_group(place) for place in range(described.num_row_groups)]
        sizes = [group.total_byte_size for group in groups]
        if (
            described.num_rows < 0
            or any(size < 0 for size in sizes)
            or sum(group.num_rows for group in groups) != described.num_rows
        ):
            raise self._damaged()
        if cells > _MAX_CELLS or sum(sizes) > _MAX_EXPANDED:
            raise RefusedError(
                f"{self.name} holds {described.num_rows:,} rows of {described.num_columns:,} columns, {sum(sizes) / 1e9:,.0f} GB when unpacked, "
                "which is more than a file may have. Put the table into a database or warehouse, and add that."
            )
        if max(sizes, default=0) > _MAX_GROUP:
            raise RefusedError(
                f"A row group of {self.name} takes {max(sizes) / 1e9:,.1f} GB, and {_MAX_GROUP / 1e9:.1f} GB are allowed. "
                "Write the file with smaller row groups, and choose it again."
            )

    def batches(self) -> Iterator["pyarrow.RecordBatch"]:
        import pyarrow

        try:
            for batch in self._file.iter_batches(batch_size=self._rows_at_once(), use_threads=False):
                arrays = []
                for array, (_, change, _) in zip(batch.columns, self._plans, strict=True):
                    changed = change(array)
                    changed.validate(full=True)  # texts must be UTF-8
                    arrays.append(changed)
                yield pyarrow.RecordBatch.from_arrays(arrays, [f"c{place}" for place in range(len(arrays))])
        except (pyarrow.ArrowException, OSError, ValueError, MemoryError) as error:
            raise self._damaged() from error

    def _rows_at_once(self) -> int:
        """Fewer rows at a time where they are long."""
        groups = (self._file.metadata.row_group(place) for place in range(self._file.metadata.num_row_groups))
        longest = max((group.total_byte_size / max(group.num_rows, 1) for group in groups), default=1)
        return int(min(_BATCH_ROWS, max(16, (1 << 25) / max(longest, 1), 2_000_000 / max(len(self.columns), 1) / 16)))

    def _damaged(self) -> RefusedError:
        return RefusedError(
            f"{self.name} is a damaged or unreadable Parquet file. Copy it anew from where it was made, and choose it again."
        )


def _plan(kind: "pyarrow.DataType") -> tuple[str, Any, str | None]:
    """Our type, how to bring an array to what is stored for it, and a note where that changes how values look."""
    import pyarrow
    from pyarrow import types

    def cast(to: Any) -> Any:
        return lambda array: array.cast(to)

    if types.is_dictionary(kind):
        ours, change, note = _plan(kind.value_type)
        return ours, lambda array: change(array.cast(kind.value_type)), note
    if types.is_boolean(kind):
        return "boolean", cast(pyarrow.bool_()), None
    if types.is_uint64(kind):
        return "decimal", cast(pyarrow.decimal128(20, 0)), None
    if types.is_integer(kind):
        return "integer", cast(pyarrow.int64()), None
    if types.is_floating(kind):
        return "decimal", cast(pyarrow.float64()), None
    if types.is_decimal(kind) and kind.precision <= 38:
        return "decimal", cast(pyarrow.decimal128(kind.precision, max(kind.scale, 0))), None
    if types.is_date(kind):
        return "date", cast(pyarrow.date32()), None
    if types.is_timestamp(kind):
        zone = "Times with a zone are stored as their time in UTC." if kind.tz else None
        return "timestamp", _timestamps, zone
    if types.is_time(kind):
        return "time", lambda array: array.cast(pyarrow.time64("us"), safe=False), None
    if types.is_null(kind) or types.is_string(kind) or types.is_large_string(kind) or types.is_string_view(kind):
        return "text", cast(pyarrow.string()), None
    if (
        types.is_binary(kind)
        or types.is_large_binary(kind)
        or types.is_fixed_size_binary(kind)
        or types.is_binary_view(kind)
    ):
        return "text", _hex, "Bytes are stored as text in hexadecimal digits."
    if types.is_decimal(kind) or types.is_duration(kind):
        return "text", lambda array: _each(array, str), None
    return "text", lambda array: _each(array, _json), "Nested values are stored as JSON text."


def _timestamps(array: "pyarrow.Array") -> "pyarrow.Array":
    """In microseconds, without a zone (in UTC where there was one); finer digits are cut off."""
    import pyarrow

    zoned = pyarrow.timestamp(array.type.unit, "UTC") if array.type.tz else pyarrow.timestamp(array.type.unit)
    return (
        array.cast(zoned)
        .cast(pyarrow.timestamp(array.type.unit))
        .cast(pyarrow.timestamp("us"), safe=array.type.unit != "ns")
    )


def _hex(array: "pyarrow.Array") -> "pyarrow.Array":
    return _each(array, lambda value: value.hex())


def _each(array: "pyarrow.Array", change: Any) -> "pyarrow.Array":
    import pyarrow

    return pyarrow.array([None if value is None else change(value) for value in array.to_pylist()], pyarrow.string())


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
