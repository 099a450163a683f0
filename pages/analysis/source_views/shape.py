"""Figures of a table: the quick ones at once, the full ones on demand; and what of it may leave."""

import streamlit as st

from core import sources
from core.db import reading
from pages._ui import formatting
from pages._ui.disclosure_editor import disclosure_editor
from pages._ui.icons import ICON
from pages._ui.profile_view import profile_view
from pages._ui.text import plain


def draw(source: sources.SourceView, table: sources.Table) -> None:
    key = f"source.{source.id}.{table.name}"
    with reading() as session:
        full = sources.kept_profile(session, source.id, table.name, "full")
    with st.container(horizontal=True, vertical_alignment="center"):
        wanted = st.button(
            "Measure again" if full else "Full profile",
            icon=ICON.chart,
            key=f"{key}.full",
            help="Exact distinct counts, medians, standard deviations, most frequent values, histograms",
        )
        _origin(table)
    if wanted:
        with st.spinner(f"Measuring {plain(table.name)} …", show_time=True):
            full = sources.profile_table(source.id, table.name, "full", refresh=True)
    if full is None:
        with st.spinner("Measuring …", show_time=True):
            full = sources.profile_table(source.id, table.name, "quick")
    profile_view(full, key=key)


def draw_disclosure(source: sources.SourceView, table: sources.Table) -> None:
    st.caption("Set once; every job over this table keeps to it. What nobody set follows the suggestion.")
    disclosure_editor(source, table.name, key="source")


def _origin(table: sources.Table) -> None:
    """How a file was read, in its own words."""
    told = [f"{name.replace('_', ' ')} {value}" for name, value in table.origin.items() if isinstance(value, str | int)]
    if told:
        st.caption(plain(" · ".join(told), 400))
    elif table.rows is not None:
        st.caption(formatting.plural(table.rows, "row"))
