"""Anomalies: what stands out from the rest of its column."""

from typing import Any

from core.analysis.types import parts
from core.analysis.types.base import AnalysisType, FindingDraft
from core.analysis.types.normalising import normalised

SCHEMA = parts.closed(
    executive_summary=parts.TEXT,
    anomalies=parts.listed(
        table_name=parts.TEXT,
        column_name=parts.TEXT_OR_NULL,
        anomaly_type=parts.one_of(
            "value_outlier", "distribution_shift", "sudden_spike", "sudden_drop", "category_surprise", "other"
        ),
        description=parts.TEXT,
        evidence=parts.closed(
            approximate_frequency=parts.TEXT,
            approximate_magnitude=parts.TEXT,
            time_context=parts.TEXT_OR_NULL,
        ),
        severity=parts.one_of("low", "medium", "high"),
        possible_causes=parts.TEXTS,
        recommended_next_analyses=parts.TEXTS,
    ),
)


def findings(result: dict[str, Any]) -> list[FindingDraft]:
    """One per anomaly. Where it is tied to a time, its figures may be those of that time, and cannot be contradicted."""
    found = []
    for anomaly in result["anomalies"]:
        evidence = anomaly["evidence"]
        whole = anomaly["anomaly_type"] in ("value_outlier", "category_surprise", "other")
        plain = whole and not evidence["time_context"]
        read = {"hint": "condition", "values": whole, "certain": plain}
        found.append(
            FindingDraft(
                analysis_type="anomaly",
                table_name=anomaly["table_name"],
                columns=(anomaly["column_name"],) if anomaly["column_name"] else (),
                kind=anomaly["anomaly_type"],
                severity=anomaly["severity"],
                claim=anomaly["description"],
                evidence=parts.sentence(
                    f"Frequency: {evidence['approximate_frequency']}",
                    f"Magnitude: {evidence['approximate_magnitude']}",
                    f"Time: {evidence['time_context']}" if evidence["time_context"] else None,
                ),
                detail=anomaly,
                statements=(
                    *parts.prose(anomaly["description"], **read),
                    *parts.prose(evidence["approximate_frequency"], **read),
                    *parts.prose(evidence["approximate_magnitude"], **{**read, "hint": None}, magnitude=plain),
                ),
            )
        )
    return found


def recommendations(result: dict[str, Any]) -> list[str]:
    """The next analyses of each anomaly."""
    return [each for anomaly in result["anomalies"] for each in anomaly["recommended_next_analyses"]]


TYPE = AnalysisType(
    key="anomaly",
    title="Anomalies",
    description="Outliers, shifts, spikes and surprises, with how often and how far.",
    schema=SCHEMA,
    findings=findings,
    recommendations=recommendations,
    normalised=lambda value: normalised(SCHEMA, value),
)
