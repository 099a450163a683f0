"""From bytes to UTF-8: what a file is written in, found by its mark or by trial, never guessed in silence."""

import codecs
from dataclasses import dataclass
from pathlib import Path

from .refusals import RefusedError

_BLOCK = 1 << 22
_OFFERED = (("cp1252", "Windows-1252 (Western Europe)"), ("latin-1", "Latin-1 (ISO 8859-1)"))
_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


@dataclass(frozen=True)
class Decoded:
    """A file in UTF-8: `path` from the byte `start` on. `question` is set when `encoding` was tried, not known."""

    path: Path
    start: int
    encoding: str
    question: str | None = None


def as_utf8(path: Path, name: str, encoding: str | None, folder: Path) -> Decoded:
    """The file itself if it is UTF-8, else a copy of it in `folder`.

    Raises:
        RefusedError: it cannot be read in that encoding, or it is none that is known.
    """
    with path.open("rb") as file:
        head = file.read(4)
    marked = next((found for mark, found in _MARKS if head.startswith(mark)), None)
    wanted = _known(encoding) if encoding else marked
    if wanted in (None, "utf-8"):
        start = 3 if marked == "utf-8" else 0
        wrong = _first_wrong(path, start)
        if wrong is None:
            return Decoded(path, start, "utf-8")
        if encoding or marked:
            raise RefusedError(
                f"{name} is not valid UTF-8: line {wrong[0]:,} holds bytes that mean nothing in it ({wrong[1]}). "
                "Save the file as UTF-8, or choose another encoding, for example cp1252."
            )
        return _offered(path, name, wrong, folder)
    return Decoded(_copy(path, name, str(wanted), folder), 0, str(wanted))


def _known(encoding: str) -> str:
    try:
        found = codecs.lookup(encoding)
        text = "a".encode(found.name)  # refuses codecs that are no encodings of text, such as zlib
    except (LookupError, TypeError, ValueError):
        text = None
    if not isinstance(text, bytes):
        raise RefusedError(f"The encoding {encoding!r} is not known. Use utf-8, utf-16, cp1252 or latin-1.")
    return {"iso8859-1": "latin-1"}.get(found.name, found.name.removesuffix("-sig"))


def _first_wrong(path: Path, start: int) -> tuple[int, str] | None:
    """The number of the first line that is not UTF-8 and its first wrong bytes, None if there is none."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        file.seek(start)
        while True:
            block = file.read(_BLOCK)
            pending = decoder.getstate()[0]
            if block.isascii() and not pending and block:
                continue
            try:
                decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                wrong = file.tell() - len(block) - len(pending) + error.start
                file.seek(0)
                lines = sum(file.read(min(_BLOCK, wrong - place)).count(b"\n") for place in range(0, wrong, _BLOCK))
                return lines + 1, error.object[error.start : error.start + 4].hex(" ")
            if not block:
                return None


def _offered(path: Path, name: str, wrong: tuple[int, str], folder: Path) -> Decoded:
    for encoding, words in _OFFERED:
        try:
            copy = _copy(path, name, encoding, folder)
        except RefusedError:
            continue
        question = (
            f"{name} is not UTF-8 (line {wrong[0]:,}), and is shown as {words}. "
            f"Look whether the special characters are right, then confirm the encoding {encoding}, or choose another one."
        )
        return Decoded(copy, 0, encoding, question)
    raise AssertionError("latin-1 reads everything")


def _copy(path: Path, name: str, encoding: str, folder: Path) -> Path:
    decoder = codecs.getincrementaldecoder(encoding)()
    copy = folder / f"{encoding}.utf8"
    lines = 0
    with path.open("rb") as file, copy.open("wb") as out:
        while True:
            block = file.read(_BLOCK)
            try:
                text = decoder.decode(block, final=not block)
                written = text.encode()
            except UnicodeError:
                raise RefusedError(
                    f"{name} cannot be read as {encoding}: something after line {lines + 1:,} means nothing in it. "
                    "Choose another encoding, or save the file as UTF-8."
                ) from None
            out.write(written)
            lines += text.count("\n")
            if not block:
                break
    return copy
