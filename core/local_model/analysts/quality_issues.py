"""One issue of data quality, as the rules find it and as the answer's schema wants it."""

from dataclasses import dataclass
from typing import Literal

from core.local_model.analysts.described import Column, Table

Severity = Literal["low", "medium", "high"]


@dataclass(frozen=True)
class Issue:
    """`unsure` marks what only looks like a broken rule; `weight` orders issues of one severity, larger first."""

    table: Table
    column: Column | None
    kind: str
    severity: Severity
    description: str
    evidence: str
    checks: tuple[str, ...]
    unsure: bool = False
    weight: float = 0.0

    def as_json(self) -> dict[str, object]:
        return {
            "table_name": self.table.name,
            "column_name": self.column.name if self.column else None,
            "issue_type": self.kind,
            "severity": self.severity,
            "description": f"potential_issue: {self.description}" if self.unsure else self.description,
            "evidence": self.evidence,
            "suggested_checks": list(self.checks),
        }


def from_share(part: int, whole: int, *, medium: float, high: float) -> Severity:
    """The severity of what concerns `part` of `whole` rows; the limits are shares from 0 to 1."""
    share = part / whole if whole else 0.0
    return "high" if share >= high else "medium" if share >= medium else "low"
