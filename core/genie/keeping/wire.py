"""Results, judgements, failures and quality reports as JSON and back.

Characters that a database cannot keep become U+FFFD: what Genie answered is not lost over one of them.
"""

from collections.abc import Mapping
from typing import Any

from core.genie.benchmarks import Finding, QualityReport
from core.genie.failures import Failure, Kind
from core.genie.judging import CellDifference, Judgement, Reason, Verdict
from core.genie.results import ResultColumn, ResultTable
from core.library.characters import kept

MOST_ROWS = 200
"""Of a result are kept."""
LONGEST_CELL = 2_000
"""Characters of a cell are kept."""


def table_json(table: ResultTable | None) -> dict[str, Any] | None:
    """The first rows of a result, and how many there are. `cut` says that some were left out here."""
    if table is None:
        return None
    rows = [[cut_cell(cell) for cell in row] for row in table.rows[:MOST_ROWS]]
    total = len(table.rows) if table.total_rows is None and not table.truncated else table.total_rows
    return kept(
        {
            "columns": [[each.name, each.type] for each in table.columns],
            "rows": rows,
            "truncated": table.truncated,
            "total": total,
            "cut": len(table.rows) > MOST_ROWS,
        }
    )


def table_of(data: Mapping[str, Any] | None) -> ResultTable | None:
    if data is None:
        return None
    return ResultTable(
        tuple(ResultColumn(name, type_) for name, type_ in data["columns"]),
        tuple(tuple(row) for row in data["rows"]),
        truncated=data["truncated"] or data["cut"],
        total_rows=data["total"],
    )


def is_cut(data: Mapping[str, Any] | None) -> bool:
    return data is not None and bool(data["cut"])


def cut_cell(cell: str | None) -> str | None:
    """The cell as it is kept; one that was cut says so at its end."""
    if cell is None or len(cell) <= LONGEST_CELL:
        return cell
    return f"{cell[:LONGEST_CELL]}… ({len(cell):,} characters)"


def judgement_json(judgement: Judgement | None) -> dict[str, Any] | None:
    if judgement is None:
        return None
    return kept(
        {
            "verdict": judgement.verdict.value,
            "reasons": [each.value for each in judgement.reasons],
            "sentence": judgement.sentence,
            "columns": None if judgement.columns is None else list(judgement.columns),
            "permuted": judgement.permuted,
            "reordered": judgement.reordered,
            "missing_rows": judgement.missing_rows,
            "extra_rows": judgement.extra_rows,
            "cells": [
                [each.row, each.column, cut_cell(each.expected), cut_cell(each.actual)] for each in judgement.cells
            ],
        }
    )


def judgement_of(data: Mapping[str, Any] | None) -> Judgement | None:
    if data is None:
        return None
    return Judgement(
        Verdict(data["verdict"]),
        tuple(map(Reason, data["reasons"])),
        data["sentence"],
        None if data["columns"] is None else tuple(data["columns"]),
        permuted=data["permuted"],
        reordered=data["reordered"],
        missing_rows=data["missing_rows"],
        extra_rows=data["extra_rows"],
        cells=tuple(CellDifference(*cell) for cell in data["cells"]),
    )


def failure_json(failure: Failure | None) -> dict[str, Any] | None:
    if failure is None:
        return None
    return kept({"kind": failure.kind.value, "sentence": failure.sentence, "detail": failure.detail})


def failure_of(data: Mapping[str, Any] | None) -> Failure | None:
    return None if data is None else Failure(Kind(data["kind"]), data["sentence"], data["detail"])


def quality_json(report: QualityReport) -> dict[str, Any]:
    findings = [[each.benchmark_id, each.check, each.level, each.sentence] for each in report.findings]
    return kept({"findings": findings, "rows": dict(report.rows), "total": report.total})


def quality_of(data: Mapping[str, Any]) -> QualityReport:
    return QualityReport(tuple(Finding(*each) for each in data["findings"]), dict(data["rows"]), data["total"])
