"""What is done to a job that is over: deleting it with what it made, after asking, and doing again what failed."""

import streamlit as st

from core import activity, jobs
from core.db import transaction
from core.errors import WorkbenchError
from pages._ui import layout, person
from pages._ui.icons import ICON
from pages._ui.text import plain

_ASKING = "job_deletion.asking"


def retry(job_id: str) -> None:
    """Queue again what failed, as the click on a button; a refusal is a toast."""
    try:
        with transaction() as session:
            jobs.retry(session, job_id, person=person.current())
    except WorkbenchError as error:
        st.toast(plain(str(error), 400), icon=ICON.error)


def ask_to_delete(job: jobs.JobView) -> None:
    """Let the next `deletion_dialog` of this job ask."""
    st.session_state[_ASKING] = job.id


def deletion_dialog(job: jobs.JobView, *, noun: str, loses: str, then: str) -> None:
    """Ask, if asked to. `noun` is what the person calls the job, `loses` says what goes with it, `then` is the page after it."""
    if st.session_state.get(_ASKING) == job.id:
        title = f"Delete the {noun}"
        st.dialog(title, icon=ICON.delete, on_dismiss=_closed)(_ask)(job, title, noun, loses, then)


def _ask(job: jobs.JobView, title: str, noun: str, loses: str, then: str) -> None:
    st.write(loses)
    if not st.button(title, icon=ICON.delete, type="primary", key=f"{noun}.delete"):
        return
    try:
        with transaction() as session:
            jobs.delete_job(session, job.id)
            activity.record(session, person.current(), f"deleted {noun}", job.title[:200], subject_id=job.id)
    except WorkbenchError as error:
        layout.failed(error)
        return
    _closed()
    st.switch_page(then)


def _closed() -> None:
    st.session_state.pop(_ASKING, None)
