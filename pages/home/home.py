"""Home: what is running, what it cost, what happened lately, what to do next."""

import streamlit as st

from core import activity, jobs, library, llm, sources
from core.clock import now
from core.db import reading
from pages._ui import formatting, layout
from pages._ui.activity_list import activity_list
from pages._ui.execution_table import execution_table
from pages._ui.icons import ICON
from pages._ui.text import plain

RECENT = 8

with reading() as session:
    month = library.month_figures(session, now())
    running = library.list_executions(session, library.ExecutionFilter(status="running"), size=5)
    recent = library.list_executions(session, size=RECENT)
    acts = activity.list_activity(session, limit=RECENT)
    default = llm.get_connection(session, None)
    first_template = library.get_starter(session)
    own = library.count_templates(session, builtin=False)
    at_work = jobs.list_jobs(session, jobs.JobFilter(state="running"), size=5)
    waiting = jobs.list_jobs(session, jobs.JobFilter(state="waiting"), size=5)
    tables = sources.list_sources(session)

action = layout.header("Whetstone", "Write prompt templates, prove that they work, and put them to use.")
if first_template and action.button("Run a template", icon=ICON.run, type="primary", key="home.run"):
    st.switch_page("pages/library/template.py", query_params={"id": first_template.id, "view": "Run"})

now_running, this_month, model = st.columns(3, gap="medium")
with now_running.container(border=True, height="stretch"):
    st.markdown("**Running now**")
    for job in (*waiting.rows, *at_work.rows):
        st.page_link(
            "pages/analysis/job.py",
            label=f"{plain(job.title)}, {'waiting for you' if job.state == 'waiting' else job.progress_words}",
            icon=ICON.job,
            query_params={"id": job.id},
        )
    if running.rows:
        for row in running.rows:
            st.page_link(
                "pages/library/executions.py",
                label=f"{row.template_name or 'direct call'}, {formatting.ago(row.created_at)}",
                icon=ICON.execution,
                query_params={"execution": row.id},
            )
    elif not at_work.rows and not waiting.rows:
        st.caption("Nothing is running.")
with this_month.container(border=True, height="stretch"):
    st.markdown("**This month**")
    st.metric(
        "Model calls",
        formatting.plural(month.calls, "call"),
        chart_data=month.per_day if month.calls else None,
        chart_type="bar",
        label_visibility="collapsed",
    )
    unknown = f", and {formatting.plural(month.unknown_calls, 'call')} of unknown price" if month.unknown_calls else ""
    st.caption(f"{month.cost_usd:,.2f} USD{unknown}")
with model.container(border=True, height="stretch"):
    st.markdown("**Who answers**")
    st.markdown(f"{plain(default.name)} · {plain(default.model or 'no model set')}")
    if default.kind == "offline":
        st.caption(
            "The offline model only extracts; it shows how everything works without a key. Connect a model for real answers: "
            "OpenAI, Azure, xAI, Databricks, Ollama, or anything that speaks the same protocol."
        )
    st.page_link("pages/admin/connections.py", label="Connections", icon=ICON.connection)

if not recent.rows or not own or not tables:
    st.subheader("First steps", anchor=False)
    one, two, three, four = st.columns(4, gap="medium")
    with one.container(border=True, height="stretch"):
        st.markdown("**Run a template**")
        st.caption(
            "Six templates are here already. Open one, fill its variables with a text of yours, and watch the answer come."
        )
        if first_template:
            st.page_link(
                "pages/library/template.py",
                label="Open it",
                icon=ICON.run,
                query_params={"id": first_template.id, "view": "Run"},
            )
    with two.container(border=True, height="stretch"):
        st.markdown("**Write your own**")
        st.caption(
            "A title is enough to begin. What you type is kept, and each save is a version that you can go back to."
        )
        st.page_link("pages/library/templates.py", label="Templates", icon=ICON.template)
    with three.container(border=True, height="stretch"):
        st.markdown("**Bring a table**")
        st.caption("A file, a database, or the sample. A model looks at it, and what it claims is checked.")
        st.page_link("pages/analysis/sources.py", label="Sources", icon=ICON.source)
    with four.container(border=True, height="stretch"):
        st.markdown("**Ask a Genie space**")
        st.caption("The demo space answers on this machine: ask it, see its SQL, and measure it with 30 benchmarks.")
        st.page_link("pages/genie/spaces.py", label="Spaces", icon=ICON.space)

if recent.rows:
    st.subheader("Latest executions", anchor=False)
    chosen = execution_table(recent.rows, key="home.executions")
    if chosen is not None:
        st.switch_page("pages/library/executions.py", query_params={"execution": chosen.id})
if acts:
    st.subheader("Lately", anchor=False)
    activity_list(acts, key="home.activity")
