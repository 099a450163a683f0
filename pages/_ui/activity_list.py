"""What people did, as a table with a way to each template."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.activity import ActivityView
from pages._ui import formatting


def activity_list(rows: Sequence[ActivityView], *, key: str = "activity.table") -> None:
    """Draw the acts, the newest first; selecting one of a template opens it."""
    table = pd.DataFrame(
        {
            "When": [formatting.ago(row.at) for row in rows],
            "Who": [row.person for row in rows],
            "What": [_what(row) for row in rows],
            "On": [row.subject for row in rows],
            "Note": [row.detail.get("note") or "" for row in rows],
        }
    )
    chosen = st.dataframe(
        table,
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key=key,
        alt="What people did, the newest first",
        column_config={
            "When": st.column_config.TextColumn(width="small"),
            "Who": st.column_config.TextColumn(width="small"),
            "What": st.column_config.TextColumn(width="medium"),
            "On": st.column_config.TextColumn(width="medium"),
            "Note": st.column_config.TextColumn(width="large"),
        },
    )
    if chosen.selection.rows:
        subject_id = rows[chosen.selection.rows[0]].subject_id
        if subject_id and subject_id.startswith("ps_"):
            st.switch_page("pages/library/template.py", query_params={"id": subject_id})


def _what(row: ActivityView) -> str:
    number, before = row.detail.get("number"), row.detail.get("before")
    if number and before:
        return f"{row.verb} from v{before} to v{number}"
    return f"{row.verb} v{number}" if number else row.verb
