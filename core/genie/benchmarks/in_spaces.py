"""Benchmarks inside a space's definition: read from it and written back, other keys of theirs kept.

The space has no place for category, tags or held-out marks; those stay with the benchmarks that are given.
"""

import re
from collections.abc import Sequence
from typing import Any

from core.genie.benchmarks.model import Benchmark, fresh_id
from core.genie.spaces import Space

_ID = re.compile(r"[0-9a-f]{32}")


def from_space(space: Space) -> tuple[Benchmark, ...]:
    """The space's benchmarks, in its order."""
    return tuple(
        Benchmark(each.id or fresh_id(each.question, each.sql), each.question.strip(), each.sql)
        for each in space.benchmarks
        if each.question.strip()
    )


def into_space(space: Space, benchmarks: Sequence[Benchmark]) -> Space:
    """The definition with exactly these benchmarks, sorted by id as the service wants them.

    One that the space holds already under its id keeps its other keys, and its lines where the text is the same. An id that
    the service would refuse is replaced by `fresh_id`; the caller's benchmark keeps its own.
    """
    data = space.copy()
    held = {each.id: each for each in space.benchmarks}
    questions = sorted((_item(each, held.get(each.id)) for each in benchmarks), key=lambda item: item["id"])
    section = data.get("benchmarks") if isinstance(data.get("benchmarks"), dict) else {}
    data["benchmarks"] = {**section, "questions": questions}
    return Space(data)


def space_id_of(benchmark: Benchmark) -> str:
    """The id that a benchmark has inside a space."""
    return benchmark.id if _ID.fullmatch(benchmark.id) else fresh_id(benchmark.id + benchmark.question, None)


def _item(benchmark: Benchmark, held: Any) -> dict[str, Any]:
    item: dict[str, Any] = dict(held.raw) if held is not None else {}
    item["id"] = space_id_of(benchmark)
    if held is None or held.question.strip() != benchmark.question:
        item["question"] = [benchmark.question]
    if benchmark.expected_sql is None:
        item.pop("answer", None)
    elif held is None or held.sql != benchmark.expected_sql:
        item["answer"] = [{"format": "SQL", "content": benchmark.expected_sql.splitlines(keepends=True)}]
    return item
