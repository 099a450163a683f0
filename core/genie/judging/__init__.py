"""Whether Genie's rows are the expected rows: a deterministic judge, and the place of a model for what it leaves open."""

from core.genie.judging.aligning import RowPair, align
from core.genie.judging.ordering import asks_for_ranking, order_matters, outer_order
from core.genie.judging.reasons import Reason, Verdict
from core.genie.judging.undecided import CaseJudge, ModelVerdict, Settled, UndecidedCase, settle
from core.genie.judging.verdicts import CellDifference, Judgement, judge

__all__ = [
    "CaseJudge",
    "CellDifference",
    "Judgement",
    "ModelVerdict",
    "Reason",
    "RowPair",
    "Settled",
    "UndecidedCase",
    "Verdict",
    "align",
    "asks_for_ranking",
    "judge",
    "order_matters",
    "outer_order",
    "settle",
]
