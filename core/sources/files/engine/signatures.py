"""What a file is by its first bytes, whatever its name says. Nothing is unpacked here, or later."""

from pathlib import Path

from .refusals import RefusedError

_PACKED = "Unpack it first, then choose the file inside: compressed files are not opened here."
_REFUSED: tuple[tuple[bytes, str], ...] = (
    (b"PK\x05\x06", f"an empty zip archive. {_PACKED}"),
    (b"\x1f\x8b", f"compressed with gzip. {_PACKED}"),
    (b"BZh", f"compressed with bzip2. {_PACKED}"),
    (b"\xfd7zXZ\x00", f"compressed with xz. {_PACKED}"),
    (b"\x28\xb5\x2f\xfd", f"compressed with zstd. {_PACKED}"),
    (b"7z\xbc\xaf\x27\x1c", f"a 7-Zip archive. {_PACKED}"),
    (b"Rar!", f"a RAR archive. {_PACKED}"),
    (b"\x89PNG", "a PNG picture, which holds no table. Choose the file with the data."),
    (b"\xff\xd8\xff", "a JPEG picture, which holds no table. Choose the file with the data."),
    (b"GIF8", "a GIF picture, which holds no table. Choose the file with the data."),
    (b"%PDF", "a PDF document, from which no table is read. Export the table as CSV or Excel."),
    (b"\xd0\xcf\x11\xe0", "an old Excel or Office file (.xls). Save it as .xlsx or CSV, and choose that one."),
    (b"SQLite format 3\x00", "an SQLite database. Add it as a database, with the URL sqlite:///path."),
    (b"ARROW1", "an Arrow file. Save it as Parquet, and choose that one."),
    (b"ORC", "an ORC file. Save it as Parquet, and choose that one."),
    (b"Obj\x01", "an Avro file. Save it as Parquet, and choose that one."),
    (b"\x7fELF", "a program, which holds no table. Choose the file with the data."),
    (b"MZ", "a program, which holds no table. Choose the file with the data."),
    (b"{\\rtf", "a formatted text (RTF). Export the table as CSV or Excel."),
)
_BY_SUFFIX = {
    ".csv": "csv",
    ".tsv": "csv",
    ".tab": "csv",
    ".txt": "csv",
    ".psv": "csv",
    ".json": "json",
    ".jsonl": "json",
    ".ndjson": "json",
    ".parquet": "parquet",
    ".pq": "parquet",
    ".xlsx": "excel",
    ".xlsm": "excel",
}
_KINDS = "CSV, TSV, JSON, JSONL, Parquet or Excel (.xlsx)"
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def format_of(path: Path, name: str) -> str:
    """ "csv", "json", "parquet" or "excel".

    Raises:
        RefusedError: it is something else, or not what its name says.
    """
    with path.open("rb") as file:
        start = file.read(4096)
    suffix = Path(name).suffix.lower()
    expected = _BY_SUFFIX.get(suffix)
    if not start:
        raise RefusedError(f"{name} is empty. Choose a file with at least a line of column names.")
    for magic, what in _REFUSED:
        if start.startswith(magic) and not (magic in (b"MZ", b"ORC", b"BZh") and start.isascii()):
            raise RefusedError(f"{name} is {what}")
    if start.startswith(b"PAR1"):
        return _agreed(name, expected, "parquet", "a Parquet file. Rename it to end in .parquet")
    if start.startswith(b"PAR") and expected == "parquet":
        raise RefusedError(
            f"{name} is damaged: it does not begin like a Parquet file. Copy it anew from where it was made."
        )
    if start.startswith(b"PK"):
        return _zipped(path, name, expected)
    if expected in ("parquet", "excel"):
        kind = "a Parquet file" if expected == "parquet" else "an Excel workbook (.xlsx)"
        raise RefusedError(
            f"{name} is not {kind}, although its name says so. Choose the right file, or rename it to what it is."
        )
    if start.startswith(_BOMS[1:]):
        return expected or "csv"
    return _text(start, name, expected)


def _text(start: bytes, name: str, expected: str | None) -> str:
    if b"\x00" in start:
        raise RefusedError(
            f"{name} holds zero bytes, so it is no text in UTF-8. If it is a table in UTF-16, save it with a byte order mark, or as UTF-8."
        )
    visible = start.removeprefix(_BOMS[0]).lstrip()
    lowered = visible[:200].lower()
    if lowered.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        raise RefusedError(
            f"{name} is a web page (HTML), perhaps a login page that was saved instead of the data. Download the data again."
        )
    if lowered.startswith((b"<?xml", b"<svg")):
        raise RefusedError(f"{name} is XML, from which no table is read. Export the table as CSV or Excel.")
    if expected != "json" and _is_json(visible):
        raise RefusedError(
            f"{name} is JSON, although its name says otherwise. Rename it to end in .json or .jsonl, and choose it again."
        )
    if expected is None and Path(name).suffix:
        raise RefusedError(
            f"Files that end in {Path(name).suffix.lower()} are not read. Choose {_KINDS}, or rename the file to what it is."
        )
    return expected or "csv"


def _is_json(visible: bytes) -> bool:
    rest = visible[1:].lstrip()
    if visible[:1] == b"{":
        return rest[:1] in (b'"', b"}")
    return visible[:1] == b"[" and rest[:1] in (b"{", b"[", b"]")


def _zipped(path: Path, name: str, expected: str | None) -> str:
    import zipfile

    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError):
        raise RefusedError(f"{name} is a damaged archive or workbook. Copy it anew from where it was made.") from None
    if "xl/workbook.xml" in names:
        return _agreed(name, expected, "excel", "an Excel workbook. Rename it to end in .xlsx")
    if "xl/workbook.bin" in names:
        raise RefusedError(f"{name} is a binary Excel workbook (.xlsb). Save it as .xlsx or CSV, and choose that one.")
    if "content.xml" in names:
        raise RefusedError(f"{name} is an OpenDocument file. Save the table as .xlsx or CSV, and choose that one.")
    raise RefusedError(f"{name} is a zip archive. {_PACKED}")


def _agreed(name: str, expected: str | None, found: str, what: str) -> str:
    if expected not in (None, found) or (expected is None and Path(name).suffix):
        raise RefusedError(f"{name} is {what}, and choose it again.")
    return found
