"""Title, state, facts and actions of a job, and its status card while it works."""

import streamlit as st

from core import analysis, jobs, llm
from core.db import reading
from core.errors import NotFoundError
from pages._ui import formatting
from pages._ui.badges import job_badge, offline_badge
from pages._ui.icons import ICON
from pages._ui.job_acts import ask_to_delete, deletion_dialog
from pages._ui.job_news import allow_notifications
from pages._ui.job_status import cost, job_status, taken
from pages._ui.text import plain

LIST = "pages/analysis/jobs.py"
RERUN = "pages/analysis/rerun.py"
COMPARE = "pages/analysis/compare.py"


def draw(job: jobs.JobView) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.title(plain(job.title), anchor=False, width="content")
        if job.state == "completed":  # else the status card says it
            job_badge(job.state)
        if job.kind == analysis.KIND:
            offline_badge(_connection_kind(job))
        for tag in job.tags:
            st.badge(plain(tag), color="gray")
    st.caption(_facts(job))
    _actions(job)
    if job.state != "completed":
        job_status(job, key=f"job.{job.id}")
        if not job.is_over:
            allow_notifications(key="job.notify")
    loses = "Its findings and its log go with it. The recorded model calls stay, and so do recipes saved from it."
    deletion_dialog(job, noun="job", loses=loses, then=LIST)


def _connection_kind(job: jobs.JobView) -> str:
    """The kind of connection that answers; empty if it is gone."""
    with reading() as session:
        try:
            return llm.get_connection(session, job.payload["connection_name"]).kind
        except NotFoundError:
            return ""


def _facts(job: jobs.JobView) -> str:
    parts = []
    if job.kind == analysis.KIND:
        tables = job.payload["tables"]
        parts += [
            formatting.plural(len(job.payload["types"]), "type"),
            f"{formatting.plural(len(tables), 'table')} of {plain(job.payload['source_name'])}",
            plain(job.payload["connection_name"]),
        ]
    parts += [cost(job), taken(job), f"started {formatting.ago(job.created_at)} by {plain(job.person)}"]
    return " · ".join(parts)


def _actions(job: jobs.JobView) -> None:
    with st.container(horizontal=True):
        if job.kind == analysis.KIND:
            reason = analysis.can_rerun(job)
            if st.button(
                "Re-run with a different prompt",
                icon=ICON.replay,
                type="primary",
                key="job.rerun",
                disabled=reason is not None,
                help=reason,
            ):
                st.switch_page(RERUN, query_params={"id": job.id})
            if st.button("Compare", icon=ICON.compare, key="job.compare", disabled=not job.is_over):
                pair = {"with": job.parent_id, "and": job.id} if job.parent_id else {"with": job.id}
                st.switch_page(COMPARE, query_params=pair)
            if job.parent_id and st.button(
                "The job it came from", icon=ICON.version, key="job.parent", type="tertiary"
            ):
                st.switch_page("pages/analysis/job.py", query_params={"id": job.parent_id})
        if st.menu_button("Actions", ["Delete"], key="job.actions", icon=ICON.more) == "Delete":
            ask_to_delete(job)
