"""Data quality: rules that the data breaks."""

from typing import Any

from core.analysis.types import parts
from core.analysis.types.base import AnalysisType, FindingDraft
from core.analysis.types.normalising import normalised

SCHEMA = parts.closed(
    executive_summary=parts.TEXT,
    issues=parts.listed(
        table_name=parts.TEXT,
        column_name=parts.TEXT_OR_NULL,
        issue_type=parts.one_of(
            "missing_data",
            "duplicates",
            "invalid_values",
            "range_violation",
            "format_violation",
            "schema_mismatch",
            "other",
        ),
        severity=parts.one_of("low", "medium", "high"),
        description=parts.TEXT,
        evidence=parts.TEXT,
        suggested_checks=parts.TEXTS,
    ),
    recommended_remediations=parts.TEXTS,
)

_HINTS = {
    "missing_data": "missing",
    "duplicates": "duplicates",
    "invalid_values": "condition",
    "range_violation": "condition",
    "format_violation": "condition",
}
"""What a bare count or share in such an issue is of."""


def findings(result: dict[str, Any]) -> list[FindingDraft]:
    """One per issue."""
    found = []
    for issue in result["issues"]:
        hint = _HINTS.get(issue["issue_type"])
        found.append(
            FindingDraft(
                analysis_type="quality",
                table_name=issue["table_name"],
                columns=(issue["column_name"],) if issue["column_name"] else (),
                kind=issue["issue_type"],
                severity=issue["severity"],
                claim=issue["description"],
                evidence=issue["evidence"],
                detail=issue,
                statements=(*parts.prose(issue["description"], hint=hint), *parts.prose(issue["evidence"], hint=hint)),
            )
        )
    return found


def recommendations(result: dict[str, Any]) -> list[str]:
    """The checks of each issue, then the remediations."""
    checks = [check for issue in result["issues"] for check in issue["suggested_checks"]]
    return [*checks, *result["recommended_remediations"]]


TYPE = AnalysisType(
    key="quality",
    title="Data quality",
    description="Missing, duplicate, invalid and out-of-range values, and formats that are broken.",
    schema=SCHEMA,
    findings=findings,
    recommendations=recommendations,
    normalised=lambda value: normalised(SCHEMA, value),
)
