"""What the job engine hands out: frozen and plain."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

State = Literal["queued", "running", "paused", "waiting", "completed", "failed", "cancelled"]
STATES: tuple[State, ...] = ("queued", "running", "paused", "waiting", "completed", "failed", "cancelled")
TERMINAL: frozenset[State] = frozenset({"completed", "failed", "cancelled"})

Level = Literal["info", "warning", "error"]


@dataclass(frozen=True)
class JobRow:
    """One line of the list of jobs. `cost_usd` sums what is known; `unknown_cost_calls` is how many calls it leaves out.

    `progress_total` None means that the count is not known yet.
    """

    id: str
    seq: int
    kind: str
    title: str
    person: str
    state: State
    tags: tuple[str, ...]
    parent_id: str | None
    progress_done: int
    progress_total: int | None
    progress_unit: str
    cost_usd: float
    unknown_cost_calls: int
    error: str | None
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None

    @property
    def is_over(self) -> bool:
        return self.state in TERMINAL

    @property
    def progress_words(self) -> str:
        """ "3 of 8 calls", or "3 calls" while the total is not known."""
        total = f" of {self.progress_total:,}" if self.progress_total is not None else ""
        return f"{self.progress_done:,}{total} {self.progress_unit}"


@dataclass(frozen=True)
class JobView(JobRow):
    """The whole of a job. `seconds_left` is an estimate from the pace so far, None while there is none.

    `payload` is what was asked for, `job_metadata` what the work keeps about itself; `question` is what a waiting job
    asks, `decision` the last answer.
    """

    payload: dict[str, Any]
    job_metadata: dict[str, Any]
    seconds_left: float | None
    result: Any
    question: dict[str, Any] | None
    decision: dict[str, Any] | None
    epoch: int
    worker_id: str | None


@dataclass(frozen=True)
class JobFilter:
    """None means all. `search` looks in the title."""

    search: str = ""
    state: State | None = None
    kind: str | None = None
    tag: str | None = None
    person: str | None = None
    parent_id: str | None = None


@dataclass(frozen=True)
class LogLine:
    """`seq` is the offset to read on from."""

    seq: int
    at: datetime
    level: Level
    text: str


@dataclass(frozen=True)
class Item:
    """One repeatable piece of a job. `pending` is one that failed and is to be done again after a retry.

    A piece that is `running` in a job that is not was cut off.
    """

    key: str
    state: Literal["pending", "running", "completed", "failed"]
    attempts: int
    execution_id: str | None
    result: Any
    error_kind: str | None
    error: str | None
    cost_usd: float | None


@dataclass(frozen=True)
class WorkerView:
    """A process that does jobs. Whether it still lives is for the other workers to judge, by its `beat`."""

    id: str
    host: str
    pid: int
    is_embedded: bool
    beat: int
    jobs: int
    started_at: datetime
