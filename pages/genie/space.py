"""Genie › Spaces › one: ask it, see what it is made of, how healthy it is, its benchmarks and snapshots.

`?workspace=local&space=…`: the workspace is `local` or the id of a connection to Databricks.
"""

import streamlit as st

from core import genie
from core.db import reading
from core.errors import NotFoundError, WorkbenchError
from pages._ui import formatting, layout
from pages._ui.badges import local_badge
from pages._ui.icons import ICON
from pages._ui.text import plain
from pages.genie.space_views import (
    asking,
    benchmarks,
    configuration,
    files,
    health,
    loading,
    reading_spaces,
    replacing,
    snapshots,
)

LIST = "pages/genie/spaces.py"
EVALUATE = "pages/genie/evaluate.py"

VIEWS = {
    "Ask": asking.draw,
    "Configuration": configuration.draw,
    "Health": health.draw,
    "Benchmarks": benchmarks.benchmarks_view,
    "Snapshots": snapshots.draw,
}


def _head(workspace: genie.WorkspaceView, state: genie.SpaceState) -> None:
    space = state.definition
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.title(plain(state.title), anchor=False, width="content")
        if workspace.is_local:
            local_badge(True)
        else:
            st.badge(plain(workspace.host or workspace.name), color="blue", icon=ICON.connection)
        if space is None:
            st.badge("definition not readable", color="orange", icon=ICON.protect)
        elif faults := genie.faults(space):
            st.badge(formatting.plural(len(faults), "fault"), color="orange", icon=ICON.warning)
    if state.description:
        st.caption(plain(state.description, 500))
    st.caption(" · ".join(_facts(state)))


def _facts(state: genie.SpaceState) -> list[str]:
    space = state.definition
    changed = f"changed {formatting.ago(state.updated_at)}" if state.updated_at else "time of the last change unknown"
    if space is None:
        return ["tables, benchmarks and size unknown", changed]
    fullest = max(genie.sizes(space, state.title), key=lambda each: each.share)
    views = len(space.metric_views())
    return [
        formatting.plural(len(space.sources) - views, "table"),
        formatting.plural(views, "metric view"),
        formatting.plural(len(space.benchmarks), "benchmark"),
        f"fullest limit: {fullest.used:,} of {fullest.limit:,} {fullest.what}",
        f"hash {(state.hash or '')[:8]}",
        changed,
    ]


def _actions(workspace: genie.WorkspaceView, state: genie.SpaceState) -> None:
    with st.container(horizontal=True):
        if st.button("Evaluate", icon=ICON.evaluate, key="space.evaluate"):
            st.switch_page(EVALUATE, query_params={"workspace": workspace.id, "space": state.id})
        if state.definition is not None:
            if st.button("Snapshot", icon=ICON.snapshot, key="space.take_snapshot"):
                snapshots.take(workspace, state)
            files.download_definition(
                state.title, state.definition, label="Download .geniespace.json", key="space.download"
            )
        st.button(
            "Refresh",
            icon=ICON.retry,
            key="space.refresh",
            on_click=reading_spaces.forget,
            args=(workspace.id, state.id),
        )
        if state.definition is not None and st.menu_button(
            "More", ["Upload a definition"], key="space.more", icon=ICON.more
        ):
            replacing.open_dialog(state)


def _draw(workspace: genie.WorkspaceView, client: genie.GenieClient, state: genie.SpaceState) -> None:
    _head(workspace, state)
    _actions(workspace, state)
    replacing.draw_dialog(workspace, client, state)
    replacing.draw_outcome(state)
    loading.draw_outcome(state.id)
    view = st.segmented_control(
        "View",
        list(VIEWS),
        default="Ask",
        required=True,
        key="space_view",
        bind="query-params",
        label_visibility="collapsed",
    )
    VIEWS[view or "Ask"](workspace, client, state)


layout.breadcrumb(LIST, "Spaces")
if not st.query_params.get("space"):
    layout.missing_page("Space", "No space is chosen. Open one from the list.", LIST, "Spaces")
try:
    with reading() as session:
        place = genie.find_workspace(session, st.query_params.get("workspace"))
        service = genie.client_of(session, place.id)
    found = reading_spaces.read_space(place, service, st.query_params.get("space", ""))
except NotFoundError as error:
    layout.missing_page("Space", str(error), LIST, "Spaces")
except WorkbenchError as error:
    layout.heading("Space")
    layout.failed(error)
    st.button("Try again", icon=ICON.retry, key="space.retry")
else:
    with layout.showing_errors():
        _draw(place, service, found)
