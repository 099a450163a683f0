"""One benchmark, and what reading a file of them gives."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True)
class Benchmark:
    """A question with the SQL that answers it (Databricks SQL, three-part names); None where only a person can judge.

    `held_out` ones are never shown to a diagnosis and never decide on a change. `extra` keeps fields of a file that have no
    name here, so that writing it back loses nothing.
    """

    id: str
    question: str
    expected_sql: str | None
    category: str = ""
    difficulty: str = ""
    tags: tuple[str, ...] = ()
    held_out: bool = False
    notes: str = ""
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Problem:
    """Something in a file that was left out or repaired; `where` is like `item 3`, `line 12` or `section “Revenue”`."""

    where: str
    sentence: str


@dataclass(frozen=True)
class Reading:
    """What a file holds. Problems do not stop the rest from being read."""

    benchmarks: tuple[Benchmark, ...]
    problems: tuple[Problem, ...] = ()


def fresh_id(question: str, expected_sql: str | None) -> str:
    """The id for a benchmark that has none: 32 hexadecimal digits that depend on its content only.

    Reading the same file twice gives the same ids, so that histories of scores belong together.
    """
    return hashlib.sha256(json.dumps([question, expected_sql]).encode("ascii")).hexdigest()[:32]


def changed(benchmark: Benchmark, **fields: Any) -> Benchmark:
    """The same with other fields, for edits in a table; the id stays."""
    return replace(benchmark, **fields)


def split_held_out(benchmarks: Sequence[Benchmark]) -> tuple[tuple[Benchmark, ...], tuple[Benchmark, ...]]:
    """Those to work with, and those held out."""
    return (
        tuple(each for each in benchmarks if not each.held_out),
        tuple(each for each in benchmarks if each.held_out),
    )


def hold_out(benchmarks: Sequence[Benchmark], share: float, seed: int) -> tuple[Benchmark, ...]:
    """The same with a random `share` (0 to 1) of them held out in place of those that were; the same seed gives the same."""

    def chance(benchmark: Benchmark) -> str:
        return hashlib.sha256(f"{seed}:{benchmark.id}".encode()).hexdigest()

    chosen = {each.id for each in sorted(benchmarks, key=chance)[: round(len(benchmarks) * share)]}
    return tuple(replace(each, held_out=each.id in chosen) for each in benchmarks)


def with_unique_ids(benchmarks: Sequence[Benchmark]) -> Reading:
    """The same benchmarks, a repeated id replaced by a fresh one and told."""
    seen: set[str] = set()
    found: list[Benchmark] = []
    problems: list[Problem] = []
    for number, each in enumerate(benchmarks, start=1):
        benchmark = each
        if each.id in seen:
            made = fresh_id(f"{each.question}#{number}", each.expected_sql)
            problems.append(Problem(f"item {number}", f"The id “{each.id}” stands twice; this one is now {made}."))
            benchmark = replace(each, id=made)
        seen.add(benchmark.id)
        found.append(benchmark)
    return Reading(tuple(found), tuple(problems))
