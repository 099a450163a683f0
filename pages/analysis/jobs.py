"""Analysis › Jobs: all background work, newest first. `?selected=job_…` marks one, as after a re-run."""

import pandas as pd
import streamlit as st

from core import jobs, library
from core.db import reading
from pages._ui import formatting, layout
from pages._ui.badges import JOB_STATE
from pages._ui.icons import ICON
from pages._ui.job_kinds import kind_words, page_of
from pages._ui.job_status import cost, taken
from pages._ui.text import plain

SIZE = 50
_ALL = "all"


def _shown(value: str | None) -> str | None:
    return None if value in (None, _ALL) else value


with reading() as session:
    kinds = {kind_words(kind): kind for kind in jobs.kinds(session)}
    tags, people = jobs.tags(session), jobs.persons(session)

action = layout.header("Jobs", "Background work: it goes on when you close this tab, and where it was after a crash.")
if action.button("New analysis", icon=ICON.add, type="primary", key="jobs.new"):
    st.switch_page("pages/analysis/new_analysis.py")

words = {JOB_STATE[state][0].lower(): state for state in jobs.STATES}
with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
    st.text_input(
        "Search",
        key="job_search",
        type="search",
        live="300ms",
        placeholder="Name of the job",
        bind="query-params",
        icon=ICON.search,
        width=280,
    )
    st.selectbox("State", [_ALL, *words], key="job_state", bind="query-params", width=150)
    st.selectbox("Kind", [_ALL, *kinds], key="job_kind", bind="query-params", width=130)
    st.selectbox("Tag", [_ALL, *tags], key="job_tag", bind="query-params", width=160)
    st.selectbox("Owner", [_ALL, *people], key="job_owner", bind="query-params", width=130)

given = st.session_state
filters = jobs.JobFilter(
    search=given.job_search or "",
    state=words.get(_shown(given.job_state) or ""),
    kind=kinds.get(_shown(given.job_kind) or ""),
    tag=_shown(given.job_tag),
    person=_shown(given.job_owner),
)
selected = st.query_params.get("selected")


def _table(rows: tuple[jobs.JobRow, ...]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "": ["▸" if row.id == selected else "" for row in rows],
            "Name": [row.title for row in rows],
            "State": [JOB_STATE[row.state][0] for row in rows],
            "Progress": [row.progress_words if row.started_at else formatting.UNKNOWN for row in rows],
            "Kind": [kind_words(row.kind) for row in rows],
            "Cost": [cost(row) for row in rows],
            "Took": [taken(row) for row in rows],
            "Started": [formatting.ago(row.created_at) for row in rows],
            "Owner": [row.person for row in rows],
            "Tags": [", ".join(row.tags) for row in rows],
        }
    )


def _found(page_number: int) -> library.Page[jobs.JobRow]:
    """That page of the list, or the last one there is."""
    with reading() as session:
        found = jobs.list_jobs(session, filters, page=page_number, size=SIZE)
        last = _pages(found)
        return found if page_number <= last else jobs.list_jobs(session, filters, page=last, size=SIZE)


def _pages(found: library.Page[jobs.JobRow]) -> int:
    return max(1, -(-(found.total or 0) // SIZE))


def _draw(found: library.Page[jobs.JobRow]) -> None:
    if not found.rows and filters == jobs.JobFilter():
        layout.empty_state(
            "No jobs yet",
            "Analyses and evaluations run as jobs. In an analysis a model looks at your tables, and what it claims is checked.",
            page="pages/analysis/new_analysis.py",
            label="Start an analysis",
        )
        return
    if not found.rows:
        layout.empty_state("Nothing matches", "No job has all of this. Take a filter away, or search for fewer words.")
        return
    chosen = st.dataframe(
        _table(found.rows),
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key="jobs.table",
        alt="The jobs that match, the newest first",
        column_config={
            "": st.column_config.TextColumn(width=24),
            "Name": st.column_config.TextColumn(width=300),
            "State": st.column_config.TextColumn(width=100),
            "Progress": st.column_config.TextColumn(width=110),
            "Kind": st.column_config.TextColumn(width=115),
            "Cost": st.column_config.TextColumn(width=100, help="What is known; – is unknown"),
            "Took": st.column_config.TextColumn(width=80),
            "Started": st.column_config.TextColumn(width=90),
            "Owner": st.column_config.TextColumn(width=80),
            "Tags": st.column_config.TextColumn(width=140),
        },
    )
    if chosen.selection.rows:
        opened = found.rows[chosen.selection.rows[0]]
        st.switch_page(page_of(opened.kind), query_params={"id": opened.id})
    st.caption(f"{formatting.plural(found.total or 0, 'job')} · select a row to open it")


def _at_work(found: library.Page[jobs.JobRow]) -> bool:
    return any(row.state in ("queued", "running") for row in found.rows)


@st.fragment(run_every=2.0)
def _live(page_number: int) -> None:
    """The list while something in it is at work."""
    found = _found(page_number)
    if not _at_work(found):
        st.rerun()  # only a run of the page that does not draw this fragment ends its polling
    _draw(found)


with layout.showing_errors():
    if selected:
        with reading() as session:
            named = jobs.find_job(session, selected)
        if named is not None:
            with st.container(border=True, horizontal=True, vertical_alignment="center"):
                st.markdown(
                    f"{ICON.check} **{plain(named.title)}** is {JOB_STATE[named.state][0].lower()}.", width="stretch"
                )
                # A link, because a click on a button may come just when the list below draws the page anew.
                st.page_link(page_of(named.kind), label="Open it", icon=ICON.job, query_params={"id": named.id})
    number = given.get("job_page") or 1
    found = _found(number)
    if _at_work(found):
        _live(number)
    else:
        _draw(found)
    if _pages(found) > 1:
        st.pagination(_pages(found), key="job_page", bind="query-params")
