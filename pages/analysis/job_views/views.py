"""Which views a job's page has, by the words in its address."""

from collections.abc import Callable

import streamlit as st

from core import jobs
from pages._ui.job_status import job_log
from pages.analysis.job_views import findings, profile, prompts

View = Callable[[jobs.JobView], None]


def _log(job: jobs.JobView) -> None:
    job_log(job, key=f"job.{job.id}")


def _result(job: jobs.JobView) -> None:
    if job.result is None:
        st.caption("There is no result yet.")
    else:
        st.json(job.result)


ANALYSIS: dict[str, View] = {
    "Findings": findings.draw,
    "Profile": profile.draw,
    "Prompts sent": prompts.draw,
    "Log": _log,
}
OTHER: dict[str, View] = {"Log": _log, "Result": _result}
