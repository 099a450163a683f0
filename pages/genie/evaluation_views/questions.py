"""The questions of an evaluation: filters in the address, one row each, and the chosen one in full."""

import functools

import pandas as pd
import streamlit as st

from core import genie, jobs
from core.db import reading
from core.errors import NotFoundError
from pages._ui import formatting, layout
from pages._ui.badges import OUTCOME, STABILITY
from pages._ui.icons import ICON
from pages.genie.evaluation_views import detail

_ALL = "all"
_PARTS = {"held out": True, "working": False}


def draw(evaluation: genie.EvaluationView, job: jobs.JobView) -> None:
    with reading() as session:
        every = genie.list_outcomes(session, evaluation.job_id, genie.OutcomeFilter())
    if not every:
        _none(evaluation)
        return
    filters = _filter_row(evaluation, every)
    shown, stability = every, {}
    with reading() as session:
        if filters != genie.OutcomeFilter():
            shown = genie.list_outcomes(session, evaluation.job_id, filters)
        if evaluation.repeats > 1:
            stability = {each.benchmark_id: each.stability for each in genie.stability_of(session, evaluation.job_id)}
    chosen = st.query_params.get("outcome")
    if shown:
        _table(evaluation, shown, stability, chosen)
        _counts(every, shown)
    else:
        layout.empty_state("Nothing matches", "No question has all of this. Take a filter away.")
    if chosen:
        with layout.showing_errors():
            try:
                detail.draw(evaluation, chosen)
            except NotFoundError:
                st.query_params.pop("outcome", None)


def _none(evaluation: genie.EvaluationView) -> None:
    if not evaluation.is_over:
        layout.empty_state("No answers yet", "Each question appears here as soon as it is judged.", icon=ICON.evaluate)
    elif evaluation.state == "cancelled":
        layout.empty_state("Cancelled before the first answer", "Resume the evaluation to go on where it was.")
    else:
        layout.empty_state("No question was asked", "The log says what happened. Retry what failed, or evaluate again.")


def _filter_row(evaluation: genie.EvaluationView, every: tuple[genie.OutcomeRow, ...]) -> genie.OutcomeFilter:
    labels = {f"tag {tag}": ("tag", tag) for tag in sorted({tag for each in every for tag in each.tags})}
    labels |= {name: ("category", name) for name in sorted({each.category for each in every if each.category})}
    verdicts = {OUTCOME[state][0]: state for state in OUTCOME if any(each.state == state for each in every)}
    classes = {STABILITY[each][0]: each for each in STABILITY}
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
        words = st.text_input(
            "Search",
            key="outcome_search",
            type="search",
            live="300ms",
            placeholder="In question, reason or SQL",
            bind="query-params",
            icon=ICON.search,
            width=260,
        )
        _pick("Verdict", "outcome_verdict", verdicts, 150)
        if any(each.held_out for each in every):
            _pick("Part", "outcome_part", _PARTS, 120)
        if labels:
            _pick("Category or tag", "outcome_label", labels, 170)
        if evaluation.repeats > 1:
            _pick("Stability", "outcome_stability", classes, 150)
            _pick("Round", "outcome_round", {str(n): n for n in range(1, evaluation.repeats + 1)}, 90)

    def chosen(key: str, options: dict) -> object:
        return options.get(st.session_state.get(key))

    kind, label = labels.get(st.session_state.get("outcome_label"), (None, None))
    verdict, stability = chosen("outcome_verdict", verdicts), chosen("outcome_stability", classes)
    repeat = st.session_state.get("outcome_round") if evaluation.repeats > 1 else None
    return genie.OutcomeFilter(
        state=genie.OutcomeState(verdict) if verdict else None,
        stability=genie.Stability(stability) if stability and evaluation.repeats > 1 else None,
        held_out=_PARTS.get(st.session_state.get("outcome_part")),
        tag=label if kind == "tag" else None,
        category=label if kind == "category" else None,
        search=words or "",
        repeat=int(repeat) if repeat not in (None, _ALL) else None,
    )


def _pick(label: str, key: str, options: dict, width: int) -> None:
    st.selectbox(label, [_ALL, *options], key=key, bind="query-params", width=width)


def _table(
    evaluation: genie.EvaluationView,
    shown: tuple[genie.OutcomeRow, ...],
    stability: dict[str, genie.Stability],
    chosen: str | None,
) -> None:
    repeated = evaluation.repeats > 1
    columns = {
        "": ["▸" if each.id == chosen else "" for each in shown],
        "Verdict": [OUTCOME[each.state][0] + (" (overruled)" if each.is_overruled else "") for each in shown],
        "Question": [each.question for each in shown],
        "Why": [each.sentence for each in shown],
        "Round": [each.repeat for each in shown],
        "Stability": [
            STABILITY[stability[each.benchmark_id]][0] if each.benchmark_id in stability else formatting.UNKNOWN
            for each in shown
        ],
        "Part": ["held out" if each.held_out else "" for each in shown],
        "Category": [", ".join(filter(None, (each.category, *each.tags))) for each in shown],
        "Took": [
            formatting.duration(round(each.duration_s * 1000)) if each.attempts else formatting.UNKNOWN
            for each in shown
        ],
    }
    # A column that says nothing takes room from those that do.
    idle = ([] if repeated else ["Round", "Stability"]) + [
        name for name in ("Part", "Category") if not any(columns[name])
    ]
    for name in idle:
        del columns[name]
    key = f"evaluation.table.{evaluation.job_id}.{st.session_state.get(detail.TABLE_NUMBER, 0)}"
    st.dataframe(
        pd.DataFrame(columns),
        hide_index=True,
        on_select=functools.partial(_open, key, [each.id for each in shown]),
        selection_mode="single-row",
        key=key,
        alt="Questions with their verdicts, in the order of the benchmarks",
        height="content" if len(shown) <= (7 if chosen else 15) else 285 if chosen else 560,
        column_config={
            "": st.column_config.TextColumn(width=24),
            "Verdict": st.column_config.TextColumn(width=140),
            "Question": st.column_config.TextColumn(width=320),
            "Why": st.column_config.TextColumn(width=320),
            "Round": st.column_config.NumberColumn(width=60),
            "Stability": st.column_config.TextColumn(width=110),
            "Part": st.column_config.TextColumn(width=75),
            "Category": st.column_config.TextColumn(width=130),
            "Took": st.column_config.TextColumn(width=80),
        },
    )


def _open(key: str, ids: list[str]) -> None:
    """The address remembers the row by its id: while the job works, rows come in between."""
    chosen = st.session_state[key].selection.rows
    if chosen and chosen[0] < len(ids):
        st.query_params["outcome"] = ids[chosen[0]]
    else:
        st.query_params.pop("outcome", None)


def _counts(every: tuple[genie.OutcomeRow, ...], shown: tuple[genie.OutcomeRow, ...]) -> None:
    counts = [(OUTCOME[state][0], sum(each.state == state for each in shown)) for state in OUTCOME]
    of = "" if len(shown) == len(every) else f"{len(shown):,} of "
    parts = " · ".join(f"{words} {n:,}" for words, n in counts if n)
    st.caption(f"{of}{formatting.plural(len(every), 'answer')} · {parts} · select a row to open it")
