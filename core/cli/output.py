"""The one place that prints: a document or a text on stdout, messages on stderr.

Text from models and templates is untrusted: on a terminal, control characters in it would be commands.
"""

import contextlib
import dataclasses
import io
import json
import math
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TextIO

_KEPT = "\n\t"
_UNSAFE = {code: "�" for code in (*range(32), *range(127, 160)) if chr(code) not in _KEPT}


def put(document: Any, text: str, *, as_json: bool) -> None:
    """The result of a verb: `document` as one line of JSON, or `text`, on stdout."""
    if as_json:
        put_json(document)
    else:
        put_text(text)


def put_json(document: Any) -> None:
    """`document` on stdout. Dataclasses become objects, times ISO 8601, numbers that JSON does not know null."""
    whole = "utf" in (sys.stdout.encoding or "").lower()
    _write(sys.stdout, json.dumps(plain(document), ensure_ascii=not whole, allow_nan=False) + "\n")


def put_text(text: str, *, end: str = "\n") -> None:
    """`text` on stdout; byte for byte into a pipe or file, made harmless on a terminal."""
    if end and text.endswith(end):
        end = ""
    _write(sys.stdout, (harmless(text) if sys.stdout.isatty() else text) + end)


def say(message: str, *, end: str = "\n") -> None:
    """A message for the person, on stderr."""
    _write(sys.stderr, harmless(message) + end)


def harmless(text: str) -> str:
    """`text` without characters that a terminal would obey."""
    return text.replace("\r\n", "\n").translate(_UNSAFE)


def table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Aligned columns under a header; numbers to the right, None as a dash, every cell on one line."""
    cells = [[_cell(value) for value in row] for row in rows]
    right = [bool(cells) and all(_is_number(row[at]) for row in cells) for at in range(len(columns))]
    lines = [list(columns), *cells]
    widths = [max(len(line[at]) for line in lines) for at in range(len(columns))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if to_right else cell.ljust(width)
            for cell, width, to_right in zip(line, widths, right, strict=True)
        ).rstrip()
        for line in lines
    )


def pairs(values: Mapping[str, Any]) -> str:
    """One `name  value` a line, aligned."""
    width = max(map(len, values), default=0)
    return "\n".join(f"{name.ljust(width)}  {_cell(value)}" for name, value in values.items())


def short(text: str, longest: int = 60) -> str:
    """The start of `text` on one line."""
    line = " ".join(text[: longest * 4].split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


def when(at: datetime | None) -> str | None:
    return None if at is None else f"{at:%Y-%m-%d %H:%M} UTC"


def usd(amount: float | None) -> str:
    return "cost unknown" if amount is None else f"{amount:.4f} USD"


def plain(value: Any) -> Any:
    """`value` as JSON knows it."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {each.name: plain(getattr(value, each.name)) for each in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(name): plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(each) for each in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, datetime):
        return value.isoformat()
    return value if value is None or isinstance(value, (str, int, bool)) else str(value)


def _cell(value: Any) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " ".join(harmless(f"{value:,}" if isinstance(value, int) else str(value)).split())


def _is_number(cell: str) -> bool:
    return cell == "–" or cell.replace(",", "").replace(".", "", 1).isdigit()


def _write(stream: TextIO, text: str) -> None:
    encoding = stream.encoding or "utf-8"
    try:
        stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
        stream.flush()
    except BrokenPipeError:  # the reader, such as `head`, has seen enough: that is no failure of the verb
        with contextlib.suppress(io.UnsupportedOperation):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
