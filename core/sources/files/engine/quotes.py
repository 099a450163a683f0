"""Whether the quotes and line ends of a delimited file are sound, found in one pass over its bytes.

Readers differ in what they make of a stray quote, a row that never ends or a lone carriage return, and none says so.
Here such a file is refused. Positions of quotes decide, not a parser: this runs at the speed of reading.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from .refusals import RefusedError, first_lines

_WINDOW = 1 << 24
_QUOTE, _LF, _CR = 0x22, 0x0A, 0x0D

_ZERO = "holds a zero byte, which no text does. Look how the file was made"
_MISPLACED = (
    "has a quote in the middle of a cell. A cell with quotes is written in quotes and each quote in it doubled "
    '(5" becomes "5"""). Correct it, or read the file without quoting'
)
_STRAY = "has a carriage return within a line, while other lines end otherwise. Put that cell in quotes, or remove the character"
_UNCLOSED = "seems to open a quote that is never closed. Close it, or read the file without quoting"


@dataclass(frozen=True)
class Structure:
    """Whether there are quotes at all, and the position where the last line that holds anything ends."""

    has_quotes: bool
    end: int


def check_structure(path: Path, name: str, start: int, delimiter: str, *, quoting: bool) -> Structure:
    """Raises RefusedError for zero bytes, misplaced or unclosed quotes, and carriage returns within lines."""
    quotes, opened = 0, start
    lone: int | None = None
    line_feeds = False
    with path.open("rb") as file:
        file.seek(start)
        offset, before, block = start, b"\n", file.read(_WINDOW)
        while block:
            following = file.read(_WINDOW)
            if b"\x00" in block:
                _refuse(path, name, offset + block.index(b"\x00"), _ZERO)
            window = before + block + (following[:1] or b"\n")
            places = _places(window, _QUOTE) if quoting and b'"' in block else None
            if places is not None:
                wrong = _misplaced(window, places, quotes, delimiter)
                if wrong is not None:
                    _refuse(path, name, offset + wrong - 1, _MISPLACED)
                opened = offset + int(places[-1]) - 1
            returned, line_feeds = _line_ends(window, places, quotes, line_feeds)
            lone = offset + returned - 1 if lone is None and returned else lone
            if lone is not None and line_feeds:
                _refuse(path, name, lone, _STRAY)
            quotes += 0 if places is None else places.size
            offset, before, block = offset + len(block), block[-1:], following
    if quotes % 2:
        _refuse(path, name, opened, _UNCLOSED)
    return Structure(has_quotes=quotes > 0, end=_last_content(path, start))


def _places(window: bytes, byte: int):
    """Where `byte` stands in the window, which has one byte of its neighbours at each end."""
    import numpy

    return numpy.flatnonzero(numpy.frombuffer(window, numpy.uint8)[1:-1] == byte) + 1


def _misplaced(window: bytes, places, before: int, delimiter: str) -> int | None:
    """The first quote that neither opens nor closes a cell. `before` counts the quotes before this window.

    A quote after an even number of others opens: it follows a delimiter, a line end, or a quote (then the two stand for
    one within the cell). The others close, which mirrors this.
    """
    import numpy

    data = numpy.frombuffer(window, numpy.uint8)
    allowed = numpy.zeros(256, bool)
    allowed[[_LF, _CR, _QUOTE, ord(delimiter)]] = True
    opens = (numpy.arange(places.size) + before) % 2 == 0
    wrong = numpy.flatnonzero(~allowed[numpy.where(opens, data[places - 1], data[places + 1])])
    return int(places[wrong[0]]) if wrong.size else None


def _line_ends(window: bytes, quotes, before: int, line_feeds: bool) -> tuple[int, bool]:
    """Outside of quotes: the place of the first carriage return without a line feed (0: none), and whether there are line feeds yet."""
    import numpy

    block = window[1:-1]
    quoted = quotes is not None or before % 2
    crs = block.count(b"\r") if b"\r" in block else 0
    pairs = crs and block.count(b"\r\n") + (block[-1:] == b"\r" and window[-1:] == b"\n")
    if crs == pairs and (line_feeds or not quoted):
        return 0, line_feeds or b"\n" in block
    data = numpy.frombuffer(window, numpy.uint8)

    def outside(places):
        inner = numpy.searchsorted(quotes if quotes is not None else places[:0], places)
        return places[(inner + before) % 2 == 0]

    returns = _places(window, _CR)
    lone = outside(returns[data[returns + 1] != _LF])
    return int(lone[0]) if lone.size else 0, line_feeds or bool(outside(_places(window, _LF)).size)


def _last_content(path: Path, start: int) -> int:
    """Where the last line that holds anything ends, its line end included."""
    size = end = path.stat().st_size
    with path.open("rb") as file:
        while end > start:
            begin = max(start, end - (1 << 16))
            file.seek(begin)
            tail = file.read(end - begin)
            kept = len(tail.rstrip(b"\r\n"))
            if kept:
                return min(begin + kept + (2 if tail[kept : kept + 2] == b"\r\n" else 1), size)
            end = begin
    return start


def _refuse(path: Path, name: str, position: int, words: str) -> NoReturn:
    """Raises RefusedError that shows the line in which the byte at `position` lies."""
    number, rest, read = 1, b"", 0
    with path.open("rb") as file:
        while read < position and (block := file.read(min(_WINDOW, position - read))):
            number += block.count(b"\n")
            rest, read = (rest + block)[-200:], read + len(block)
        after = file.read(200)
    line = (rest[rest.rfind(b"\n") + 1 :] + after.partition(b"\n")[0]).decode("utf-8", "replace")
    raise RefusedError(f"{name}, line {number:,}, {words}.{first_lines([(number, line)])}")
