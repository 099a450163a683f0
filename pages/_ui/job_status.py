"""A job at work: state, count, bar, cost, time left, what can be done to it, and the end of its log.

One fragment polls every two seconds and ends when the job does; closing the tab changes nothing about the job.
"""

from collections.abc import Callable

import streamlit as st

from core import jobs
from core.clock import now
from core.db import reading, transaction
from core.errors import WorkbenchError
from pages._ui import formatting, person
from pages._ui.badges import job_badge
from pages._ui.icons import ICON
from pages._ui.text import plain

POLL_S = 2.0
TAIL = 200


def job_status(job: jobs.JobView, *, key: str) -> None:
    """The status card. While the job works it follows it, and draws the page anew whenever a piece is done."""
    if job.is_over or job.state == "paused":
        _card(job, key)
    else:
        _live(job.id, job.state, job.progress_done, key)


def job_log(job: jobs.JobView, *, key: str) -> None:
    """The last lines of the log, and the whole as a download."""
    if job.is_over or job.state == "paused":
        _log(job.id, key)
    else:
        _live_log(job.id, key)


def cost(job: jobs.JobRow) -> str:
    """ "0.0123 USD", "0.0123 USD and 2 calls of unknown price"; a dash where nothing is known."""
    if not job.progress_done and not job.is_over:
        return "no cost yet"
    if not _calls_models(job):
        return formatting.UNKNOWN
    if not job.unknown_cost_calls:
        return formatting.usd(job.cost_usd)
    calls = formatting.plural(job.unknown_cost_calls, "call")
    known = f"{formatting.usd(job.cost_usd)} and " if job.cost_usd else ""
    return f"{known}{calls} of unknown price"


def taken(job: jobs.JobRow) -> str:
    """How long it took, or has taken; a dash before it starts."""
    if job.started_at is None:
        return formatting.UNKNOWN
    return formatting.duration(round(((job.finished_at or now()) - job.started_at).total_seconds() * 1000))


@st.fragment(run_every=POLL_S)
def _live(job_id: str, state: str, done: int, key: str) -> None:
    with reading() as session:
        job = jobs.get_job(session, job_id)
    if job.is_over or job.state != state or job.progress_done != done:
        st.rerun()  # draws what is new; and only a run of the page that does not draw this fragment ends its polling
    _card(job, key)


def _card(job: jobs.JobView, key: str) -> None:
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
            job_badge(job.state)
            st.caption(_facts(job), width="stretch")
            _buttons(job, key)
        if not job.is_over and job.progress_total:
            st.progress(min(1.0, job.progress_done / job.progress_total))
        if job.error:
            st.error(plain(job.error, 2000), icon=ICON.error)


def _facts(job: jobs.JobView) -> str:
    parts = [job.progress_words, *([cost(job)] if _calls_models(job) else []), taken(job)]
    if job.state == "queued":
        with reading() as session:
            workers = jobs.list_workers(session)
        parts = ["starts in a moment" if workers else "waits for a worker; start one with `python -m core worker`"]
    elif job.seconds_left is not None and job.progress_done and not job.is_over:
        parts.append(f"≈ {formatting.duration(round(job.seconds_left * 1000))} left")
    return " · ".join(parts)


def _calls_models(job: jobs.JobRow) -> bool:
    """Whether a cost says anything: what a question to Genie or a check costs is not known here."""
    return job.progress_unit == "calls" or bool(job.cost_usd or job.unknown_cost_calls)


def _buttons(job: jobs.JobView, key: str) -> None:
    acts: dict[str, tuple[str, str, Callable[..., object]]] = {}
    if job.state in ("queued", "running"):
        acts["pause"] = ("Pause", ICON.pause, jobs.pause)
    if job.state in ("paused", "cancelled"):
        acts["resume"] = ("Resume", ICON.run, jobs.resume)
    if job.state == "failed":
        acts["retry"] = ("Retry what failed", ICON.retry, jobs.retry)
    if not job.is_over:
        acts["cancel"] = ("Cancel", ICON.cancel, jobs.cancel)
    for name, (label, icon, act) in acts.items():
        st.button(label, icon=icon, key=f"{key}.{name}", on_click=_do, args=(act, job.id))


def _do(act: Callable[..., object], job_id: str) -> None:
    """Before the page is drawn again, so that it shows the new state."""
    try:
        with transaction() as session:
            act(session, job_id, person=person.current())
    except WorkbenchError as error:
        st.toast(plain(str(error), 400), icon=ICON.error)


@st.fragment(run_every=POLL_S)
def _live_log(job_id: str, key: str) -> None:
    with reading() as session:
        over = jobs.get_job(session, job_id).is_over
    if over:
        st.rerun()
    _log(job_id, key)


def _log(job_id: str, key: str) -> None:
    with reading() as session:
        lines = jobs.tail_log(session, job_id, limit=TAIL)
    if not lines:
        st.caption("The log is empty so far.")
        return
    st.code("\n".join(_line(line) for line in lines), language=None, wrap_lines=True, height=420)
    if len(lines) == TAIL:
        st.caption(f"The last {TAIL} lines.")
    st.download_button(
        "The whole log",
        lambda: _whole_log(job_id),
        file_name=f"{job_id}.log",
        icon=ICON.download,
        key=f"{key}.log.download",
        on_click="ignore",
    )


def _whole_log(job_id: str) -> bytes:
    pieces = []
    with reading() as session:
        after = 0
        while lines := jobs.read_log(session, job_id, after=after, limit=5000):
            pieces += [_line(line) for line in lines]
            after = lines[-1].seq
    return "\n".join(pieces).encode()


def _line(line: jobs.LogLine) -> str:
    mark = {"info": " ", "warning": "!", "error": "✗"}[line.level]
    return f"{line.at:%H:%M:%S} {mark} {line.text}"
