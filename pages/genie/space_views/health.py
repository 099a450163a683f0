"""How well the space is curated, how full it is, and every fault that the service would refuse it for."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from core import genie
from pages._ui import formatting
from pages._ui.badges import HEALTH
from pages._ui.icons import ICON
from pages.genie.space_views.unreadable import said_unreadable


def draw(workspace: genie.WorkspaceView, client: genie.GenieClient, state: genie.SpaceState) -> None:
    """Checks, limits, faults."""
    space = state.definition
    if space is None:
        said_unreadable()
        return
    _checks(genie.check_health(space))
    _sizes(genie.sizes(space, state.title))
    st.subheader("Faults", anchor=False)
    draw_faults((*genie.faults(space), *genie.title_faults(state.title)))


def _checks(checks: Sequence[genie.Check]) -> None:
    good = sum(each.state == "good" for each in checks)
    st.subheader(f"Checks: {good} of {len(checks)} good", anchor=False)
    st.dataframe(
        pd.DataFrame(
            {
                "Check": [each.name for each in checks],
                "State": [HEALTH[each.state][0] for each in checks],
                "Found": [each.found for each in checks],
                "Good is": [each.threshold for each in checks],
            }
        ),
        hide_index=True,
        height="content",
        alt="Checks of the space with their thresholds",
        column_config={
            "Check": st.column_config.TextColumn(width=200),
            "State": st.column_config.TextColumn(width=110),
            "Found": st.column_config.TextColumn(width=350),
            "Good is": st.column_config.TextColumn(width=300),
        },
    )
    if advice := [f"* **{each.name}**: {each.advice}" for each in checks if each.advice]:
        st.markdown("What to do:\n" + "\n".join(advice))
    st.caption("The thresholds are ours: a space that meets them is not good by that alone. Its score says more.")


def _sizes(sizes: Sequence[genie.Size]) -> None:
    st.subheader("Size against the limits", anchor=False)
    st.dataframe(
        pd.DataFrame(
            {
                "What": [each.what.capitalize() for each in sizes],
                "Used": [each.used for each in sizes],
                "Limit": [each.limit for each in sizes],
                "Share": [each.share * 100 for each in sizes],
                "": ["over the limit" if each.over else "" for each in sizes],
            }
        ),
        hide_index=True,
        height="content",
        alt="How much of each limit the space uses",
        column_config={
            "What": st.column_config.TextColumn(width=260),
            "Used": st.column_config.NumberColumn(width=90, format="localized"),
            "Limit": st.column_config.NumberColumn(width=90, format="localized"),
            "Share": st.column_config.ProgressColumn(width=240, format="%.0f%%", min_value=0, max_value=100),
            "": st.column_config.TextColumn(width=120),
        },
    )


def draw_faults(faults: Sequence[genie.Fault]) -> None:
    """All of them with their place; a sentence without any."""
    if not faults:
        st.caption(f"{ICON.check} None: the service accepts this definition.")
        return
    st.warning(
        f"{formatting.plural(len(faults), 'fault')}: the service refuses a definition like this.", icon=ICON.warning
    )
    st.dataframe(
        pd.DataFrame(
            {
                "Where": [each.path or "the whole" for each in faults],
                "What is wrong": [each.sentence for each in faults],
            }
        ),
        hide_index=True,
        height="content" if len(faults) <= 12 else "auto",
        alt="Faults of the definition",
        column_config={
            "Where": st.column_config.TextColumn(width=330),
            "What is wrong": st.column_config.TextColumn(width=700),
        },
    )
