"""Letting a model decide what the deterministic judge left for review; the rest stays as it is."""

from collections.abc import Sequence
from dataclasses import replace

from core.genie.evaluating.outcomes import Outcome, OutcomeState, state_of_verdict
from core.genie.judging import CaseJudge, Reason, UndecidedCase, settle


def decide_open(outcomes: Sequence[Outcome], judge: CaseJudge) -> tuple[Outcome, ...]:
    """All outcomes in their order, those for review with the model's verdict where it gave one by their key."""
    cases: dict[str, int] = {
        f"{each.benchmark_id}:{each.repeat}:{i}": i
        for i, each in enumerate(outcomes)
        if each.state is OutcomeState.NEEDS_REVIEW
    }
    settled = settle([_case(key, outcomes[i]) for key, i in cases.items()], judge)
    decided = list(outcomes)
    for key, verdict in settled.verdicts.items():
        before = outcomes[cases[key]]
        reasons = before.reasons if verdict.official is None else (*before.reasons, verdict.official)
        decided[cases[key]] = replace(
            before, state=state_of_verdict(verdict.verdict), reasons=reasons, sentence=verdict.reason, by="model"
        )
    return tuple(decided)


def _case(key: str, outcome: Outcome) -> UndecidedCase:
    reasons = outcome.judgement.reasons if outcome.judgement else (Reason.NO_EXPECTED_SQL,)
    return UndecidedCase(
        key, outcome.question, outcome.expected_sql, outcome.actual_sql, outcome.expected, outcome.actual, outcome.text,
        reasons,
    )  # fmt: skip
