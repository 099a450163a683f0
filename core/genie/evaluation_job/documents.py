"""An evaluation as one JSON document: what the command line puts out, and what an export holds."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from core import jobs
from core.db.models import GenieOutcome
from core.genie.benchmarks import Benchmark
from core.genie.evaluating.outcomes import COUNTED, OutcomeState
from core.genie.evaluation_job.requests import request_of
from core.genie.keeping import get_evaluation, repeated_score
from core.genie.scoring import QuestionRecord, RepeatedScore, Score

NOT_ASKED = "not_asked"

_COLUMNS = (
    "benchmark_id", "repeat", "state", "overruled_state", "overruled_by", "overruled_reason", "by", "sentence", "reasons",
    "failure_kind", "expected_sql", "actual_sql", "text", "duration_s", "waited_s", "attempts",
)  # fmt: skip


def evaluation_document(session: Session, job_id: str) -> dict[str, Any]:
    """The whole evaluation as JSON, also while it runs or after it was cut short.

    `score` is between 0 and 1, null if nothing was measured: passed / measured, and with repeats the mean of that over the
    rounds. `passed`, `total`, `measured`, `wrong`, `needs_review`, `not_measured` and `configuration` count every question
    once in each round; `total` is their sum, so `measured` is `total` without the last two. `rounds` has them one by one.

    `questions` holds each benchmark once. Its `verdict` is `passed` only if it passed in every round that measured it; else it
    is that of the first round in which it did not, from which `reasons`, `sentence` and both SQLs are too. `stability` tells
    stable_pass, stable_fail and flaky apart. What has no outcome yet is `not_asked`, and counts nowhere. A person's verdict
    goes before the measured one everywhere; then `by` is person, and the reason that they gave is in `overruled`.

    Raises:
        NotFoundError: there is no such evaluation.
    """
    view = get_evaluation(session, job_id)
    request = request_of(jobs.get_job(session, job_id).payload)
    score = repeated_score(session, job_id)
    records = {each.benchmark_id: each for each in score.questions}
    found = rows_by_benchmark(session, job_id)
    return {
        "evaluation_id": job_id,
        "name": view.title,
        "state": view.state,
        "workspace": view.workspace,
        "space_id": view.space_id,
        "space_title": view.space_title,
        "snapshot_id": view.snapshot_id,
        "hash": view.space_hash,
        "route": view.route,
        "repeats": view.repeats,
        "judge": view.judge,
        "benchmarks_from": view.benchmarks_origin,
        "created_at": view.created_at.isoformat(),
        "finished_at": view.finished_at.isoformat() if view.finished_at else None,
        "error": view.error,
        **_figures(score),
        "planned": view.planned,
        "overruled": view.overruled,
        "held_out": _figures_of(view.held_out) if view.held_out else None,
        "stability": {each.value: count for each, count in score.counts.items()},
        "questions": [_question(each, found.get(each.id, []), records.get(each.id)) for each in request.benchmarks],
    }


def rows_by_benchmark(session: Session, job_id: str) -> dict[str, list[Row]]:
    """The outcomes of each benchmark, round by round, without their rows."""
    query = select(*(getattr(GenieOutcome, name) for name in _COLUMNS)).where(GenieOutcome.job_id == job_id)
    found: dict[str, list[Row]] = defaultdict(list)
    for row in session.execute(query.order_by(GenieOutcome.repeat, GenieOutcome.position)):
        found[row.benchmark_id].append(row)
    return found


def state_of(row: Row) -> str:
    """The state that counts."""
    return row.overruled_state or row.state


def deciding(rows: Sequence[Row]) -> Row | None:
    """The outcome that a question's verdict is: the first that did not pass of those measured, else the first that did.

    One that was never measured has that of its first round; None if it was not asked.
    """
    measured = [row for row in rows if state_of(row) in COUNTED]
    failed = [row for row in measured if state_of(row) != OutcomeState.PASSED]
    return next(iter([*failed, *measured, *rows]), None)


def _figures(score: RepeatedScore) -> dict[str, Any]:
    rounds = [_figures_of(each) for each in score.rounds]
    names = [*asdict(Score(0, 0, 0, 0, 0)), "measured", "total"]
    return {"score": score.mean, **{name: sum(each[name] for each in rounds) for name in names}, "rounds": rounds}


def _figures_of(score: Score) -> dict[str, Any]:
    return {"score": score.value, **asdict(score), "measured": score.measured, "total": score.total}


def _question(benchmark: Benchmark, rows: Sequence[Row], record: QuestionRecord | None) -> dict[str, Any]:
    row = deciding(rows)
    shared = {
        "id": benchmark.id,
        "question": benchmark.question,
        "category": benchmark.category,
        "tags": list(benchmark.tags),
        "held_out": benchmark.held_out,
    }
    if row is None or record is None:
        return shared | {
            "verdict": NOT_ASKED,
            "reasons": [],
            "sentence": "",
            "expected_sql": benchmark.expected_sql,
            "actual_sql": None,
        }
    told = told_of(row, benchmark) | {"reasons": list(row.reasons), "failure_kind": row.failure_kind}
    if row.overruled_state:
        told["overruled"] = {"measured": row.state, "by": row.overruled_by, "reason": row.overruled_reason}
    return shared | told | {
        "passed_rounds": record.passed,
        "measured_rounds": record.measured,
        "rounds": record.rounds,
        "stability": record.stability.value,
    }  # fmt: skip


def told_of(row: Row[Any], benchmark: Benchmark) -> dict[str, Any]:
    """What every form of an export says of one outcome, besides its reasons."""
    return {
        "verdict": state_of(row),
        "by": "person" if row.overruled_state else row.by,
        "sentence": row.sentence,
        "expected_sql": row.expected_sql or benchmark.expected_sql,
        "actual_sql": row.actual_sql,
        "answer_text": row.text,
        "duration_s": round(row.duration_s, 3),
        "waited_s": round(row.waited_s, 3),
        "attempts": row.attempts,
    }
