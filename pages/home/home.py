"""Home: what is running, what it cost, what happened lately, what to do next."""

import streamlit as st

from core import activity, library, llm
from core.clock import now
from core.db import reading
from pages._ui import formatting, layout
from pages._ui.activity_list import activity_list
from pages._ui.execution_table import execution_table
from pages._ui.icons import ICON

RECENT = 8

with reading() as session:
    month = library.month_figures(session, now())
    running = library.list_executions(session, library.ExecutionFilter(status="running"), size=5)
    recent = library.list_executions(session, size=RECENT)
    acts = activity.list_activity(session, limit=RECENT)
    default = llm.get_connection(session, None)
    first_template = library.get_starter(session)
    own = library.count_templates(session, builtin=False)

title, action = st.columns([4, 1], vertical_alignment="bottom")
with title:
    layout.heading("Whetstone", "Write prompt templates, prove that they work, and put them to use.")
with action:
    if first_template:
        st.page_link(
            "pages/library/template.py",
            label="Run a template",
            icon=ICON.run,
            query_params={"id": first_template.id, "view": "run"},
        )

now_running, this_month, model = st.columns(3, gap="medium")
with now_running.container(border=True, height="stretch"):
    st.markdown("**Running now**")
    if running.rows:
        for row in running.rows:
            st.page_link(
                "pages/library/executions.py",
                label=f"{row.template_name or 'direct call'}, {formatting.ago(row.created_at)}",
                icon=ICON.execution,
                query_params={"execution": row.id},
            )
    else:
        st.caption("Nothing is running.")
with this_month.container(border=True, height="stretch"):
    st.markdown("**This month**")
    st.metric(
        "Model calls",
        f"{month.calls:,}",
        chart_data=month.per_day if any(month.per_day) else None,
        chart_type="bar",
        label_visibility="collapsed",
        delta=f"{formatting.usd(month.cost_usd)}"
        + (f", price of {month.unknown_calls:,} calls unknown" if month.unknown_calls else ""),
        delta_arrow="off",
        delta_color="off",
    )
with model.container(border=True, height="stretch"):
    st.markdown("**Who answers**")
    st.markdown(f"{ICON.connection} {default.name}, {default.model or 'no model set'}")
    if default.kind == "offline":
        st.caption(
            "The offline model only extracts; it shows how everything works without a key. Add a connection for real answers."
        )
    st.page_link("pages/admin/connections.py", label="Connections", icon=ICON.connection)

if not recent.rows or not own:
    st.subheader("First steps", anchor=False)
    one, two, three = st.columns(3, gap="medium")
    with one.container(border=True, height="stretch"):
        st.markdown("**Run a template**")
        st.caption(
            "Six templates are here already. Open one, fill its variables with a text of yours, and watch the answer come."
        )
        if first_template:
            st.page_link(
                "pages/library/template.py",
                label="Open Chat Assistant" if first_template.name == "chat_assistant" else "Open one",
                icon=ICON.run,
                query_params={"id": first_template.id, "view": "run"},
            )
    with two.container(border=True, height="stretch"):
        st.markdown("**Write your own**")
        st.caption(
            "A title is enough to begin. What you type is kept, and each save is a version that you can go back to."
        )
        st.page_link("pages/library/templates.py", label="Templates", icon=ICON.template)
    with three.container(border=True, height="stretch"):
        st.markdown("**Connect a model**")
        st.caption("OpenAI, Azure, xAI, Databricks, Ollama, or anything that speaks the same protocol.")
        st.page_link("pages/admin/connections.py", label="Connections", icon=ICON.connection)

if recent.rows:
    st.subheader("Latest executions", anchor=False)
    chosen = execution_table(recent.rows, key="home.executions")
    if chosen is not None:
        st.switch_page("pages/library/executions.py", query_params={"execution": chosen.id})
st.subheader("Lately", anchor=False)
activity_list(acts)
