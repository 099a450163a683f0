"""Measuring a space by its benchmarks: two routes behind one interface, each giving one outcome per question."""

from core.genie.evaluating.chat import ChatRoute, ExpectedResults
from core.genie.evaluating.giving_up import CommonFailure, concerns_all
from core.genie.evaluating.official import OfficialRoute, OfficialRun
from core.genie.evaluating.outcomes import Outcome, OutcomeState, Route, outcome_of_failure
from core.genie.evaluating.repeating import evaluate

__all__ = [
    "ChatRoute",
    "CommonFailure",
    "ExpectedResults",
    "OfficialRoute",
    "OfficialRun",
    "Outcome",
    "OutcomeState",
    "Route",
    "concerns_all",
    "evaluate",
    "outcome_of_failure",
]
