"""The quality check of the benchmarks: how many are fit to measure with, the button that checks, and the check at work."""

import pandas as pd
import streamlit as st

from core import genie, jobs
from core.db import transaction
from core.errors import WorkbenchError
from pages._ui import formatting, person
from pages._ui.badges import FITNESS
from pages._ui.icons import ICON
from pages._ui.job_status import job_status
from pages._ui.text import plain
from pages.genie.space_views.benchmark_table import fitness_of


def summary(quality: genie.QualityReport) -> str:
    """ "27 of 30 ready, 2 with errors, 1 with a warning"."""
    ids = {each.benchmark_id for each in quality.findings}
    words = [fitness_of(quality, each) for each in ids]
    errors, warnings, open_ = (words.count(level) for level in ("error", "warning", "not_checked"))
    parts = [f"{quality.total - len(ids):,} of {quality.total:,} ready"]
    parts += [f"{errors:,} with {'an error' if errors == 1 else 'errors'}"] if errors else []
    parts += [f"{warnings:,} with {'a warning' if warnings == 1 else 'warnings'}"] if warnings else []
    parts += [f"{open_:,} could not be checked"] if open_ else []
    return ", ".join(parts)


def draw(
    workspace: genie.WorkspaceView, state: genie.SpaceState, kept: genie.BenchmarkSet, check: jobs.JobView | None
) -> None:
    under_way = check is not None and not check.is_over
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        _result(kept, check)
        st.button(
            "Check quality" if kept.quality is None else "Check again",
            icon=ICON.test,
            key="benchmarks.check",
            disabled=under_way,
            help="The check is at work" if under_way else "Runs each expected SQL on the warehouse; asks Genie nothing",
            on_click=_check,
            args=(workspace.id, state.id, state.title),
        )
    if kept.quality is not None and kept.quality.findings:
        _findings(kept, kept.quality)
    if check is not None and (under_way or (check.state == "failed" and kept.quality is None)):
        job_status(check, key="benchmarks.check_job")


def _result(kept: genie.BenchmarkSet, check: jobs.JobView | None) -> None:
    quality = kept.quality
    if quality is None:
        st.badge("not checked", color="gray")
        words = (
            "These benchmarks were not checked since their last change. Many are wrong themselves: check before use."
        )
    else:
        usable = quality.usable == quality.total
        st.badge("checked" if usable else "has errors", color="green" if usable else "red")
        words = f"**{summary(quality)}** · checked {formatting.ago(kept.checked_at)}"
    st.markdown(words, width="stretch")


def _findings(kept: genie.BenchmarkSet, quality: genie.QualityReport) -> None:
    """All in one place, since in a table of hundreds they would have to be looked for."""
    places = {each.id: (number, each.question) for number, each in enumerate(kept.benchmarks, start=1)}
    found = [each for each in quality.findings if each.benchmark_id in places]
    with st.expander(
        formatting.plural(len(found), "finding"), icon=ICON.finding, expanded=quality.usable < quality.total
    ):
        st.dataframe(
            pd.DataFrame(
                {
                    "Level": [FITNESS[each.level][0] for each in found],
                    "Row": [places[each.benchmark_id][0] for each in found],
                    "What": [each.sentence for each in found],
                    "Question": [places[each.benchmark_id][1] for each in found],
                }
            ),
            hide_index=True,
            height="content" if len(found) <= 6 else 250,
            alt="What the quality check found, in the order of the benchmarks",
            column_config={
                "Level": st.column_config.TextColumn(width=105),
                "Row": st.column_config.NumberColumn(width=50),
                "Question": st.column_config.TextColumn(width=280),
                "What": st.column_config.TextColumn(width=480),
            },
        )


def _check(workspace_id: str, space_id: str, title: str) -> None:
    try:
        with transaction() as session:
            genie.submit_check(session, workspace_id, space_id, title=title, person=person.current())
    except WorkbenchError as error:
        st.toast(plain(str(error), 400), icon=ICON.error)
