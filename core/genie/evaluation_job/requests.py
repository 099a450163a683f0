"""What a person asks to be evaluated, and how it stands in the job's payload, which never changes."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

from core.genie.benchmarks import Benchmark

RouteName = Literal["chat", "official"]
ROUTES: tuple[RouteName, ...] = ("chat", "official")
MOST_REPEATS = 10


@dataclass(frozen=True)
class EvaluationRequest:
    """`workspace` is "local" or a connection's id; `judge` the name of a model connection that decides what comparing rows
    leaves open, None for nobody. `name` empty is made from the space's title. `origin` says where the benchmarks are from.
    """

    workspace: str
    space_id: str
    benchmarks: tuple[Benchmark, ...]
    name: str = ""
    route: RouteName = "chat"
    repeats: int = 1
    judge: str | None = None
    origin: str = ""
    tags: tuple[str, ...] = ()

    @property
    def planned(self) -> int:
        """How often a question is asked in all."""
        return len(self.benchmarks) * self.repeats


def payload_of(request: EvaluationRequest) -> dict[str, Any]:
    return asdict(request)


def request_of(payload: Mapping[str, Any]) -> EvaluationRequest:
    given = {field.name: payload[field.name] for field in fields(EvaluationRequest)}
    benchmarks = tuple(Benchmark(**each | {"tags": tuple(each["tags"])}) for each in given["benchmarks"])
    return EvaluationRequest(**given | {"benchmarks": benchmarks, "tags": tuple(given["tags"])})
