"""The dialog that makes a template: a title is enough, the rest can be changed later."""

import streamlit as st

from core import library
from core.db import transaction
from core.errors import WorkbenchError
from pages._ui import layout, person
from pages._ui.icons import ICON

_START = "whetstone/blank"
"""The built-in template that a new one starts from."""


_OPEN = "new_template.open"


def offer_new_template(pressed: bool) -> None:
    """Open the dialog when its button was pressed, and keep it open until it is done or dismissed."""
    if pressed:
        st.session_state[_OPEN] = True
    if st.session_state.get(_OPEN):
        _dialog()


def _closed() -> None:
    st.session_state.pop(_OPEN, None)


@st.dialog("New template", icon=ICON.template, on_dismiss=_closed)
def _dialog() -> None:
    with st.form("new_template", border=False):
        title = st.text_input("Title", key="new_template.title", placeholder="Support reply", max_chars=200)
        name = st.text_input(
            "Name",
            key="new_template.name",
            placeholder="made from the title",
            help="For references: a–z, 0–9, _, - and / for folders",
        )
        category = st.text_input("Category", key="new_template.category", value="general")
        description = st.text_input("Description", key="new_template.description")
        submitted = st.form_submit_button("Create template", icon=ICON.add, type="primary")
    if not submitted:
        return
    if not title.strip():
        st.error("Give the template a title.", icon=ICON.error)
        return
    try:
        with transaction() as session:
            made = library.create_template(
                session,
                name.strip() or library.slug(title),
                library.resolve(session, _START).content,
                person=person.current(),
                title=title,
                description=description,
                category=category,
            )
    except WorkbenchError as error:
        layout.failed(error)
        return
    _closed()
    st.switch_page("pages/library/template.py", query_params={"id": made.id})
