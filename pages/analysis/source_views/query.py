"""SQL of a person: read-only, one statement, with a deadline and a cap on rows."""

import pandas as pd
import streamlit as st

from core import sources
from pages._ui import formatting, layout
from pages._ui.icons import ICON

MOST_ROWS = 1_000
DEADLINE_S = 30.0


def draw(source: sources.SourceView, tables: list[sources.Table]) -> None:
    key = f"source.{source.id}.sql"
    start = (
        f'SELECT * FROM "{tables[0].name.replace(chr(34), chr(34) * 2)}" LIMIT 20' if source.kind != "warehouse" else ""
    )
    sql = st.text_area(
        "SQL",
        start,
        key=key,
        height=140,
        help=f"One statement that reads; at most {MOST_ROWS:,} rows and {DEADLINE_S:.0f} s",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        pressed = st.button(
            "Run", icon=ICON.run, type="primary", key=f"{key}.run", disabled=not sql.strip(), shortcut="Mod+Enter"
        )
        st.caption(f"Only reads. At most {MOST_ROWS:,} rows and {DEADLINE_S:.0f} s.")
    if pressed:
        with layout.showing_errors(), st.spinner("Running …", show_time=True), sources.open_source(source) as reader:
            st.session_state[f"{key}.answer"] = (sql, reader.run_sql(sql, max_rows=MOST_ROWS, deadline_s=DEADLINE_S))
    asked, answer = st.session_state.get(f"{key}.answer", (None, None))
    if answer is None:
        return
    if asked != sql:
        st.caption("The answer below is of the statement that ran last, not of what stands above now.")
    if answer.rows:
        # Two columns of an answer may have the same name, which a table on the screen cannot.
        names = [
            name if answer.columns.index(name) == at else f"{name} ({at + 1})" for at, name in enumerate(answer.columns)
        ]
        st.dataframe(
            pd.DataFrame(answer.rows, columns=names).astype("string"), hide_index=True, alt="Rows of the answer"
        )
    more = f"; more were cut off after {MOST_ROWS:,}" if answer.more else ""
    st.caption(f"{formatting.plural(len(answer.rows), 'row')} in {answer.seconds:.2f} s{more}")
