"""The cells of a delimited file as text, in batches: a fast reader, with strict checks around it."""

from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .dialects import Dialect, find_dialect
from .encodings import as_utf8
from .headers import clean_headers
from .quotes import check_structure
from .records import records
from .refusals import RefusedError, first_lines, shown

if TYPE_CHECKING:
    import pyarrow

_BLOCKS = (1 << 21, 1 << 25, 1 << 28)


class DelimitedFile:
    """A CSV or TSV file whose structure is sound. `batches` yields columns of text; an empty cell is null."""

    wide: tuple[str, ...] = ()
    sheets: tuple[str, ...] = ()
    sheet = None

    def __init__(self, path: Path, name: str, options: dict[str, Any], folder: Path) -> None:
        self.name = name
        self._quoting = bool(options.get("quoting", True))
        self._missing = ["", *options.get("missing", ())]
        decoded = as_utf8(path, name, options.get("encoding"), folder)
        self._path, self.encoding = decoded.path, decoded.encoding
        dialect = find_dialect(self._path, name, decoded.start, options.get("delimiter"), quoting=self._quoting)
        self.delimiter = dialect.delimiter
        structure = check_structure(self._path, name, dialect.start, self.delimiter, quoting=self._quoting)
        self._dialect, self._has_quotes, self._end = dialect, structure.has_quotes, structure.end
        self.questions = {"encoding": decoded.question} if decoded.question else {}
        self.has_header = self._decide_header(dialect, options.get("has_header"))
        self._start = dialect.end if self.has_header else dialect.start
        self.notes = list(dialect.notes)
        if self.has_header:
            self.columns, notes = clean_headers(dialect.first, name)
            self.notes += notes
        else:
            self.columns, _ = clean_headers([f"column_{place + 1}" for place in range(len(dialect.first))], name)

    @property
    def kinds(self) -> list[tuple[str, ...] | None]:
        return [None] * len(self.columns)

    def _decide_header(self, dialect: Dialect, said: bool | None) -> bool:
        if said is None and dialect.names_doubt:
            self.questions["has_header"] = dialect.names_doubt
            return False
        return said is not False

    def batches(self) -> Iterator["pyarrow.RecordBatch"]:
        """Raises RefusedError, with the first lines, when a line has more or fewer cells than the first."""
        import pyarrow

        done = 0
        for block in (
            max(_BLOCKS[0], len(self.columns) << 13),
            *_BLOCKS[1:],
        ):  # a longer line needs a larger block, which is known too late
            seen = 0
            try:
                for batch in self._read(block):
                    seen += batch.num_rows
                    if seen > done:
                        yield batch.slice(max(0, batch.num_rows - (seen - done)))
                        done = seen
                return
            except pyarrow.ArrowInvalid as error:
                if "straddling" not in str(error):
                    self._refuse_ragged()
                    break
        raise RefusedError(
            f"{self.name} cannot be read: a line is longer than 256 MB, or the file changed meanwhile. "
            "Look whether it is a table at all, and choose it again."
        )

    def _read(self, block: int) -> Iterator["pyarrow.RecordBatch"]:
        import pyarrow
        from pyarrow import csv

        if self._start >= self._end:
            return
        names = [f"c{place}" for place in range(len(self.columns))]
        with closing(_Part(self._path, self._start, self._end)) as part:
            yield from csv.open_csv(
                pyarrow.PythonFile(part, mode="r"),
                read_options=csv.ReadOptions(column_names=names, block_size=block),
                parse_options=csv.ParseOptions(
                    delimiter=self.delimiter,
                    quote_char='"' if self._has_quotes else False,
                    newlines_in_values=self._has_quotes,
                    ignore_empty_lines=len(names) > 1,
                ),
                convert_options=csv.ConvertOptions(
                    column_types=dict.fromkeys(names, pyarrow.string()),
                    strings_can_be_null=True,
                    null_values=self._missing,
                ),
            )

    def _refuse_ragged(self) -> None:
        """Find the first five lines that are too short or too long, now that there are some."""
        width = len(self.columns)
        found = (
            (each, len(cells))
            for each in records(self._path, self._start, quoting=self._quoting, end=self._end)
            if not each.is_blank and len(cells := each.cells(self.delimiter, quoting=self._quoting)) != width
        )
        ragged = list(islice(found, 6))
        if not ragged:
            return
        base = self._dialect.line - 1 + self._lines_before()
        first, cells = ragged[0]
        wanted = f"{width:,} are" if width > 1 else "1 is"
        what = f"{cells:,} cells where {wanted} expected" if cells > 1 else f"1 cell where {wanted} expected"
        footer = ragged[-1][0].end >= self._end and len(ragged) <= 3 and cells < width
        hint = (
            "It may be a note or a total below the table: delete it"
            if footer
            else f"Correct it: a cell that holds {_delimiter_word(self.delimiter)} itself is written in quotes"
        )
        raise RefusedError(
            f"{self.name}, line {first.line + base:,}, has {what}. {hint}, and choose the file again."
            + first_lines((each.line + base, each.text) for each, _ in ragged[:5])
        )

    def _lines_before(self) -> int:
        return self._dialect.first_lines if self.has_header else 0


class _Part:
    """The bytes of a file from `start` to `end`, as a file that can be read."""

    def __init__(self, path: Path, start: int, end: int) -> None:
        self._file = path.open("rb")
        self._file.seek(start)
        self._left = end - start

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(data)
        return data

    @property
    def closed(self) -> bool:
        return self._file.closed

    def close(self) -> None:
        self._file.close()


def _delimiter_word(delimiter: str) -> str:
    return {",": "a comma", ";": "a semicolon", "\t": "a tab", "|": "a bar"}.get(delimiter, shown(delimiter))
