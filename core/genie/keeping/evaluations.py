"""Evaluations: the rows beside their jobs, listed with scores that are counted at that moment."""

from collections.abc import Iterable, Sequence

from sqlalchemy import Row, Select, func, or_, select, update
from sqlalchemy.orm import Session

from core.clock import now
from core.db.models import GenieEvaluation, GenieOutcome, Job
from core.errors import NotFoundError
from core.genie.benchmarks import Benchmark
from core.genie.keeping.counting import COUNTED_STATES, Counted, count_outcomes, effective
from core.genie.keeping.inserting import insert_new
from core.genie.views import EvaluationFilter, EvaluationView
from core.library import Page
from core.library.characters import kept


def start_evaluation(
    session: Session,
    job_id: str,
    *,
    workspace: str,
    space_id: str,
    benchmarks: Sequence[Benchmark],
    route: str,
    repeats: int,
    judge: str | None = None,
    origin: str = "",
    space_title: str = "",
    snapshot_id: str | None = None,
    space_hash: str | None = None,
) -> EvaluationView:
    """Write what the job measures; a second time changes nothing. What is not known yet of the space: `keep_measured_space`."""
    insert_new(
        session,
        GenieEvaluation,
        job_id=job_id,
        workspace=workspace,
        space_id=space_id,
        space_title=kept(space_title),
        snapshot_id=snapshot_id,
        space_hash=space_hash,
        route=route,
        repeats=repeats,
        judge_connection=judge,
        benchmark_count=len(benchmarks),
        held_out_count=sum(each.held_out for each in benchmarks),
        benchmarks_origin=kept(origin),
        created_at=now(),
    )
    return get_evaluation(session, job_id)


def keep_measured_space(
    session: Session, job_id: str, *, space_title: str, snapshot_id: str | None, space_hash: str | None
) -> None:
    """Write which state of the space the evaluation measures."""
    session.execute(
        update(GenieEvaluation)
        .where(GenieEvaluation.job_id == job_id)
        .values(space_title=kept(space_title), snapshot_id=snapshot_id, space_hash=space_hash)
    )


def get_evaluation(session: Session, job_id: str) -> EvaluationView:
    """Raises NotFoundError."""
    row = session.execute(_query().where(GenieEvaluation.job_id == job_id)).first()
    if row is None:
        raise NotFoundError(f"There is no evaluation '{job_id[:80]}'. Look it up among the evaluations of its space.")
    return _views(session, [row])[0]


def list_evaluations(
    session: Session, filters: EvaluationFilter | None = None, *, page: int = 1, size: int = 25
) -> Page[EvaluationView]:
    """One page, the newest first; `total` counts all that the filters keep."""
    conditions = _conditions(filters or EvaluationFilter())
    counting = select(func.count()).select_from(GenieEvaluation).where(*conditions)
    if filters is not None and (filters.state or filters.person or filters.search.strip()):
        counting = counting.join(Job, Job.id == GenieEvaluation.job_id)
    total = session.scalar(counting) or 0
    query = _newest_first(_query().where(*conditions)).limit(size).offset((max(page, 1) - 1) * size)
    listed = _views(session, session.execute(query).all())
    return Page(listed, more=max(page, 1) * size < total, total=total)


def score_history(session: Session, workspace: str, space_id: str, limit: int = 50) -> tuple[EvaluationView, ...]:
    """The latest evaluations of a space, the oldest of them first."""
    conditions = _conditions(EvaluationFilter(workspace=workspace, space_id=space_id))
    rows = session.execute(_newest_first(_query().where(*conditions)).limit(limit)).all()
    return _views(session, rows[::-1])


def last_scores(session: Session, workspace: str, space_ids: Iterable[str]) -> dict[str, EvaluationView]:
    """The latest evaluation of each space in which something was measured; spaces without one are left out."""
    measured = select(GenieOutcome.seq).where(
        GenieOutcome.job_id == GenieEvaluation.job_id, effective.in_(COUNTED_STATES)
    )
    number = func.row_number().over(
        partition_by=GenieEvaluation.space_id,
        order_by=(GenieEvaluation.created_at.desc(), GenieEvaluation.job_id.desc()),
    )
    numbered = (
        select(GenieEvaluation.job_id, number.label("number"))
        .where(GenieEvaluation.workspace == workspace, GenieEvaluation.space_id.in_(list(space_ids)))
        .where(measured.exists())
        .subquery()
    )
    rows = session.execute(
        _query().where(GenieEvaluation.job_id.in_(select(numbered.c.job_id).where(numbered.c.number == 1)))
    )
    return {each.space_id: each for each in _views(session, rows.all())}


def count_evaluations(session: Session, workspace: str, space_ids: Iterable[str]) -> dict[str, int]:
    """How many evaluations each space has; every space asked for is named."""
    wanted = list(space_ids)
    query = (
        select(GenieEvaluation.space_id, func.count())
        .where(GenieEvaluation.workspace == workspace, GenieEvaluation.space_id.in_(wanted))
        .group_by(GenieEvaluation.space_id)
    )
    counted = dict(session.execute(query).tuples().all())
    return {space_id: counted.get(space_id, 0) for space_id in wanted}


_OWN = (
    "job_id", "workspace", "space_id", "space_title", "snapshot_id", "space_hash", "route", "repeats", "benchmark_count",
    "held_out_count", "benchmarks_origin", "created_at",
)  # fmt: skip
_OF_THE_JOB = ("title", "state", "person", "finished_at", "error")


def _query() -> Select:
    return select(
        *(getattr(GenieEvaluation, name) for name in _OWN),
        GenieEvaluation.judge_connection.label("judge"),
        *(getattr(Job, name) for name in _OF_THE_JOB),
    ).join(Job, Job.id == GenieEvaluation.job_id)


def _newest_first(query: Select) -> Select:
    return query.order_by(GenieEvaluation.created_at.desc(), GenieEvaluation.job_id.desc())


def _views(session: Session, rows: Sequence[Row]) -> tuple[EvaluationView, ...]:
    counted = count_outcomes(session, [row.job_id for row in rows]) if rows else {}
    return tuple(
        EvaluationView(
            **row._mapping,
            rounds=figures.rounds,
            held_out=figures.held_out,
            asked=figures.asked,
            overruled=figures.overruled,
        )
        for row in rows
        for figures in (counted.get(row.job_id, Counted()),)
    )


def _conditions(filters: EvaluationFilter) -> list:
    found = []
    if words := filters.search.strip():
        found.append(
            or_(
                Job.title.icontains(words, autoescape=True),
                GenieEvaluation.space_title.icontains(words, autoescape=True),
            )
        )
    for column, wanted in (
        (GenieEvaluation.workspace, filters.workspace),
        (GenieEvaluation.space_id, filters.space_id),
        (Job.state, filters.state),
        (Job.person, filters.person),
    ):
        if wanted is not None:
            found.append(column == wanted)
    return found
