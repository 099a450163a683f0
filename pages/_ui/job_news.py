"""Tells a person, on whatever page they are, that a job of theirs has ended: a toast, and a browser notification where allowed."""

import json

import streamlit as st

from core import jobs
from core.db import reading
from core.errors import WorkbenchError
from pages._ui import person
from pages._ui.badges import JOB_STATE
from pages._ui.icons import ICON
from pages._ui.text import plain

_WATCHED = "job_news.watched"
_NEWS = "job_news.ended"
POLL_S = 3.0


def job_news() -> None:
    """Draw once per page run, in the frame. Without a job under way it costs one indexed query and does not poll."""
    for title, state in st.session_state.pop(_NEWS, []):
        words = f"{JOB_STATE[state][0]}: {title}"
        st.toast(plain(words), icon=ICON.error if state == "failed" else ICON.check)
        _notify(words)
    try:
        active = _active()
    except WorkbenchError:
        return  # the page itself says what is wrong with the database
    watched: dict[str, str] = st.session_state.setdefault(_WATCHED, {})
    watched |= active
    if watched:
        _watch()


def allow_notifications(*, key: str) -> None:
    """The button that asks the browser for the right to notify; browsers only ask after a click."""
    if st.button("Notify me in the browser", icon=ICON.notify, key=key, type="tertiary"):
        st.html(
            "<script>window.Notification && Notification.requestPermission()</script>", unsafe_allow_javascript=True
        )


def _active() -> dict[str, str]:
    with reading() as session:
        return jobs.active_jobs(session, person=person.current())


@st.fragment(run_every=POLL_S)
def _watch() -> None:
    watched: dict[str, str] = st.session_state.get(_WATCHED, {})
    ended: list[tuple[str, str]] = []
    with reading() as session:
        for job_id in list(watched):
            job = jobs.find_job(session, job_id)
            if job is None or job.is_over:
                del watched[job_id]
                ended += [(job.title, job.state)] if job else []
    if ended:
        st.session_state[_NEWS] = [*st.session_state.get(_NEWS, []), *ended]
        st.rerun()  # tells the news, and ends the polling when nothing is watched any more


def _notify(words: str) -> None:
    # JSON is valid script text once it cannot close the element it stands in.
    text = json.dumps(words).replace("<", "\\u003c")
    st.html(
        "<script>(() => { if (window.Notification && Notification.permission === 'granted') "
        f"new Notification('Whetstone', {{ body: {text} }}); }})()</script>",
        unsafe_allow_javascript=True,
    )
