"""What the space tells Genie, as readable tables, or as the JSON that the service stores."""

import streamlit as st

from core import genie
from pages._ui.icons import ICON
from pages._ui.text import plain
from pages.genie.space_views import files, instructions, sources
from pages.genie.space_views.unreadable import said_unreadable

_LARGEST_SHOWN = 400_000
_LARGEST_COLOURED = 100_000


def draw(workspace: genie.WorkspaceView, client: genie.GenieClient, state: genie.SpaceState) -> None:
    """The whole definition; everything in it that has no place in a table stands in the JSON."""
    space = state.definition
    if space is None:
        said_unreadable()
        return
    as_json = st.segmented_control(
        "Shown as",
        ["Tables", "JSON"],
        default="Tables",
        required=True,
        key="space_shown_as",
        bind="query-params",
        label_visibility="collapsed",
    )
    if as_json == "JSON":
        _json(state, space)
        return
    sources.draw(workspace, client, space)
    instructions.draw(space)
    _rest(space)


def _json(state: genie.SpaceState, space: genie.Space) -> None:
    text = genie.write(space, indent=2)
    files.download_definition(state.title, space, label="Download", key="space.json.download")
    if len(text) > _LARGEST_SHOWN:
        st.caption(f"The first {_LARGEST_SHOWN:,} of {len(text):,} characters; the download has all of them.")
    # A browser takes seconds to colour more than this.
    st.code(text[:_LARGEST_SHOWN], language="json" if len(text) <= _LARGEST_COLOURED else None, height=640)


def _rest(space: genie.Space) -> None:
    """Keys that stand beside the known sections: they are kept untouched, so they are shown too."""
    known = {"version", "config", "data_sources", "instructions", "benchmarks"}
    more = sorted(set(space.data) - known)
    if more:
        names = ", ".join(plain(name, 60) for name in more)
        st.caption(f"{ICON.note} The definition holds more, which is kept as it is: {names}. See it as JSON.")
