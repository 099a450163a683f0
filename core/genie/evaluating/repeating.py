"""The same evaluation several times, to tell stable questions from flaky ones."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from core.genie.benchmarks.model import Benchmark
from core.genie.evaluating.outcomes import Outcome, Route
from core.genie.workspaces import Stop


def evaluate(
    route: Route,
    space_id: str,
    benchmarks: Sequence[Benchmark],
    *,
    repeats: int = 1,
    on_outcome: Callable[[Outcome], None] | None = None,
    stop: Stop | None = None,
) -> tuple[Outcome, ...]:
    """Measure all benchmarks `repeats` times, one whole round after the other; outcomes in that order."""
    found: list[Outcome] = []
    for number in range(1, repeats + 1):

        def tell(outcome: Outcome, number: int = number) -> None:
            if on_outcome:
                on_outcome(replace(outcome, repeat=number))

        found += (
            replace(each, repeat=number) for each in route.measure(space_id, benchmarks, on_outcome=tell, stop=stop)
        )
    return tuple(found)
