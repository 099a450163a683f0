"""What is kept about Genie spaces, as services hand it out: frozen and plain."""

from dataclasses import dataclass, field
from datetime import datetime

from core.genie.benchmarks.model import Benchmark
from core.genie.benchmarks.quality import QualityReport
from core.genie.evaluating.outcomes import Outcome, OutcomeState
from core.genie.results import ResultTable
from core.genie.scoring import Score, Stability
from core.genie.spaces import Space
from core.jobs import TERMINAL, State


@dataclass(frozen=True)
class SnapshotRow:
    """One line of a space's snapshots. `hash` is the fingerprint of the definition, benchmarks included."""

    id: str
    workspace: str
    space_id: str
    title: str
    hash: str
    note: str
    created_at: datetime
    created_by: str


@dataclass(frozen=True)
class SnapshotView(SnapshotRow):
    definition: Space = field(repr=False)


@dataclass(frozen=True)
class BenchmarkSet:
    """The benchmarks of a space, in their order. `rev` counts changes; a change is saved with the `rev` that was seen.

    `quality` is None where nothing was checked since a question or its SQL changed last; then so is `checked_at`.
    """

    workspace: str
    space_id: str
    benchmarks: tuple[Benchmark, ...]
    rev: int
    origin: str
    quality: QualityReport | None
    checked_at: datetime | None
    updated_at: datetime
    updated_by: str

    @property
    def held_out_count(self) -> int:
        return sum(each.held_out for each in self.benchmarks)


@dataclass(frozen=True)
class QuestionView:
    """A question that a person asked. `table` holds at most 200 rows; its `total_rows` says how many there were.

    `failure_kind` None: there are rows; else `sentence` says what went wrong.
    """

    id: str
    workspace: str
    space_id: str
    question: str
    status: str
    sql: str | None
    text: str | None
    table: ResultTable | None = field(repr=False)
    failure_kind: str | None
    sentence: str
    duration_s: float
    waited_s: float
    asked_at: datetime
    asked_by: str


@dataclass(frozen=True)
class OpenConversation:
    """A conversation that was begun here and is not deleted yet."""

    workspace: str
    space_id: str
    conversation_id: str
    job_id: str | None
    created_at: datetime


@dataclass(frozen=True)
class EvaluationView:
    """One evaluation. `rounds` are the scores of the repeats begun so far, by what counts: a person's verdict goes first.

    `held_out` is the score of the held-out questions alone, all rounds pooled; None while none of them has an outcome.
    `asked` counts the outcomes there are, of `planned`; `overruled` those that a person judged. `judge` is the connection
    of the model that decides open cases, None where nobody does.
    """

    job_id: str
    title: str
    state: State
    person: str
    workspace: str
    space_id: str
    space_title: str
    snapshot_id: str | None
    space_hash: str | None
    route: str
    repeats: int
    judge: str | None
    benchmark_count: int
    held_out_count: int
    benchmarks_origin: str
    created_at: datetime
    finished_at: datetime | None
    error: str | None
    rounds: tuple[Score, ...]
    held_out: Score | None
    asked: int
    overruled: int

    @property
    def planned(self) -> int:
        return self.benchmark_count * self.repeats

    @property
    def mean(self) -> float | None:
        """The mean of the rounds' values, 0 to 1; the score itself where there is one round. None if nothing was measured."""
        values = [each.value for each in self.rounds if each.value is not None]
        return sum(values) / len(values) if values else None

    @property
    def is_over(self) -> bool:
        return self.state in TERMINAL


@dataclass(frozen=True)
class EvaluationFilter:
    """None means all. `state` is the job's; `search` looks in the names of the evaluation and of the space."""

    workspace: str | None = None
    space_id: str | None = None
    state: State | None = None
    person: str | None = None
    search: str = ""


@dataclass(frozen=True)
class Overruling:
    """A person's verdict in place of the measured one."""

    state: OutcomeState
    by: str
    at: datetime
    reason: str


@dataclass(frozen=True)
class OutcomeRow:
    """One question asked once, without SQL and rows. `state` is what counts; `measured_state` what was measured."""

    id: str
    repeat: int
    position: int
    benchmark_id: str
    question: str
    category: str
    tags: tuple[str, ...]
    held_out: bool
    state: OutcomeState
    measured_state: OutcomeState
    sentence: str
    reasons: tuple[str, ...]
    failure_kind: str | None
    by: str
    duration_s: float
    waited_s: float
    attempts: int
    is_overruled: bool


@dataclass(frozen=True)
class OutcomeView:
    """One outcome with all that is kept of it. `outcome.state` is what counts, and `outcome.by` whose verdict that is.

    `rows_cut` says that not all rows of a side are kept: the first 200. Cells are cut at 2,000 characters, and end in how
    many there were. The judgement is of all rows, so its cells may lie beyond those kept.
    """

    id: str
    job_id: str
    outcome: Outcome
    category: str
    tags: tuple[str, ...]
    held_out: bool
    position: int
    rows_cut: bool
    measured_state: OutcomeState
    overruled: Overruling | None


@dataclass(frozen=True)
class OutcomeFilter:
    """None means all. `search` looks in the question, its id, the sentence and both SQLs."""

    state: OutcomeState | None = None
    stability: Stability | None = None
    held_out: bool | None = None
    tag: str | None = None
    category: str | None = None
    search: str = ""
    repeat: int | None = None
