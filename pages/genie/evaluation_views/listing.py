"""Past evaluations: scores with their n, filters in the address, and how a space's score went."""

import pandas as pd
import streamlit as st

from core import genie, library
from core.clock import now
from core.db import reading
from pages._ui import formatting, layout
from pages._ui.badges import JOB_STATE
from pages._ui.icons import ICON
from pages.genie.evaluation_views.words import ROUTES, fraction, score_words

EVALUATION = "pages/genie/evaluation.py"
SIZE = 25
_ALL = "all"
_SPACE, _WORKSPACE, _EVERY = "this space", "this workspace", "all workspaces"
_LABELLED = 12
"""Up to so many points carry their n on the chart itself."""


def draw(workspace: genie.WorkspaceView | None, space_id: str | None) -> None:
    st.subheader("Past evaluations", anchor=False)
    if workspace is not None and space_id is not None:
        _history(workspace.id, space_id)
    filters = _filters(workspace, space_id)
    found = _found(filters, st.session_state.get("evaluation_page") or 1)
    if any(not each.is_over for each in found.rows):
        _live(filters)
    else:
        _list(found, filters)
    if (found.total or 0) > SIZE:
        st.pagination(-(-(found.total or 0) // SIZE), key="evaluation_page", bind="query-params")


def _filters(workspace: genie.WorkspaceView | None, space_id: str | None) -> genie.EvaluationFilter:
    words = {JOB_STATE[state][0].lower(): state for state in JOB_STATE}
    scopes = [_SPACE, _WORKSPACE, _EVERY] if space_id else [_WORKSPACE, _EVERY] if workspace else [_EVERY]
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        text = st.text_input(
            "Search",
            key="evaluation_search",
            type="search",
            live="300ms",
            placeholder="Name of evaluation or space",
            bind="query-params",
            icon=ICON.search,
            width=260,
        )
        st.selectbox("Of", scopes, key="evaluation_scope", bind="query-params", width=170)
        st.selectbox("State", [_ALL, *words], key="evaluation_state", bind="query-params", width=150)
    scope = st.session_state.get("evaluation_scope")
    return genie.EvaluationFilter(
        workspace=workspace.id if workspace and scope in (_SPACE, _WORKSPACE) else None,
        space_id=space_id if scope == _SPACE else None,
        state=words.get(st.session_state.get("evaluation_state") or ""),  # type: ignore[arg-type]
        search=text or "",
    )


def _found(filters: genie.EvaluationFilter, number: int) -> library.Page[genie.EvaluationView]:
    """That page of the list, or the last one there is."""
    with reading() as session:
        found = genie.list_evaluations(session, filters, page=number, size=SIZE)
        last = max(1, -(-(found.total or 0) // SIZE))
        return found if number <= last else genie.list_evaluations(session, filters, page=last, size=SIZE)


@st.fragment(run_every=2.0)
def _live(filters: genie.EvaluationFilter) -> None:
    """The list while something in it is at work."""
    found = _found(filters, st.session_state.get("evaluation_page") or 1)
    if all(each.is_over for each in found.rows):
        st.rerun()  # only a run of the page that does not draw this fragment ends its polling
    _list(found, filters)


def _list(found: library.Page[genie.EvaluationView], filters: genie.EvaluationFilter) -> None:
    if not found.rows:
        if filters.search or filters.state:
            layout.empty_state("Nothing matches", "No evaluation has all of this. Take a filter away.")
        else:
            layout.empty_state(
                "No evaluations yet",
                "An evaluation asks every benchmark and compares the rows. Choose above what to ask, then evaluate.",
                icon=ICON.evaluate,
            )
        return
    columns = {
        "Name": [each.title for each in found.rows],
        "Space": [each.space_title for each in found.rows],
        "State": [JOB_STATE[each.state][0] for each in found.rows],
        "Score": [score_words(each) for each in found.rows],
        "Held out": [fraction(each.held_out) for each in found.rows],
        "When": [formatting.ago(each.created_at) for each in found.rows],
        "Took": [_took(each) for each in found.rows],
        "Flaky": [_flaky(each) for each in found.rows],
        "Rounds": [each.repeats for each in found.rows],
        "Route": [ROUTES.get(each.route, (each.route,))[0] for each in found.rows],
        "By": [each.person for each in found.rows],
    }
    if filters.space_id is not None:
        del columns["Space"]
    chosen = st.dataframe(
        pd.DataFrame(columns),
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key="evaluations.table",
        height="content",
        alt="Evaluations, the newest first",
        column_config={
            "Name": st.column_config.TextColumn(width=215),
            "Space": st.column_config.TextColumn(width=120),
            "State": st.column_config.TextColumn(width=90),
            "Score": st.column_config.TextColumn(
                width=150, help="Passed of measured; a mean where there are several rounds"
            ),
            "Held out": st.column_config.TextColumn(width=115),
            "When": st.column_config.TextColumn(width=90),
            "Took": st.column_config.TextColumn(width=70),
            "Flaky": st.column_config.TextColumn(
                width=65, help="Questions that passed in some rounds and not in others"
            ),
            "Rounds": st.column_config.NumberColumn(width=65),
            "Route": st.column_config.TextColumn(width=75),
            "By": st.column_config.TextColumn(width=60),
        },
    )
    if chosen.selection.rows:
        st.switch_page(EVALUATION, query_params={"id": found.rows[chosen.selection.rows[0]].job_id})
    st.caption(f"{formatting.plural(found.total or 0, 'evaluation')} · select a row to open it")


def _flaky(evaluation: genie.EvaluationView) -> str:
    if len(evaluation.rounds) < 2:
        return formatting.UNKNOWN
    with reading() as session:
        classes = [each.stability for each in genie.stability_of(session, evaluation.job_id)]
    return f"{classes.count(genie.Stability.FLAKY):,} of {len(classes):,}"


def _took(evaluation: genie.EvaluationView) -> str:
    ended = evaluation.finished_at or (None if evaluation.is_over else now())
    return (
        formatting.duration(round((ended - evaluation.created_at).total_seconds() * 1000))
        if ended
        else formatting.UNKNOWN
    )


def _history(workspace_id: str, space_id: str) -> None:
    with reading() as session:
        history = genie.score_history(session, workspace_id, space_id)
    rows = []
    for each in history:
        for part, value, words, n in (
            ("all questions", each.mean, score_words(each), sum(one.measured for one in each.rounds)),
            ("held out", *((each.held_out.value, fraction(each.held_out), 0) if each.held_out else (None, "", 0))),
        ):
            if value is not None:
                rows.append(
                    {
                        "at": each.created_at.isoformat(),
                        "score": value,
                        "questions": part,
                        "of": words,
                        "n": f"n = {n:,}",
                        "evaluation": each.title,
                    }
                )
    if sum(row["questions"] == "all questions" for row in rows) < 2:
        return
    st.vega_lite_chart(
        _spec(rows),
        width="stretch",
        key="evaluations.history",
        alt="Scores of the space, one evaluation after the other",
    )


def _spec(rows: list[dict]) -> dict:
    """Evaluations stand at equal distances: an afternoon of ten would else be one point beside last week's."""
    colour = {"field": "questions", "type": "nominal", "title": None, "legend": {"orient": "top"}}
    shared = {
        "x": {
            "field": "at",
            "type": "ordinal",
            "title": None,
            "axis": {
                "labelExpr": "timeFormat(toDate(datum.value), '%d %b %H:%M')",
                "labelAngle": 0,
                "labelOverlap": True,
            },
        },
        "y": {
            "field": "score",
            "type": "quantitative",
            "title": "passed",
            "scale": {"domain": [0, 1]},
            "axis": {"format": ".0%", "values": [0, 0.25, 0.5, 0.75, 1]},
        },
        "color": colour,
    }
    shape = {"shape": {"field": "questions", "type": "nominal", "title": None, "legend": None}}
    told = [{"field": name, "type": "nominal"} for name in ("evaluation", "questions", "of")]
    layers: list[dict] = [
        {"mark": {"type": "line", "strokeWidth": 1.5}, "encoding": shared},
        {"mark": {"type": "point", "filled": True, "size": 70}, "encoding": shared | shape | {"tooltip": told}},
    ]
    if len(rows) <= 2 * _LABELLED:
        layers.append(
            {
                "transform": [{"filter": "datum.questions == 'all questions'"}],
                "mark": {"type": "text", "dy": -13, "fontSize": 11},
                "encoding": shared | {"text": {"field": "n"}},
            }
        )
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "data": {"values": rows},
        "height": 200,
        "layer": layers,
    }
