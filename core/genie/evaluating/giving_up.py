"""When to stop asking: after a failure that concerns every question, the rest are not asked. Questions are what costs."""

from dataclasses import replace

from core.genie.benchmarks.model import Benchmark
from core.genie.evaluating.outcomes import Outcome, outcome_of_failure
from core.genie.failures import Failure, Kind

_CONCERNS_ALL = frozenset(
    {Kind.UNAUTHENTICATED, Kind.FORBIDDEN, Kind.NOT_FOUND, Kind.NOT_A_WORKSPACE, Kind.SPACE_SETUP}
)


def concerns_all(failure: Failure) -> bool:
    """Whether no other question of the space would be answered either."""
    return failure.kind in _CONCERNS_ALL


class CommonFailure:
    """The first failure that concerns all questions of one evaluation. For any number of threads."""

    def __init__(self) -> None:
        self.failure: Failure | None = None

    def note(self, failure: Failure | None) -> None:
        """Keep it if it concerns all, and is the first."""
        if failure is not None and self.failure is None and concerns_all(failure):
            self.failure = failure

    def outcome_of(self, benchmark: Benchmark) -> Outcome | None:
        """What the benchmark's question comes to without being asked; None while there is reason to ask it."""
        if self.failure is None:
            return None
        told = f"Not asked, because it failed for all questions: {self.failure.sentence}"
        return outcome_of_failure(benchmark, replace(self.failure, sentence=told))
