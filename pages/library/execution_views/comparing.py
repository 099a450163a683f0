"""A replay beside its original: figures first, then what differs. One pair proves nothing, and the page says so."""

import pandas as pd
import streamlit as st

from core import library
from core.db import reading
from core.errors import NotFoundError
from pages._ui import formatting, layout
from pages._ui.answer_card import version_words
from pages._ui.answer_view import cost, tokens
from pages._ui.badges import STATUS
from pages._ui.diff import side_by_side


def draw(execution: library.ExecutionView) -> None:
    """Original left, replay right."""
    try:
        with reading() as session:
            original = library.get_execution(session, execution.replay_of or "")
    except NotFoundError:
        layout.empty_state("The original is gone", "Its record was deleted, so there is nothing to compare with.")
        return
    rows = {
        "Version": version_words,
        "Model": lambda each: each.model,
        "Connection": lambda each: each.connection,
        "Status": lambda each: STATUS[each.status][0],
        "Tokens in + out": tokens,
        "Cost": cost,
        "Duration": lambda each: formatting.duration(each.duration_ms),
        "Rating": lambda each: formatting.stars(each.rating),
    }
    st.dataframe(
        pd.DataFrame(
            {
                "Figure": list(rows),
                "Original": [read(original) for read in rows.values()],
                "Replay": [read(execution) for read in rows.values()],
            }
        ),
        hide_index=True,
        height="content",
        alt="Figures of the original and of the replay",
        column_config={
            "Figure": st.column_config.TextColumn(width=130),
            "Original": st.column_config.TextColumn(width="medium"),
            "Replay": st.column_config.TextColumn(width="medium"),
        },
    )
    if execution.status == "running":
        st.caption("The replay is still running; its answer is compared when it is there.")
        return
    before, after = original.response or "", execution.response or ""
    if not original.status == execution.status == "completed":
        st.markdown("**One of the two has no whole answer,** so the answers cannot be compared; the texts sent can.")
    elif before == after:
        st.markdown("**The answers are the same, character by character.**")
    else:
        st.markdown("**The answers differ.** One pair, n = 1, does not prove which is better.")
    for title, left, right in (
        ("Answer", before, after),
        ("System prompt", original.system, execution.system),
        ("User prompt", original.user, execution.user),
    ):
        if left == right:
            st.caption(f"{title}: no difference.")
            continue
        st.markdown(f"**{title}**")
        side_by_side(left, right, left="Original", right="Replay")
