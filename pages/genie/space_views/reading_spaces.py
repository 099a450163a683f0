"""A space as the page sees it: read from the service, and for a workspace far away kept for a few seconds.

A page is drawn at every click, and a definition may take a second to arrive. What was kept is forgotten after each write.
"""

import time

import streamlit as st

from core import genie
from core.errors import AuthError

_KEPT_S = 20.0


def read_space(workspace: genie.WorkspaceView, client: genie.GenieClient, space_id: str) -> genie.SpaceState:
    """The space; without its definition where the credentials may not read that.

    Raises:
        NotFoundError, AuthError and the other errors of the service.
    """
    if workspace.is_local:
        return _read(client, space_id)
    kept: dict[tuple[str, str], tuple[float, genie.SpaceState]] = st.session_state.setdefault("spaces.kept", {})
    found = kept.get((workspace.id, space_id))
    if found is None or time.monotonic() - found[0] > _KEPT_S:
        with st.spinner("Reading the space …", show_time=True):
            found = (time.monotonic(), _read(client, space_id))
        kept[workspace.id, space_id] = found
    return found[1]


def forget(workspace_id: str, space_id: str) -> None:
    """Read it anew next time."""
    st.session_state.get("spaces.kept", {}).pop((workspace_id, space_id), None)


def _read(client: genie.GenieClient, space_id: str) -> genie.SpaceState:
    try:
        return client.get_space(space_id)
    except AuthError as error:
        if error.status != 403:
            raise
        return client.get_space(space_id, definition=False)
