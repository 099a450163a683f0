"""Genie › Evaluation: `?id=job_…`, and `outcome=out_…` for the question that is open."""

import streamlit as st

from core import genie, jobs
from core.db import reading
from core.errors import NotFoundError
from pages._ui import layout
from pages._ui.job_status import job_log
from pages.genie.evaluation_views import figures, head, questions, setup, stability

LIST = "pages/genie/evaluate.py"


def _log(evaluation: genie.EvaluationView, job: jobs.JobView) -> None:
    job_log(job, key=f"evaluation.{job.id}")


VIEWS = {"Questions": questions.draw, "Stability": stability.draw, "Log": _log, "Configuration": setup.draw}

with layout.showing_errors():
    if not st.query_params.get("id"):
        layout.missing_page("Evaluation", "No evaluation is chosen. Open one from the list.", LIST, "Evaluate")
    try:
        with reading() as session:
            evaluation = genie.get_evaluation(session, st.query_params.get("id", ""))
            job = jobs.get_job(session, evaluation.job_id)
    except NotFoundError as error:
        layout.missing_page("Evaluation", str(error), LIST, "Evaluate")
    layout.breadcrumb(LIST, "Evaluate")
    head.draw(evaluation, job)
    figures.draw(evaluation)
    shown = st.segmented_control(
        "View",
        list(VIEWS),
        default="Questions",
        required=True,
        key="evaluation_view",
        bind="query-params",
        label_visibility="collapsed",
    )
    VIEWS[shown or "Questions"](evaluation, job)
