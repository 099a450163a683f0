"""Scores: a whole number of passed questions over those that were measured. Fractions only as a mean over repeats.

What was not measured, or needs configuration, is neither right nor wrong: it is left out and counted beside the score.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from core.genie.evaluating.outcomes import Outcome, OutcomeState


@dataclass(frozen=True)
class Score:
    """One round. `total` is every question, `measured` those that count; `value` is passed / measured, None if nothing was.

    `needs_review` counts among the measured as not passed.
    """

    passed: int
    wrong: int
    needs_review: int
    not_measured: int
    configuration: int

    @property
    def measured(self) -> int:
        return self.passed + self.wrong + self.needs_review

    @property
    def total(self) -> int:
        return self.measured + self.not_measured + self.configuration

    @property
    def value(self) -> float | None:
        return self.passed / self.measured if self.measured else None

    def __str__(self) -> str:
        if self.value is None:
            return f"nothing of {self.total} measured"
        beside = [
            f"{count} {what}"
            for count, what in ((self.not_measured, "not measured"), (self.configuration, "to configure"))
            if count
        ]
        rest = f"; {' and '.join(beside)} of {self.total}" if beside else ""
        return f"{self.value:.1%} ({self.passed}/{self.measured}{rest})"


class Stability(StrEnum):
    """How a question behaved over repeats, by the rounds in which it was measured."""

    STABLE_PASS = "stable_pass"
    STABLE_FAIL = "stable_fail"
    FLAKY = "flaky"
    ONCE = "once"
    """Measured in one round only, which tells nothing of stability."""
    UNMEASURED = "unmeasured"


@dataclass(frozen=True)
class QuestionRecord:
    """One question over all rounds."""

    benchmark_id: str
    passed: int
    measured: int
    rounds: int

    @property
    def stability(self) -> Stability:
        if self.measured == 0:
            return Stability.UNMEASURED
        if self.measured == 1:
            return Stability.ONCE
        if self.passed == self.measured:
            return Stability.STABLE_PASS
        return Stability.STABLE_FAIL if self.passed == 0 else Stability.FLAKY


@dataclass(frozen=True)
class RepeatedScore:
    """Several rounds. `mean` is the mean of the rounds' values, so it may be a fraction of a question; None if no round has one.

    Each round has a whole numerator of its own.
    """

    rounds: tuple[Score, ...]
    questions: tuple[QuestionRecord, ...]

    @property
    def mean(self) -> float | None:
        values = [each.value for each in self.rounds if each.value is not None]
        return sum(values) / len(values) if values else None

    @property
    def counts(self) -> dict[Stability, int]:
        """How many questions there are of each class; classes without any are 0."""
        found = Counter(each.stability for each in self.questions)
        return {each: found[each] for each in Stability}

    def __str__(self) -> str:
        if len(self.rounds) == 1:
            return str(self.rounds[0])
        if self.mean is None:
            return "nothing measured"
        each = ", ".join(f"{score.passed}/{score.measured}" for score in self.rounds)
        return f"mean {self.mean:.1%} of {len(self.rounds)} rounds ({each}); {self.counts[Stability.FLAKY]} flaky"


def score(outcomes: Iterable[Outcome]) -> Score:
    """The score of one round.

    Raises:
        ValueError: a question stands twice in it. Rounds of repeats are scored by `score_repeats`.
    """
    found = list(outcomes)
    if len({each.benchmark_id for each in found}) != len(found):
        raise ValueError("a question stands twice in one round")
    counts = Counter(each.state for each in found)
    return Score(
        counts[OutcomeState.PASSED],
        counts[OutcomeState.WRONG],
        counts[OutcomeState.NEEDS_REVIEW],
        counts[OutcomeState.NOT_MEASURED],
        counts[OutcomeState.CONFIGURATION],
    )


def score_repeats(outcomes: Sequence[Outcome]) -> RepeatedScore:
    """The rounds told apart by `Outcome.repeat`, and each question over them, in the order of its first outcome."""
    rounds: dict[int, list[Outcome]] = defaultdict(list)
    by_question: dict[str, list[Outcome]] = defaultdict(list)
    for each in outcomes:
        rounds[each.repeat].append(each)
        by_question[each.benchmark_id].append(each)
    questions = tuple(
        QuestionRecord(id_, sum(each.passed for each in found), sum(each.counted for each in found), len(found))
        for id_, found in by_question.items()
    )
    return RepeatedScore(tuple(score(rounds[number]) for number in sorted(rounds)), questions)
