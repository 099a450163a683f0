"""What an analysis type is: the schema of its answer, and how that answer becomes findings that can be checked."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

Severity = Literal["low", "medium", "high"]


@dataclass(frozen=True)
class Statement:
    """One number or direction that a finding states, ready to be looked up in the data.

    `measure` names a way to compute it in `core.analysis.measuring`, `arguments` what that needs beside the table;
    `stated` is what the model said, `words` the piece of its text it was read from.
    """

    measure: str
    arguments: dict[str, Any]
    stated: Any
    words: str


@dataclass(frozen=True)
class FindingDraft:
    """A finding before it is stored. `kind` is the type's own word, `detail` the object as the model gave it."""

    analysis_type: str
    table_name: str | None
    columns: tuple[str, ...]
    kind: str
    severity: Severity | None
    claim: str
    evidence: str
    detail: Any
    statements: tuple[Statement, ...] = field(default=())


@dataclass(frozen=True)
class AnalysisType:
    """One kind of analysis. `key` is also the name of its default recipe's file, `prompts/analysis/<key>.prompty`.

    `findings` turns an answer that meets `schema` into drafts, in the answer's order; `recommendations` gathers what it
    proposes to do next, those nested in its parts too. `normalised` comes before the schema: it mends what models write
    differently without saying anything else (numbers as text, a bare list, another case of an enum); it takes any JSON
    value, and what it cannot mend stays as it is.
    """

    key: str
    title: str
    description: str
    schema: dict[str, Any]
    findings: Callable[[dict[str, Any]], list[FindingDraft]]
    recommendations: Callable[[dict[str, Any]], list[str]]
    normalised: Callable[[Any], Any]
