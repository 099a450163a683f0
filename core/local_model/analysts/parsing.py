"""From the texts of a request to the tables that they describe.

Only what stands between `<data-…>` and `</data-…>` counts. There names and texts are JSON strings on one line, so a
cell can make neither a line of its own nor the end of a fence. A line that cannot be read is left out, never guessed.
"""

import json
import math
import re
from collections.abc import Iterable, Iterator
from typing import Any

from core.local_model.analysts import lines
from core.local_model.analysts.described import Column, Table
from core.local_model.chat_request import ChatRequest

_OPENS = re.compile(r"<data-([0-9A-Za-z]{4,64})>\s*$")
_TABLE = re.compile(rf"Table ({lines.STRING}): (.*)$")
_SIZE = re.compile(rf"({lines.COUNT}) rows?, ({lines.COUNT}) columns?")
_LEFT_OUT = re.compile(rf"Left out: ({lines.COUNT}) columns?\b")
_REPEATED = re.compile(rf"Rows that repeat an earlier row: ({lines.COUNT})\s*$")
_ROLES = ("system", "developer", "user")


def tables_of(asked: ChatRequest) -> tuple[Table, ...]:
    """The tables of all system and user texts, in the order of their first mention; empty without fenced data."""
    drafts: dict[str, _Draft] = {}
    for message in asked.messages:
        if message.role in _ROLES:
            _read(_fenced(message.text), drafts)
    return tuple(draft.frozen(at) for at, draft in enumerate(drafts.values(), start=1))


def _fenced(text: str) -> Iterator[str]:
    """The lines inside of fences; a fence that is never closed reaches to the end."""
    closes = ""
    # Not splitlines(): it would also break at U+2028 and its like, which JSON strings hold as they are.
    for line in text.split("\n"):
        bare = line.strip()
        if closes:
            if bare.startswith(closes):
                closes = ""
            else:
                yield bare
        elif opened := _OPENS.search(bare[-80:]):
            closes = f"</data-{opened[1]}>"


class _Draft:
    """A table while its lines are read. What is said first about a column stays."""

    def __init__(self, name: str) -> None:
        self.values: dict[str, Any] = {"name": name}
        self.columns: dict[str, Column] = {}
        self.measured: dict[str, list[Any]] = {"correlations": [], "fences": [], "series": [], "segments": []}
        self.names: tuple[str, ...] = ()
        self.sample: list[tuple[object, ...]] = []

    def frozen(self, position: int) -> Table:
        measured = {kind: tuple(found) for kind, found in self.measured.items()}
        return Table(
            position=position,
            columns=tuple(self.columns.values()),
            sample_columns=self.names,
            sample=tuple(self.sample),
            **self.values,
            **measured,
        )


def _read(fenced: Iterable[str], drafts: dict[str, _Draft]) -> None:
    draft: _Draft | None = None
    in_sample = False
    for line in fenced:
        if not lines.is_well_quoted(line):
            continue
        if found := _TABLE.match(line):
            draft, in_sample = _opened(found, drafts)
        elif draft is None:
            continue
        elif in_sample:
            _read_row(line, draft)
        elif line.startswith("- "):
            column = lines.column(line, len(draft.columns) + 1)
            if column is not None:
                draft.columns.setdefault(column.name, column)
        else:
            _read_measure(line, draft)


def _opened(found: re.Match[str], drafts: dict[str, _Draft]) -> tuple[_Draft | None, bool]:
    name = lines.text_of(found[1])
    if name is None:
        return None, False
    draft = drafts.setdefault(name, _Draft(name))
    if "sampled row" in found[2]:
        # A recipe may show the same rows twice; the second showing is another header over a full sample.
        return (_Draft(name) if draft.sample else draft), True
    if size := _SIZE.match(found[2]):
        if "rows" in draft.values:
            return _Draft(name), False
        draft.values |= {"rows": lines.count(size[1]), "column_count": lines.count(size[2])}
    elif found[2].startswith("could not be read"):
        draft.values["unreadable"] = True
    return draft, False


def _read_row(line: str, draft: _Draft) -> None:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError):
        return
    if not isinstance(row, list):
        return
    if not draft.names:
        draft.names = tuple(str(name) for name in row)
    elif len(row) == len(draft.names):
        draft.sample.append(tuple(None if isinstance(v, float) and not math.isfinite(v) else v for v in row))


def _read_measure(line: str, draft: _Draft) -> None:
    if found := _REPEATED.match(line):
        draft.values.setdefault("repeated_rows", lines.count(found[1]))
    elif found := _LEFT_OUT.match(line):
        draft.values.setdefault("left_out", lines.count(found[1]))
    elif line.startswith("Correlations"):
        draft.measured["correlations"] += lines.correlations(line)
    elif line.startswith("Outside the fences"):
        draft.measured["fences"] += lines.fences(line)
    elif line.startswith("Over time by "):
        draft.measured["series"] += lines.series(line)
    elif line.startswith("Mean of "):
        draft.measured["segments"] += lines.segments(line)
