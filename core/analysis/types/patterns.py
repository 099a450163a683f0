"""Patterns: segments, frequent combinations, and groups worth a look."""

from typing import Any

from core.analysis.types import parts
from core.analysis.types.base import AnalysisType, FindingDraft, Statement
from core.analysis.types.normalising import normalised

SCHEMA = parts.closed(
    executive_summary=parts.TEXT,
    clusters_or_segments=parts.listed(
        table_name=parts.TEXT,
        segment_label=parts.TEXT,
        defining_characteristics=parts.TEXTS,
        approximate_prevalence=parts.TEXT,
        key_columns=parts.TEXTS,
    ),
    frequent_patterns=parts.listed(
        table_name=parts.TEXT,
        description=parts.TEXT,
        columns_involved=parts.TEXTS,
        approximate_prevalence=parts.TEXT,
    ),
    notable_subpopulations=parts.listed(
        table_name=parts.TEXT, filter_description=parts.TEXT, distinctive_properties=parts.TEXTS
    ),
    recommended_next_analyses=parts.TEXTS,
)


def findings(result: dict[str, Any]) -> list[FindingDraft]:
    """Segments, then frequent patterns, then subpopulations."""
    return [
        *(_segment(each) for each in result["clusters_or_segments"]),
        *(_pattern(each) for each in result["frequent_patterns"]),
        *(_subpopulation(each) for each in result["notable_subpopulations"]),
    ]


def _segment(each: dict[str, Any]) -> FindingDraft:
    conditions = "; ".join(each["defining_characteristics"])
    return FindingDraft(
        analysis_type="patterns",
        table_name=each["table_name"],
        columns=tuple(each["key_columns"]),
        kind="segment",
        severity=None,
        claim=f"{each['segment_label']}: {conditions}",
        evidence=f"Prevalence: {each['approximate_prevalence']}",
        detail=each,
        statements=_share(each["defining_characteristics"], each["approximate_prevalence"]),
    )


def _pattern(each: dict[str, Any]) -> FindingDraft:
    return FindingDraft(
        analysis_type="patterns",
        table_name=each["table_name"],
        columns=tuple(each["columns_involved"]),
        kind="frequent_pattern",
        severity=None,
        claim=each["description"],
        evidence=f"Prevalence: {each['approximate_prevalence']}",
        detail=each,
        statements=_share([each["description"]], each["approximate_prevalence"]),
    )


def _subpopulation(each: dict[str, Any]) -> FindingDraft:
    conditions = [each["filter_description"]]
    return FindingDraft(
        analysis_type="patterns",
        table_name=each["table_name"],
        columns=(),
        kind="subpopulation",
        severity=None,
        claim=parts.sentence(each["filter_description"]),
        evidence="; ".join(each["distinctive_properties"]),
        detail=each,
        statements=tuple(
            Statement("properties", {"conditions": conditions}, None, text) for text in each["distinctive_properties"]
        ),
    )


def _share(conditions: list[str], prevalence: str) -> tuple[Statement, ...]:
    return (Statement("segment", {"conditions": conditions}, prevalence, prevalence),)


def recommendations(result: dict[str, Any]) -> list[str]:
    return list(result["recommended_next_analyses"])


TYPE = AnalysisType(
    key="patterns",
    title="Patterns",
    description="Segments, frequent combinations and groups worth a look, with how common they are.",
    schema=SCHEMA,
    findings=findings,
    recommendations=recommendations,
    normalised=lambda value: normalised(SCHEMA, value),
)
