"""Measuring a space by its benchmarks: two routes behind one interface, each giving one outcome per question."""

from core.genie.evaluating.chat import ChatRoute, ExpectedResults
from core.genie.evaluating.official import OfficialRoute, OfficialRun
from core.genie.evaluating.outcomes import Outcome, OutcomeState, Route, outcome_of_failure
from core.genie.evaluating.repeating import evaluate
from core.genie.evaluating.undecided import decide_open

__all__ = [
    "ChatRoute",
    "ExpectedResults",
    "OfficialRoute",
    "OfficialRun",
    "Outcome",
    "OutcomeState",
    "Route",
    "decide_open",
    "evaluate",
    "outcome_of_failure",
]
