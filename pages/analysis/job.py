"""Analysis › Jobs › one: `?id=job_…`. An analysis shows findings, figures, prompts and log; other kinds result and log."""

import streamlit as st

from core import analysis, jobs
from core.db import reading
from core.errors import NotFoundError
from pages._ui import layout
from pages.analysis.job_views import head, views

LIST = "pages/analysis/jobs.py"

with layout.showing_errors():
    try:
        with reading() as session:
            job = jobs.get_job(session, st.query_params.get("id", ""))
    except NotFoundError as error:
        layout.missing_page("Job", str(error), LIST, "Jobs")
    layout.breadcrumb(LIST, "Jobs")
    head.draw(job)
    names = views.ANALYSIS if job.kind == analysis.KIND else views.OTHER
    shown = st.segmented_control(
        "View",
        list(names),
        default=next(iter(names)),
        required=True,
        key="job_view",
        bind="query-params",
        label_visibility="collapsed",
    )
    names[shown](job)
