"""Relationships: pairs and small sets of columns that go together."""

from typing import Any

from core.analysis.types import parts
from core.analysis.types.base import AnalysisType, FindingDraft, Statement
from core.analysis.types.normalising import normalised

SCHEMA = parts.closed(
    executive_summary=parts.TEXT,
    relationships=parts.listed(
        table_name=parts.TEXT,
        columns_involved=parts.TEXTS,
        relationship_type=parts.one_of(
            "positive_correlation",
            "negative_correlation",
            "non_linear",
            "segment_difference",
            "categorical_association",
            "other",
        ),
        strength=parts.one_of("weak", "moderate", "strong", "unknown"),
        description=parts.TEXT,
        supporting_evidence=parts.TEXT,
        caveats=parts.TEXTS,
    ),
    recommended_next_analyses=parts.TEXTS,
)

_SIGNS = {"positive_correlation": "positive", "negative_correlation": "negative"}


def findings(result: dict[str, Any]) -> list[FindingDraft]:
    """One per relationship: its sign, its strength, and the coefficients in its words."""
    found = []
    for each in result["relationships"]:
        columns, sign = tuple(each["columns_involved"]), _SIGNS.get(each["relationship_type"])
        statements: list[Statement] = []
        if sign:
            statements.append(Statement("correlation_sign", {"columns": columns}, sign, sign))
            if each["strength"] != "unknown":
                statements.append(
                    Statement("correlation_strength", {"columns": columns}, each["strength"], each["strength"])
                )
        for text in (each["description"], each["supporting_evidence"]):
            statements += parts.prose(text, values=False, pair=True)
        found.append(
            FindingDraft(
                analysis_type="relationships",
                table_name=each["table_name"],
                columns=columns,
                kind=each["relationship_type"],
                severity=None,
                claim=each["description"],
                evidence=each["supporting_evidence"],
                detail=each,
                statements=tuple(statements),
            )
        )
    return found


def recommendations(result: dict[str, Any]) -> list[str]:
    return list(result["recommended_next_analyses"])


TYPE = AnalysisType(
    key="relationships",
    title="Relationships",
    description="Correlations, differences between groups, and associations of categories.",
    schema=SCHEMA,
    findings=findings,
    recommendations=recommendations,
    normalised=lambda value: normalised(SCHEMA, value),
)
