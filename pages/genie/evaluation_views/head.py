"""Name, state, facts and actions of an evaluation, and its status card while it works."""

import streamlit as st

from core import genie, jobs, library
from core.db import reading
from pages._ui import formatting
from pages._ui.badges import job_badge
from pages._ui.icons import ICON
from pages._ui.job_acts import ask_to_delete, deletion_dialog, retry
from pages._ui.job_news import allow_notifications
from pages._ui.job_status import job_status, taken
from pages._ui.text import plain
from pages.genie.evaluation_views.words import ROUTES

LIST = "pages/genie/evaluate.py"
SPACE = "pages/genie/space.py"


def draw(evaluation: genie.EvaluationView, job: jobs.JobView) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.title(plain(evaluation.title), anchor=False, width="content")
        if job.state == "completed":  # else the status card says it
            job_badge(job.state)
        for tag in job.tags:
            st.badge(plain(tag), color="gray")
    route = ROUTES.get(evaluation.route, (evaluation.route,))[0]
    parts = [
        plain(evaluation.space_title),
        f"{formatting.plural(evaluation.benchmark_count, 'benchmark')}"
        + (f" × {evaluation.repeats} rounds" if evaluation.repeats > 1 else ""),
        route,
        taken(job),
        f"started {formatting.ago(evaluation.created_at)} by {plain(evaluation.person)}",
    ]
    st.caption(" · ".join(part for part in parts if part))
    _actions(evaluation, job)
    if job.state != "completed":
        job_status(job, key=f"evaluation.{job.id}")
        if not job.is_over:
            allow_notifications(key="evaluation.notify")
    loses = "Its answers, verdicts and overrulings go with it. The benchmarks and the space stay."
    deletion_dialog(job, noun="evaluation", loses=loses, then=LIST)


def _actions(evaluation: genie.EvaluationView, job: jobs.JobView) -> None:
    place = {"workspace": evaluation.workspace}
    with st.container(horizontal=True, vertical_alignment="center"):
        # Links, because a click on a button may come just when the status card draws the page anew.
        again = {**place, "space": evaluation.space_id, "route": evaluation.route, "repeats": str(evaluation.repeats)}
        st.page_link(LIST, label="Evaluate again", icon=ICON.replay, query_params=again)
        st.page_link(
            SPACE, label="Open the space", icon=ICON.space, query_params={**place, "space": evaluation.space_id}
        )
        gaps = any(each.not_measured or each.configuration for each in evaluation.rounds)
        if job.state == "completed" and gaps:  # else the status card offers to go on
            _ask_unmeasured(job.id)
        if evaluation.asked:
            with st.popover("Export", icon=ICON.download):
                _export(evaluation, "JSON", "json", "json", "application/json")
                _export(evaluation, "CSV", "csv", "csv", "text/csv")
                _export(evaluation, "Markdown", "markdown", "md", "text/markdown")
        if st.menu_button("Actions", ["Delete"], key="evaluation.actions", icon=ICON.more) == "Delete":
            ask_to_delete(job)


def _ask_unmeasured(job_id: str) -> None:
    """Only what has no verdict: questions are what costs. The others keep theirs."""
    with reading() as session:
        missing = len(genie.unmeasured(session, job_id))
    if missing:
        st.button(
            f"Ask what has no verdict again ({missing:,})",
            icon=ICON.retry,
            key="evaluation.unmeasured",
            help="Those not measured and those to configure, within this evaluation; what was measured stays as it is",
            on_click=retry,
            args=(job_id,),
        )


def _export(evaluation: genie.EvaluationView, label: str, form: genie.ExportFormat, ending: str, mime: str) -> None:
    def text() -> bytes:
        with reading() as session:
            return genie.export_evaluation(session, evaluation.job_id, form).text.encode()

    st.download_button(
        label,
        text,
        file_name=f"{library.slug(evaluation.title)[:80] or evaluation.job_id}.{ending}",
        mime=mime,
        icon=ICON.download,
        key=f"evaluation.export.{ending}",
        on_click="ignore",
        width="stretch",
    )
