"""The records of a delimited file one by one, slow and exact: for its beginning, and for finding what is wrong."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from .refusals import RefusedError

_MAX_BYTES = 1 << 28
_WINDOW = 1 << 20
csv.field_size_limit(_MAX_BYTES)


@dataclass(frozen=True)
class Record:
    """One record as written: `line` is the number of its first line from 1, `start` and `end` are positions in bytes."""

    line: int
    start: int
    end: int
    text: str

    @property
    def is_blank(self) -> bool:
        return not self.text.strip("\r\n")

    def cells(self, delimiter: str, *, quoting: bool) -> list[str]:
        """The cells; none of a blank record."""
        mode = csv.QUOTE_MINIMAL if quoting else csv.QUOTE_NONE
        text = self.text.removesuffix("\n").removesuffix("\r")
        try:
            return next(csv.reader(_kept(text), delimiter=delimiter, quoting=mode, strict=False), [])
        except csv.Error:
            return text.split(delimiter)


def records(path: Path, start: int, *, quoting: bool, end: int | None = None) -> Iterator[Record]:
    """From the byte `start` on, which begins a line. Line breaks within quotes belong to the record."""
    with path.open("rb") as file:
        file.seek(start)
        head = file.read(1 << 16)
        file.seek(start)
        lines = _split_at_returns(file) if b"\r" in head and b"\n" not in head else file
        position, number, first, first_number = start, 1, start, 1
        pending: list[bytes] = []
        quotes = 0
        for line in lines:
            if not pending:
                first, first_number = position, number
            pending.append(line)
            quotes += line.count(b'"') if quoting else 0
            position, number = position + len(line), number + 1
            if position - first > _MAX_BYTES:
                raise RefusedError("A line of the file is longer than 256 MB. Look whether it is a table at all.")
            if quotes % 2 == 0:
                yield Record(first_number, first, position, b"".join(pending).decode("utf-8", "replace"))
                pending, quotes = [], 0
            if end is not None and position >= end:
                break
        if pending:
            yield Record(first_number, first, position, b"".join(pending).decode("utf-8", "replace"))


def _kept(text: str) -> list[str]:
    """The text as lines that keep their ends, which the parser needs for breaks within quotes."""
    return text.splitlines(keepends=True) if "\n" in text or "\r" in text else [text]


def _split_at_returns(file: BinaryIO) -> Iterator[bytes]:
    """The lines of a file that ends them with carriage returns, as old Macs did."""
    rest = b""
    while block := file.read(_WINDOW):
        *lines, rest = (rest + block).split(b"\r")
        yield from (line + b"\r" for line in lines)
    if rest:
        yield rest
