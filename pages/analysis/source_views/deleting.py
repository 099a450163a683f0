"""Deleting a source, after asking."""

import streamlit as st

from core import sources
from core.db import transaction
from pages._ui import layout, person
from pages._ui.icons import ICON

_ASKING = "source.deleting"


def draw(source: sources.SourceView) -> None:
    if st.menu_button("Actions", ["Delete"], key="source.actions", icon=ICON.more) == "Delete":
        st.session_state[_ASKING] = source.id
    if st.session_state.get(_ASKING) == source.id:
        _dialog(source)


def _closed() -> None:
    st.session_state.pop(_ASKING, None)


@st.dialog("Delete the source", icon=ICON.delete, on_dismiss=_closed)
def _dialog(source: sources.SourceView) -> None:
    kept = (
        "The copies of its files go with it; your own files stay."
        if source.kind == "files"
        else "Nothing is changed in the database itself."
    )
    st.write(f"{kept} Jobs over its tables keep their findings, but can no longer be checked or run again.")
    if st.button("Delete the source", icon=ICON.delete, type="primary", key="source.delete"):
        with layout.showing_errors():
            with transaction() as session:
                sources.delete_source(session, source.id, person=person.current())
            _closed()
            st.switch_page("pages/analysis/sources.py")
