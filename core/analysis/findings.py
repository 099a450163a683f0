"""Findings as rows: what a job claims about its tables, to be filtered, sorted and exported."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import case, delete, or_, select
from sqlalchemy.orm import Session

from core.analysis.types.base import FindingDraft
from core.analysis.verifying import Verdict
from core.analysis.views import FindingFilter, FindingView
from core.clock import new_id
from core.db.models import Finding

MOST_FINDINGS = 5_000
"""Of one type in one job; a model that lists more is cut off, and the log says so."""


def store_findings(
    session: Session, job_id: str, analysis_type: str, checked: Sequence[tuple[FindingDraft, Verdict]]
) -> None:
    """Write the type's findings in place of those that an earlier attempt wrote."""
    session.execute(delete(Finding).where(Finding.job_id == job_id, Finding.analysis_type == analysis_type))
    for position, (draft, verdict) in enumerate(checked[:MOST_FINDINGS]):
        session.add(
            Finding(
                id=new_id("fi"),
                job_id=job_id,
                analysis_type=analysis_type,
                position=position,
                table_name=draft.table_name,
                columns=list(draft.columns),
                kind=draft.kind[:60],
                severity=draft.severity,
                claim=draft.claim,
                evidence=draft.evidence,
                verdict=verdict.verdict,
                verdict_note=verdict.note,
                checks=[dict(check) for check in verdict.checks],
                detail=draft.detail,
            )
        )
    session.flush()


def list_findings(session: Session, job_id: str, filters: FindingFilter | None = None) -> list[FindingView]:
    """The job's findings: contradicted ones first, then by severity, type and the model's own order."""
    wanted = filters or FindingFilter()
    query = select(Finding).where(Finding.job_id == job_id)
    if wanted.analysis_type is not None:
        query = query.where(Finding.analysis_type == wanted.analysis_type)
    if wanted.table is not None:
        query = query.where(Finding.table_name == wanted.table)
    if wanted.severity is not None:
        query = query.where(Finding.severity == wanted.severity)
    if wanted.verdict is not None:
        query = query.where(Finding.verdict == wanted.verdict)
    if wanted.search.strip():
        text = wanted.search.strip()
        query = query.where(
            or_(Finding.claim.icontains(text, autoescape=True), Finding.evidence.icontains(text, autoescape=True))
        )
    severity = case({"high": 0, "medium": 1, "low": 2}, value=Finding.severity, else_=3)
    contradicted = case((Finding.verdict == "contradicted", 0), else_=1)
    rows = session.scalars(query.order_by(contradicted, severity, Finding.analysis_type, Finding.position))
    return [_view(row) for row in rows]


def _view(row: Finding) -> FindingView:
    checks: tuple[dict[str, Any], ...] = tuple(row.checks)
    return FindingView(
        id=row.id,
        job_id=row.job_id,
        analysis_type=row.analysis_type,
        position=row.position,
        table_name=row.table_name,
        columns=tuple(row.columns),
        kind=row.kind,
        severity=row.severity,
        claim=row.claim,
        evidence=row.evidence,
        verdict=row.verdict,
        verdict_note=row.verdict_note,
        checks=checks,
        detail=row.detail,
    )
