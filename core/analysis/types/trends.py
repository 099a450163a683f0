"""Trends: how columns move along a time column."""

from typing import Any

from core.analysis.types import parts
from core.analysis.types.base import AnalysisType, FindingDraft, Statement
from core.analysis.types.normalising import normalised

SCHEMA = parts.closed(
    executive_summary=parts.TEXT,
    time_dimensions_considered=parts.listed(table_name=parts.TEXT, time_column=parts.TEXT, comment=parts.TEXT),
    trends=parts.listed(
        table_name=parts.TEXT,
        time_column=parts.TEXT,
        target_columns=parts.TEXTS,
        trend_type=parts.one_of("increasing", "decreasing", "stable", "mixed", "unclear"),
        description=parts.TEXT,
        approximate_period=parts.TEXT,
    ),
    change_points=parts.listed(
        table_name=parts.TEXT,
        time_column=parts.TEXT,
        target_column=parts.TEXT,
        approximate_position=parts.TEXT,
        description=parts.TEXT,
    ),
    seasonality_and_cycles=parts.listed(
        table_name=parts.TEXT, time_column=parts.TEXT, target_column=parts.TEXT, pattern_description=parts.TEXT
    ),
    recommended_next_analyses=parts.TEXTS,
)

_ROW_COUNTS = frozenset(("rows", "row_count", "row count", "records", "number of rows", "count of rows", "*"))
"""Targets that mean how many rows there are, and are no columns."""

_JUDGEMENTS = {
    "change_point": "Where a series changes is a judgement that no single figure decides.",
    "seasonality": "Whether a series repeats is a judgement that no single figure decides.",
}


def findings(result: dict[str, Any]) -> list[FindingDraft]:
    """Trends, then change points, then cycles.

    A trend states a direction of each target over the whole time column. That something changed or repeats at a certain
    point is a judgement that no single figure decides.
    """
    found = [_trend(each) for each in result["trends"]]
    for each in result["change_points"]:
        claim = parts.sentence(each["description"])
        evidence = f"At {each['approximate_position']}" if each["approximate_position"] else ""
        found.append(_other(each, "change_point", claim, evidence))
    for each in result["seasonality_and_cycles"]:
        found.append(_other(each, "seasonality", each["pattern_description"], ""))
    return found


def _trend(each: dict[str, Any]) -> FindingDraft:
    targets, kind = each["target_columns"], each["trend_type"]
    statements = []
    if kind in ("increasing", "decreasing", "stable") or (kind == "mixed" and len(targets) == 1):
        for target in targets:
            arguments: dict[str, Any] = {"time_column": each["time_column"]}
            if target.strip().lower() not in _ROW_COUNTS:
                arguments["column"] = target
            statements.append(Statement("direction", arguments, kind, kind))
    if not statements:
        statements = parts.judgement(f"'{kind}' states no one direction that the data could confirm or deny.")
    return FindingDraft(
        analysis_type="trends",
        table_name=each["table_name"],
        columns=_columns(each["time_column"], *targets),
        kind=kind,
        severity=None,
        claim=each["description"],
        evidence=f"Period: {each['approximate_period']}" if each["approximate_period"] else "",
        detail=each,
        statements=tuple(statements),
    )


def _other(each: dict[str, Any], kind: str, claim: str, evidence: str) -> FindingDraft:
    return FindingDraft(
        analysis_type="trends",
        table_name=each["table_name"],
        columns=_columns(each["time_column"], each["target_column"]),
        kind=kind,
        severity=None,
        claim=claim,
        evidence=evidence,
        detail=each,
        statements=tuple(parts.judgement(_JUDGEMENTS[kind])),
    )


def _columns(*names: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name.strip().lower() not in _ROW_COUNTS))


def recommendations(result: dict[str, Any]) -> list[str]:
    return list(result["recommended_next_analyses"])


TYPE = AnalysisType(
    key="trends",
    title="Trends",
    description="Directions over time, change points and cycles.",
    schema=SCHEMA,
    findings=findings,
    recommendations=recommendations,
    normalised=lambda value: normalised(SCHEMA, value),
)
