"""Why DuckDB could not read a file, as a sentence about the file."""

import re

_LINE = re.compile(r"Error on Line: (\d+)")
_WIDTH = re.compile(r"Expected Number of Columns: (\d+) Found: (\d+)")
_NO_PARQUET = ("No magic bytes", "Footer length", "footer", "too small to be a Parquet file", "TProtocolException")
_QUOTING = (
    "A value with a separator, a line break or a quotation mark stands in quotation marks, and those in it are doubled."
)


def unreadable(name: str, error: Exception) -> str:
    """A sentence or two: where the file breaks the rules, and what to do."""
    said = str(error)
    line = _LINE.search(said)
    where = f"Line {line[1]} of {name}" if line else name
    if width := _WIDTH.search(said):
        return (
            f"{where} has {_plural(width[2], 'value')} where the first line names {_plural(width[1], 'column')}. The first line "
            f"must name the columns, and nothing may follow the rows. {_QUOTING}"
        )
    if "unterminated quote" in said or "state machine" in said:
        return f"{where} is cut, quoted or broken into lines otherwise than a CSV. {_QUOTING}"
    if name.casefold().endswith(".parquet") and any(each in said for each in _NO_PARQUET):
        return f"{name} is no Parquet file, or only part of one. Export it again."
    lines = [each.strip() for each in said.splitlines() if each.strip()]
    return f"{name} cannot be read as a table: {' '.join(lines[:3])[:400]}"


def _plural(number: str, noun: str) -> str:
    return f"{int(number):,} {noun}" if number == "1" else f"{int(number):,} {noun}s"
