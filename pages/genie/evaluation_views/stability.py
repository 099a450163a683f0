"""How the questions behaved over repeats: which pass always, never, or now and then."""

import pandas as pd
import streamlit as st

from core import genie, jobs
from core.db import reading
from pages._ui import formatting, layout
from pages._ui.badges import OUTCOME, STABILITY
from pages._ui.icons import ICON

EVALUATION = "pages/genie/evaluation.py"
_ORDER = ("flaky", "stable_fail", "unmeasured", "once", "stable_pass")


def draw(evaluation: genie.EvaluationView, job: jobs.JobView) -> None:
    if evaluation.repeats == 1:
        layout.empty_state(
            "Asked once",
            "One round cannot tell a lucky answer from a sure one. Evaluate with 3 repeats to see which questions are flaky.",
            icon=ICON.evaluate,
        )
        return
    with reading() as session:
        repeated = genie.repeated_score(session, evaluation.job_id)
        rows = genie.list_outcomes(session, evaluation.job_id, genie.OutcomeFilter())
    if not repeated.questions:
        layout.empty_state("No answers yet", "Each question appears here as soon as it is judged.", icon=ICON.evaluate)
        return
    n = len(repeated.questions)
    parts = [f"{STABILITY[each][0]} {repeated.counts[genie.Stability(each)]:,}" for each in STABILITY]
    st.markdown(f"**{formatting.plural(n, 'question')} over {evaluation.repeats} rounds:** {' · '.join(parts)}")
    st.caption(
        "Only rounds in which a question was measured count. What passes now and then moves a score although nothing changed."
    )
    _table(repeated, rows)


def _table(repeated: genie.RepeatedScore, rows: tuple[genie.OutcomeRow, ...]) -> None:
    by_question: dict[str, list[genie.OutcomeRow]] = {}
    for row in rows:
        by_question.setdefault(row.benchmark_id, []).append(row)
    listed = sorted(repeated.questions, key=lambda each: _ORDER.index(each.stability))
    first = [by_question[each.benchmark_id][0] for each in listed]
    chosen = st.dataframe(
        pd.DataFrame(
            {
                "Class": [STABILITY[each.stability][0] for each in listed],
                "Question": [each.question for each in first],
                "Passed": [
                    f"{each.passed} of {each.measured}" if each.measured else formatting.UNKNOWN for each in listed
                ],
                "Rounds": [
                    " ".join(
                        OUTCOME[row.state][0][0]
                        for row in sorted(by_question[each.benchmark_id], key=lambda r: r.repeat)
                    )
                    for each in listed
                ],
                "Part": ["held out" if each.held_out else "" for each in first],
            }
        ),
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key="evaluation.stability",
        height="content" if len(listed) <= 15 else 560,
        alt="Questions by how they behaved over the rounds, flaky ones first",
        column_config={
            "Class": st.column_config.TextColumn(width=120),
            "Question": st.column_config.TextColumn(width=520),
            "Passed": st.column_config.TextColumn(width=90, help="Of the rounds in which it was measured"),
            "Rounds": st.column_config.TextColumn(width=110),
            "Part": st.column_config.TextColumn(width=80),
        },
    )
    if chosen.selection.rows:
        row = first[chosen.selection.rows[0]]
        st.switch_page(EVALUATION, query_params={"id": st.query_params["id"], "outcome": row.id})
    st.caption("Select a row to open its question.")
