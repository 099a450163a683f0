"""Rows of an answer as a table on the screen: cells as the service gave them, numbers at the right, whole days as days."""

import re

import pandas as pd
import streamlit as st

from core import genie
from pages._ui import formatting
from pages._ui.text import plain

_NUMERIC = re.compile(r"(BIG|SMALL|TINY)?INT(EGER)?\b|LONG|SHORT|BYTE|FLOAT|DOUBLE|DECIMAL", re.IGNORECASE)

_MIDNIGHT = re.compile(r"\d{4}-\d\d-\d\d[T ]00:00:00(\.0+)?(Z|[+-]00:?00)?")


def draw_rows(table: genie.ResultTable, *, key: str) -> None:
    """The rows and how many there are of how many. Two columns of one name are told apart by a number."""
    names: list[str] = []
    for at, name in enumerate(table.names):
        names.append(name if name not in names else f"{name} ({at + 1})")
    if len(set(names)) < len(names):
        names = [f"{at}: {name}" for at, name in enumerate(table.names, start=1)]
    if not table.rows:
        st.caption(f"The query ran and gave no rows. Its columns: {', '.join(plain(name, 60) for name in names)}.")
        return
    st.dataframe(
        pd.DataFrame(dict(zip(names, map(_days, zip(*table.rows, strict=True)), strict=True))).astype("string"),
        hide_index=True,
        key=key,
        height="content" if len(table.rows) <= 12 else 440,
        alt="Rows of the answer",
        column_config={
            name: st.column_config.TextColumn(alignment="right")
            for name, column in zip(names, table.columns, strict=True)
            if _NUMERIC.match(column.type)
        },
    )
    total = table.total_rows if table.total_rows is not None else len(table.rows)
    cut = total > len(table.rows) or table.truncated
    more = f"{len(table.rows):,} of {total:,} rows" if total > len(table.rows) else f"the first {total:,} rows"
    st.caption(f"{more}; the rest is not kept" if cut else formatting.plural(total, "row"))


def _days(cells: tuple[str | None, ...]) -> list[str | None]:
    """A column of points in time that are all midnights is a column of days: without a time that says nothing."""
    if all(cell is None or _MIDNIGHT.fullmatch(cell) for cell in cells):
        return [cell and cell[:10] for cell in cells]
    return list(cells)
