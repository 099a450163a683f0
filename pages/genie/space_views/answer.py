"""What became of one question: its rows, a picture of them, the SQL; or what went wrong, and what that says."""

import streamlit as st

from core import genie
from pages._ui import formatting
from pages._ui.badges import ANSWER, local_badge
from pages._ui.icons import ICON
from pages._ui.text import markdown, plain
from pages.genie.space_views.result_rows import draw_rows


def draw_answer(view: genie.QuestionView, *, is_local: bool, key: str) -> None:
    """The whole answer in a card."""
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(f"**{plain(view.question, 400)}**", width="stretch")
            words, colour = ANSWER[meaning_of(view)]
            st.badge(words, color=colour)
            local_badge(is_local)
        st.caption(_facts(view))
        if view.failure_kind is not None:
            _failure(view)
        elif view.text:
            markdown(view.text)
        if view.table is None:
            if view.sql:
                st.code(view.sql, language="sql", wrap_lines=True)
            return
        left, right = st.columns([3, 2], gap="medium")
        with left:
            picture = genie.picture_of(view.table)
            if picture is not None:
                st.caption(plain(picture.title))
                st.vega_lite_chart(picture.spec, width="stretch", key=f"{key}.chart", alt=picture.title)
            draw_rows(view.table, key=f"{key}.rows")
        if view.sql:
            right.caption("SQL that Genie wrote")
            right.code(view.sql, language="sql", wrap_lines=True)


def meaning_of(view: genie.QuestionView) -> str:
    """`answered`, `asks_back`, or what the failure says: `wrong`, `not_measured`, `configuration`."""
    if view.failure_kind is None:
        return "answered"
    if view.failure_kind == genie.Kind.CLARIFYING_QUESTION:
        return "asks_back"
    return genie.Failure(genie.Kind(view.failure_kind), view.sentence).meaning.value


def _failure(view: genie.QuestionView) -> None:
    if view.failure_kind == genie.Kind.CLARIFYING_QUESTION:
        st.markdown(f"{ICON.ask} **Genie asks back:**")
        markdown(view.text or view.sentence)
        return
    st.warning(plain(view.sentence, 2_000), icon=ICON.warning)
    if view.text:
        markdown(view.text)


def _facts(view: genie.QuestionView) -> str:
    parts = [f"asked {formatting.ago(view.asked_at)} by {plain(view.asked_by)}"]
    parts.append(f"took {formatting.duration(round(view.duration_s * 1000))}")
    if view.waited_s >= 1:
        parts.append(f"and waited {formatting.duration(round(view.waited_s * 1000))} for the limit before")
    return " · ".join(parts)
