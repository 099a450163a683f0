"""Analysis › Sources › one: its tables, their figures, rows, SQL, and what may leave. `?id=so_…&table=…`."""

import streamlit as st

from core import sources
from core.db import reading
from core.errors import NotFoundError, WorkbenchError
from pages._ui import formatting, layout
from pages._ui.icons import ICON
from pages._ui.text import plain
from pages.analysis.source_views import deleting, dictionary, query, rows, shape

LIST = "pages/analysis/sources.py"
NEW = "pages/analysis/new_analysis.py"

VIEWS = {
    "Figures": shape.draw,
    "Rows": rows.draw,
    "What may leave": shape.draw_disclosure,
    "Dictionary": dictionary.draw,
}


def _table(found: list[sources.Table]) -> sources.Table:
    """The table that is looked at, as the address names it."""
    names = [each.name for each in found]
    wanted = st.query_params.get("table")
    rows_of = {each.name: each.rows for each in found}
    chosen = st.selectbox(
        "Table",
        names,
        names.index(wanted) if wanted in names else 0,
        format_func=lambda name: name if rows_of[name] is None else f"{name} · {rows_of[name]:,} rows",
        key=f"source.{source.id}.table",
        width=460,
    )
    if chosen != wanted:
        st.query_params["table"] = chosen
    return next(each for each in found if each.name == chosen)


def _draw() -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.title(plain(source.name), anchor=False, width="content")
        st.badge(source.kind, color="gray", icon=ICON.source)
        if source.is_sample:
            st.badge("sample", color="gray", icon=ICON.builtin)
        if source.can_write:
            st.badge("this login can write", color="orange", icon=ICON.warning)
    st.caption(f"{plain(source.origin, 500)} · added {formatting.ago(source.created_at)} by {plain(source.created_by)}")
    if warning := sources.write_warning(source):
        st.warning(plain(warning, 600), icon=ICON.warning)
    with sources.open_source(source) as reader:
        found = reader.tables()
    with st.container(horizontal=True):
        tables = [st.query_params["table"]] if "table" in st.query_params else []
        if st.button("Analyse", icon=ICON.analysis, type="primary", key="source.analyse", disabled=not found):
            st.switch_page(NEW, query_params={"source": source.id, "tables": tables})
        deleting.draw(source)
    if not found:
        layout.empty_state(
            "No tables", "The source can be reached, but this login sees no table in it.", icon=ICON.table
        )
        return
    words = [*VIEWS, "SQL"]
    view = st.segmented_control(
        "View",
        words,
        default="Figures",
        required=True,
        key="source_view",
        bind="query-params",
        label_visibility="collapsed",
    )
    if view == "SQL":
        query.draw(source, found)
        return
    VIEWS[view or "Figures"](source, _table(found))


try:
    with reading() as session:
        source = sources.get_source(session, st.query_params.get("id", ""))
except NotFoundError as error:
    layout.missing_page("Source", str(error), LIST, "Sources")
layout.breadcrumb(LIST, "Sources")
try:
    _draw()
except WorkbenchError as error:
    layout.failed(error)
    st.button("Try again", icon=ICON.retry, key="source.retry")
    deleting.draw(source)
