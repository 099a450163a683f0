"""A table's figures: one row a column, and the picture of the column that is chosen."""

import pandas as pd
import streamlit as st

from core import analysis, sources
from pages._ui import formatting
from pages._ui.text import plain


def profile_view(profile: sources.Profile, *, key: str) -> None:
    """The figures as a table; select a column to see how its values are spread."""
    exact = "exact" if profile.kind == "full" else "distinct counts approximate"
    st.caption(
        f"{formatting.plural(profile.rows, 'row')} · {formatting.plural(len(profile.columns), 'column')} · {exact} · "
        f"measured {formatting.ago(profile.measured_at)} in {profile.seconds:.2f} s"
    )
    chosen = st.dataframe(
        _table(profile),
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key=f"{key}.columns",
        alt=f"Figures of the columns of {profile.table}",
        height=min(560, 38 + 35 * max(1, len(profile.columns))),
        column_config={
            "Column": st.column_config.TextColumn(width=170),
            "Type": st.column_config.TextColumn(width=85),
            "Missing": st.column_config.TextColumn(width=120),
            "Distinct": st.column_config.TextColumn(width=90),
            "Min": st.column_config.TextColumn(width=120),
            "Max": st.column_config.TextColumn(width=120),
            "Mean": st.column_config.TextColumn(width=90),
            "Median": st.column_config.TextColumn(width=90),
            "Std dev": st.column_config.TextColumn(width=90),
            "Most frequent": st.column_config.TextColumn(width=260),
        },
    )
    if not chosen.selection.rows:
        st.caption("Select a column to see how its values are spread.")
        return
    column = profile.columns[chosen.selection.rows[0]]
    chart = analysis.histogram(column, profile.table)
    if chart is None:
        st.caption(f"{plain(column.name)}: the full profile has the picture.")
        return
    with st.container(border=True):
        st.markdown(f"**{plain(chart.title)}**")
        st.vega_lite_chart(chart.spec, width="stretch", key=f"{key}.chart.{column.name}")


def _table(profile: sources.Profile) -> pd.DataFrame:
    columns = profile.columns
    return pd.DataFrame(
        {
            "Column": [each.name for each in columns],
            "Type": [each.type for each in columns],
            "Missing": [_missing(each.nulls, profile.rows) for each in columns],
            "Distinct": [_distinct(each) for each in columns],
            "Min": [_value(each.minimum) for each in columns],
            "Max": [_value(each.maximum) for each in columns],
            "Mean": [_value(each.mean) for each in columns],
            "Median": [_value(each.median) for each in columns],
            "Std dev": [_value(each.std_dev) for each in columns],
            "Most frequent": [_top(each) for each in columns],
        }
    )


def _missing(nulls: int, rows: int) -> str:
    return f"{nulls:,} ({100 * nulls / rows:.1f} %)" if rows else formatting.UNKNOWN


def _distinct(column: sources.ColumnProfile) -> str:
    if column.distinct is None:
        return formatting.UNKNOWN
    return f"{'' if column.distinct_is_exact else '≈ '}{column.distinct:,}"


def _value(value: object) -> str:
    if value is None:
        return formatting.UNKNOWN
    if isinstance(value, float):
        return f"{value:,.6g}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)[:200]


def _top(column: sources.ColumnProfile) -> str:
    if not column.top_values or column.top_values[0][1] <= 1:
        return ""
    return ", ".join(f"{value} ({count:,})" for value, count in column.top_values[:4])[:200]
