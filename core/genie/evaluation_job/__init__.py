"""Evaluating a space as a durable job: every question asked, every outcome kept at once, and what is left asked again."""

from core.genie.evaluation_job.documents import evaluation_document
from core.genie.evaluation_job.exporting import Export, ExportFormat, export_evaluation
from core.genie.evaluation_job.remaining import unmeasured
from core.genie.evaluation_job.requests import MOST_REPEATS, ROUTES, EvaluationRequest, RouteName
from core.genie.evaluation_job.submitting import KIND, submit_evaluation
from core.genie.evaluation_job.working import evaluate_space

__all__ = [
    "KIND",
    "MOST_REPEATS",
    "ROUTES",
    "EvaluationRequest",
    "Export",
    "ExportFormat",
    "RouteName",
    "evaluate_space",
    "evaluation_document",
    "export_evaluation",
    "submit_evaluation",
    "unmeasured",
]
