"""Uploading a `.geniespace.json` over a space: checked, compared, confirmed; the state before is kept as a snapshot."""

from dataclasses import dataclass

import streamlit as st

from core import activity, genie
from core.db import transaction
from core.errors import ConflictError, WorkbenchError
from pages._ui import layout, person
from pages._ui.icons import ICON
from pages._ui.text import plain
from pages.genie.space_views import reading_spaces
from pages.genie.space_views.changes import draw_changes
from pages.genie.space_views.health import draw_faults
from pages.genie.space_views.unreadable import said_unreadable

_OPEN = "space.replacing"
_WRITTEN = "space.written"


@dataclass(frozen=True)
class _Done:
    """What the last write of this session led to, to be told until it is dismissed."""

    space_id: str
    file: str
    written: genie.Written


def open_dialog(state: genie.SpaceState) -> None:
    st.session_state[_OPEN] = state.id


def draw_dialog(workspace: genie.WorkspaceView, client: genie.GenieClient, state: genie.SpaceState) -> None:
    """The dialog while it is open for this space."""
    if st.session_state.get(_OPEN) == state.id:
        _dialog(workspace, client, state)


def draw_outcome(state: genie.SpaceState) -> None:
    """What the service made of the last upload: a toast if just that, else what differs, until it is dismissed."""
    done: _Done | None = st.session_state.get(_WRITTEN)
    if done is None or done.space_id != state.id:
        return
    if done.written.exact:
        _forget()
        st.toast(
            f"{plain(done.file)} is the definition now, exactly as sent. The one before it is kept as a snapshot.",
            icon=ICON.check,
        )
        return
    with st.container(border=True):
        st.warning(
            f"The service stored {plain(done.file)} otherwise than it was sent; the definition before it is kept as a snapshot. "
            "This is what differs:",
            icon=ICON.warning,
        )
        draw_changes(done.written.deviations, left="sent", right="stored")
        st.button("Dismiss", key="space.written.dismiss", on_click=_forget)


def _forget() -> None:
    st.session_state.pop(_WRITTEN, None)


def _closed() -> None:
    st.session_state.pop(_OPEN, None)


@st.dialog("Upload a definition", icon=ICON.upload, width="large", on_dismiss=_closed)
def _dialog(workspace: genie.WorkspaceView, client: genie.GenieClient, state: genie.SpaceState) -> None:
    present = state.definition
    if present is None:
        said_unreadable()
        return
    upload = st.file_uploader("Definition, a .geniespace.json", type=["json"], key="space.replacing.file")
    if upload is None:
        st.caption("Nothing is written yet: the file is checked first, and what it would change is shown.")
        return
    wanted, faults = genie.check_text(upload.getvalue())
    verdict = "No faults."
    if wanted is not None and faults and not genie.faults(ordered := genie.in_order(wanted)):
        wanted, faults = ordered, ()
        verdict = "No faults but the order of its lists, which is put right."
    if faults or wanted is None:
        draw_faults(faults)
        return
    if genie.same(present, wanted):
        st.caption(f"{ICON.check} {verdict} It means the same as what is there already, so there is nothing to write.")
        return
    st.caption(f"{ICON.check} {verdict}")
    with st.container(height=380, border=True):
        draw_changes(genie.compare(present, wanted), left="now", right=upload.name)
    agreed = True
    if not workspace.is_local:
        st.warning(
            f"This replaces the whole definition of “{plain(state.title)}” on {plain(workspace.host or workspace.name)}. It "
            "changes the space at once, for everybody who uses it.",
            icon=ICON.warning,
        )
        agreed = st.checkbox("Change it for everybody", key="space.replacing.agreed")
    if st.button(
        "Replace the definition", icon=ICON.upload, type="primary", key="space.replacing.write", disabled=not agreed
    ):
        _write(workspace, client, state, wanted, upload.name)


def _write(
    workspace: genie.WorkspaceView, client: genie.GenieClient, state: genie.SpaceState, wanted: genie.Space, file: str
) -> None:
    """Keep the present state, write, read back. Only if the space is still the one that was compared."""
    who = person.current()
    try:
        with st.spinner("Writing, and reading back …", show_time=True):
            with transaction() as session:
                genie.take_snapshot(session, workspace.id, state, person=who, note=f"Before the upload of {file}"[:500])
            written = client.update_space(state.id, definition=wanted, etag=state.etag)
            genie.overview(client, [state.id], refresh=True)  # so that the list shows it too
            with transaction() as session:
                note = f"After the upload of {file}"[:500]
                genie.take_snapshot(session, workspace.id, written.state, person=who, note=note)
                activity.record(session, who, "replaced the definition of", state.title, subject_id=state.id)
    except ConflictError as error:
        layout.failed(error)
        st.caption(
            "Nothing was written. Close this dialog, refresh the space, and upload again to see the difference anew."
        )
        reading_spaces.forget(workspace.id, state.id)
        return
    except WorkbenchError as error:
        layout.failed(error)
        return
    reading_spaces.forget(workspace.id, state.id)
    st.session_state[_WRITTEN] = _Done(state.id, file, written)
    _closed()
    st.rerun()
