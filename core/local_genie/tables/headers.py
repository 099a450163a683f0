"""The first line of a CSV, and the character that separates its columns."""

import csv
import itertools
from pathlib import Path

_DELIMITERS = ",;\t|"
_SAMPLE = 200


def read_header(source: Path, encoding: str) -> tuple[str, list[str]]:
    """The delimiter and the names of the columns; no names for an empty file.

    The delimiter is the one that cuts the first rows into equally many columns, as many as possible.
    """
    found: list[tuple[bool, int, str, list[str]]] = []
    for delimiter in _DELIMITERS:
        with source.open(encoding=encoding, newline="") as file:
            try:
                rows = [row for row in itertools.islice(csv.reader(file, delimiter=delimiter), _SAMPLE) if row]
            except csv.Error:
                continue
        if rows:
            even = len({len(row) for row in rows}) == 1
            found.append((even and len(rows[0]) > 1, len(rows[0]), delimiter, rows[0]))
    if not found:
        return ",", []
    _, _, delimiter, names = max(found, key=lambda each: (each[0], each[1]))
    return delimiter, names
