"""What an evaluation came to: passed of measured, the held-out questions apart, and what does not count."""

import streamlit as st

from core import genie
from pages._ui import formatting
from pages.genie.evaluation_views.words import fraction, percent


def draw(evaluation: genie.EvaluationView) -> None:
    rounds = evaluation.rounds
    measured = sum(each.measured for each in rounds)
    open_ = "" if evaluation.is_over else " so far"
    if len(rounds) > 1:
        label = f"Passed{open_}, mean of {len(rounds)} rounds"
    elif measured:
        label = f"Passed{open_}: {rounds[0].passed:,} of {measured:,} measured"
    else:
        label = "Nothing measured yet" if not evaluation.is_over else "Nothing measured"
    row = st.container(horizontal=True)
    row.metric(
        label,
        percent(evaluation.mean),
        border=True,
        width="stretch",
        help="Passed over measured. For review counts as not passed.",
    )
    apart = evaluation.held_out
    row.metric(
        f"Held out: {apart.passed:,} of {apart.measured:,}" if apart and apart.measured else "Held out",
        percent(apart.value if apart else None) if evaluation.held_out_count else "none",
        border=True,
        width="stretch",
        help="The held-out questions alone, all rounds together. They count in the score as well.",
    )
    row.metric(
        "Not measured",
        f"{sum(each.not_measured for each in rounds):,}",
        border=True,
        width="stretch",
        help="Rate limits, time-outs, a service that failed: neither right nor wrong, and not in the score.",
    )
    row.metric(
        "To configure",
        f"{sum(each.configuration for each in rounds):,}",
        border=True,
        width="stretch",
        help="Rights, the warehouse, or the benchmark itself. Not in the score until it is put right.",
    )
    if notes := _notes(evaluation):
        st.caption(" · ".join(notes))


def _notes(evaluation: genie.EvaluationView) -> list[str]:
    rounds = evaluation.rounds
    notes = []
    if len(rounds) > 1:
        notes.append("rounds: " + "; ".join(fraction(each) for each in rounds))
    if review := sum(each.needs_review for each in rounds):
        notes.append(f"{review:,} for review, counted as not passed until somebody decides")
    if evaluation.overruled:
        notes.append(f"{formatting.plural(evaluation.overruled, 'verdict')} overruled by a person")
    if not evaluation.is_over:
        notes.append(f"{evaluation.asked:,} of {evaluation.planned:,} asked")
    return notes
