"""Bringing benchmarks in: a file's, or those of the space, added to what is kept or put in its place, after a preview."""

from typing import Literal

import pandas as pd
import streamlit as st

from core import genie
from core.db import transaction
from core.errors import WorkbenchError
from pages._ui import formatting, layout, person
from pages._ui.icons import ICON
from pages._ui.text import plain
from pages.genie.space_views import benchmark_acts

How = Literal["add", "replace"]
_HOW: dict[str, How] = {"Add to what is kept": "add", "Put in place of what is kept": "replace"}
_ENDINGS = ["json", "csv", "tsv", "md", "markdown", "txt"]


@st.dialog("Import benchmarks", width="large", icon=ICON.upload, on_dismiss=benchmark_acts.closed)
def import_dialog(workspace_id: str, space_id: str, kept: genie.BenchmarkSet | None) -> None:
    upload = st.file_uploader(
        "JSON, CSV, Markdown with ```sql blocks, or a .geniespace.json", type=_ENDINGS, key="benchmarks.import.file"
    )
    if upload is None:
        st.caption(
            "Fields: id, question, expected_sql, category, difficulty, tags, held_out, notes. Others are kept too."
        )
        return
    try:
        found = genie.read_benchmarks(upload.getvalue(), upload.name)
    except WorkbenchError as error:
        layout.failed(error)
        return
    if found.problems:
        with st.expander(
            f"{formatting.plural(len(found.problems), 'problem')} in the file", icon=ICON.warning, expanded=True
        ):
            st.dataframe(
                pd.DataFrame([(each.where, each.sentence) for each in found.problems], columns=["Where", "What"]),
                hide_index=True,
                alt="What was left out of the file, or repaired",
            )
    _preview(workspace_id, space_id, kept, found.benchmarks, upload.name)


@st.dialog("Take over from the space", width="large", icon=ICON.copy, on_dismiss=benchmark_acts.closed)
def merging_dialog(
    workspace_id: str, space_id: str, kept: genie.BenchmarkSet | None, own: tuple[genie.Benchmark, ...]
) -> None:
    st.caption("The space itself has no place for category, tags and held-out marks.")
    _preview(workspace_id, space_id, kept, own, "the space")


def _preview(
    workspace_id: str,
    space_id: str,
    kept: genie.BenchmarkSet | None,
    incoming: tuple[genie.Benchmark, ...],
    origin: str,
) -> None:
    """What would become of each benchmark, and the button that does it."""
    before = kept.benchmarks if kept else ()
    how: How = "add"
    if before:
        words = st.segmented_control(
            "How", list(_HOW), default=next(iter(_HOW)), required=True, key="benchmarks.import.how"
        )
        how = _HOW[words or next(iter(_HOW))]
    merged = genie.merge_benchmarks(before, incoming, how=how)
    st.markdown(
        f"**{len(merged.added):,} added, {len(merged.changed):,} changed, {len(merged.removed):,} removed**, "
        f"{len(merged.unchanged):,} as they were: {formatting.plural(len(merged.benchmarks), 'benchmark')} then."
    )
    if merged.unmarked:
        st.warning(
            f"{formatting.plural(len(merged.unmarked), 'benchmark')} would lose the held-out mark. Add instead to keep it.",
            icon=ICON.warning,
        )
    rows = [
        (word, each.question, each.expected_sql or formatting.UNKNOWN)
        for word, listed in (("+ added", merged.added), ("≠ changed", merged.changed), ("− removed", merged.removed))
        for each in listed
    ]
    if rows:
        st.dataframe(
            pd.DataFrame(rows, columns=["", "Question", "Expected SQL"]),
            hide_index=True,
            height="content" if len(rows) <= 8 else 320,
            alt="What is added, changed and removed",
            column_config={
                "": st.column_config.TextColumn(width=90),
                "Question": st.column_config.TextColumn(width=330),
                "Expected SQL": st.column_config.TextColumn(width=330),
            },
        )
    if not st.button(
        f"Keep these {formatting.plural(len(merged.benchmarks), 'benchmark')}",
        icon=ICON.save,
        type="primary",
        key="benchmarks.import.save",
        disabled=not rows,
        help=None if rows else "Nothing would change",
    ):
        return
    try:
        with transaction() as session:
            genie.save_benchmarks(
                session,
                workspace_id,
                space_id,
                merged.benchmarks,
                rev=kept.rev if kept else None,
                origin=plain(origin) if how == "replace" or not kept else f"{kept.origin}, {origin}"[-200:],
                person=person.current(),
            )
    except WorkbenchError as error:
        layout.failed(error)
        return
    benchmark_acts.closed()
    st.rerun()
