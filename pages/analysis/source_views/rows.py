"""Rows of a table: a sample chosen at random, the same at each reading. It stays on this machine."""

import pandas as pd
import streamlit as st

from core import sources
from pages._ui import formatting

SIZE = 50


def draw(source: sources.SourceView, table: sources.Table) -> None:
    with st.spinner("Reading …", show_time=True), sources.open_source(source) as reader:
        found = reader.sample(table.name, SIZE)
    if not found:
        st.caption("The table has no rows.")
        return
    st.dataframe(
        pd.DataFrame(list(found)).astype("string"), hide_index=True, alt=f"Sample rows of {table.name}", height=560
    )
    st.caption(f"{formatting.plural(len(found), 'row')} chosen at random, the same at each reading.")
