"""Asking for an analysis and waiting for it, as a person would."""

from typing import Any

from core import analysis, jobs, sources
from core.db import reading, transaction


def ask(source: sources.SourceView, *types: str, **fields: Any) -> jobs.JobView:
    """Submit a job of these types over `source`."""
    given = {"tables": ("orders",), "name": "a job", **fields}
    request = analysis.AnalysisRequest(source_id=source.id, types=types, **given)
    with transaction() as session:
        return analysis.submit_analysis(session, request, person="ann")


def done(job: jobs.JobView, timeout_s: float = 60) -> jobs.JobView:
    """The job once it is over."""
    return jobs.wait_for(job.id, timeout_s)


def findings(job: jobs.JobView) -> list[analysis.FindingView]:
    with reading() as session:
        return analysis.list_findings(session, job.id)
