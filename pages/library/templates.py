"""Library › Templates: find a template, or make one."""

import pandas as pd
import streamlit as st

from core import library
from core.db import reading
from core.llm import list_connections
from pages._ui import formatting, layout
from pages._ui.icons import ICON
from pages._ui.new_template import offer_new_template

SIZE = 50
_YES_NO = {"all": None, "yes": True, "no": False}


def _others(row: library.TemplateRow) -> str:
    return ", ".join(f"{name} v{number}" for name, number in row.labels.items() if name != library.PRODUCTION)


with reading() as session:
    categories = library.categories(session)
    tags = library.all_tags(session)
    connections = [connection.name for connection in list_connections(session)]

action = layout.header(
    "Templates", "Prompt templates with their versions. A name means the version that the label production points at."
)
offer_new_template(action.button("New template", icon=ICON.add, type="primary", key="templates.new"))

search, category, tag, order, more = st.columns([5, 3, 3, 3, 2], vertical_alignment="bottom")
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
                "Current": [f"v{row.current_number}" if row.current_number else "–" for row in found.rows],
                "Other labels": [_others(row) for row in found.rows],
                "Uses": [row.usage_count for row in found.rows],
                "Last used": [formatting.ago(row.last_used_at) for row in found.rows],
                "Rating": [formatting.rating(row.rating_mean, row.rating_count) for row in found.rows],
                "Changed": [formatting.ago(row.updated_at) for row in found.rows],
                "Tags": [", ".join(row.tags) for row in found.rows],
                "State": ["" if row.is_active else "inactive" for row in found.rows],
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
                "Title": st.column_config.TextColumn(width=210),
                "Name": st.column_config.TextColumn(width=190),
                "Category": st.column_config.TextColumn(width=120),
                "Current": st.column_config.TextColumn(width=60, help="Where the label production points: what runs"),
                "Other labels": st.column_config.TextColumn(width=100),
                "Uses": st.column_config.NumberColumn(width=50, format="localized"),
                "Last used": st.column_config.TextColumn(width=80),
                "Rating": st.column_config.TextColumn(width=90, help="Mean of the stars given, and how many gave them"),
                "Changed": st.column_config.TextColumn(width=80),
                "Tags": st.column_config.TextColumn(width=110),
                "State": st.column_config.TextColumn(width=60),
            },
        )
        if chosen.selection.rows:
            st.switch_page("pages/library/template.py", query_params={"id": found.rows[chosen.selection.rows[0]].id})
        left, right = st.columns([1, 2], vertical_alignment="center")
        left.caption(f"{found.total:,} template{'' if found.total == 1 else 's'} · select a row to open it")
        if pages > 1:
            with right:
                st.pagination(pages, key="page", bind="query-params")
