"""Profiling: what each column holds, in figures."""

from typing import Any

from core.analysis.types import parts
from core.analysis.types.base import AnalysisType, FindingDraft, Statement
from core.analysis.types.normalising import normalised

SCHEMA = parts.closed(
    executive_summary=parts.TEXT,
    tables=parts.listed(
        table_name=parts.TEXT,
        row_count_estimate=parts.NUMBER_OR_UNKNOWN,
        columns=parts.listed(
            column_name=parts.TEXT,
            data_type=parts.TEXT,
            distinct_values_estimate=parts.NUMBER_OR_UNKNOWN,
            example_values=parts.CELLS,
            missing_values_count=parts.NUMBER_OR_UNKNOWN,
            missing_values_percent=parts.NUMBER_OR_UNKNOWN,
            basic_statistics=parts.closed(
                min=parts.NUMBER_OR_NA,
                max=parts.NUMBER_OR_NA,
                mean=parts.NUMBER_OR_NA,
                median=parts.NUMBER_OR_NA,
                std_dev=parts.NUMBER_OR_NA,
            ),
            distribution_summary=parts.TEXT,
        ),
    ),
)

_STATISTICS = {"min": "minimum", "max": "maximum", "mean": "mean", "median": "median", "std_dev": "standard deviation"}


def findings(result: dict[str, Any]) -> list[FindingDraft]:
    """One per table for its rows, then one per column with every figure."""
    found = []
    for table in result["tables"]:
        name, rows = table["table_name"], table["row_count_estimate"]
        found.append(
            FindingDraft(
                analysis_type="profiling",
                table_name=name,
                columns=(),
                kind="table",
                severity=None,
                claim=f"{name} has {_told(rows)} rows and {len(table['columns']):,} {'column' if len(table['columns']) == 1 else 'columns'}.",
                evidence="",
                detail={"table_name": name, "row_count_estimate": rows},
                statements=tuple(parts.figure("rows", None, rows)),
            )
        )
        found += [_column(name, column) for column in table["columns"]]
    return found


def _column(table: str, column: dict[str, Any]) -> FindingDraft:
    name, statistics = column["column_name"], column["basic_statistics"]
    told = [f"{word} {_told(statistics[key])}" for key, word in _STATISTICS.items() if statistics[key] != "n/a"]
    missing, percent = column["missing_values_count"], column["missing_values_percent"]
    share = f" ({_told(percent)} %)" if percent != "unknown" else ""
    claim = (
        f"{name} ({column['data_type']}): {_told(missing)} missing{share}, "
        f"{_told(column['distinct_values_estimate'])} distinct{'; ' if told else ''}{', '.join(told)}."
    )
    statements: list[Statement] = [
        *parts.figure("missing", name, missing),
        *parts.figure("missing", name, percent, percent=True),
        *parts.figure("distinct", name, column["distinct_values_estimate"]),
    ]
    for key in _STATISTICS:
        statements += parts.figure(key, name, statistics[key])
    statements += parts.examples(name, column["example_values"])
    return FindingDraft(
        analysis_type="profiling",
        table_name=table,
        columns=(name,),
        kind="column",
        severity=None,
        claim=claim,
        evidence=column["distribution_summary"],
        detail=column,
        statements=tuple(statements),
    )


def _told(value: Any) -> str:
    return f"{value:,}" if isinstance(value, (int, float)) else str(value)


def recommendations(result: dict[str, Any]) -> list[str]:
    """Profiling proposes nothing."""
    return []


TYPE = AnalysisType(
    key="profiling",
    title="Profiling",
    description="What each column holds: type, missing and distinct values, range and spread.",
    schema=SCHEMA,
    findings=findings,
    recommendations=recommendations,
    normalised=lambda value: normalised(SCHEMA, value),
)
