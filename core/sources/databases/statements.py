"""A look at a person's SQL before it runs: one statement, of a kind that reads.

This is for a clear message. What keeps the data safe is the read-only connection (and for SQLite the authorizer); only
for a warehouse, which has no such thing, the stricter look of `check_reading_only` is the guard.
"""

import re
from typing import Literal

from core.errors import InputError

Quoting = Literal["sqlite", "postgresql", "mysql", "databricks"]

_STARTS = {"select", "with", "values", "explain", "show", "describe", "desc", "table"}
_WRITING = {
    "insert", "update", "delete", "merge", "replace", "truncate", "drop", "create", "alter", "grant", "revoke", "copy",
    "call", "do", "set", "use", "begin", "start", "commit", "rollback", "lock", "vacuum", "attach", "detach", "pragma",
    "reindex", "analyze", "execute", "prepare", "load", "refresh", "optimize", "into", "overwrite", "cache", "uncache",
    "msck", "repair", "restore", "declare", "kill", "put", "get", "remove", "add", "list", "clear", "reset", "sync",
}  # fmt: skip
_MAX_CHARS = 100_000


def one_statement(sql: str, quoting: Quoting) -> str:
    """The statement without a semicolon at its end.

    Raises:
        InputError: empty, too long, several statements, or of a kind that does not read.
    """
    text = sql.strip().lstrip("\ufeff")
    if "\0" in text:
        raise InputError("The query holds a NUL character. Delete it.")
    if len(text) > _MAX_CHARS:
        raise InputError(f"The query is longer than {_MAX_CHARS:,} characters. Shorten it.")
    bare = _bare(text, quoting).rstrip()
    while bare.endswith(";"):
        bare = bare[:-1].rstrip()
        text = text[: len(bare)]
    if ";" in bare:
        raise InputError("Only one statement can be run at a time. Take out all but one.")
    words = re.findall(r"[A-Za-z_]+", bare)
    if not words:
        raise InputError("The query is empty. Write a SELECT.")
    first = words[0].lower()
    if first not in _STARTS:
        raise InputError(
            f"Only queries that read can be run here, and this one starts with {words[0].upper()[:20]}. Write a SELECT."
        )
    if quoting == "mysql" and "into" in {word.lower() for word in words}:
        raise InputError(
            "INTO writes a file or a variable and cannot be used here. Take it out; put a column of that name in backticks."
        )
    return text


def check_reading_only(sql: str) -> None:
    """For a warehouse: no word that writes stands anywhere outside quotes.

    Raises:
        InputError: names the word.
    """
    for word in re.findall(r"[A-Za-z_]+", _bare(sql, "databricks")):
        if word.lower() in _WRITING:
            raise InputError(
                f"Only queries that read can be run here, and {word.upper()} may write. Take it out; put a column of that name in backticks."
            )


def _bare(text: str, quoting: Quoting) -> str:
    """The text, as long as before, with blanks where quoted parts and comments were.

    Raises:
        InputError: a quote or comment that does not end, or a comment that MySQL would run.
    """
    if quoting in ("mysql", "databricks") and re.search(r"/\*M?!", text):
        raise InputError("A comment that starts with /*! would be run as SQL. Write it without.")
    kept: list[str] = []
    at = 0
    while at < len(text):
        end = _skipped(text, at, quoting)
        if end > at:
            kept.append("".join("\n" if char == "\n" else " " for char in text[at:end]))
            at = end
            continue
        kept.append(text[at])
        at += 1
    return "".join(kept)


def _skipped(text: str, at: int, quoting: Quoting) -> int:
    """Where the quoted part or comment that starts here ends; `at` if none starts."""
    char = text[at]
    if text.startswith("--", at) or (char == "#" and quoting == "mysql"):
        end = text.find("\n", at)
        return len(text) if end < 0 else end
    if text.startswith("/*", at):
        return _comment_end(text, at, nested=quoting in ("postgresql", "databricks"))
    if char in "'\"`":
        if char == "`" and quoting == "postgresql":
            return at
        escapes = quoting in ("mysql", "databricks") and char != "`"
        if quoting == "postgresql" and char == "'" and re.search(r"(?<![\w$])[eE]$", text[max(0, at - 2) : at]):
            escapes = True
        return _quote_end(text, at, char, escapes=escapes)
    if char == "[" and quoting == "sqlite":
        return _found(text, "]", at + 1)
    if char == "$" and quoting == "postgresql" and (tag := re.match(r"\$(?:[^\W\d]\w*)?\$", text[at:])):
        if at and (text[at - 1].isalnum() or text[at - 1] in "_$"):
            return at
        return _found(text, tag.group(), at + len(tag.group()))
    return at


def _quote_end(text: str, at: int, quote: str, *, escapes: bool) -> int:
    at += 1
    while at < len(text):
        if escapes and text[at] == "\\":
            at += 2
        elif text[at] == quote:
            if text.startswith(quote, at + 1):
                at += 2
            else:
                return at + 1
        else:
            at += 1
    raise _open()


def _comment_end(text: str, at: int, *, nested: bool) -> int:
    depth = 0
    while at < len(text):
        if text.startswith("/*", at) and (nested or depth == 0):
            depth, at = depth + 1, at + 2
        elif text.startswith("*/", at):
            depth, at = depth - 1, at + 2
            if depth == 0:
                return at
        else:
            at += 1
    raise _open()


def _found(text: str, mark: str, at: int) -> int:
    end = text.find(mark, at)
    if end < 0:
        raise _open()
    return end + len(mark)


def _open() -> InputError:
    return InputError("A quote or comment in the query does not end. Close it.")
