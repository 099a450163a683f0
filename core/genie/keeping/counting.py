"""Scores, always counted from the outcomes: a person's verdict goes before the measured one."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from core.db.models import GenieOutcome
from core.genie.evaluating.outcomes import COUNTED, OutcomeState
from core.genie.scoring import QuestionRecord, RepeatedScore, Score

effective = func.coalesce(GenieOutcome.overruled_state, GenieOutcome.state)
"""The state that counts."""
COUNTED_STATES = tuple(each.value for each in COUNTED)


@dataclass(frozen=True)
class Counted:
    """What the outcomes of one evaluation come to."""

    rounds: tuple[Score, ...] = ()
    held_out: Score | None = None
    asked: int = 0
    overruled: int = 0


def count_outcomes(session: Session, job_ids: Sequence[str]) -> dict[str, Counted]:
    """The figures of several evaluations in one query; one without outcomes is left out."""
    query = (
        select(
            GenieOutcome.job_id,
            GenieOutcome.repeat,
            GenieOutcome.held_out,
            effective,
            func.count(),
            func.count(GenieOutcome.overruled_state),
        )
        .where(GenieOutcome.job_id.in_(job_ids))
        .group_by(GenieOutcome.job_id, GenieOutcome.repeat, GenieOutcome.held_out, effective)
    )
    rounds: dict[str, dict[int, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    held_out: dict[str, Counter[str]] = defaultdict(Counter)
    overruled: Counter[str] = Counter()
    for job_id, repeat, is_held_out, state, count, by_person in session.execute(query):
        rounds[job_id][repeat][state] += count
        overruled[job_id] += by_person
        if is_held_out:
            held_out[job_id][state] += count
    return {
        job_id: Counted(
            tuple(_score(found[repeat]) for repeat in sorted(found)),
            _score(held_out[job_id]) if job_id in held_out else None,
            sum(each.total() for each in found.values()),
            overruled[job_id],
        )
        for job_id, found in rounds.items()
    }


def stability_of(session: Session, job_id: str) -> tuple[QuestionRecord, ...]:
    """Each question over all rounds, in the order of the benchmarks."""
    passed = func.sum(case((effective == OutcomeState.PASSED.value, 1), else_=0))
    measured = func.sum(case((effective.in_(COUNTED_STATES), 1), else_=0))
    query = (
        select(GenieOutcome.benchmark_id, passed, measured, func.count())
        .where(GenieOutcome.job_id == job_id)
        .group_by(GenieOutcome.benchmark_id)
        .order_by(func.min(GenieOutcome.position), GenieOutcome.benchmark_id)
    )
    return tuple(QuestionRecord(id_, int(good), int(of), rounds) for id_, good, of, rounds in session.execute(query))


def repeated_score(session: Session, job_id: str) -> RepeatedScore:
    """The scores of all rounds, and each question over them."""
    counted = count_outcomes(session, [job_id]).get(job_id, Counted())
    return RepeatedScore(counted.rounds, stability_of(session, job_id))


def _score(counts: Counter[str]) -> Score:
    return Score(**{state.value: counts[state.value] for state in OutcomeState})
