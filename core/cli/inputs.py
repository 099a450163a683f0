"""Texts and values from the command line: files, standard input, `--var name=value`."""

import difflib
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, BinaryIO

from core.errors import InputError
from core.library import VariableSpec

MAX_BYTES = 8_000_000
"""Largest file that is read, in bytes: more than a rendering may take in."""

STDIN = "-"


def read_text(path: str) -> str:
    """The UTF-8 text of a file, or of standard input for `-`; a byte order mark is dropped, line ends stay.

    Raises:
        InputError: it cannot be read, is not text, or is larger than `MAX_BYTES`.
    """
    name = "Standard input" if path == STDIN else f"The file {path}"
    try:
        if path == STDIN:
            data = _read(sys.stdin.buffer)
        else:
            with Path(path).open("rb") as file:
                data = _read(file)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "not a path"
        raise InputError(f"{name} cannot be read: {reason}. Check the path.") from error
    if len(data) > MAX_BYTES:
        raise InputError(f"{name} is larger than {MAX_BYTES // 1_000_000} MB. Pass a shorter text.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{name} is not UTF-8 text (byte {error.start:,}). Convert it, or pass another file."
        ) from error
    if "\0" in text:
        raise InputError(f"{name} is binary: it holds NUL characters. Pass a text file.")
    return text


def read_template_text(path: str) -> str:
    """As `read_text`, without the line end that editors put after the last line."""
    text = read_text(path)
    return text.removesuffix("\n").removesuffix("\r")


def read_values(pairs: Sequence[str], vars_file: str | None) -> dict[str, Any]:
    """The values of `--vars-file` and `--var`; the latter go first. Those of `--var` are text, to be typed later.

    `name=@file` takes a file's text, `name=@-` standard input, and `name=@@text` is a text that starts with @.

    Raises:
        InputError: a pair without `=`, a name given twice, standard input used twice, a file that cannot be used.
    """
    given: dict[str, str] = {}
    for pair in pairs:
        name, separator, value = pair.partition("=")
        name = name.strip()
        if not separator or not name:
            raise InputError(f"'--var {pair[:60]}' has no name or no '='. Write --var name=value or --var name=@file.")
        if name in given:
            raise InputError(f"The variable '{name}' is given twice. Give it once.")
        given[name] = value
    refuse_stdin_twice([*(value[1:] for value in given.values() if value.startswith("@")), vars_file])
    values = _read_object(vars_file) if vars_file else {}
    return values | {name: _value(value) for name, value in given.items()}


def refuse_stdin_twice(paths: Sequence[str | None]) -> None:
    """Raises InputError if more than one of `paths` is `-`."""
    if sum(path == STDIN for path in paths) > 1:
        raise InputError("Standard input (-) can be read for one text only. Put the other into a file.")


def check_names(values: dict[str, Any], specs: Sequence[VariableSpec], reference: str) -> None:
    """Raises InputError for names that the template does not use; says which there are."""
    names = [spec.name for spec in specs]
    unknown = [name for name in values if name not in names]
    if not unknown:
        return
    if not names:
        raise InputError(f"'{reference}' takes no variables, so '{unknown[0][:60]}' has no use. Leave it out.")
    which = "variable" if len(unknown) == 1 else "variables"
    close = difflib.get_close_matches(unknown[0], names, n=1)
    hint = f" Did you mean '{close[0]}'?" if close else ""
    raise InputError(
        f"'{reference}' has no {which} {', '.join(repr(name[:60]) for name in unknown)}.{hint} It has: {', '.join(names)}."
    )


def _value(value: str) -> str:
    if value.startswith("@@"):
        return value[1:]
    return read_text(value[1:]) if value.startswith("@") else value


def _read_object(path: str) -> dict[str, Any]:
    text = read_text(path)
    try:
        values = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise InputError(f"The file {path} is not valid JSON: {str(error)[:120]}. Correct it.") from error
    if not isinstance(values, dict):
        raise InputError(f'The file {path} has to hold one JSON object, such as {{"name": "value"}}.')
    return values


def _refuse_constant(word: str) -> float:
    raise ValueError(f"{word} is not JSON")


def _read(stream: BinaryIO) -> bytes:
    return stream.read(MAX_BYTES + 1)
