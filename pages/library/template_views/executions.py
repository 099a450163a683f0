"""Executions of this template: the newest first; select one to open it."""

import streamlit as st

from core import library
from core.db import reading
from pages._ui import layout
from pages._ui.execution_table import execution_table
from pages._ui.icons import ICON


def draw(template: library.TemplateView) -> None:
    with reading() as session:
        found = library.list_executions(session, library.ExecutionFilter(template_id=template.id), size=50)
    if not found.rows:
        layout.empty_state(
            "Not run yet", "Every run of this template is recorded here, with what was sent and what came back."
        )
        return
    chosen = execution_table(found.rows, key="template.executions")
    if chosen is not None:
        st.switch_page("pages/library/executions.py", query_params={"execution": chosen.id})
    if found.more:
        st.caption("The newest 50.")
    st.page_link(
        "pages/library/executions.py",
        label="All executions of this template",
        icon=ICON.execution,
        query_params={"template": template.name},
    )
