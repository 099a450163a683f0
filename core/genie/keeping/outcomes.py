"""Outcomes: written once under their key, listed, and read with all that is kept of them."""

from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from core.clock import new_id, now
from core.db.models import GenieOutcome
from core.errors import NotFoundError
from core.genie.benchmarks import Benchmark
from core.genie.evaluating.outcomes import Outcome, OutcomeState
from core.genie.keeping.counting import effective, stability_of
from core.genie.keeping.inserting import insert_new
from core.genie.keeping.wire import (
    failure_json,
    failure_of,
    is_cut,
    judgement_json,
    judgement_of,
    table_json,
    table_of,
)
from core.genie.views import OutcomeFilter, OutcomeRow, OutcomeView, Overruling
from core.library.characters import kept


def store_outcome(session: Session, job_id: str, outcome: Outcome, position: int, benchmark: Benchmark) -> bool:
    """Keep what one question came to, `position` being the benchmark's place among those asked, from 0.

    The key is (job, repeat, benchmark): False, and nothing changed, where it has an outcome already.
    """
    return insert_new(
        session,
        GenieOutcome,
        id=new_id("out"),
        job_id=job_id,
        repeat=outcome.repeat,
        position=position,
        benchmark_id=outcome.benchmark_id,
        category=kept(benchmark.category),
        tags=kept(list(benchmark.tags)),
        held_out=benchmark.held_out,
        state=outcome.state.value,
        sentence=kept(outcome.sentence),
        question=kept(outcome.question),
        reasons=kept(list(outcome.reasons)),
        expected_sql=kept(outcome.expected_sql),
        actual_sql=kept(outcome.actual_sql),
        text=kept(outcome.text),
        expected=table_json(outcome.expected),
        actual=table_json(outcome.actual),
        judgement=judgement_json(outcome.judgement),
        failure=failure_json(outcome.failure),
        failure_kind=outcome.failure.kind.value if outcome.failure else None,
        by=outcome.by,
        duration_s=outcome.duration_s,
        waited_s=outcome.waited_s,
        attempts=outcome.attempts,
        created_at=now(),
    )


def list_outcomes(session: Session, job_id: str, filters: OutcomeFilter | None = None) -> tuple[OutcomeRow, ...]:
    """The outcomes of an evaluation, round by round in the order of the benchmarks."""
    wanted = filters or OutcomeFilter()
    query = _rows_of(job_id)
    if wanted.state is not None:
        query = query.where(effective == wanted.state.value)
    if wanted.repeat is not None:
        query = query.where(GenieOutcome.repeat == wanted.repeat)
    if wanted.held_out is not None:
        query = query.where(GenieOutcome.held_out == wanted.held_out)
    if wanted.category is not None:
        query = query.where(GenieOutcome.category == wanted.category)
    if words := wanted.search.strip():
        searched = (
            GenieOutcome.question,
            GenieOutcome.benchmark_id,
            GenieOutcome.sentence,
            GenieOutcome.expected_sql,
            GenieOutcome.actual_sql,
        )
        query = query.where(or_(*(column.icontains(words, autoescape=True) for column in searched)))
    found = tuple(_row_view(row) for row in session.execute(query))
    if wanted.tag is not None:
        found = tuple(row for row in found if wanted.tag in row.tags)
    if wanted.stability is not None:
        ids = {each.benchmark_id for each in stability_of(session, job_id) if each.stability == wanted.stability}
        found = tuple(row for row in found if row.benchmark_id in ids)
    return found


def outcomes_of(session: Session, job_id: str, benchmark_id: str) -> tuple[OutcomeRow, ...]:
    """One question over the rounds."""
    return tuple(
        _row_view(row) for row in session.execute(_rows_of(job_id).where(GenieOutcome.benchmark_id == benchmark_id))
    )


def get_outcome(session: Session, outcome_id: str) -> OutcomeView:
    """Raises NotFoundError."""
    return view_of(held_outcome(session, outcome_id))


def open_outcomes(session: Session, job_id: str) -> tuple[OutcomeView, ...]:
    """Those that the deterministic judge left for review, and that nobody has decided since."""
    query = (
        select(GenieOutcome)
        .where(
            GenieOutcome.job_id == job_id,
            GenieOutcome.state == OutcomeState.NEEDS_REVIEW.value,
            GenieOutcome.by == "judge",
            GenieOutcome.overruled_state.is_(None),
        )
        .order_by(GenieOutcome.repeat, GenieOutcome.position)
    )
    return tuple(map(view_of, session.scalars(query)))


def held_outcome(session: Session, outcome_id: str, *, lock: bool = False) -> GenieOutcome:
    """The row; with `lock` as it is now, and nobody else's until the commit. Raises NotFoundError."""
    query = select(GenieOutcome).where(GenieOutcome.id == outcome_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    row = session.scalar(query)
    if row is None:
        raise NotFoundError(f"There is no outcome '{outcome_id[:80]}'. Look it up in its evaluation.")
    return row


def view_of(row: GenieOutcome) -> OutcomeView:
    measured = OutcomeState(row.state)
    overruled = None
    if row.overruled_state is not None and row.overruled_at is not None:
        overruled = Overruling(
            OutcomeState(row.overruled_state), row.overruled_by or "", row.overruled_at, row.overruled_reason or ""
        )
    return OutcomeView(
        id=row.id,
        job_id=row.job_id,
        outcome=Outcome(
            row.benchmark_id,
            row.question,
            overruled.state if overruled else measured,
            row.sentence,
            tuple(row.reasons),
            expected_sql=row.expected_sql,
            actual_sql=row.actual_sql,
            text=row.text,
            expected=table_of(row.expected),
            actual=table_of(row.actual),
            judgement=judgement_of(row.judgement),
            failure=failure_of(row.failure),
            repeat=row.repeat,
            duration_s=row.duration_s,
            waited_s=row.waited_s,
            attempts=row.attempts,
            by="person" if overruled else row.by,
        ),
        category=row.category,
        tags=tuple(row.tags),
        held_out=row.held_out,
        position=row.position,
        rows_cut=is_cut(row.expected) or is_cut(row.actual),
        measured_state=measured,
        overruled=overruled,
    )


_PLAIN = (
    "id", "repeat", "position", "benchmark_id", "question", "category", "held_out", "sentence", "failure_kind",
    "duration_s", "waited_s", "attempts",
)  # fmt: skip


def _rows_of(job_id: str) -> Any:
    columns = (*_PLAIN, "tags", "reasons", "state", "by", "overruled_state")
    query = select(*(getattr(GenieOutcome, name) for name in columns)).where(GenieOutcome.job_id == job_id)
    return query.order_by(GenieOutcome.repeat, GenieOutcome.position)


def _row_view(row: Any) -> OutcomeRow:
    return OutcomeRow(
        **{name: getattr(row, name) for name in _PLAIN},
        tags=tuple(row.tags),
        reasons=tuple(row.reasons),
        state=OutcomeState(row.overruled_state or row.state),
        measured_state=OutcomeState(row.state),
        by="person" if row.overruled_state else row.by,
        is_overruled=row.overruled_state is not None,
    )
