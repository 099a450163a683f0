"""Verdicts after the measuring: a model's on what was left open, and a person's on anything."""

from sqlalchemy.orm import Session

from core import activity
from core.clock import now
from core.errors import ConflictError, InputError
from core.genie.evaluating.outcomes import OutcomeState, state_of_verdict
from core.genie.judging import ModelVerdict
from core.genie.keeping.outcomes import held_outcome, view_of
from core.genie.views import OutcomeView
from core.library.characters import check_kept, kept

_LONGEST_REASON = 2_000
_CHOICES = (OutcomeState.PASSED, OutcomeState.WRONG)


def settle_outcome(session: Session, outcome_id: str, verdict: ModelVerdict) -> OutcomeView:
    """Take over a model's verdict on an outcome that is open. One that is decided already stays as it is.

    Raises:
        NotFoundError
    """
    row = held_outcome(session, outcome_id, lock=True)
    if row.state == OutcomeState.NEEDS_REVIEW.value and row.by == "judge":
        row.state, row.by, row.sentence = state_of_verdict(verdict.verdict).value, "model", kept(verdict.reason)
        if verdict.official is not None:
            row.reasons = [*row.reasons, kept(verdict.official)]
        session.flush()
    return view_of(row)


def overrule(session: Session, outcome_id: str, state: OutcomeState, *, reason: str, person: str) -> OutcomeView:
    """Let a person's verdict, passed or wrong, count in place of the measured one, which is kept beside it.

    Raises:
        NotFoundError
        InputError: another state, or no reason.
    """
    if state not in _CHOICES:
        raise InputError("A person can judge an answer passed or wrong, nothing else. Choose one of the two.")
    reason = reason.strip()
    if not reason:
        raise InputError("Overruling a verdict needs a reason, for those who read the score later. Enter one.")
    if len(reason) > _LONGEST_REASON:
        raise InputError(
            f"The reason has {len(reason):,} characters; at most {_LONGEST_REASON:,} are kept. Shorten it."
        )
    check_kept("The reason", reason)
    row = held_outcome(session, outcome_id, lock=True)
    row.overruled_state, row.overruled_reason = OutcomeState(state).value, reason
    row.overruled_by, row.overruled_at = person, now()
    session.flush()
    activity.record(
        session,
        person,
        "overruled verdict",
        row.question[:200],
        subject_id=row.job_id,
        outcome=row.id,
        measured=row.state,
        verdict=row.overruled_state,
        reason=reason,
    )
    return view_of(row)


def withdraw_overruling(session: Session, outcome_id: str, *, person: str) -> OutcomeView:
    """Let what was measured count again.

    Raises:
        NotFoundError
        ConflictError: nobody overruled it.
    """
    row = held_outcome(session, outcome_id, lock=True)
    if row.overruled_state is None:
        raise ConflictError("Nobody overruled this verdict, or it was withdrawn already. Load the page again.")
    activity.record(
        session,
        person,
        "withdrew overruling",
        row.question[:200],
        subject_id=row.job_id,
        outcome=row.id,
        measured=row.state,
        verdict=row.overruled_state,
    )
    row.overruled_state = row.overruled_reason = row.overruled_by = row.overruled_at = None
    session.flush()
    return view_of(row)
