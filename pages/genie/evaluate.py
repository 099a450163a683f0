"""Genie › Evaluate: ask a space its benchmarks, and what came of it before. `?workspace=…&space=…`."""

import streamlit as st

from core import genie
from core.db import reading
from core.errors import NotFoundError, WorkbenchError
from pages._ui import layout
from pages._ui.icons import ICON
from pages.genie.evaluation_views import form, listing

SPACES = "pages/genie/spaces.py"


@st.cache_data(ttl=60, show_spinner="Listing the spaces …")
def _spaces(workspace_id: str, host: str | None) -> dict[str, str]:
    """The titles of a workspace's spaces by id. `host` is part of the key: a connection may move."""
    with reading() as session:
        client = genie.client_of(session, workspace_id)
    return {each.id: each.title for each in client.list_spaces()}


def _workspace() -> genie.WorkspaceView:
    with reading() as session:
        listed = genie.list_workspaces(session)
    ids = [each.id for each in listed]
    asked = st.query_params.get("workspace")
    chosen = st.selectbox(
        "Workspace",
        ids,
        ids.index(asked) if asked in ids else 0,
        format_func={each.id: each.name for each in listed}.__getitem__,
        key="evaluate.workspace",
        width=260,
    )
    if chosen != asked:
        st.query_params["workspace"] = chosen
        st.query_params.pop("space", None)
    return listed[ids.index(chosen)]


def _space(workspace: genie.WorkspaceView) -> tuple[str, str] | None:
    """Id and title; None where the workspace has no space."""
    asked = st.query_params.get("space")
    titles = _spaces(workspace.id, workspace.host)
    if not titles or (asked and asked not in titles):
        _spaces.clear()  # it may be newer than what was listed
        titles = _spaces(workspace.id, workspace.host)
    if not titles:
        return None
    ids = list(titles)
    chosen = st.selectbox(
        "Space",
        ids,
        ids.index(asked) if asked in ids else 0,
        format_func=titles.__getitem__,
        key=f"evaluate.space.{workspace.id}",
        width=420,
    )
    if chosen != asked:
        st.query_params["space"] = chosen
    return chosen, titles[chosen]


layout.heading(
    "Evaluate", "Asks every benchmark of a space and compares the rows, as a job that goes on without this tab."
)
workspace: genie.WorkspaceView | None = None
space: tuple[str, str] | None = None
with layout.showing_errors():
    with st.container(border=True):
        try:
            with st.container(horizontal=True, vertical_alignment="bottom"):
                workspace = _workspace()
                space = _space(workspace)
            if space is not None:
                form.draw(workspace, *space)
            else:
                layout.empty_state(
                    "No spaces here",
                    "This workspace has none that the credentials may see. Create one there, or load the demo space.",
                    page=SPACES,
                    label="Open Spaces",
                    icon=ICON.space,
                )
        except (NotFoundError, WorkbenchError) as error:
            layout.failed(error)
            st.button("Try again", icon=ICON.retry, key="evaluate.retry", on_click=_spaces.clear)
    listing.draw(workspace, space[0] if space else None)
