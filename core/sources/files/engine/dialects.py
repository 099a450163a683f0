"""Where the table begins in a delimited file, what separates its cells, and whether its first line holds names."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from .records import Record, records
from .refusals import RefusedError, first_lines, shown

_DELIMITERS = (",", ";", "\t", "|")
_LOOKED_AT = 200
_SEPARATOR = re.compile(r"sep=(.)", re.IGNORECASE)
_VALUE = re.compile(
    r"[-+]?[\d.,]*\d[\d.,]*([eE][-+]?\d+)?|\d{4}-\d\d-\d\d.*|\d{1,2}[./-]\d{1,2}[./-]\d{2,4}.*|true|false",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Dialect:
    """`first` are the cells of the first record, which begins at the byte `start` in `line` and ends at `end`.

    `first_lines` is the number of lines that it takes. `names_doubt` is a question when the first record may be data as well as names.
    """

    delimiter: str
    first: tuple[str, ...]
    start: int
    end: int
    line: int
    first_lines: int
    notes: tuple[str, ...]
    names_doubt: str | None


def find_dialect(path: Path, name: str, start: int, delimiter: str | None, *, quoting: bool) -> Dialect:
    """Raises RefusedError if the file holds nothing, begins with a title, or the delimiter cannot separate cells."""
    if delimiter is not None and (
        len(delimiter) != 1 or not delimiter.isascii() or delimiter.isalnum() or delimiter in '"\r\n\x00'
    ):
        raise RefusedError(f"{shown(delimiter)} cannot separate cells. Choose a single character: , ; | or a tab.")
    found = list(islice(records(path, start, quoting=quoting), _LOOKED_AT))
    notes = []
    if found and (said := _SEPARATOR.fullmatch(found[0].text.rstrip("\r\n"))):
        notes.append(f"The first line, {shown(said[0])}, says how cells are separated and was left out.")
        delimiter = delimiter or said[1]
        found = found[1:]
    filled = [each for each in found if not each.is_blank]
    if not filled:
        raise RefusedError(
            f"{name} holds no line with anything in it. Choose a file with at least a line of column names."
        )
    if found[0].is_blank:
        notes.append("Blank lines at the beginning were left out.")
    delimiter = delimiter or _sniffed(filled, Path(name).suffix.lower(), quoting=quoting)
    rows = [each.cells(delimiter, quoting=quoting) for each in filled]
    _refuse_title(name, filled, rows)
    first = filled[0]
    return Dialect(
        delimiter=delimiter,
        first=tuple(rows[0]),
        start=first.start,
        end=first.end,
        line=first.line,
        first_lines=max(len(first.text.splitlines()), 1),
        notes=tuple(notes),
        names_doubt=names_doubt(name, rows),
    )


def _sniffed(found: Sequence[Record], suffix: str, *, quoting: bool) -> str:
    """The delimiter that cuts the most lines into the same number of cells, more than one."""
    best, best_score = "\t" if suffix in (".tsv", ".tab") else ",", (0.0, 0)
    for delimiter in _DELIMITERS:
        widths = [len(each.cells(delimiter, quoting=quoting)) for each in found]
        common = Counter(width for width in widths if width > 1).most_common(1)
        if not common:
            continue
        width, lines = common[0]
        share = lines / len(widths)
        if (widths[0] > 1 or share >= 0.5) and (share, width) > best_score:
            best, best_score = delimiter, (share, width)
    return best


def _refuse_title(name: str, found: Sequence[Record], rows: Sequence[Sequence[str]]) -> None:
    """Lines of text above the table would become its names: the real ones must come first."""
    widths = [len(row) for row in rows]
    wide = next((place for place, width in enumerate(widths) if width > widths[0]), None)
    if wide is None or widths[0] > 1 or len(set(widths[wide:])) > 1:
        return
    lines = [(each.line, each.text) for each in found[:5]]
    raise RefusedError(
        f"{name} begins with a title: its table seems to start in line {found[wide].line:,}, where lines have {widths[wide]} cells. "
        f"Delete the lines above it, and choose the file again.{first_lines(lines)}"
    )


def names_doubt(name: str, rows: Sequence[Sequence[str]]) -> str | None:
    """Names look like names. A first line in which a cell looks like the values below it may be data."""
    first, body = rows[0], rows[1:]
    values = [cell for cell in first if _VALUE.fullmatch(cell.strip())]
    alike = [
        cell
        for place, cell in enumerate(first)
        if _VALUE.fullmatch(cell.strip())
        and any(len(row) > place and _VALUE.fullmatch(row[place].strip()) for row in body)
    ]
    if not alike and not (values and len(values) == len(first)):
        return None
    return (
        f"The first line of {name} looks like data ({shown((alike or values)[0])}), not like column names. "
        "Say whether it holds the names; without names the columns are called column_1, column_2 and so on."
    )
