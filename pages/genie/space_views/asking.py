"""Asking a space: one question at a time, followed while it is under way; a question back is answered in its conversation.

The question belongs to the process, not to the page: it goes on when the tab is closed, and is recorded at its end.
"""

from dataclasses import dataclass, replace

import pandas as pd
import streamlit as st

from core import genie
from core.db import reading
from core.errors import CancelledError, WorkbenchError
from pages._ui import formatting, layout, person
from pages._ui.badges import ANSWER, local_badge
from pages._ui.icons import ICON
from pages._ui.text import plain
from pages.genie.space_views.answer import draw_answer, meaning_of

POLL_S = 0.5
_EARLIER = 20
_SAMPLES = 8
_AT_ONCE_S = 0.3
"""An answer of the local Genie is there by then, and the page need not be drawn twice."""
_STATUS = {
    "": "Starting",
    "WAITING_FOR_LIMIT": "Waiting for the workspace's limit of questions a minute",
    "SUBMITTED": "Sent",
    "FETCHING_METADATA": "Genie reads the tables' metadata",
    "FILTERING_CONTEXT": "Genie chooses what matters for the question",
    "ASKING_AI": "Genie writes SQL",
    "PENDING_WAREHOUSE": "Waiting for the SQL warehouse",
    "EXECUTING_QUERY": "The SQL runs",
    "COMPLETED": "Fetching the rows",
}


@dataclass(frozen=True)
class _Thread:
    """A conversation as this session sees it. `done` are recorded questions, oldest first; `running` is under way.

    `conversation_id` is where a reply or a further question goes; `asked_back` says that Genie waits for one.
    """

    done: tuple[str, ...] = ()
    running: str | None = None
    conversation_id: str | None = None
    asked_back: bool = False
    error: str | None = None


def draw(workspace: genie.WorkspaceView, client: genie.GenieClient, state: genie.SpaceState) -> None:
    """The input, what became of the questions of this conversation, and the last ones that anybody asked."""
    key = f"space.asking.{workspace.id}.{state.id}"
    thread, running = _caught_up(st.session_state.get(key, _Thread()))
    st.session_state[key] = thread
    views = _recorded(thread.done)
    _composer(key, workspace, state, thread)
    if thread.error:
        st.error(plain(thread.error, 2_000), icon=ICON.error)
    if running is not None:
        _live(running.id, running.question, workspace.is_local)
    for view in reversed(views):
        draw_answer(view, is_local=workspace.is_local, key=f"{key}.{view.id}")
    _earlier(workspace, state, set(thread.done), key)


def _caught_up(thread: _Thread) -> tuple[_Thread, genie.RunningQuestion | None]:
    """The thread with what happened since it was drawn last, and the question that is still under way."""
    if thread.running is None:
        return thread, None
    found = genie.find_question(thread.running)
    if found is None:
        error = "The question was lost when the workbench ended. Ask it again."
        return replace(thread, running=None, error=error), None
    if not found.is_done:
        return thread, found
    if found.view is None:
        error = None if isinstance(found.error, CancelledError) else str(found.error or "The question came to nothing.")
        return replace(thread, running=None, error=error), None
    done = (*thread.done, found.view.id)
    meaning = meaning_of(found.view)
    went_on = thread.conversation_id or (found.answer.conversation_id if found.answer else None)
    goes_on = went_on if meaning in ("answered", "asks_back") or thread.conversation_id else None
    return _Thread(done, conversation_id=goes_on, asked_back=meaning == "asks_back"), None


def _recorded(ids: tuple[str, ...]) -> list[genie.QuestionView]:
    with reading() as session:
        return [genie.get_question(session, each) for each in ids]


def _composer(key: str, workspace: genie.WorkspaceView, state: genie.SpaceState, thread: _Thread) -> None:
    """One line to type in. While Genie waits for a reply the next words go into that conversation."""
    box, further = f"{key}.box", f"{key}.further"
    samples = [each.text for each in state.definition.sample_questions if each.text] if state.definition else []
    with st.form(f"{key}.form", border=False):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.text_input(
                "Your reply to Genie" if thread.asked_back else "Question",
                key=box,
                placeholder="Say what you meant" if thread.asked_back else "Ask in your own words",
                width="stretch",
            )
            st.form_submit_button(
                "Reply" if thread.asked_back else "Ask",
                icon=ICON.ask,
                type="primary",
                disabled=thread.running is not None,
                on_click=_ask,
                args=(key, box, further, workspace.id, state.id),
            )
        if thread.conversation_id and not thread.asked_back and not thread.running:
            st.checkbox("Follow up on the answer below", key=further, help="Genie then knows the questions before it")
    if thread.asked_back:
        st.button("Ask something else instead", key=f"{key}.anew", type="tertiary", on_click=_begin_anew, args=(key,))
    elif samples and not thread.done and not thread.running:
        st.pills(
            "Questions that the space suggests",
            samples[:_SAMPLES],
            key=f"{key}.samples",
            on_change=_take_sample,
            args=(f"{key}.samples", box),
            format_func=lambda text: plain(text, 100),
        )


def _ask(key: str, box: str, further: str, workspace_id: str, space_id: str) -> None:
    """Start the question before the page is drawn, so that it shows it."""
    thread: _Thread = st.session_state.get(key, _Thread())
    going_on = thread.conversation_id if thread.asked_back or st.session_state.get(further) else None
    try:
        started = genie.start_question(
            workspace_id,
            space_id,
            st.session_state.get(box) or "",
            person=person.current(),
            conversation_id=going_on,
        )
    except WorkbenchError as error:
        st.session_state[key] = replace(thread, error=str(error))
        return
    started.wait(_AT_ONCE_S)
    st.session_state[key] = _Thread(thread.done if going_on else (), started.id, going_on)
    st.session_state[box] = ""


def _begin_anew(key: str) -> None:
    st.session_state.pop(key, None)


def _take_sample(pills: str, box: str) -> None:
    """Into the input, not to Genie: asking may cost one of few questions a minute."""
    st.session_state[box] = st.session_state.get(pills) or ""
    st.session_state[pills] = None


@st.fragment(run_every=POLL_S)
def _live(running_id: str, question: str, is_local: bool) -> None:
    """What the question is doing. It draws the page anew at the end, which also ends the polling."""
    running = genie.find_question(running_id)
    if running is None or running.is_done:
        st.rerun()
    status = running.status
    words = status.status if status else ""
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"**{plain(question, 400)}**", width="stretch")
            st.badge("Under way", color="blue")
            local_badge(is_local)
            st.button("Stop", icon=ICON.stop, key="space.asking.stop", on_click=running.stop)
        elapsed = f" · {status.elapsed_s:.0f} s" if status and status.elapsed_s >= 1 else ""
        st.caption(f"{_STATUS.get(words, plain(words))}{elapsed}")


def _earlier(workspace: genie.WorkspaceView, state: genie.SpaceState, shown: set[str], key: str) -> None:
    """The last questions that anybody asked here; selecting one shows its answer."""
    with reading() as session:
        listed = genie.list_questions(session, workspace.id, state.id, limit=_EARLIER)
    rows = [each for each in listed if each.id not in shown]
    if not rows:
        if not shown:
            layout.empty_state(
                "Nothing was asked yet",
                "Ask a question in your own words. You see the SQL that Genie wrote for it, its rows, and a chart where one helps.",
                icon=ICON.ask,
            )
        return
    st.subheader("Asked before", anchor=False)
    chosen = st.dataframe(
        pd.DataFrame(
            {
                "When": [formatting.ago(each.asked_at) for each in rows],
                "Question": [each.question for each in rows],
                "State": [ANSWER[meaning_of(each)][0] for each in rows],
                "Came of it": [_outcome(each) for each in rows],
                "Took": [formatting.duration(round(each.duration_s * 1000)) for each in rows],
                "By": [each.asked_by for each in rows],
            }
        ),
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key=f"{key}.earlier",
        height="content" if len(rows) <= 12 else "auto",
        alt="Questions asked before, the newest first",
        column_config={
            "When": st.column_config.TextColumn(width=90),
            "Question": st.column_config.TextColumn(width=370),
            "State": st.column_config.TextColumn(width=110),
            "Came of it": st.column_config.TextColumn(width=240),
            "Took": st.column_config.TextColumn(width=75),
            "By": st.column_config.TextColumn(width=75),
        },
    )
    picked = chosen.selection.rows
    if picked and picked[0] < len(rows):
        draw_answer(rows[picked[0]], is_local=workspace.is_local, key=f"{key}.earlier.answer")


def _outcome(view: genie.QuestionView) -> str:
    if view.failure_kind is not None:
        return view.text if meaning_of(view) == "asks_back" and view.text else view.sentence
    if view.table is None:
        return formatting.UNKNOWN
    total = view.table.total_rows if view.table.total_rows is not None else len(view.table.rows)
    return formatting.plural(total, "row")
