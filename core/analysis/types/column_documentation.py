"""Column documentation: an entry of the data dictionary per column."""

from typing import Any

from core.analysis.types import parts
from core.analysis.types.base import AnalysisType, FindingDraft, Statement
from core.analysis.types.normalising import normalised as by_schema

SCHEMA = parts.closed(
    entries=parts.listed(
        table_name=parts.TEXT,
        column_name=parts.TEXT,
        business_name=parts.TEXT,
        business_description=parts.TEXT,
        technical_description=parts.TEXT_OR_NULL,
        data_type=parts.TEXT,
        examples=parts.CELLS,
        tags={
            "type": "array",
            "items": parts.one_of(
                "PII",
                "metric",
                "identifier",
                "category",
                "currency",
                "timestamp",
                "enumeration",
                "foreign_key",
                "free_text",
            ),
        },
    )
)


def normalised(value: Any) -> Any:
    """As by the schema; a bare list is the entries."""
    return by_schema(SCHEMA, {"entries": value} if isinstance(value, list) else value)


def findings(result: dict[str, Any]) -> list[FindingDraft]:
    """One per entry. What a column means for people cannot be looked up; its type and examples can."""
    return [
        FindingDraft(
            analysis_type="column_documentation",
            table_name=entry["table_name"],
            columns=(entry["column_name"],),
            kind="column",
            severity=None,
            claim=f"{entry['business_name']}: {entry['business_description']}",
            evidence=entry["technical_description"] or "",
            detail=entry,
            statements=(
                Statement("data_type", {"column": entry["column_name"]}, entry["data_type"], entry["data_type"]),
                *parts.examples(entry["column_name"], entry["examples"]),
            ),
        )
        for entry in result["entries"]
    ]


def recommendations(result: dict[str, Any]) -> list[str]:
    """Documentation proposes nothing."""
    return []


TYPE = AnalysisType(
    key="column_documentation",
    title="Column documentation",
    description="Names and descriptions for a data dictionary, one entry per column.",
    schema=SCHEMA,
    findings=findings,
    recommendations=recommendations,
    normalised=normalised,
)
