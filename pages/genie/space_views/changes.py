"""The difference of two definitions, readable: short changes as a table, long texts as a text difference, by section."""

from collections import Counter
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core import genie
from pages._ui import diff, formatting
from pages._ui.text import plain

_SHORT = 120
_MOST = 200
_OPEN = 3
_SIGN = {"added": "+ added", "removed": "− removed", "changed": "~ changed"}


def draw_changes(changes: Sequence[genie.Change], *, left: str, right: str) -> None:
    """All changes from `left` to `right`, which name the two sides; a sentence if there are none."""
    single = genie.leaves(changes)
    if not single:
        st.caption(f"No difference: {plain(left)} and {plain(right)} mean the same to the service.")
        return
    counts = Counter(each.kind for each in single)
    parts = [f"{counts[kind]:,} {kind}" for kind in ("added", "removed", "changed") if counts[kind]]
    st.markdown(
        f"**{formatting.plural(len(single), 'change')}** from {plain(left)} to {plain(right)}: {', '.join(parts)}"
    )
    shown = 0
    for title, group in _sections(changes):
        if shown >= _MOST:
            break
        part = group[: _MOST - shown]
        shown += len(part)
        st.caption(f"{plain(title)} ({len(group):,})")
        _short([each for each in part if not _is_long(each)])
        long = [each for each in part if _is_long(each)]
        for each in long:
            _long(each, left, right, expanded=len(long) <= _OPEN)
    if shown < len(single):
        st.caption(f"The first {shown:,} of {len(single):,} are shown; download both definitions to see all of them.")


def _sections(changes: Sequence[genie.Change]) -> list[tuple[str, list[genie.Change]]]:
    """The single changes under the title of their section; what stands in none of the known ones comes last."""
    known = [(each.what, list(each.leaves())) for each in changes if each.subject == "section"]
    rest = [leaf for each in changes if each.subject != "section" for leaf in each.leaves()]
    return [*known, *([("Other settings", rest)] if rest else [])]


def _is_long(change: genie.Change) -> bool:
    return any(len(text) > _SHORT or "\n" in text.strip() for text in (change.before, change.after) if text)


def _where(change: genie.Change) -> str:
    """Its path without the section, which stands above already."""
    section, _, rest = change.path.partition(" › ")
    return rest or section


def _short(changes: Sequence[genie.Change]) -> None:
    """A table; a side that has nothing in any row is left out."""
    if not changes:
        return
    sides = {"Before": [each.before or "" for each in changes], "After": [each.after or "" for each in changes]}
    shown = {name: texts for name, texts in sides.items() if any(texts)}
    wide = st.column_config.TextColumn(width=270 if len(shown) == 2 else 540)
    st.dataframe(
        pd.DataFrame(
            {"Change": [_SIGN[each.kind] for each in changes], "Where": [_where(each) for each in changes], **shown}
        ),
        hide_index=True,
        height="content" if len(changes) <= 12 else "auto",
        alt="Changes with their texts before and after",
        column_config={
            "Change": st.column_config.TextColumn(width=95),
            "Where": st.column_config.TextColumn(width=360),
            "Before": wide,
            "After": wide,
        },
    )


def _long(change: genie.Change, left: str, right: str, *, expanded: bool) -> None:
    with st.expander(f"{_SIGN[change.kind]} · {plain(_where(change))}", expanded=expanded):
        if change.kind == "changed":
            diff.side_by_side(change.before or "", change.after or "", left=left, right=right)
        else:
            st.code(change.after or change.before or "", language=None, wrap_lines=True)
