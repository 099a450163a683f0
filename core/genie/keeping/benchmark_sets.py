"""The benchmarks that are kept for a space: read, saved by compare-and-set, with the report of their last check."""

import json
from collections.abc import Sequence

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from core import activity
from core.clock import new_id, now
from core.db.models import GenieBenchmark, GenieBenchmarkSet
from core.errors import ConflictError, InputError, NotFoundError
from core.genie.benchmarks import Benchmark, QualityReport
from core.genie.keeping.inserting import insert_new
from core.genie.keeping.wire import quality_json, quality_of
from core.genie.limits import LONGEST_TEXT, MOST_BENCHMARKS
from core.genie.views import BenchmarkSet
from core.library.characters import kept

_LONGEST_ID = 200
_MOST_NAMED = 20


def get_benchmarks(session: Session, workspace: str, space_id: str) -> BenchmarkSet | None:
    """The benchmarks kept for the space; None if there never were any."""
    row = _row(session, workspace, space_id)
    return None if row is None else _view(row, _benchmarks(session, row.id))


def save_benchmarks(
    session: Session,
    workspace: str,
    space_id: str,
    benchmarks: Sequence[Benchmark],
    *,
    rev: int | None,
    origin: str,
    person: str,
) -> BenchmarkSet:
    """Keep exactly these, in this order. `rev` is what the caller saw, None where there were none. Equal ones change nothing.

    `origin` says where they come from, such as “the space” or a file's name. The report of a check stays valid while the
    questions and their SQL stay as they are.

    Raises:
        InputError: names the faults of the benchmarks (`benchmark_faults` gives all of them).
        ConflictError: they were changed meanwhile.
    """
    check_set(benchmarks)
    row = _row(session, workspace, space_id, lock=True)
    made = _made(session, workspace, space_id, person, origin) if row is None and rev is None else None
    if made is None and (row is None or rev != row.rev):
        raise ConflictError(
            "The benchmarks of this space were changed meanwhile. Load them again, then make your change once more."
        )
    if made is None:
        before = _benchmarks(session, row.id)
        if before == tuple(benchmarks):
            return _view(row, before)
        row.rev += 1
        if _content(before) != _content(benchmarks):
            row.content_rev = row.rev
    row = made or row
    row.origin, row.updated_at, row.updated_by = origin, now(), person
    session.execute(delete(GenieBenchmark).where(GenieBenchmark.set_id == row.id))
    if benchmarks:
        session.execute(insert(GenieBenchmark), [_values(row.id, i, each) for i, each in enumerate(benchmarks)])
    session.flush()
    activity.record(
        session, person, "saved benchmarks", space_id, subject_id=row.id, benchmarks=len(benchmarks), rev=row.rev
    )
    return _view(row, tuple(benchmarks))


def keep_quality(session: Session, workspace: str, space_id: str, report: QualityReport, *, rev: int) -> BenchmarkSet:
    """Keep the report of a check of the benchmarks as they were at `rev`.

    Raises:
        NotFoundError: none are kept for the space.
        ConflictError: a question or its SQL changed since.
    """
    row = _row(session, workspace, space_id, lock=True)
    if row is None:
        raise NotFoundError("No benchmarks are kept for this space. Save some, then check them.")
    if not row.content_rev <= rev <= row.rev:
        raise ConflictError("The benchmarks were changed while they were checked. Check them again.")
    row.quality, row.checked_rev, row.checked_at = quality_json(report), rev, now()
    session.flush()
    return _view(row, _benchmarks(session, row.id))


def check_set(benchmarks: Sequence[Benchmark]) -> None:
    """Raises InputError with the faults that keep these from being saved or asked."""
    faults = benchmark_faults(benchmarks)
    if faults:
        more = f" And {len(faults) - _MOST_NAMED:,} more." if len(faults) > _MOST_NAMED else ""
        raise InputError(f"{' '.join(faults[:_MOST_NAMED])}{more}")


def benchmark_faults(benchmarks: Sequence[Benchmark]) -> tuple[str, ...]:
    """What keeps these from being saved or asked, a sentence each; empty if nothing does."""
    found: list[str] = []
    if len(benchmarks) > MOST_BENCHMARKS:
        found.append(
            f"There are {len(benchmarks):,} benchmarks; a space has at most {MOST_BENCHMARKS}. Leave some out."
        )
    first: dict[str, int] = {}
    for number, each in enumerate(benchmarks, start=1):
        if not each.id.strip():
            found.append(f"Benchmark {number} has no id. Give it one.")
        elif len(each.id) > _LONGEST_ID:
            found.append(f"The id of benchmark {number} is longer than {_LONGEST_ID} characters. Shorten it.")
        elif each.id in first:
            found.append(f"The id “{each.id[:60]}” stands at benchmarks {first[each.id]} and {number}. Change one.")
        first.setdefault(each.id, number)
        if not each.question.strip():
            found.append(f"Benchmark {number} has no question. Enter one, or remove it.")
        elif len(each.question) > LONGEST_TEXT:
            found.append(
                f"The question of benchmark {number} has {len(each.question):,} characters; {LONGEST_TEXT:,} are allowed. "
                "Shorten it."
            )
        if not _can_be_kept(each):
            found.append(f"Benchmark {number} holds a NUL, half a character or a number like NaN. Delete it.")
    return tuple(found)


def _can_be_kept(benchmark: Benchmark) -> bool:
    values = _values("", 0, benchmark)
    try:
        json.dumps(values, allow_nan=False)
    except (ValueError, TypeError):
        return False
    return kept(values) == values


def _values(set_id: str, position: int, benchmark: Benchmark) -> dict[str, object]:
    return {
        "set_id": set_id,
        "position": position,
        "benchmark_id": benchmark.id,
        "question": benchmark.question,
        "expected_sql": benchmark.expected_sql,
        "category": benchmark.category,
        "difficulty": benchmark.difficulty,
        "tags": list(benchmark.tags),
        "held_out": benchmark.held_out,
        "notes": benchmark.notes,
        "extra": dict(benchmark.extra),
    }


def _benchmarks(session: Session, set_id: str) -> tuple[Benchmark, ...]:
    columns = GenieBenchmark.__table__.c
    query = select(*columns).where(columns.set_id == set_id).order_by(columns.position)
    return tuple(
        Benchmark(
            row.benchmark_id, row.question, row.expected_sql, row.category, row.difficulty, tuple(row.tags), row.held_out,
            row.notes, row.extra,
        )
        for row in session.execute(query)
    )  # fmt: skip


def _content(benchmarks: Sequence[Benchmark]) -> list[tuple[str, str, str | None]]:
    """What a check looks at."""
    return [(each.id, each.question, each.expected_sql) for each in benchmarks]


def _row(session: Session, workspace: str, space_id: str, *, lock: bool = False) -> GenieBenchmarkSet | None:
    query = select(GenieBenchmarkSet).where(
        GenieBenchmarkSet.workspace == workspace, GenieBenchmarkSet.space_id == space_id
    )
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return session.scalar(query)


def _made(session: Session, workspace: str, space_id: str, person: str, origin: str) -> GenieBenchmarkSet | None:
    """A set without benchmarks yet; None if another was faster."""
    made = insert_new(
        session,
        GenieBenchmarkSet,
        id=new_id("bs"),
        workspace=workspace,
        space_id=space_id,
        rev=1,
        content_rev=1,
        origin=origin,
        updated_at=now(),
        updated_by=person,
    )
    return _row(session, workspace, space_id, lock=True) if made else None


def _view(row: GenieBenchmarkSet, benchmarks: tuple[Benchmark, ...]) -> BenchmarkSet:
    holds = row.quality is not None and row.checked_rev is not None and row.checked_rev >= row.content_rev
    return BenchmarkSet(
        workspace=row.workspace,
        space_id=row.space_id,
        benchmarks=benchmarks,
        rev=row.rev,
        origin=row.origin,
        quality=quality_of(row.quality) if holds and row.quality is not None else None,
        checked_at=row.checked_at if holds else None,
        updated_at=row.updated_at,
        updated_by=row.updated_by,
    )
