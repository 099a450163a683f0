"""What one question came to: passed, wrong, for review, not measured, or something to configure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from core.genie.benchmarks.model import Benchmark
from core.genie.failures import Failure, Kind, Meaning
from core.genie.judging import Judgement, Reason, Verdict
from core.genie.results import ResultTable
from core.genie.workspaces import Stop


class OutcomeState(StrEnum):
    """`wrong` and `needs_review` count as not correct; the last two do not count at all."""

    PASSED = "passed"
    WRONG = "wrong"
    NEEDS_REVIEW = "needs_review"
    NOT_MEASURED = "not_measured"
    CONFIGURATION = "configuration"


COUNTED = frozenset({OutcomeState.PASSED, OutcomeState.WRONG, OutcomeState.NEEDS_REVIEW})


@dataclass(frozen=True)
class Outcome:
    """One question asked once. `repeat` counts from 1.

    `reasons` are the service's names, or ours where it has none; for what was not measured, the failure's kind. `by` tells
    whose verdict it is: judge (deterministic), service, model or person.
    """

    benchmark_id: str
    question: str
    state: OutcomeState
    sentence: str
    reasons: tuple[str, ...] = ()
    expected_sql: str | None = None
    actual_sql: str | None = None
    text: str | None = None
    expected: ResultTable | None = field(default=None, repr=False)
    actual: ResultTable | None = field(default=None, repr=False)
    judgement: Judgement | None = field(default=None, repr=False)
    failure: Failure | None = None
    repeat: int = 1
    duration_s: float = 0.0
    waited_s: float = 0.0
    attempts: int = 0
    by: str = "judge"

    @property
    def passed(self) -> bool:
        return self.state is OutcomeState.PASSED

    @property
    def counted(self) -> bool:
        """Whether it belongs to the score's denominator."""
        return self.state in COUNTED


class Route(Protocol):
    """A way to measure. Every benchmark gets exactly one outcome, in the order given; nothing that happens to a question
    raises, except a stop on request (CancelledError) after what was measured was handed to `on_outcome`.
    """

    name: str

    def measure(
        self,
        space_id: str,
        benchmarks: Sequence[Benchmark],
        *,
        on_outcome: Callable[[Outcome], None] | None = None,
        stop: Stop | None = None,
    ) -> tuple[Outcome, ...]: ...


_REASONS = {
    Kind.CLARIFYING_QUESTION: Reason.CLARIFYING_QUESTION,
    Kind.NO_QUERY: Reason.NO_QUERY,
    Kind.QUERY_FAILED: Reason.QUERY_FAILED,
    Kind.GENIE_FAILED: Reason.GENIE_FAILED,
}


def outcome_of_failure(benchmark: Benchmark, failure: Failure) -> Outcome:
    """The outcome of a question that gave no rows to judge."""
    state = {
        Meaning.WRONG: OutcomeState.WRONG,
        Meaning.NOT_MEASURED: OutcomeState.NOT_MEASURED,
        Meaning.CONFIGURATION: OutcomeState.CONFIGURATION,
    }[failure.meaning]
    named = failure.detail == Reason.EMPTY_GOOD_SQL
    reason = failure.detail if named else str(_REASONS.get(failure.kind, failure.kind))
    return Outcome(
        benchmark.id,
        benchmark.question,
        state,
        failure.sentence,
        (reason,),
        expected_sql=benchmark.expected_sql,
        failure=failure,
    )


def state_of_verdict(verdict: Verdict) -> OutcomeState:
    return {
        Verdict.GOOD: OutcomeState.PASSED,
        Verdict.BAD: OutcomeState.WRONG,
        Verdict.NEEDS_REVIEW: OutcomeState.NEEDS_REVIEW,
    }[verdict]
