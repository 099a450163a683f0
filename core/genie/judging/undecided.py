"""The place of a model as judge: only for cases that the deterministic judge left open, answered by key.

An answer belongs to the case whose key it carries, never to the one at its position: a short or shuffled reply leaves cases
open instead of giving them another's verdict.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from core.genie.judging.reasons import Reason, Verdict
from core.genie.results import ResultTable


@dataclass(frozen=True)
class UndecidedCase:
    """One case as a model sees it. `key` is unique within a request and means nothing else."""

    key: str
    question: str
    expected_sql: str | None
    actual_sql: str | None
    expected: ResultTable | None
    actual: ResultTable | None
    text: str | None
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class ModelVerdict:
    """What a model decided, with its reason in words, and a service's LLM_JUDGE_* name where it gave one."""

    verdict: Verdict
    reason: str
    official: str | None = None


class CaseJudge(Protocol):
    """Decides cases. May leave some out; may raise a `WorkbenchError`, which leaves all of them open."""

    def __call__(self, cases: Sequence[UndecidedCase]) -> Mapping[str, ModelVerdict]: ...


@dataclass(frozen=True)
class Settled:
    """Verdicts by key, the keys that stay open, and the keys of the reply that no case has."""

    verdicts: Mapping[str, ModelVerdict]
    open: tuple[str, ...]
    unknown: tuple[str, ...]


def settle(cases: Sequence[UndecidedCase], judge: CaseJudge) -> Settled:
    """Ask for the cases' verdicts and take them over by key.

    Raises:
        ValueError: two cases have the same key; that is a defect of the caller.
    """
    keys = [case.key for case in cases]
    if len(set(keys)) != len(keys):
        raise ValueError("two undecided cases share a key")
    reply = judge(cases) if cases else {}
    verdicts = {key: reply[key] for key in keys if key in reply}
    return Settled(
        verdicts, tuple(key for key in keys if key not in reply), tuple(key for key in reply if key not in set(keys))
    )
