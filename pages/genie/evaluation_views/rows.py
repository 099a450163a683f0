"""Expected rows and Genie's rows side by side, matched to each other; what differs carries a sign as well as a colour."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core import genie
from pages._ui import formatting
from pages._ui.icons import ICON

_DIFFERS = "background-color: rgba(214, 150, 40, .28)"
_MISSING = "background-color: rgba(210, 70, 60, .24)"
_EXTRA = "background-color: rgba(130, 100, 200, .24)"
_EQUAL_FROM = 30
"""From so many rows on, equal ones are hidden at first."""


def draw(outcome: genie.Outcome, *, cut: bool, key: str) -> None:
    """Both results, or the one there is."""
    expected, actual = outcome.expected, outcome.actual
    if expected is None and actual is None:
        return
    if expected is None or actual is None:
        table = actual or expected
        assert table is not None
        st.markdown(f"**{'Genie’s rows' if actual else 'Expected rows'}** · {_count(table)}")
        _one(table)
        return
    columns = outcome.judgement.columns if outcome.judgement else None
    pairs = genie.align(expected, actual, columns)
    different = [pair for pair in pairs if not pair.equal]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f"**Rows** · expected {_count(expected)}, Genie {_count(actual)}", width="stretch")
        only = different and st.toggle(
            f"Only what differs ({len(different):,})",
            value=len(pairs) >= _EQUAL_FROM,
            key=f"{key}.only",
            disabled=len(different) == len(pairs),
        )
    if cut:
        st.caption(f"{ICON.note} The first rows of each side are kept; the verdict is of all of them.")
    _both(expected, actual, different if only else pairs, columns)
    st.caption(_legend(pairs))


def _count(table: genie.ResultTable) -> str:
    total = table.total_rows if table.total_rows is not None else len(table.rows)
    return f"{formatting.plural(total, 'row')} × {formatting.plural(len(table.columns), 'column')}"


def _legend(pairs: Sequence[genie.RowPair]) -> str:
    equal = sum(pair.equal for pair in pairs)
    missing = sum(pair.actual is None for pair in pairs)
    extra = sum(pair.expected is None for pair in pairs)
    differ = len(pairs) - equal - missing - extra
    counts = ((equal, "= the same"), (differ, "≠ differ"), (missing, "− missing"), (extra, "+ not expected"))
    return "Of the rows kept: " + ", ".join(f"{words} {n:,}" for n, words in counts if n)


def _one(table: genie.ResultTable) -> None:
    shown = pd.DataFrame([[_cell(cell) for cell in row] for row in table.rows], columns=range(len(table.columns)))
    shown.columns = [f"c{i}" for i in range(len(table.columns))]
    st.dataframe(
        shown,
        hide_index=True,
        alt="Rows of the result",
        column_config={f"c{i}": st.column_config.TextColumn(name) for i, name in enumerate(table.names)},
    )


def _both(
    expected: genie.ResultTable,
    actual: genie.ResultTable,
    pairs: Sequence[genie.RowPair],
    columns: tuple[int, ...] | None,
) -> None:
    left, right = len(expected.columns), len(actual.columns)
    partner = (
        {j: i for i, j in enumerate(columns)} if columns else {j: j for j in range(right)} if left == right else {}
    )
    rows, styles = [], []
    for pair in pairs:
        sign, whole = _sign(pair)
        cells, looks = [sign], [whole]
        for i in range(left):
            differs = not whole and i in pair.differing
            cells.append("" if pair.expected is None else _cell(pair.expected[i], differs))
            looks.append(whole or (_DIFFERS if differs else ""))
        for j in range(right):
            differs = not whole and partner.get(j) in pair.differing
            cells.append("" if pair.actual is None else _cell(pair.actual[j], differs))
            looks.append(whole or (_DIFFERS if differs else ""))
        rows.append(cells)
        styles.append(looks)
    # Two columns of a result may have one name, so the table has names of its own.
    names = ["sign", *(f"e{i}" for i in range(left)), *(f"a{j}" for j in range(right))]
    table = pd.DataFrame(rows, columns=names)
    looks_of = pd.DataFrame(styles, columns=names)
    config = {"sign": st.column_config.TextColumn("", width=110, pinned=True)}
    config |= {f"e{i}": st.column_config.TextColumn(f"Expected: {name}") for i, name in enumerate(expected.names)}
    config |= {f"a{j}": st.column_config.TextColumn(f"Genie: {name}") for j, name in enumerate(actual.names)}
    st.dataframe(
        table.style.apply(lambda _: looks_of, axis=None),
        hide_index=True,
        height="content" if len(rows) <= 11 else 420,
        alt="Expected rows and Genie's rows side by side",
        column_config=config,
    )


def _sign(pair: genie.RowPair) -> tuple[str, str]:
    """The mark of a row, and its colour where the whole row has one."""
    if pair.actual is None:
        return "− missing", _MISSING
    if pair.expected is None:
        return "+ not expected", _EXTRA
    return ("= the same", "") if pair.equal else ("≠ differs", "")


def _cell(cell: str | None, differs: bool = False) -> str:
    return f"{'≠ ' if differs else ''}{'NULL' if cell is None else cell}"
