"""The characters of a CSV: UTF-8, UTF-16 with its mark, else Windows-1252; and what is no text at all."""

import shutil
from pathlib import Path

from core.errors import InputError

UTF8, UTF16, WINDOWS = "utf-8-sig", "utf-16", "cp1252"

_PART = 1 << 20
_MARKS = (b"\xff\xfe", b"\xfe\xff")
_FORMATS = (
    (b"PK\x03\x04", "is an Excel workbook or a ZIP archive. Save the table as CSV in UTF-8."),
    (b"\x1f\x8b", "is compressed. Unpack it."),
    (b"PAR1", "is a Parquet file. Let its name end in .parquet."),
    (b"\x89PNG", "is an image. Pass the table as CSV."),
    (b"%PDF", "is a PDF. Pass the table as CSV."),
)


def encoding_of(source: Path) -> str:
    """How the text of a CSV is encoded.

    Raises:
        InputError: it is no text; the sentence says what it is where that is known.
    """
    with source.open("rb") as file:
        head = file.read(_PART)
    for start, sentence in _FORMATS:
        if head.startswith(start):
            raise InputError(f"{source.name} {sentence}")
    if head.startswith(_MARKS):
        return UTF16
    if b"\0" in head:
        raise InputError(f"{source.name} is not text. Save the table as CSV in UTF-8.")
    try:
        _walk(source, "utf-8")
    except UnicodeDecodeError:
        return WINDOWS
    return UTF8


def guessed(source: Path) -> str | None:
    """A sentence where the encoding of a CSV is a guess, so that odd letters do not surprise."""
    if encoding_of(source) != WINDOWS:
        return None
    return f"{source.name} is not in UTF-8, so it was read as Windows-1252. If letters look odd, save it as UTF-8 and load again."


def write_utf8(source: Path, encoding: str, target: Path) -> None:
    """Copy a CSV into UTF-8. Raises InputError where a byte has no meaning in the encoding."""
    try:
        with (
            source.open(encoding=encoding, newline="") as read,
            target.open("w", encoding="utf-8", newline="") as written,
        ):
            shutil.copyfileobj(read, written, _PART)
    except UnicodeError as error:
        raise InputError(f"{source.name} is text in no encoding that is known here. Save it as UTF-8.") from error


def _walk(source: Path, encoding: str) -> None:
    with source.open(encoding=encoding) as file:
        while file.read(_PART):
            pass
