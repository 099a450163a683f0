"""Bringing imported benchmarks together with those that are kept, so that histories of scores stay with their questions."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from core.genie.benchmarks.model import Benchmark, with_unique_ids
from core.genie.benchmarks.quality import normal_question


@dataclass(frozen=True)
class Merged:
    """The result, and what became of each benchmark. `changed` are the new forms, `removed` those that go.

    `unmarked` were held out before and are not any more.
    """

    benchmarks: tuple[Benchmark, ...]
    added: tuple[Benchmark, ...]
    changed: tuple[Benchmark, ...]
    unchanged: tuple[Benchmark, ...]
    removed: tuple[Benchmark, ...]
    unmarked: tuple[Benchmark, ...]


def merge_benchmarks(
    existing: Sequence[Benchmark], incoming: Iterable[Benchmark], *, how: Literal["add", "replace"]
) -> Merged:
    """Two are the same benchmark where the id is, else where the question is but for case and punctuation.

    `add` updates the same ones in place and appends the others: what the incoming one leaves empty (tags, held-out mark, notes,
    SQL …) stays, and so does the id. `replace` takes the incoming ones as they are, in their order.
    """
    given = with_unique_ids(tuple(incoming)).benchmarks
    partner = _partners(existing, given)
    before = {each.id: existing[partner[each.id]] for each in given if each.id in partner}
    after = {each.id: _updated(before[each.id], each) if how == "add" and each.id in before else each for each in given}
    added = tuple(each for each in given if each.id not in before)
    changed = tuple(after[id_] for id_ in before if after[id_] != before[id_])
    unchanged = tuple(after[id_] for id_ in before if after[id_] == before[id_])
    if how == "replace":
        gone = tuple(each for i, each in enumerate(existing) if i not in partner.values())
        unmarked = tuple(before[id_] for id_ in before if before[id_].held_out and not after[id_].held_out)
        return Merged(given, added, changed, unchanged, gone, unmarked)
    by_index = {i: after[id_] for id_, i in partner.items()}
    kept = tuple(by_index.get(i, each) for i, each in enumerate(existing))
    untouched = tuple(each for i, each in enumerate(existing) if i not in by_index)
    return Merged((*kept, *added), added, changed, (*unchanged, *untouched), (), ())


def _partners(existing: Sequence[Benchmark], given: Sequence[Benchmark]) -> dict[str, int]:
    """The index of the same existing benchmark by the id of the given one; each belongs to one only."""
    by_id = {each.id: i for i, each in enumerate(existing)}
    found = {each.id: by_id[each.id] for each in given if each.id in by_id}
    taken = set(found.values())
    by_question: dict[str, list[int]] = {}
    for i, each in enumerate(existing):
        if i not in taken:
            by_question.setdefault(normal_question(each.question), []).append(i)
    for each in given:
        waiting = by_question.get(normal_question(each.question))
        if each.id not in found and waiting:
            found[each.id] = waiting.pop(0)
    return found


def _updated(before: Benchmark, given: Benchmark) -> Benchmark:
    return replace(
        before,
        question=given.question,
        expected_sql=given.expected_sql or before.expected_sql,
        category=given.category or before.category,
        difficulty=given.difficulty or before.difficulty,
        tags=given.tags or before.tags,
        held_out=given.held_out or before.held_out,
        notes=given.notes or before.notes,
        extra={**before.extra, **given.extra},
    )
