"""Kept states of a space: taken, listed, compared with each other or with now, downloaded, deleted."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core import genie
from core.db import reading, transaction
from pages._ui import formatting, layout, person
from pages._ui.icons import ICON
from pages._ui.text import plain
from pages.genie.space_views import files
from pages.genie.space_views.changes import draw_changes
from pages.genie.space_views.unreadable import said_unreadable

_DELETING = "space.snapshot.deleting"
_SHOWN = 100


def draw(workspace: genie.WorkspaceView, client: genie.GenieClient, state: genie.SpaceState) -> None:
    """The list, and below it what differs between the selected ones."""
    if state.definition is not None:
        _form(workspace, state)
    with reading() as session:
        kept = genie.list_snapshots(session, workspace.id, state.id, limit=_SHOWN)
    if not kept:
        if state.definition is None:
            said_unreadable()
        else:
            layout.empty_state(
                "No snapshots yet",
                "A snapshot is a copy of the whole definition as it is now. Take one before you change something, and compare "
                "later.",
                icon=ICON.snapshot,
            )
        return
    chosen = _table(kept, state)
    if len(chosen) > 2:
        st.caption(f"{ICON.note} {len(chosen)} are selected; only two can be compared. The oldest and the newest are.")
    if not chosen:
        st.caption("Select one to compare it with the space as it is now, or two to compare them with each other.")
        return
    if len(chosen) == 1:
        _acts(chosen[0], state)
    _compared(sorted(chosen, key=lambda each: each.created_at), state)


def _form(workspace: genie.WorkspaceView, state: genie.SpaceState) -> None:
    with st.form("space.snapshot", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        note = st.text_input(
            "Note", key="space.snapshot.note", placeholder="Before the new descriptions", max_chars=500, width=420
        )
        pressed = st.form_submit_button("Take a snapshot", icon=ICON.snapshot)
    if pressed:
        take(workspace, state, note)


def take(workspace: genie.WorkspaceView, state: genie.SpaceState, note: str = "") -> None:
    """Keep the space as it is now, and say what became of that."""
    with layout.showing_errors():
        with transaction() as session:
            before = {each.id for each in genie.list_snapshots(session, workspace.id, state.id)}
            made = genie.take_snapshot(session, workspace.id, state, person=person.current(), note=note.strip())
        words = "There is a snapshot of this state already" if made.id in before else "Snapshot kept"
        st.toast(f"{words}: {made.hash[:8]}.", icon=ICON.snapshot)


def _table(kept: Sequence[genie.SnapshotRow], state: genie.SpaceState) -> list[genie.SnapshotRow]:
    chosen = st.dataframe(
        pd.DataFrame(
            {
                "When": [formatting.ago(each.created_at) for each in kept],
                "Note": [each.note for each in kept],
                "Hash": [each.hash[:8] for each in kept],
                "": ["as it is now" if each.hash == state.hash else "" for each in kept],
                "Title then": [each.title for each in kept],
                "By": [each.created_by for each in kept],
            }
        ),
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row",
        key="space.snapshots",
        height="content" if len(kept) <= 12 else "auto",
        alt="Snapshots of the space, the newest first",
        column_config={
            "When": st.column_config.TextColumn(width=110),
            "Note": st.column_config.TextColumn(width=380),
            "Hash": st.column_config.TextColumn(width=90, help="Equal hashes mean the same to the service"),
            "": st.column_config.TextColumn(width=110),
            "Title then": st.column_config.TextColumn(width=190),
            "By": st.column_config.TextColumn(width=75),
        },
    )
    if len(kept) == _SHOWN:
        st.caption(f"The latest {_SHOWN} are shown.")
    return [kept[row] for row in chosen.selection.rows if row < len(kept)]


def _acts(snapshot: genie.SnapshotRow, state: genie.SpaceState) -> None:
    with reading() as session:
        definition = genie.get_snapshot(session, snapshot.id).definition
    with st.container(horizontal=True):
        files.download_definition(
            f"{snapshot.title}-{snapshot.hash[:8]}", definition, label="Download", key="space.snapshot.download"
        )
        if st.menu_button("Actions", ["Delete"], icon=ICON.more, key="space.snapshot.actions") == "Delete":
            st.session_state[_DELETING] = snapshot.id
    if st.session_state.get(_DELETING) == snapshot.id:
        _dialog(snapshot)


def _compared(chosen: Sequence[genie.SnapshotRow], state: genie.SpaceState) -> None:
    """The oldest of them with the newest, or the only one with now."""
    with reading() as session:
        before = genie.get_snapshot(session, chosen[0].id)
        after = genie.get_snapshot(session, chosen[-1].id) if len(chosen) > 1 else None
    if after is not None:
        draw_changes(genie.compare(before.definition, after.definition), left=_named(before), right=_named(after))
    elif state.definition is not None:
        draw_changes(genie.compare(before.definition, state.definition), left=_named(before), right="now")
    else:
        st.caption("The space's own definition may not be read, so this cannot be compared with it.")


def _named(snapshot: genie.SnapshotRow) -> str:
    return f"{snapshot.hash[:8]} ({formatting.ago(snapshot.created_at)})"


def _closed() -> None:
    st.session_state.pop(_DELETING, None)


@st.dialog("Delete the snapshot", icon=ICON.delete, on_dismiss=_closed)
def _dialog(snapshot: genie.SnapshotRow) -> None:
    st.write(
        f"{plain(snapshot.hash[:8])}, taken {formatting.ago(snapshot.created_at)}. The space itself stays as it is; "
        "evaluations that began from this snapshot keep their figures, but can no longer show its definition."
    )
    if st.button("Delete the snapshot", icon=ICON.delete, type="primary", key="space.snapshot.delete"):
        with layout.showing_errors():
            with transaction() as session:
                genie.delete_snapshot(session, snapshot.id, person=person.current())
            _closed()
            st.rerun()
