"""Analysis › Sources: where tables come from. `?add=files`, `?add=database` or `?add=warehouse` adds one."""

import pandas as pd
import streamlit as st

from core import sources
from core.db import reading, transaction
from core.errors import WorkbenchError
from pages._ui import formatting, layout, person
from pages._ui.icons import ICON
from pages._ui.text import plain
from pages.analysis.source_views import add_database, add_files, add_warehouse

HERE = "pages/analysis/sources.py"
SOURCE = "pages/analysis/source.py"
KINDS = {"files": "Files", "database": "Database", "warehouse": "Databricks SQL warehouse"}
FORMS = {"files": add_files.draw, "database": add_database.draw, "warehouse": add_warehouse.draw}


def _list() -> None:
    action = layout.header(
        "Sources", "Where tables come from: files, databases, Databricks SQL warehouses. They are only read."
    )
    action.button("Add source", icon=ICON.add, type="primary", key="sources.add", on_click=_open, args=("files",))
    with reading() as session:
        listed = sources.list_sources(session)
    if not any(each.is_sample for each in listed):
        _offer_sample(bool(listed))
    if not listed:
        return
    chosen = st.dataframe(
        pd.DataFrame(
            {
                "Name": [each.name for each in listed],
                "Kind": [KINDS[each.kind] for each in listed],
                "From": [each.origin for each in listed],
                "Login": [_login(each) for each in listed],
                "Added": [f"{formatting.ago(each.created_at)} by {each.created_by}" for each in listed],
            }
        ),
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key="sources.table",
        height="content",
        alt="Sources by name",
        column_config={
            "Name": st.column_config.TextColumn(width=220),
            "Kind": st.column_config.TextColumn(width=170),
            "From": st.column_config.TextColumn(width=420),
            "Login": st.column_config.TextColumn(width=110),
            "Added": st.column_config.TextColumn(width=180),
        },
    )
    if chosen.selection.rows:
        st.switch_page(SOURCE, query_params={"id": listed[chosen.selection.rows[0]].id})
    st.caption(f"{formatting.plural(len(listed), 'source')} · select a row to open it")


def _login(source: sources.SourceView) -> str:
    if source.kind == "files":
        return "own copy"
    return {True: "can write", False: "only reads", None: "not checked"}[source.can_write]


def _offer_sample(others: bool) -> None:
    if others:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(
                "Four invented tables of a ferry company with planted, documented defects come with Whetstone.",
                width="content",
            )
            pressed = st.button("Add the sample source", icon=ICON.builtin, type="tertiary", key="sources.sample")
    else:
        layout.empty_state(
            "No sources yet",
            "Bring files or connect a database. Or begin with the sample: four invented tables of a ferry company, with planted, documented defects.",
            icon=ICON.source,
        )
        pressed = st.button("Add the sample source", icon=ICON.builtin, key="sources.sample")
    if pressed:
        with layout.showing_errors(), st.spinner("Reading the sample tables …"):
            with transaction() as session:
                made = sources.add_sample(session, person=person.current())
            st.switch_page(SOURCE, query_params={"id": made.id})


def _open(kind: str) -> None:
    st.query_params.from_dict({"add": kind})


def _add(kind: str) -> None:
    st.button("Sources", icon=ICON.back, type="tertiary", key="sources.back", on_click=st.query_params.clear)
    layout.heading("Add source", "Nothing leaves this machine here: a job says what it would send before it does.")
    shown = st.segmented_control(
        "Kind",
        list(KINDS),
        default=kind,
        required=True,
        format_func=KINDS.__getitem__,
        key="sources.kind",
        label_visibility="collapsed",
    )
    if shown and shown != st.query_params.get("add"):
        st.query_params["add"] = shown
    made = FORMS[shown or kind]()
    if made is not None:
        st.toast(f"{plain(made.name)} added.", icon=ICON.check)
        st.switch_page(SOURCE, query_params={"id": made.id})


try:
    wanted = st.query_params.get("add")
    if wanted in KINDS:
        _add(wanted)
    else:
        _list()
except WorkbenchError as error:
    layout.failed(error)
