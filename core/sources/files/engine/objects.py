"""JSON as a table: a list of objects, or one object per line. Read piece by piece; numbers keep their digits.

A value within a value (a list or an object) becomes a cell of JSON text.
"""

import json
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .encodings import as_utf8
from .headers import MAX_COLUMNS, clean_headers
from .refusals import RefusedError, shown

if TYPE_CHECKING:
    import pyarrow

_PIECE = 1 << 20
_MAX_OBJECT_CHARS = 1 << 26
_BATCH_ROWS = 10_000
_BATCH_CHARS = 1 << 25
_BLANK = re.compile(r"[ \t\r\n]*")
_KINDS = {
    "number": ("integer", "decimal"),
    "text": ("date", "timestamp", "instant", "time"),
    "truth": ("boolean",),
    "nested": (),
}


class _Number(str):
    """A number by its digits, told from a text."""


class JsonFile:
    """A JSON or JSONL file. `batches` yields columns of text, and fills `kinds`: which types each column's values allow."""

    wide = ("decimal",)
    has_header = None
    delimiter = None
    sheet = None
    sheets: tuple[str, ...] = ()

    def __init__(self, path: Path, name: str, options: dict[str, Any], folder: Path) -> None:
        self.name = name
        decoded = as_utf8(path, name, options.get("encoding"), folder)
        self._path, self._start, self.encoding = decoded.path, decoded.start, decoded.encoding
        self.questions = {"encoding": decoded.question} if decoded.question else {}
        self._missing = frozenset(options.get("missing", ()))
        self._keys = list(options.get("keys") or self._find_keys())
        self.columns, self.notes = clean_headers(self._keys, name)
        self._kinds: list[set[str]] = [set() for _ in self._keys]

    @property
    def keys(self) -> list[str]:
        """The names as they stand in the file, to be handed back as an option when it is read again."""
        return self._keys

    @property
    def kinds(self) -> list[tuple[str, ...] | None]:
        return [_KINDS[next(iter(found))] if len(found) == 1 else () for found in self._kinds]

    def _find_keys(self) -> list[str]:
        keys: dict[str, None] = {}
        with closing(self._objects()) as objects:
            for found in objects:
                if not keys.keys() >= found.keys():
                    keys.update(dict.fromkeys(found))
                    if len(keys) > MAX_COLUMNS:
                        raise RefusedError(
                            f"The objects of {self.name} have more than {MAX_COLUMNS:,} different names, so they are no rows of one table. "
                            "Choose a list of objects that have the same names."
                        )
        if not keys:
            raise RefusedError(
                f"{self.name} holds no objects with values. Choose a list of objects, or one object per line."
            )
        return list(keys)

    def batches(self) -> Iterator["pyarrow.RecordBatch"]:
        rows: list[list[str | None]] = []
        size = 0
        with closing(self._objects()) as objects:
            for found in objects:
                row = [self._cell(place, found.get(key)) for place, key in enumerate(self._keys)]
                rows.append(row)
                size += sum(len(cell) for cell in row if cell)
                if len(rows) >= _BATCH_ROWS or size >= _BATCH_CHARS:
                    yield text_batch(rows, self.columns, self.name)
                    rows, size = [], 0
        if rows:
            yield text_batch(rows, self.columns, self.name)

    def _cell(self, place: int, value: Any) -> str | None:
        if value is None or (isinstance(value, str) and value in self._missing and not isinstance(value, _Number)):
            return None
        kind = (
            "number"
            if isinstance(value, _Number)
            else "truth"
            if isinstance(value, bool)
            else "text"
            if isinstance(value, str)
            else "nested"
        )
        self._kinds[place].add(kind)
        return str(value) if isinstance(value, str) else _written(value)

    def _objects(self) -> Iterator[dict[str, Any]]:
        """Every object of the file, in order. Raises RefusedError, with the line, at what is not JSON or no object."""
        decoder = json.JSONDecoder(
            parse_int=_Number, parse_float=_Number, parse_constant=self._refuse_constant, object_pairs_hook=self._paired
        )
        with self._path.open("rb") as raw:
            raw.seek(self._start)
            with _utf8(raw) as file:
                buffer, place, piece, line = "", 0, _PIECE, 1
                allowed, ended = "[{", False  # what may stand here
                is_list = False
                while True:
                    place = _BLANK.match(buffer, place).end()  # type: ignore[union-attr]
                    if place < len(buffer):
                        mark = buffer[place]
                        if mark not in allowed:
                            self._refuse(line + buffer.count("\n", 0, place), buffer[place:])
                        if mark == "]":
                            self._refuse_rest(buffer[place + 1 :], file)
                            return
                        if mark != "{":
                            is_list, allowed, place = True, "{]" if mark == "[" else "{", place + 1
                            continue
                        try:
                            found, end = decoder.raw_decode(buffer, place)
                        except json.JSONDecodeError as error:
                            if ended:
                                self._refuse(line + buffer.count("\n", 0, error.pos), buffer[error.pos :])
                        except RecursionError:
                            raise RefusedError(
                                f"{self.name} is nested too deeply to be a table. Make its objects flatter."
                            ) from None
                        else:
                            place, allowed, piece = end, ",]" if is_list else "{", _PIECE
                            yield found
                            continue
                    if ended:
                        if is_list:
                            self._refuse(line + buffer.count("\n"), "")
                        return
                    line += buffer.count("\n", 0, place)
                    if len(buffer) - place > _MAX_OBJECT_CHARS:
                        self._refuse(line, buffer[place:])
                    more = file.read(piece)
                    buffer, place, piece, ended = buffer[place:] + more, 0, piece * 2, not more

    def _refuse_rest(self, rest: str, file: Any) -> None:
        while rest or (rest := file.read(_PIECE)):
            if rest.strip():
                raise RefusedError(
                    f"{self.name} holds something after the end of its list: {shown(rest.strip())}. Keep one list per file."
                )
            rest = ""

    def _refuse(self, line: int, rest: str) -> None:
        at = f"at {shown(rest, 40)}" if rest.strip() else "at its end"
        raise RefusedError(
            f"{self.name} is not a list of objects in JSON, nor one object per line: line {line:,} is wrong {at}. "
            'Each row is written as {"name": value, …}; correct it, and choose the file again.'
        )

    def _refuse_constant(self, word: str) -> None:
        raise RefusedError(
            f"{self.name} holds {word}, which is no JSON. Write null for a missing number, and choose the file again."
        )

    def _paired(self, pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            names = [name for name, _ in pairs]
            double = next(name for name in names if names.count(name) > 1)
            raise RefusedError(
                f"{self.name} holds an object with the name {shown(double)} twice. Give each value a name of its own."
            )
        return found


def text_batch(rows: list[list[str | None]], columns: list[str], name: str) -> "pyarrow.RecordBatch":
    import pyarrow

    try:
        arrays = [pyarrow.array(cells, pyarrow.string()) for cells in zip(*rows, strict=True)]
    except (UnicodeEncodeError, pyarrow.ArrowInvalid):
        raise RefusedError(
            f"{name} holds half a character (a lone surrogate), which cannot be stored. Remove it."
        ) from None
    return pyarrow.RecordBatch.from_arrays(arrays, [f"c{place}" for place in range(len(columns))])


def _utf8(raw: Any) -> Any:
    import io

    return io.TextIOWrapper(raw, encoding="utf-8", newline="")


def _written(value: Any) -> str:
    """JSON text of a value whose numbers are kept by their digits."""
    if isinstance(value, dict):
        return (
            "{"
            + ", ".join(f"{json.dumps(key, ensure_ascii=False)}: {_written(each)}" for key, each in value.items())
            + "}"
        )
    if isinstance(value, list):
        return "[" + ", ".join(map(_written, value)) + "]"
    return str(value) if isinstance(value, _Number) else json.dumps(value, ensure_ascii=False)
