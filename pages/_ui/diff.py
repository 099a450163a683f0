"""Draws text differences: inline by words, or side by side by lines.

The HTML is made here from escaped text only, with `ins` and `del`, so that it reads well with a screen reader too.
Streamlit has no element for it; `st.html` also runs it through its own sanitiser.
"""

from html import escape

import streamlit as st

from core.library import LinePair, Piece, changed_only, line_pairs, word_pieces

_ADDED = "background:rgba(64,160,80,.25);text-decoration:none"
_REMOVED = "background:rgba(210,70,60,.22);text-decoration:line-through"
_BOX = "font-family:monospace;font-size:.86em;white-space:pre-wrap;overflow-wrap:anywhere"
_CELL = f"{_BOX};vertical-align:top;padding:1px 6px;border:none"
_NUMBER = f"{_CELL};opacity:.5;text-align:right;width:2.5em;user-select:none"
_LARGEST = 60_000


def inline(before: str, after: str) -> None:
    """One text that shows what went and what came, by words."""
    if before == after:
        st.caption("No difference.")
        return
    if _too_large(before, after):
        return
    body = "".join(_piece(piece) for piece in word_pieces(before, after))
    st.html(f'<div style="{_BOX}">{body}</div>')


def side_by_side(
    before: str, after: str, *, left: str = "Before", right: str = "After", everything: bool = False
) -> None:
    """Both texts in two columns; only changed lines with their neighbours, unless `everything`."""
    if before == after:
        st.caption("No difference.")
        return
    if _too_large(before, after):
        return
    pairs = line_pairs(before, after)
    shown = pairs if everything else changed_only(pairs)
    rows = "".join(_row(pair) for pair in shown)
    head = "".join(
        f'<th colspan="2" style="text-align:left;padding:2px 6px;border:none">{escape(t)}</th>' for t in (left, right)
    )
    st.html(
        f'<table style="width:100%;table-layout:fixed;border-collapse:collapse">'
        f'<colgroup><col style="width:2.6em"><col><col style="width:2.6em"><col></colgroup>'
        f"<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
    )


def _too_large(before: str, after: str) -> bool:
    """A browser should not draw megabytes of marks: show where the texts part instead."""
    if len(before) + len(after) <= _LARGEST:
        return False
    at = next((i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), min(len(before), len(after)))
    st.caption(
        f"The texts are too long to mark every change ({len(before):,} and {len(after):,} characters); they part at character {at + 1:,}."
    )
    old, new = st.columns(2)
    old.code(before[max(0, at - 200) : at + 800], language=None, wrap_lines=True)
    new.code(after[max(0, at - 200) : at + 800], language=None, wrap_lines=True)
    return True


def _row(pair: LinePair | None) -> str:
    if pair is None:
        return f'<tr><td colspan="4" style="{_CELL};opacity:.5">⋯</td></tr>'
    return f"<tr>{_half(pair.left_number, pair.left)}{_half(pair.right_number, pair.right)}</tr>"


def _half(number: int | None, pieces: tuple[Piece, ...] | None) -> str:
    text = "".join(_piece(piece) for piece in pieces or ())
    return f'<td style="{_NUMBER}">{number or ""}</td><td style="{_CELL}">{text}</td>'


def _piece(piece: Piece) -> str:
    text = escape(piece.text)
    if piece.kind == "added":
        return f'<ins style="{_ADDED}">{text}</ins>'
    if piece.kind == "removed":
        return f'<del style="{_REMOVED}">{text}</del>'
    return text
