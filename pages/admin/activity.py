"""Admin › Activity: what people did, newest first. `?subject=ps_…` keeps one template's, `before` leads to older acts."""

import streamlit as st

from core import activity
from core.db import reading
from pages._ui import layout
from pages._ui.activity_list import activity_list
from pages._ui.icons import ICON

SIZE = 50


def _turn(breaks: list[int]) -> None:
    if breaks:
        st.query_params["before"] = [str(number) for number in breaks]
    else:
        st.query_params.pop("before", None)


def _everything() -> None:
    st.query_params.clear()


subject = st.query_params.get("subject") or None
before = [int(number) for number in st.query_params.get_all("before") if number.isdecimal() and len(number) < 19]

layout.heading(
    "Activity",
    "What people did, newest first. Each act was written together with its effect, and no row is ever changed.",
)
with layout.showing_errors():
    with reading() as session:
        rows = activity.list_activity(
            session, subject_id=subject, before=before[-1] if before else None, limit=SIZE + 1
        )
    if subject:
        st.button(
            "Everything, not only this template", icon=ICON.activity, key="activity.everything", on_click=_everything
        )
    if not rows:
        layout.empty_state(
            "Nothing here",
            "Saving a version, moving a label and the like are noted here. "
            + ("Nobody did anything with this one yet." if subject else "Nobody did any of it yet."),
            page="pages/library/templates.py",
            label="Templates",
        )
    else:
        activity_list(rows[:SIZE])
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        if rows:
            st.caption("Select an act on a template to open the template.")
        if before or len(rows) > SIZE:
            with st.container(horizontal=True, width="content"):
                st.button(
                    "Newer",
                    icon=":material/chevron_left:",
                    key="activity.newer",
                    disabled=not before,
                    on_click=_turn,
                    args=(before[:-1],),
                )
                st.button(
                    "Older",
                    icon=":material/chevron_right:",
                    icon_position="right",
                    key="activity.older",
                    disabled=len(rows) <= SIZE,
                    on_click=_turn,
                    args=([*before, rows[SIZE - 1].seq] if len(rows) > SIZE else before,),
                )
