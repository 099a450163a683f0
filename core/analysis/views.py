"""What the analysis area hands out and takes in: frozen and plain."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from core.library import Content

Verdict = Literal["verified", "contradicted", "unverifiable"]
VERDICTS: tuple[Verdict, ...] = ("verified", "contradicted", "unverifiable")
SEVERITIES: tuple[str, ...] = ("high", "medium", "low")


@dataclass(frozen=True)
class RecipeView:
    """A template that serves as the recipe of one analysis type. `cloned_from` is the other recipe's id, which may be gone."""

    id: str
    analysis_type: str
    name: str
    title: str
    description: str
    is_default: bool
    source: Literal["seed", "user"]
    cloned_from: str | None
    version_id: str
    version_number: int
    content: Content
    updated_at: datetime
    updated_by: str


@dataclass(frozen=True)
class Prompt:
    """What one type of a job is asked with: two template texts, and the version that they are, or were edited from.

    `version_number` None means that the texts are not a saved version.
    """

    content: Content
    template_id: str | None = None
    template_name: str | None = None
    version_id: str | None = None
    version_number: int | None = None
    edited_from: str | None = None


@dataclass(frozen=True)
class AnalysisRequest:
    """A job as a person asks for it. `prompts` maps a type to a recipe's id or a `Prompt`; a type without one gets its default.

    `connection` and `model` None mean the recipe's or the default connection's. `token_limit` bounds summary and samples.
    `salt` keys what is hashed and the fence of the data; texts that were previewed come with it in `approved`.
    """

    source_id: str
    tables: tuple[str, ...]
    types: tuple[str, ...]
    name: str
    connection: str | None = None
    model: str | None = None
    business_context: str = ""
    tags: tuple[str, ...] = ()
    prompts: dict[str, "str | Prompt | None"] = field(default_factory=dict)
    token_limit: int | None = None
    salt: str = ""
    approved: dict[str, Any] | None = None


@dataclass(frozen=True)
class TypeResult:
    """What became of one type. `state` *raw* means that an answer came that is not of the type's shape: `raw` has it."""

    analysis_type: str
    state: Literal["pending", "completed", "raw", "failed"]
    result: Any
    raw: str | None
    error: str | None
    execution_id: str | None


@dataclass(frozen=True)
class FindingView:
    """One claim, its evidence, and what the data says to it. `checks` lists number by number what was stated and is true."""

    id: str
    job_id: str
    analysis_type: str
    position: int
    table_name: str | None
    columns: tuple[str, ...]
    kind: str
    severity: str | None
    claim: str
    evidence: str
    verdict: Verdict
    verdict_note: str
    checks: tuple[dict[str, Any], ...]
    detail: Any

    @property
    def place(self) -> str:
        """`table.column, column`; the table alone where it concerns all of it."""
        table = self.table_name or "–"
        return f"{table}.{', '.join(self.columns)}" if self.columns else table


@dataclass(frozen=True)
class FindingFilter:
    """None means all. `search` looks in claim and evidence."""

    analysis_type: str | None = None
    table: str | None = None
    severity: str | None = None
    verdict: Verdict | None = None
    search: str = ""
