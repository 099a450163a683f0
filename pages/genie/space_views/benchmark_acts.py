"""What can be done with a set of benchmarks: import, export, hold out, and write back into the space."""

import streamlit as st

from core import activity, genie
from core.db import transaction
from core.errors import WorkbenchError
from pages._ui import formatting, layout, person
from pages._ui.icons import ICON
from pages._ui.text import plain
from pages.genie.space_views import reading_spaces

_ASKED = "benchmarks.asked"
_SHARE = 0.2
_MORE = {
    "Hold out at random": "hold out",
    "Take over from the space": "take over",
    "Write into the space": "write back",
}
_FORMS = {
    "JSON": ("json", "application/json", genie.write_json),
    "CSV": ("csv", "text/csv", genie.write_csv),
    "Markdown": ("md", "text/markdown", genie.write_markdown),
}


def ask_for(space_id: str, what: str) -> None:
    """Open the dialog of that name at the next run of the page."""
    st.session_state[_ASKED] = (space_id, what)


def asked_for(space_id: str) -> str | None:
    asked = st.session_state.get(_ASKED)
    return asked[1] if asked and asked[0] == space_id else None


def closed() -> None:
    st.session_state.pop(_ASKED, None)


def row(state: genie.SpaceState, kept: genie.BenchmarkSet, own: tuple[genie.Benchmark, ...]) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Import", icon=ICON.upload, key="benchmarks.import", on_click=ask_for, args=(state.id, "import"))
        with st.popover("Export", icon=ICON.download):
            for label, (ending, mime, written) in _FORMS.items():
                st.download_button(
                    label,
                    lambda written=written: written(kept.benchmarks).encode(),
                    file_name=f"benchmarks.{ending}",
                    mime=mime,
                    icon=ICON.download,
                    key=f"benchmarks.export.{ending}",
                    on_click="ignore",
                    width="stretch",
                )
        offered = [each for each in _MORE if own or each != "Take over from the space"]
        chosen = st.menu_button("More", offered, key="benchmarks.more", icon=ICON.more)
        if chosen:
            ask_for(state.id, _MORE[chosen])
            st.rerun()


@st.dialog("Hold out at random", icon=ICON.protect, on_dismiss=closed)
def hold_out_dialog(workspace_id: str, space_id: str, kept: genie.BenchmarkSet) -> None:
    seed = int(
        st.number_input("Seed", 0, 2**31, 1, key="benchmarks.hold_out.seed", help="The same seed chooses the same")
    )
    chosen = genie.hold_out(kept.benchmarks, _SHARE, seed)
    n = sum(each.held_out for each in chosen)
    st.markdown(
        f"A random fifth, {formatting.plural(n, 'benchmark')} of {len(chosen):,}, is held out in place of the "
        f"{kept.held_out_count:,} that are now. They are never shown to a diagnosis and never decide on a change."
    )
    if not st.button(f"Hold out {n:,}", icon=ICON.protect, type="primary", key="benchmarks.hold_out", disabled=not n):
        return
    origin = f"{kept.origin.split(' (held out')[0]} (held out at random, seed {seed})"
    try:
        with transaction() as session:
            genie.save_benchmarks(
                session, workspace_id, space_id, chosen, rev=kept.rev, origin=origin, person=person.current()
            )
    except WorkbenchError as error:
        layout.failed(error)
        return
    closed()
    st.rerun()


@st.dialog("Write into the space", width="large", icon=ICON.warning, on_dismiss=closed)
def write_back_dialog(
    workspace: genie.WorkspaceView, client: genie.GenieClient, state: genie.SpaceState, kept: genie.BenchmarkSet
) -> None:
    if state.definition is None:
        st.warning("The space's definition cannot be read, which needs the right to edit it.", icon=ICON.warning)
        return
    wanted = genie.into_space(state.definition, kept.benchmarks)
    merged = genie.merge_benchmarks(genie.from_space(state.definition), genie.from_space(wanted), how="replace")
    st.markdown(
        f"The benchmarks inside **{plain(state.title)}** on {plain(workspace.name)} become the "
        f"{len(kept.benchmarks):,} that are kept here: **{len(merged.added):,} added, {len(merged.changed):,} changed, "
        f"{len(merged.removed):,} removed**. Nothing else of the space changes, and a snapshot of it is taken before."
    )
    st.caption("The space has no place for category, tags and held-out marks; those stay here.")
    sure = st.checkbox(f"Change the space {plain(state.title)}", key="benchmarks.write_back.sure")
    if not st.button(
        f"Write {formatting.plural(len(kept.benchmarks), 'benchmark')} into the space",
        icon=ICON.save,
        type="primary",
        key="benchmarks.write_back",
        disabled=not sure,
    ):
        return
    try:
        with transaction() as session:
            genie.take_snapshot(
                session, workspace.id, state, person=person.current(), note="before benchmarks were written into it"
            )
        with st.spinner("Writing …"):
            written = client.update_space(state.id, definition=wanted, etag=state.etag)
        reading_spaces.forget(workspace.id, state.id)
        with transaction() as session:
            activity.record(
                session, person.current(), "wrote benchmarks into space", state.title[:200], subject_id=state.id,
                count=len(kept.benchmarks),
            )  # fmt: skip
    except WorkbenchError as error:
        layout.failed(error)
        return
    if not written.exact:
        st.warning(
            f"The service stored something else in {formatting.plural(len(written.deviations), 'place')}. See the "
            "configuration of the space.",
            icon=ICON.warning,
        )
        return
    closed()
    st.toast("Written into the space.", icon=ICON.check)
    st.rerun()
