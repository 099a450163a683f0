"""One workbench for a file of tests, and evaluations in it: real jobs, outcomes as the judge gives them."""

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import event

from core import jobs
from core.db import current_engine, reading, transaction
from core.genie.benchmarks import Benchmark
from core.genie.evaluating import Outcome, OutcomeState
from core.genie.keeping import get_evaluation, start_evaluation, store_outcome
from core.genie.views import EvaluationView
from core.settings import Settings

_numbers = itertools.count(1)


@pytest.fixture
def workbench(shared_workbench: Settings) -> Settings:
    return shared_workbench


@pytest.fixture
def space_id(workbench: Settings) -> str:
    """A space that no other test has."""
    return f"space{next(_numbers)}"


def benchmarks_of(count: int, *, held_out: int = 0) -> list[Benchmark]:
    """`count` benchmarks, the last ones held out; tags and categories in turn."""
    return [
        Benchmark(
            f"b{i}",
            f"Question {i}?",
            f"SELECT {i}",
            category="sales" if i % 2 else "returns",
            tags=("hard",) if i % 3 == 0 else (),
            held_out=i >= count - held_out,
        )
        for i in range(count)
    ]


@pytest.fixture
def evaluated(workbench: Settings, space_id: str) -> Callable[..., EvaluationView]:
    """An evaluation whose rounds came to these states: a word per round, a letter per question.

    p passed, w wrong, r for review, n not measured, c configuration, - not asked yet.
    """
    letters = {"p": "passed", "w": "wrong", "r": "needs_review", "n": "not_measured", "c": "configuration"}

    def make(*rounds: str, held_out: int = 0, title: str = "An evaluation", **fields: Any) -> EvaluationView:
        benchmarks = benchmarks_of(len(rounds[0]) if rounds else 3, held_out=held_out)
        given = {"workspace": "local", "space_id": space_id, "space_title": "Sales", "route": "chat"} | fields
        person = given.pop("person", "ann")
        with transaction() as session:
            job = jobs.submit(session, "kept-evaluation", title, {}, person=person)
            start_evaluation(session, job.id, benchmarks=benchmarks, repeats=max(1, len(rounds)), **given)
            for repeat, word in enumerate(rounds, start=1):
                for i, letter in enumerate(word):
                    if letter != "-":
                        outcome = Outcome(
                            f"b{i}", f"Question {i}?", OutcomeState(letters[letter]), "It is so.", repeat=repeat
                        )
                        store_outcome(session, job.id, outcome, i, benchmarks[i])
            return get_evaluation(session, job.id)

    return make


@pytest.fixture
def queries(workbench: Settings) -> Iterator[Callable[[Callable[..., Any]], list[str]]]:
    """The statements that a service sends."""
    sent: list[str] = []
    engine = current_engine()

    def remember(connection, cursor, statement, parameters, context, executemany):
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            sent.append(statement)

    event.listen(engine, "before_cursor_execute", remember)

    def during(service: Callable[..., Any]) -> list[str]:
        sent.clear()
        with reading() as session:
            service(session)
        return list(sent)

    yield during
    event.remove(engine, "before_cursor_execute", remember)
