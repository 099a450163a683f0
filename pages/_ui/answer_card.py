"""The card of one model call: its text while it comes, then the answer with its figures and stars.

Only a call that is under way is polled, by a fragment around its card alone.
"""

import time

import streamlit as st

from core import library, llm
from core.clock import now
from core.db import reading
from core.errors import NotFoundError, WorkbenchError
from pages._ui import formatting, layout
from pages._ui.answer_view import answer_view, figures
from pages._ui.badges import offline_badge, status_badge
from pages._ui.icons import ICON
from pages._ui.star_rating import star_rating
from pages._ui.text import plain

_LIVE_TAIL = 20_000
"""Characters that are sent again at each poll while an answer comes."""


def answer_card(execution_id: str, *, key: str) -> None:
    """Draw the call with its model, whatever state it is in. Up to four fit side by side."""
    try:
        with reading() as session:
            execution = library.get_execution(session, execution_id)
            offline = is_offline(execution, llm.list_connections(session))
    except NotFoundError as error:
        layout.failed(error)
        return
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            status_badge(execution.status)
            st.markdown(f"**{version_words(execution)}** · {plain(execution.model)}")
            if offline:
                offline_badge("offline")
        if execution.status == "running":
            live_answer(execution, key=key)
            return
        answer_view(execution, key=f"{key}.{execution.id}")
        st.caption(figures(execution))
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            star_rating(execution, key=key)
            st.page_link(
                "pages/library/executions.py",
                label="Record",
                icon=ICON.execution,
                query_params={"execution": execution.id},
                help="What was sent, the variables, replay",
            )


def live_answer(execution: library.ExecutionView, *, key: str) -> None:
    """What has come so far, with a button that stops it; draws the page once more when the call ends."""
    run = library.find(execution.id)
    if run is not None and run.done:
        layout.failed(run.error or WorkbenchError("The answer could not be recorded."))
        if run.text:
            st.caption("The answer came, but the database did not take it. Copy it before you leave this page:")
            st.code(run.text, language=None, wrap_lines=True)
    elif run is not None:
        _stream(execution.id, key)
    else:
        _elsewhere(execution, key)


def version_words(execution: library.ExecutionView) -> str:
    """ "v3"; "unsaved text" for a run of what stood in the editor; "direct call" without a template."""
    if execution.version_number is not None:
        return f"v{execution.version_number}"
    return "unsaved text" if execution.template_id else "direct call"


def is_offline(execution: library.ExecutionView, connections: list[llm.ConnectionView]) -> bool:
    """True if the offline model answered."""
    return any(each.name == execution.connection and each.kind == "offline" for each in connections)


@st.fragment(run_every=0.3)
def _stream(execution_id: str, key: str) -> None:
    run = library.find(execution_id)
    if run is None or run.done:
        # A fragment cannot end its own polling: only a run of the page that does not draw it again does.
        st.rerun()
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        text = run.text
        st.caption(f"{time.monotonic() - run.started:.0f} s · {len(text):,} characters so far")
        st.button("Stop", icon=ICON.stop, key=f"{key}.{execution_id}.stop", on_click=run.cancel)
    if len(text) > _LIVE_TAIL:
        st.caption(f"The last {_LIVE_TAIL:,} characters:")
    st.code(text[-_LIVE_TAIL:] or "Waiting for the first words …", language=None, wrap_lines=True)


@st.fragment(run_every=2.0)
def _elsewhere(execution: library.ExecutionView, key: str) -> None:
    """A call that another process makes: only its record can be watched."""
    with reading() as session:
        status = library.get_execution(session, execution.id).status
    if status != "running":
        st.rerun()  # as above: ends the polling, and draws the result
    age = formatting.duration(round((now() - execution.created_at).total_seconds()) * 1000)
    st.caption(f"Running for {age} in another process of Whetstone. The answer appears here when it is recorded.")
