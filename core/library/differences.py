"""Text differences as data; the pages draw them. Used for versions, stale saves, proposals and snapshots alike."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Literal

Kind = Literal["same", "removed", "added"]

_TOKENS = re.compile(r"\w+|\s+|[^\w\s]", re.UNICODE)
_MOST_TOKENS = 4_000
"""Above this, words within a changed block are not compared: the block is shown as removed and added."""


@dataclass(frozen=True)
class Piece:
    """A run of text on one side or both."""

    kind: Kind
    text: str


@dataclass(frozen=True)
class LinePair:
    """One row of a side-by-side view. A side without a line is None; pieces mark the words that differ."""

    left_number: int | None
    left: tuple[Piece, ...] | None
    right_number: int | None
    right: tuple[Piece, ...] | None

    @property
    def changed(self) -> bool:
        return self.left is None or self.right is None or any(piece.kind != "same" for piece in self.left + self.right)


def word_pieces(before: str, after: str) -> tuple[Piece, ...]:
    """The one text that holds both, by words: what stayed, what went, what came.

    Leaving out the removed pieces gives `after`, leaving out the added ones gives `before`.
    """
    left, right = _TOKENS.findall(before), _TOKENS.findall(after)
    if len(left) + len(right) > _MOST_TOKENS:
        return _merged([("removed", before), ("added", after)]) if before != after else _merged([("same", before)])
    raw: list[tuple[Kind, str]] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if tag == "equal":
            raw.append(("same", "".join(left[i1:i2])))
        else:
            raw.append(("removed", "".join(left[i1:i2])))
            raw.append(("added", "".join(right[j1:j2])))
    return _merged(raw)


def line_pairs(before: str, after: str) -> tuple[LinePair, ...]:
    """Both texts line by line, side by side, with the words that differ marked within changed lines."""
    left, right = before.splitlines(), after.splitlines()
    pairs: list[LinePair] = []
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, left, right, autojunk=False).get_opcodes():
        if tag == "equal":
            pairs += [
                LinePair(i + 1, (Piece("same", left[i]),), j + 1, (Piece("same", right[j]),))
                for i, j in zip(range(i1, i2), range(j1, j2), strict=True)
            ]
            continue
        for offset in range(max(i2 - i1, j2 - j1)):
            i, j = i1 + offset, j1 + offset
            old = left[i] if i < i2 else None
            new = right[j] if j < j2 else None
            pairs.append(_pair(i + 1, old, j + 1, new))
    return tuple(pairs)


def changed_only(pairs: tuple[LinePair, ...], context: int = 2) -> tuple[LinePair | None, ...]:
    """The changed rows with `context` rows around them; None stands where rows are left out."""
    keep: set[int] = set()
    for index, pair in enumerate(pairs):
        if pair.changed:
            keep.update(range(max(0, index - context), min(len(pairs), index + context + 1)))
    shown: list[LinePair | None] = []
    for index, pair in enumerate(pairs):
        if index in keep:
            shown.append(pair)
        elif not shown or shown[-1] is not None:
            shown.append(None)
    return tuple(shown)


def merge(base: str, mine: str, theirs: str) -> str | None:
    """Both changes to `base` in one text, or None where they touch the same or neighbouring lines."""
    if mine == theirs or theirs == base:
        return mine
    if mine == base:
        return theirs
    lines = base.splitlines(keepends=True)
    edits = sorted(
        {
            (i1, i2, tuple(text.splitlines(keepends=True)[j1:j2]))
            for text in (mine, theirs)
            for tag, i1, i2, j1, j2 in SequenceMatcher(
                None, lines, text.splitlines(keepends=True), autojunk=False
            ).get_opcodes()
            if tag != "equal"
        }
    )
    for (_, end, _), (start, _, _) in pairwise(edits):
        if start <= end:
            return None
    merged, at = [], 0
    for i1, i2, new in edits:
        merged += [*lines[at:i1], *new]
        at = i2
    return "".join(merged + lines[at:])


def _pair(left_number: int, old: str | None, right_number: int, new: str | None) -> LinePair:
    if old is None:
        return LinePair(None, None, right_number, (Piece("added", new or ""),))
    if new is None:
        return LinePair(left_number, (Piece("removed", old),), None, None)
    pieces = word_pieces(old, new)
    return LinePair(
        left_number,
        tuple(piece for piece in pieces if piece.kind != "added"),
        right_number,
        tuple(piece for piece in pieces if piece.kind != "removed"),
    )


def _merged(raw: list[tuple[Kind, str]]) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    for kind, text in raw:
        if not text:
            continue
        if pieces and pieces[-1].kind == kind:
            pieces[-1] = Piece(kind, pieces[-1].text + text)
        else:
            pieces.append(Piece(kind, text))
    return tuple(pieces)
