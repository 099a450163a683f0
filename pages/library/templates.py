"""Library › Templates: find a template, or make one."""

import pandas as pd
import streamlit as st

from core import library
from core.db import reading
from core.llm import list_connections
from pages._ui import layout
from pages._ui.icons import ICON
from pages._ui.new_template import new_template_dialog

SIZE = 50
_YES_NO = {"all": None, "yes": True, "no": False}

with reading() as session:
    categories = library.categories(session)
    tags = library.all_tags(session)
    connections = [connection.name for connection in list_connections(session)]

title, action = st.columns([4, 1], vertical_alignment="bottom")
with title:
    layout.heading(
        "Templates",
        "Prompt templates with their versions. A name means the version that the label production points at.",
    )
if action.button("New template", icon=ICON.add, type="primary", key="templates.new", width="stretch"):
    st.session_state["templates.making"] = True
if st.session_state.pop("templates.making", False):
    new_template_dialog()

search, category, tag, order, more = st.columns([4, 2, 2, 2, 1], vertical_alignment="bottom")
search.text_input(
    "Search",
    key="q",
    type="search",
    live="300ms",
    placeholder="Name, description or text",
    bind="query-params",
    icon=ICON.search,
)
category.selectbox("Category", ["all", *categories], key="category", bind="query-params")
tag.selectbox("Tag", ["all", *tags], key="tag", bind="query-params")
order.selectbox("Order", list(library.ORDERS), format_func=library.ORDERS.__getitem__, key="order", bind="query-params")
with more.popover("More", icon=":material/filter_list:", width="stretch"):
    st.selectbox(
        "Connection of the current version", ["all", "auto", *connections], key="connection", bind="query-params"
    )
    for name, label in (("active", "Active"), ("builtin", "Built in"), ("enhanced", "Enhanced")):
        st.segmented_control(label, list(_YES_NO), default="all", required=True, key=name, bind="query-params")
    st.toggle("Archived ones instead", key="archived", bind="query-params")

state = st.session_state
filters = library.TemplateFilter(
    search=state.q or "",
    category=None if state.category == "all" else state.category,
    tag=None if state.tag == "all" else state.tag,
    active=_YES_NO[state.active],
    connection=None if state.connection == "all" else state.connection,
    builtin=_YES_NO[state.builtin],
    enhanced=_YES_NO[state.enhanced],
    archived=state.archived,
)
# The page control stands below the table, so its value of the last run decides what the table shows now.
number = state.get("page") or 1
with layout.showing_errors(), reading() as session:
    found = library.list_templates(session, filters, order=state.order, page=number, size=SIZE)
    pages = max(1, -(-(found.total or 0) // SIZE))
    if number > pages:
        found = library.list_templates(session, filters, order=state.order, page=pages, size=SIZE)

    if not found.rows and filters == library.TemplateFilter():
        layout.empty_state(
            "No templates yet",
            "A template is a prompt with variables, kept with all its versions. “New template” makes the first one.",
        )
    elif not found.rows:
        layout.empty_state(
            "Nothing matches", "No template has all of this. Take a filter away, or search for fewer words."
        )
    else:
        table = pd.DataFrame(
            {
                "Title": [row.title for row in found.rows],
                "Name": [row.name for row in found.rows],
                "Category": [row.category for row in found.rows],
                "Tags": [list(row.tags) for row in found.rows],
                "Current": [f"v{row.current_number}" if row.current_number else "–" for row in found.rows],
                "Labels": [
                    [f"{name} v{n}" for name, n in row.labels.items() if name != "production"] for row in found.rows
                ],
                "State": ["active" if row.is_active else "inactive" for row in found.rows],
                "Uses": [row.usage_count for row in found.rows],
                "Last used": pd.to_datetime([row.last_used_at for row in found.rows], utc=True),
                "Rating": [row.rating_mean for row in found.rows],
                "n": [row.rating_count for row in found.rows],
                "Changed": pd.to_datetime([row.updated_at for row in found.rows], utc=True),
            }
        )
        chosen = st.dataframe(
            table,
            hide_index=True,
            on_select="rerun",
            selection_mode="single-row",
            key="templates.table",
            alt="The templates that match",
            column_config={
                "Title": st.column_config.TextColumn(width="medium", pinned=True),
                "Name": st.column_config.TextColumn(width="medium"),
                "Category": st.column_config.TextColumn(width="small"),
                "Tags": st.column_config.ListColumn(width="small"),
                "Current": st.column_config.TextColumn(
                    width="small", help="Where the label production points: what runs"
                ),
                "Labels": st.column_config.ListColumn(width="small"),
                "State": st.column_config.TextColumn(width="small"),
                "Uses": st.column_config.NumberColumn(width="small", format="localized"),
                "Last used": st.column_config.DatetimeColumn(width="small", format="distance"),
                "Rating": st.column_config.NumberColumn(width="small", format="%.1f ★", help="Mean of the stars given"),
                "n": st.column_config.NumberColumn(width="small", help="How many ratings"),
                "Changed": st.column_config.DatetimeColumn(width="small", format="distance"),
            },
        )
        if chosen.selection.rows:
            st.switch_page("pages/library/template.py", query_params={"id": found.rows[chosen.selection.rows[0]].id})
        left, right = st.columns([1, 2], vertical_alignment="center")
        left.caption(f"{found.total:,} template{'' if found.total == 1 else 's'} · select a row to open it")
        if pages > 1:
            with right:
                st.pagination(pages, key="page", bind="query-params")
