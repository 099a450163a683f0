"""Genie › Spaces: the spaces of a workspace: what they hold, how healthy they are, how they scored."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from core import genie
from core.db import reading
from core.errors import WorkbenchError
from pages._ui import formatting, layout
from pages._ui.badges import local_badge
from pages._ui.icons import ICON
from pages._ui.text import plain
from pages.genie.evaluation_views.words import score_words
from pages.genie.space_views import loading, writer_switch

SPACE = "pages/genie/space.py"
CONNECTIONS = "pages/admin/connections.py"
SIZE = 50
_STEP = 8
_UNKNOWN = "unknown"


def _workspace(found: Sequence[genie.WorkspaceView]) -> genie.WorkspaceView:
    """The workspace that the address names, the local Genie without one."""
    by_id = {each.id: each for each in found}
    chosen = st.selectbox(
        "Workspace",
        list(by_id),
        key="genie_workspace",
        bind="query-params",
        format_func=lambda id_: by_id[id_].name,
        width=260,
        help="The local Genie, or Databricks by a connection",
    )
    return by_id.get(chosen or "", found[0])


def _overviews(client: genie.GenieClient, ids: Sequence[str], *, refresh: bool) -> dict[str, genie.SpaceOverview]:
    """The definitions of these spaces, a few at a time: far away each takes about a second."""
    found: dict[str, genie.SpaceOverview] = {}
    place = st.empty()
    for start in range(0, len(ids), _STEP):
        if start:
            words = f"Reading the definitions: {start:,} of {len(ids):,} …"
            place.progress(start / len(ids), text=words)
        for each in genie.overview(client, ids[start : start + _STEP], refresh=refresh):
            found[each.id] = each
    place.empty()
    return found


def _table(
    listed: Sequence[genie.SpaceSummary],
    found: Mapping[str, genie.SpaceOverview],
    scores: Mapping[str, genie.EvaluationView],
    runs: Mapping[str, int],
) -> pd.DataFrame:
    rows = [found.get(each.id) for each in listed]
    return pd.DataFrame(
        {
            "Space": [each.title for each in listed],
            "Tables": _figures([row.tables if row else None for row in rows]),
            "Metric views": _figures([row.metric_views if row else None for row in rows]),
            "Instructions": _figures([row.instructions if row else None for row in rows]),
            "Benchmarks": _figures([row.benchmarks if row else None for row in rows]),
            "Size": [None if row is None or row.size_share is None else row.size_share * 100 for row in rows],
            "Health": [_health(row) for row in rows],
            "Last score": [_score(scores.get(each.id)) for each in listed],
            "Runs": [runs.get(each.id, 0) for each in listed],
            "Changed": [
                formatting.ago(row.state.updated_at) if row and row.state and row.state.updated_at else _UNKNOWN
                for row in rows
            ],
        }
    )


def _figures(values: list[int | None]) -> list[int] | list[str]:
    """Numbers that sort as such where all are known; else words, since unknown is not 0."""
    known = [value for value in values if value is not None]
    if len(known) == len(values):
        return known
    return [_UNKNOWN if value is None else f"{value:,}" for value in values]


def _health(row: genie.SpaceOverview | None) -> str:
    if row is None or not row.health:
        return _UNKNOWN
    return f"{sum(each.state == 'good' for each in row.health)} of {len(row.health)} good"


def _score(last: genie.EvaluationView | None) -> str:
    return "not measured" if last is None or last.mean is None else score_words(last)


def _draw_table(
    workspace: genie.WorkspaceView, client: genie.GenieClient, listed: Sequence[genie.SpaceSummary]
) -> None:
    pages = max(1, -(-len(listed) // SIZE))
    number = min(st.session_state.get("genie_spaces_page") or 1, pages)
    shown = listed[(number - 1) * SIZE : number * SIZE]
    ids = [each.id for each in shown]
    with st.spinner("Reading the definitions …", show_time=True):
        # On this machine reading is quick, and what another process changed must show at once.
        refresh = bool(st.session_state.pop(_REFRESH, False)) or workspace.is_local
        found = _overviews(client, ids, refresh=refresh)
    with reading() as session:
        scores = genie.last_scores(session, workspace.id, ids)
        runs = genie.count_evaluations(session, workspace.id, ids)
    chosen = st.dataframe(
        _table(shown, found, scores, runs),
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key="genie.spaces",
        height="content" if len(shown) <= 15 else "auto",
        alt="Spaces of the workspace",
        column_config={
            "Space": st.column_config.TextColumn(width=190),
            "Tables": st.column_config.Column(width=65, alignment="right"),
            "Metric views": st.column_config.Column(width=95, alignment="right"),
            "Instructions": st.column_config.Column(width=90, alignment="right"),
            "Benchmarks": st.column_config.Column(width=90, alignment="right"),
            "Size": st.column_config.ProgressColumn(
                width=105, format="%.0f%%", min_value=0, max_value=100, help="Of the limit that is fullest"
            ),
            "Health": st.column_config.TextColumn(width=90),
            "Last score": st.column_config.TextColumn(width=115, help="Passed of measured benchmarks"),
            "Runs": st.column_config.NumberColumn(width=55, help="Evaluations of the space"),
            "Changed": st.column_config.TextColumn(width=85),
        },
    )
    if chosen.selection.rows and chosen.selection.rows[0] < len(shown):
        space = shown[chosen.selection.rows[0]]
        st.switch_page(SPACE, query_params={"workspace": workspace.id, "space": space.id})
    st.caption(f"{formatting.plural(len(listed), 'space')} · select a row to open it")
    if pages > 1:
        st.pagination(pages, key="genie_spaces_page")
    _unread([each for each in found.values() if each.error])


def _unread(rows: Sequence[genie.SpaceOverview]) -> None:
    """Why some figures are unknown, each with the way out."""
    if not rows:
        return
    st.warning(
        f"{formatting.plural(len(rows), 'definition')} could not be read; asking the space may still work.",
        icon=ICON.warning,
    )
    with st.expander("Which, and why", expanded=len(rows) <= 3):
        for each in rows:
            st.caption(f"**{plain(each.title)}**: {plain(each.error or '', 600)}")


_REFRESH = "genie.spaces.refresh"


def _ask_for_refresh() -> None:
    st.session_state[_REFRESH] = True


def _empty(workspace: genie.WorkspaceView) -> None:
    if not workspace.is_local:
        layout.empty_state(
            "No spaces",
            f"The credentials of {plain(workspace.name)} see no Genie space. Share one with them (CAN RUN to ask it, CAN EDIT "
            "to read what it is made of), then refresh.",
            icon=ICON.space,
        )
        return
    layout.empty_state(
        "No spaces yet",
        "A space is a set of tables with what Genie should know about them. Load your own tables, or begin with the demo: a "
        "shop with 126,000 invented rows, and 30 benchmarks.",
        icon=ICON.space,
    )
    if st.button("Load the demo space", icon=ICON.builtin, key="genie.demo"):
        loading.load_demo()


def _draw() -> None:
    action = layout.header(
        "Spaces",
        "Genie spaces: tables with what Genie should know about them. Ask them, measure them, see what changed.",
    )
    with reading() as session:
        workspaces = genie.list_workspaces(session)
    row = st.container(horizontal=True, vertical_alignment="bottom", gap="small")
    with row:
        workspace = _workspace(workspaces)
        words = st.text_input(
            "Search",
            key="genie_search",
            type="search",
            live="300ms",
            placeholder="Title of the space",
            bind="query-params",
            icon=ICON.search,
            width=260,
        )
    if not workspace.is_local:
        action.button("Refresh", icon=ICON.retry, type="primary", key="genie.refresh", on_click=_ask_for_refresh)
    _told(workspace)
    with st.spinner(f"Asking {plain(workspace.name)} for its spaces …", show_time=True):
        with reading() as session:
            client = genie.client_of(session, workspace.id)
        listed = client.list_spaces()
    if workspace.is_local:
        action.button(
            "Load tables and a space…", icon=ICON.upload, type="primary", key="genie.load", on_click=loading.open_dialog
        )
        with row:
            writer_switch.draw(client)
            _more()
        loading.draw_dialog()
    shown = [each for each in listed if (words or "").casefold() in each.title.casefold()]
    if not listed:
        _empty(workspace)
    elif not shown:
        layout.empty_state("Nothing matches", "No space has this in its title. Search for fewer words.")
    else:
        _draw_table(workspace, client, shown)


def _more() -> None:
    demos = {"Load the demo space": False, "Load the demo space, curated by hand": True}
    chosen = st.menu_button("More", list(demos), key="genie.more", icon=ICON.more)
    if chosen in demos:
        loading.load_demo(curated=demos[chosen])


def _told(workspace: genie.WorkspaceView) -> None:
    """Who answers, and the way to more workspaces."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        local_badge(workspace.is_local)
        if workspace.is_local:
            words = "answers here, over your own files: a server on this machine, not Databricks' Genie."
        else:
            limit = workspace.questions_per_minute
            pace = "no limit of questions" if limit is None else f"{limit:g} questions a minute, shared by all who ask"
            words = f"{plain(workspace.host or workspace.name)} · by {workspace.how} · {pace}"
        st.caption(words, width="stretch")
        st.page_link(CONNECTIONS, label="Add a Databricks workspace", icon=ICON.connection)


try:
    _draw()
except WorkbenchError as error:
    layout.failed(error)
    with st.container(horizontal=True):
        st.button("Try again", icon=ICON.retry, key="genie.retry")
        st.page_link(CONNECTIONS, label="Connections", icon=ICON.connection)
