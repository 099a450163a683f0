"""A database by its URL: reached once before it is shown, read-only, with a warning when its login can write."""

import streamlit as st

from core import sources
from core.db import transaction
from core.errors import WorkbenchError
from pages._ui import layout, person
from pages._ui.icons import ICON


def draw() -> sources.SourceView | None:
    """The source once it is added, None until then."""
    with st.form("sources.database", border=True):
        name = st.text_input("Name", key="sources.database.name", placeholder="CRM", max_chars=100)
        url = st.text_input(
            "URL",
            key="sources.database.url",
            placeholder="postgresql+psycopg://reader:password@host/database",
            type="password",
            help="SQLite (sqlite:////path/file.db), PostgreSQL, MariaDB or MySQL. The password is stored encrypted and shown nowhere.",
        )
        st.caption(
            "Use a login that can only SELECT. Whetstone reads in read-only transactions, and tells you if the login could write."
        )
        submitted = st.form_submit_button("Add source", icon=ICON.add, type="primary")
    if not submitted:
        return None
    try:
        with transaction() as session:
            made = sources.add_database(session, name, url, person=person.current())
    except WorkbenchError as error:
        layout.failed(error)
        return None
    return reached(made)


def reached(made: sources.SourceView) -> sources.SourceView | None:
    """The source if it can be reached; else it is taken away again, and the reason said."""
    with st.spinner("Reaching it …", show_time=True):
        try:
            return sources.check_source(made.id)
        except WorkbenchError as error:
            layout.failed(error)
    with transaction() as session:
        sources.delete_source(session, made.id, person=person.current())
    return None
