"""The data dictionary of a table: what jobs proposed and what people wrote. A person's words are never written over."""

import streamlit as st

from core import analysis, sources
from core.db import reading, transaction
from pages._ui import formatting, layout, person
from pages._ui.icons import ICON
from pages._ui.text import plain


def draw(source: sources.SourceView, table: sources.Table) -> None:
    with reading() as session:
        entries = {each.column_name: each for each in analysis.list_entries(session, source.id, table.name)}
    if not entries:
        st.caption(
            "Nothing is written yet. A job of the type “Column documentation” proposes entries; or write one below."
        )
    for entry in entries.values():
        _entry(entry)
    names = [column.name for column in table.columns]
    chosen = st.selectbox(
        "Write about a column", names, index=None, key=f"dictionary.{source.id}.{table.name}", width=360
    )
    if chosen:
        _form(source, table.name, chosen, entries.get(chosen))


def _entry(view: analysis.EntryView) -> None:
    said = view.entry
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(
                f"**{plain(view.column_name)}** · {plain(str(said.get('business_name') or ''))}", width="stretch"
            )
            for tag in said.get("tags") or []:
                st.badge(plain(str(tag)), color="gray")
            st.badge(
                "edited by a person" if view.is_edited else "proposed", color="green" if view.is_edited else "gray"
            )
        st.markdown(plain(str(said.get("business_description") or ""), 1000))
        details = [
            str(said.get("technical_description") or ""),
            *(str(each) for each in (said.get("examples") or [])[:5]),
        ]
        st.caption(
            f"{plain(' · '.join(each for each in details if each), 600)} · v{view.number}, {formatting.ago(view.created_at)} by {plain(view.created_by)}"
        )


def _form(source: sources.SourceView, table: str, column: str, current: analysis.EntryView | None) -> None:
    said = dict(current.entry) if current else {}
    with st.form(f"dictionary.form.{source.id}.{table}.{column}"):
        name = st.text_input("Business name", said.get("business_name") or "")
        description = st.text_area("What it means", said.get("business_description") or "", height=80)
        technical = st.text_area("Technical description", said.get("technical_description") or "", height=80)
        submitted = st.form_submit_button("Save entry", icon=ICON.save, type="primary")
    if submitted:
        entry = said | {
            "business_name": name.strip(),
            "business_description": description.strip(),
            "technical_description": technical.strip() or None,
        }
        with layout.showing_errors():
            with transaction() as session:
                analysis.edit_entry(
                    session,
                    source.id,
                    table,
                    column,
                    entry,
                    expected=current.number if current else 0,
                    person=person.current(),
                )
            st.toast(f"Saved for {plain(column)}.", icon=ICON.check)
            st.rerun()  # the entries stand above the form
