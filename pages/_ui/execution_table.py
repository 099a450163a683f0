"""A table of executions: select a row to open it."""

from collections.abc import Sequence
from typing import Literal

import pandas as pd
import streamlit as st

from core.library import ExecutionRow
from pages._ui import formatting
from pages._ui.badges import STATUS


def execution_table(
    rows: Sequence[ExecutionRow], *, key: str, height: int | Literal["auto", "content"] = "auto"
) -> ExecutionRow | None:
    """Draw the rows; the selected one, None if none is."""
    table = pd.DataFrame(
        {
            "When": [formatting.ago(row.created_at) for row in rows],
            "Template": [_reference(row) for row in rows],
            "Status": [STATUS[row.status][0] + (", cached" if row.is_cached else "") for row in rows],
            "Model": [row.model for row in rows],
            "Tokens": [_tokens(row) for row in rows],
            "Cost": [formatting.usd(row.cost_usd) for row in rows],
            "Duration": [formatting.duration(row.duration_ms) for row in rows],
            "Rating": [formatting.stars(row.rating) for row in rows],
            "Answer": [" ".join(row.excerpt.split()) for row in rows],
        }
    )
    chosen = st.dataframe(
        table,
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key=key,
        height=height,
        alt="Executions, the newest first",
        column_config={
            "When": st.column_config.TextColumn(width=85),
            "Template": st.column_config.TextColumn(width=180),
            "Status": st.column_config.TextColumn(width=90),
            "Model": st.column_config.TextColumn(width=130),
            "Tokens": st.column_config.TextColumn(width=95, help="Sent + answered; ≈ marks an estimate, – unknown"),
            "Cost": st.column_config.TextColumn(width=90, help="– is unknown"),
            "Duration": st.column_config.TextColumn(width=75),
            "Rating": st.column_config.TextColumn(width=75),
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
