"""A sheet of an Excel workbook as a table of text cells. Formulas count by the values that Excel stored beside them."""

import datetime
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .dialects import names_doubt
from .headers import clean_headers
from .objects import text_batch
from .refusals import RefusedError, listed, shown

if TYPE_CHECKING:
    import pyarrow

_MAX_EXPANDED = 1 << 30
_MAX_PARTS = 20_000
_BATCH_ROWS = 10_000
_LOOKED_AT = 200
_KINDS = {
    "number": ("integer", "decimal"),
    "truth": ("boolean",),
    "day": ("date", "timestamp"),
    "moment": ("timestamp",),
    "time": ("time",),
    "text": (),
}


class ExcelSheet:
    """One sheet. The first row that holds anything is the line of names; blank rows are left out."""

    wide = ("decimal", "timestamp")
    encoding = delimiter = None

    def __init__(self, path: Path, name: str, options: dict[str, Any], folder: Path) -> None:
        self.name, self._path = name, path
        self._missing = frozenset(options.get("missing", ()))
        self.notes: list[str] = []
        self.questions: dict[str, str] = {}
        _refuse_bomb(path, name)
        self.sheets = self._find_sheets()
        self.sheet = self._decide_sheet(options.get("sheet"))
        first = list(islice(self._rows(), _LOOKED_AT))
        if not first:
            raise RefusedError(
                f"The sheet {shown(self.sheet)} of {name} is empty. Choose another sheet: {listed(self.sheets)}."
            )
        texts = [[_text(cell) or "" for cell in row] for _, row in first]
        self._first_row, self._width = first[0][0], len(texts[0])
        if self._width == 1 and any(len(row) > 1 for row in texts):
            raise RefusedError(
                f"The sheet {shown(self.sheet)} of {name} begins with a title, {shown(texts[0][0])}, not with column names. "
                "Delete the rows above the table, save the workbook, and choose it again."
            )
        doubt = names_doubt(f"the sheet {self.sheet}", texts)
        said = options.get("has_header")
        if said is None and doubt:
            self.questions["has_header"] = doubt
        self.has_header = said is not False and not (said is None and doubt)
        if self.has_header:
            self.columns, notes = clean_headers(texts[0], name)
            self.notes += notes
        else:
            self._width = max(map(len, texts))
            self.columns, _ = clean_headers([f"column_{place + 1}" for place in range(self._width)], name)
        self._kinds: list[set[str]] = [set() for _ in self.columns]

    @property
    def kinds(self) -> list[tuple[str, ...] | None]:
        return [
            _KINDS[next(iter(found))] if len(found) == 1 else ("timestamp",) if found == {"day", "moment"} else ()
            for found in self._kinds
        ]

    def batches(self) -> Iterator["pyarrow.RecordBatch"]:
        """Raises RefusedError at a row that is wider than the line of names, and for formulas without a stored value."""
        rows: list[list[str | None]] = []
        for number, row in self._rows():
            if self.has_header and number == self._first_row:
                continue
            if len(row) > self._width:
                raise RefusedError(
                    f"{self.name}, row {number:,}: {shown(row[-1])} stands in a column without a name. "
                    "Give the column a name or delete what stands there, save the workbook, and choose it again."
                )
            rows.append([self._cell(place, row[place] if place < len(row) else None) for place in range(self._width)])
            if len(rows) >= _BATCH_ROWS:
                yield text_batch(rows, self.columns, self.name)
                rows = []
        if rows:
            yield text_batch(rows, self.columns, self.name)

    def _cell(self, place: int, value: Any) -> str | None:
        text = _text(value)
        if text is None or text in self._missing:
            return None
        self._kinds[place].add(_kind(value))
        return text

    def _find_sheets(self) -> tuple[str, ...]:
        with self._opened(data_only=True) as book:
            found = tuple(sheet.title for sheet in book.worksheets)
        if not found:
            raise RefusedError(f"{self.name} has no sheet with cells. Choose another workbook.")
        return found

    def _decide_sheet(self, wanted: str | None) -> str:
        if wanted is not None and wanted not in self.sheets:
            raise RefusedError(f"{self.name} has no sheet {shown(wanted)}. Choose one of {listed(self.sheets, 20)}.")
        if wanted is None and len(self.sheets) > 1:
            self.questions["sheet"] = (
                f"{self.name} has several sheets, and the first is shown. Choose one of {listed(self.sheets, 20)}."
            )
        return wanted or self.sheets[0]

    def _rows(self) -> Iterator[tuple[int, list[Any]]]:
        """Number (from 1) and cells of every row that holds anything, without empty cells at its end."""
        with self._opened(data_only=True) as values, self._opened(data_only=False) as formulas:
            sheet, said = values[self.sheet], formulas[self.sheet]
            sheet.reset_dimensions()
            said.reset_dimensions()
            pairs = zip_longest(sheet.iter_rows(values_only=True), said.iter_rows(values_only=True), fillvalue=())
            for number, (row, written) in enumerate(pairs, 1):
                self._refuse_uncomputed(number, row, written)
                cells = list(row)
                while cells and (cells[-1] is None or (isinstance(cells[-1], str) and not cells[-1].strip())):
                    cells.pop()
                if cells:
                    yield number, cells

    def _refuse_uncomputed(self, number: int, row: Sequence[Any], written: Sequence[Any]) -> None:
        for value, formula in zip(row, written, strict=False):
            if value is None and formula is not None:
                raise RefusedError(
                    f"{self.name}, row {number:,}, has a formula whose value was never stored ({shown(formula)}). "
                    "Open the workbook in Excel, save it, and choose it again."
                )

    @contextmanager
    def _opened(self, *, data_only: bool) -> Iterator[Any]:
        import openpyxl

        try:
            book = openpyxl.load_workbook(self._path, read_only=True, data_only=data_only, keep_links=False)
        except Exception as error:  # a damaged workbook fails in a hundred ways
            raise self._damaged() from error
        try:
            yield book
        except (KeyError, ValueError, TypeError, AttributeError, zipfile.BadZipFile, SyntaxError) as error:
            raise self._damaged() from error
        finally:
            book.close()

    def _damaged(self) -> RefusedError:
        return RefusedError(f"{self.name} is a damaged workbook. Open it in Excel, save it anew, and choose it again.")


def _refuse_bomb(path: Path, name: str) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError):
        raise RefusedError(
            f"{name} is a damaged workbook. Open it in Excel, save it anew, and choose it again."
        ) from None
    size = sum(part.file_size for part in parts)
    if size > _MAX_EXPANDED or len(parts) > _MAX_PARTS:
        raise RefusedError(
            f"{name} would take {size / 1e9:,.1f} GB when unpacked, and {_MAX_EXPANDED / 1e9:.1f} GB are allowed. Save the sheet as CSV, and choose that."
        )


def _text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime.datetime):
        return (value.date() if _kind(value) == "day" else value).isoformat(*([] if _kind(value) == "day" else [" "]))
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return str(value)


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "truth"
    if isinstance(value, int | float):
        return "number"
    if isinstance(value, datetime.datetime):
        return "day" if value.time() == datetime.time() else "moment"
    if isinstance(value, datetime.date):
        return "day"
    return "time" if isinstance(value, datetime.time) else "text"
