"""A Databricks SQL warehouse: work is pushed down to it as SQL."""

import streamlit as st

from core import sources
from core.db import transaction
from core.errors import WorkbenchError
from pages._ui import layout, person
from pages._ui.icons import ICON
from pages.analysis.source_views.add_database import reached

_LOGINS = {
    "token": "A token, kept encrypted",
    "token_env": "A token in a variable of the environment",
    "profile": "A profile of the Databricks configuration",
}


def draw() -> sources.SourceView | None:
    """The source once it is added, None until then."""
    login = st.radio(
        "Login", list(_LOGINS), format_func=_LOGINS.__getitem__, key="sources.warehouse.login", horizontal=True
    )
    with st.form("sources.warehouse", border=True):
        name = st.text_input("Name", key="sources.warehouse.name", placeholder="Lakehouse", max_chars=100)
        host = st.text_input("Host", key="sources.warehouse.host", placeholder="https://adb-1234.5.azuredatabricks.net")
        warehouse = st.text_input("Warehouse id", key="sources.warehouse.id", placeholder="1234567890abcdef")
        secret = st.text_input(
            {"token": "Token", "token_env": "Name of the variable", "profile": "Name of the profile"}[login],
            key=f"sources.warehouse.{login}",
            type="password" if login == "token" else "default",
        )
        catalog = st.text_input("Catalog", key="sources.warehouse.catalog", placeholder="all of them")
        submitted = st.form_submit_button("Add source", icon=ICON.add, type="primary")
    if not submitted:
        return None
    try:
        with transaction() as session:
            made = sources.add_warehouse(
                session,
                name,
                host=host.strip() or None,
                warehouse_id=warehouse.strip(),
                catalog=catalog.strip() or None,
                person=person.current(),
                **{login: secret.strip() or None},
            )
    except WorkbenchError as error:
        layout.failed(error)
        return None
    return reached(made)
