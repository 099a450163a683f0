"""A table of executions: select a row to open it."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core.library import ExecutionRow
from pages._ui.badges import STATUS


def execution_table(rows: Sequence[ExecutionRow], *, key: str) -> ExecutionRow | None:
    """Draw the rows; the selected one, None if none is."""
    table = pd.DataFrame(
        {
            "When": pd.to_datetime([row.created_at for row in rows], utc=True),
            "Template": [_reference(row) for row in rows],
            "Status": [STATUS[row.status][0] + (" (cached)" if row.is_cached else "") for row in rows],
            "Model": [row.model for row in rows],
            "Tokens": [_tokens(row) for row in rows],
            "Cost": [row.cost_usd for row in rows],
            "Duration": [row.duration_ms / 1000 if row.duration_ms is not None else None for row in rows],
            "Rating": [row.rating for row in rows],
            "Answer": [" ".join(row.excerpt.split()) for row in rows],
        }
    )
    chosen = st.dataframe(
        table,
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key=key,
        alt="Executions, the newest first",
        column_config={
            "When": st.column_config.DatetimeColumn(width="small", format="distance"),
            "Template": st.column_config.TextColumn(width="medium"),
            "Status": st.column_config.TextColumn(width="small"),
            "Model": st.column_config.TextColumn(width="small"),
            "Tokens": st.column_config.TextColumn(width="small", help="In + out; ≈ marks an estimate, – unknown"),
            "Cost": st.column_config.NumberColumn("Cost (USD)", width="small", format="%.4f", help="Empty: unknown"),
            "Duration": st.column_config.NumberColumn("Duration (s)", width="small", format="%.1f"),
            "Rating": st.column_config.NumberColumn(width="small", format="%d ★"),
            "Answer": st.column_config.TextColumn("Answer or error", width="large"),
        },
    )
    return rows[chosen.selection.rows[0]] if chosen.selection.rows else None


def _reference(row: ExecutionRow) -> str:
    if row.template_name is None:
        return "direct call"
    return f"{row.template_name}:{row.version_number}" if row.version_number else f"{row.template_name}, unsaved"


def _tokens(row: ExecutionRow) -> str:
    if row.input_tokens is None and row.output_tokens is None:
        return "–"
    parts = " + ".join("–" if n is None else f"{n:,}" for n in (row.input_tokens, row.output_tokens))
    return f"≈ {parts}" if row.tokens_estimated else parts
