"""One question of an evaluation: the verdict and why, both SQLs, both results, its rounds, and a person's overruling."""

import streamlit as st

from core import genie
from core.db import reading, transaction
from core.errors import NotFoundError, WorkbenchError
from pages._ui import formatting, layout, person
from pages._ui.badges import OUTCOME, outcome_badge
from pages._ui.diff import side_by_side
from pages._ui.icons import ICON
from pages._ui.text import markdown, plain
from pages.genie.evaluation_views import rows
from pages.genie.evaluation_views.words import JUDGES, reason_words

TABLE_NUMBER = "evaluation.table_number"
_VERDICTS = {"Passed": "passed", "Wrong": "wrong"}


def draw(evaluation: genie.EvaluationView, outcome_id: str) -> None:
    """The outcome of that id, as the address names it. Raises NotFoundError, also where it is another evaluation's."""
    with reading() as session:
        view = genie.get_outcome(session, outcome_id)
        repeated = evaluation.repeats > 1
        rounds = genie.outcomes_of(session, view.job_id, view.outcome.benchmark_id) if repeated else ()
    if view.job_id != evaluation.job_id:
        raise NotFoundError("The answer belongs to another evaluation. Select a row to open one of this.")
    with st.container(border=True, key="evaluation_detail"):
        _head(view)
        if rounds:
            _rounds(view, rounds)
        _sql(view.outcome)
        rows.draw(view.outcome, cut=view.rows_cut, key=f"outcome.{view.id}")
        _overruling(view)


def _head(view: genie.OutcomeView) -> None:
    outcome = view.outcome
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{plain(outcome.question, 1000)}**", width="stretch")
        outcome_badge(outcome.state)
        if view.overruled:
            st.badge("overruled", color="violet", icon=ICON.person)
        if view.held_out:
            st.badge("held out", color="gray", icon=ICON.protect)
        for tag in (view.category, *view.tags):
            if tag:
                st.badge(plain(tag, 40), color="gray")
        st.button("Close", icon=ICON.cancel, type="tertiary", key="evaluation.close", on_click=_close)
    st.markdown(plain(outcome.sentence, 2000))
    if view.overruled:
        before, _ = OUTCOME[view.measured_state]
        st.markdown(
            f"{ICON.person} Overruled by {plain(view.overruled.by)} {formatting.ago(view.overruled.at)}: "
            f"*{plain(view.overruled.reason, 1000)}* Measured was {before}."
        )
    reasons = [f"{reason_words(each)} ({plain(each, 80)})" for each in outcome.reasons]
    facts = [
        *(["; ".join(reasons)] if reasons else []),
        *_judged(view),
        *([f"answered in {formatting.duration(round(outcome.duration_s * 1000))}"] if outcome.attempts else []),
        *(
            [f"waited {formatting.duration(round(outcome.waited_s * 1000))} for its turn"]
            if outcome.waited_s >= 0.05
            else []
        ),
        f"asked {formatting.plural(outcome.attempts, 'time')}" if outcome.attempts else "not asked",
    ]
    st.caption(" · ".join(facts))


def _judged(view: genie.OutcomeView) -> list[str]:
    """Who judged. Rows were compared only where there are two sides of them."""
    outcome, by = view.outcome, "person" if view.overruled else view.outcome.by
    if by == "judge" and (outcome.expected is None or outcome.actual is None):
        return []
    return [JUDGES.get(by, plain(by))]


def _close() -> None:
    st.query_params.pop("outcome", None)
    # A new table has no row selected, so that the same row can be opened again.
    st.session_state[TABLE_NUMBER] = st.session_state.get(TABLE_NUMBER, 0) + 1


def _rounds(view: genie.OutcomeView, rounds: tuple[genie.OutcomeRow, ...]) -> None:
    """Each round's verdict; choosing one shows it."""
    words = {each.id: f"Round {each.repeat}: {OUTCOME[each.state][0]}" for each in rounds}
    chosen = st.segmented_control(
        "Rounds",
        list(words),
        default=view.id,
        required=True,
        format_func=words.__getitem__,
        key=f"outcome.rounds.{view.id}",
        label_visibility="collapsed",
    )
    if chosen and chosen != view.id:
        st.query_params["outcome"] = chosen
        st.rerun()


def _sql(outcome: genie.Outcome) -> None:
    expected, actual = outcome.expected_sql, outcome.actual_sql
    both = bool(expected and actual)
    if both and st.toggle("Mark what differs in the SQL", key="evaluation.sql_difference"):
        side_by_side(expected or "", actual or "", left="Expected SQL", right="SQL of Genie", everything=True)
    else:
        left, right = st.columns(2)
        for column, title, sql, none in (
            (left, "Expected SQL", expected, "The benchmark has no expected SQL."),
            (right, "SQL of Genie", actual, "Genie wrote no SQL." if outcome.attempts else "Genie was not asked."),
        ):
            with column:
                st.caption(title)
                if sql:
                    st.code(sql, language="sql", wrap_lines=True)
                else:
                    st.caption(f"{ICON.note} {none}")
    if outcome.text:
        with st.expander("What Genie said", icon=ICON.note, expanded=actual is None):
            markdown(outcome.text)


def _overruling(view: genie.OutcomeView) -> None:
    if view.overruled:
        st.button(
            "Withdraw the overruling",
            icon=ICON.roll_back,
            key="evaluation.withdraw",
            on_click=_withdraw,
            args=(view.id,),
        )
        return
    with st.popover("Overrule", icon=ICON.person), st.form("evaluation.overrule", border=False):
        st.caption(
            "Your verdict counts in the score from then on. What was measured stays visible, and your name with it."
        )
        chosen = st.segmented_control(
            "Verdict",
            list(_VERDICTS),
            default="Wrong" if view.outcome.state == "passed" else "Passed",
            required=True,
            key=f"evaluation.overrule.state.{view.id}",
        )
        reason = st.text_area("Why", key=f"evaluation.overrule.reason.{view.id}", max_chars=1000, height=90)
        if not st.form_submit_button("Overrule", icon=ICON.person, type="primary"):
            return
    with layout.showing_errors():
        with transaction() as session:
            genie.overrule(
                session,
                view.id,
                genie.OutcomeState(_VERDICTS[chosen or "Passed"]),
                reason=reason,
                person=person.current(),
            )
        st.rerun()


def _withdraw(outcome_id: str) -> None:
    try:
        with transaction() as session:
            genie.withdraw_overruling(session, outcome_id, person=person.current())
    except WorkbenchError as error:
        st.toast(plain(str(error), 400), icon=ICON.error)
