"""Benchmarks of a space: kept here, edited in a table, checked before use, and written back only on request."""

import streamlit as st

from core import genie
from core.db import reading, transaction
from core.errors import ConflictError, WorkbenchError
from pages._ui import formatting, layout, person
from pages._ui.icons import ICON
from pages._ui.text import plain
from pages.genie.space_views import benchmark_acts, benchmark_quality
from pages.genie.space_views.benchmark_import import import_dialog, merging_dialog
from pages.genie.space_views.benchmark_table import edited_table

_BASE = "benchmarks.base"
_NUMBER = "benchmarks.table_number"
_WRITING = "benchmarks.by_hand"


def benchmarks_view(workspace: genie.WorkspaceView, client: genie.GenieClient, state: genie.SpaceState) -> None:
    """The view of one space. Reads what is kept; asks the service for nothing."""
    with reading() as session:
        kept = genie.get_benchmarks(session, workspace.id, state.id)
        check = genie.latest_check(session, workspace.id, state.id)
    own = genie.from_space(state.definition) if state.definition else ()
    _dialogs(workspace, client, state, kept, own)
    if (kept is None or not kept.benchmarks) and st.session_state.get(_WRITING) != state.id:
        _empty(workspace, state, kept, own)
        return
    if kept is None:
        st.caption("Nothing is kept yet: fill the table and save.")
    else:
        _facts(kept)
        benchmark_quality.draw(workspace, state, kept, check)
        benchmark_acts.row(state, kept, own)
    _editor(workspace, state, kept)


def _dialogs(
    workspace: genie.WorkspaceView,
    client: genie.GenieClient,
    state: genie.SpaceState,
    kept: genie.BenchmarkSet | None,
    own: tuple[genie.Benchmark, ...],
) -> None:
    asked = benchmark_acts.asked_for(state.id)
    if asked == "import":
        import_dialog(workspace.id, state.id, kept)
    elif asked == "take over":
        merging_dialog(workspace.id, state.id, kept, own)
    elif asked == "write back" and kept is not None:
        benchmark_acts.write_back_dialog(workspace, client, state, kept)
    elif asked == "hold out" and kept is not None:
        benchmark_acts.hold_out_dialog(workspace.id, state.id, kept)


def _empty(
    workspace: genie.WorkspaceView,
    state: genie.SpaceState,
    kept: genie.BenchmarkSet | None,
    own: tuple[genie.Benchmark, ...],
) -> None:
    n = formatting.plural(len(own), "benchmark")
    with st.container(border=True, horizontal_alignment="center"):
        st.markdown(f"{ICON.benchmark} **No benchmarks are kept here yet**")
        st.caption(
            "A benchmark is a question with the SQL that answers it. An evaluation asks each question and compares the rows."
        )
        with st.container(horizontal=True, horizontal_alignment="center"):
            if own:
                st.button(
                    f"Take over the {n} of the space",
                    icon=ICON.copy,
                    type="primary",
                    key="benchmarks.take_over",
                    on_click=_take_over,
                    args=(workspace.id, state.id, own, kept),
                )
            st.button(
                "Import a file",
                icon=ICON.upload,
                type="secondary" if own else "primary",
                key="benchmarks.import",
                on_click=benchmark_acts.ask_for,
                args=(state.id, "import"),
            )
            st.button(
                "Write the first", icon=ICON.edit, key="benchmarks.write", on_click=_begin_writing, args=(state.id,)
            )
        if not own:
            st.caption("The space itself holds none." if state.definition else "The space's own cannot be read.")


def _begin_writing(space_id: str) -> None:
    st.session_state[_WRITING] = space_id


def _take_over(
    workspace_id: str, space_id: str, own: tuple[genie.Benchmark, ...], kept: genie.BenchmarkSet | None
) -> None:
    try:
        with transaction() as session:
            genie.save_benchmarks(
                session, workspace_id, space_id, own, rev=kept.rev if kept else None, origin="the space",
                person=person.current(),
            )  # fmt: skip
    except WorkbenchError as error:
        st.toast(plain(str(error), 400), icon=ICON.error)


def _facts(kept: genie.BenchmarkSet) -> None:
    tags = {tag for each in kept.benchmarks for tag in each.tags}
    parts = [
        formatting.plural(len(kept.benchmarks), "benchmark"),
        f"{kept.held_out_count:,} held out",
        formatting.plural(len(tags), "tag") if tags else "",
        f"from {plain(kept.origin)}" if kept.origin else "",
        f"saved {formatting.ago(kept.updated_at)} by {plain(kept.updated_by)}",
    ]
    st.caption(" · ".join(part for part in parts if part))


def _editor(workspace: genie.WorkspaceView, state: genie.SpaceState, kept: genie.BenchmarkSet | None) -> None:
    """The table stands on the set that was read when its first cell was edited, so that nobody's save is lost unseen."""
    base, table = _base(workspace.id, state.id, kept)
    edits = edited_table(base.benchmarks if base else (), base.quality if base else None, key=table)
    rev, origin = (base.rev, base.origin) if base else (None, "this page")
    label, key = "Save", "benchmarks.save"
    if edits.words and kept is not None and rev != kept.rev:
        _overtaken(kept, edits.benchmarks)
        rev, origin = kept.rev, kept.origin
        # Another button: who pressed Save before seeing this has not decided to replace what somebody else saved.
        label, key = "Save mine in place of theirs", "benchmarks.over"
    with st.container(horizontal=True, vertical_alignment="center"):
        pressed = st.button(
            label, icon=ICON.save, type="primary" if edits.words else "secondary", key=key, disabled=not edits.words
        )
        st.button(
            "Discard my edits",
            icon=ICON.roll_back,
            key="benchmarks.discard",
            disabled=not edits.words,
            on_click=_forget,
        )
        st.caption(
            f"Not saved: {edits.words}."
            if edits.words
            else "Edit a cell, add a row at the end, or mark rows and delete them."
        )
    if pressed:
        _save(workspace.id, state.id, edits.benchmarks, rev, origin)


def _base(workspace_id: str, space_id: str, kept: genie.BenchmarkSet | None) -> tuple[genie.BenchmarkSet | None, str]:
    """The set below the table, and the table's key. A new set takes the place of an old one unless something is edited."""
    place = (workspace_id, space_id)
    key = f"benchmarks.table.{space_id}.{st.session_state.get(_NUMBER, 0)}"
    had = st.session_state.get(_BASE)
    edits = st.session_state.get(key) or {}
    edited = any(edits.get(each) for each in ("edited_rows", "added_rows", "deleted_rows"))
    if had is None or had[0] != place or not edited:
        st.session_state[_BASE] = had = (place, kept)
    return had[1], key


def _forget() -> None:
    """Drop the edits: the next table starts from what is kept then."""
    st.session_state.pop(_BASE, None)
    st.session_state[_NUMBER] = st.session_state.get(_NUMBER, 0) + 1


def _save(
    workspace_id: str, space_id: str, benchmarks: tuple[genie.Benchmark, ...], rev: int | None, origin: str
) -> None:
    try:
        with transaction() as session:
            genie.save_benchmarks(
                session, workspace_id, space_id, benchmarks, rev=rev, origin=origin, person=person.current()
            )
    except ConflictError:
        st.rerun()  # which shows the other save, and what can be done
    except WorkbenchError as error:
        layout.failed(error)
        return
    st.session_state.pop(_WRITING, None)
    _forget()
    st.rerun()


def _overtaken(kept: genie.BenchmarkSet, mine: tuple[genie.Benchmark, ...]) -> None:
    """Says whose save came between, and the ways out."""
    st.warning(
        f"{plain(kept.updated_by)} saved these benchmarks {formatting.ago(kept.updated_at)}, after you began. Your edits "
        "stand above and are not saved. Discard them to see the other save, or download them first.",
        icon=ICON.warning,
    )
    st.download_button(
        "Download mine",
        lambda: genie.write_json(mine).encode(),
        file_name="benchmarks.json",
        mime="application/json",
        icon=ICON.download,
        key="benchmarks.mine",
        on_click="ignore",
    )
