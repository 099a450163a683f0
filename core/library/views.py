"""What the library's services hand out: frozen, plain, free of the database."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Literal, TypeVar

Row = TypeVar("Row")

VariableType = Literal["text", "number", "yes_no", "list", "choice", "json"]

VARIABLE_TYPES: dict[VariableType, str] = {
    "text": "Text",
    "number": "Number",
    "yes_no": "Yes / no",
    "list": "List",
    "choice": "Choice",
    "json": "JSON",
}


@dataclass(frozen=True)
class VariableSpec:
    """A variable that a template needs.

    `default` None means that there is none. `choices` only count for the type *choice*. `sample` is what the preview
    and the template test use where there is no default.
    """

    name: str
    type: VariableType = "text"
    default: Any = None
    required: bool = True
    description: str = ""
    choices: tuple[str, ...] = ()
    sample: Any = None


@dataclass(frozen=True)
class Content:
    """What a version fixes: two texts, their variables, and the model settings.

    None means "not set": the connection's own default applies. `temperature` lies in [0, 2], `max_tokens` is ≥ 1.
    `response_schema` is a JSON Schema for the answer.
    """

    system: str = ""
    user: str = ""
    variables: tuple[VariableSpec, ...] = ()
    connection: str | None = None
    model: str | None = None
    temperature: float | None = None
    max_tokens: int | None = None
    stop: tuple[str, ...] = ()
    response_schema: dict[str, Any] | None = None


@dataclass(frozen=True)
class VersionView:
    """One immutable version. `parent_number` is None for a first version or a parent in another template."""

    id: str
    template_id: str
    number: int
    content: Content
    note: str
    created_at: datetime
    created_by: str
    parent_id: str | None
    parent_number: int | None
    usage_count: int
    last_used_at: datetime | None
    is_archived: bool


@dataclass(frozen=True)
class LabelView:
    name: str
    number: int
    is_protected: bool
    updated_at: datetime
    updated_by: str


@dataclass(frozen=True)
class TemplateView:
    """A template with its labels. `rev` is what a save must show to prove that it saw the newest state."""

    id: str
    name: str
    title: str
    description: str
    category: str
    tags: tuple[str, ...]
    is_active: bool
    is_archived: bool
    is_enhanced: bool
    builtin_key: str | None
    latest_number: int
    labels: tuple[LabelView, ...]
    usage_count: int
    last_used_at: datetime | None
    rating_mean: float | None
    rating_count: int
    created_at: datetime
    created_by: str
    updated_at: datetime
    updated_by: str
    rev: int

    @property
    def current_number(self) -> int | None:
        """The version that runs: where `production` points. None if the label is not set."""
        return next((label.number for label in self.labels if label.name == "production"), None)

    @property
    def parameters(self) -> dict[str, Any]:
        return {"enhanced": True} if self.is_enhanced else {}


Status = Literal["running", "completed", "failed", "cancelled", "interrupted"]
"""Interrupted: the process that made the call ended before the answer came."""


@dataclass(frozen=True)
class ExecutionView:
    """One recorded model call.

    `cost_usd` None means unknown. Times are in ms. `variables` are the raw values, `system` and `user` what was sent.
    `parsed` is the answer read by the response schema, where there was one.
    """

    id: str
    seq: int
    template_id: str | None
    version_id: str | None
    template_name: str | None
    version_number: int | None
    source: str
    person: str
    request_id: str
    replay_of: str | None
    connection: str
    model: str
    variables: dict[str, Any] | None
    system: str
    user: str
    settings: dict[str, Any]
    status: Status
    response: str | None
    parsed: Any
    error_kind: str | None
    error: str | None
    attempts: int
    is_cached: bool
    input_tokens: int | None
    output_tokens: int | None
    tokens_estimated: bool
    cost_usd: float | None
    duration_ms: int | None
    first_token_ms: int | None
    rating: int | None
    rating_note: str
    created_at: datetime

    @property
    def reference(self) -> str:
        """`name:3` for a template's call, "direct call" for one without a template."""
        return f"{self.template_name}:{self.version_number}" if self.template_name else "direct call"


@dataclass(frozen=True)
class Page(Generic[Row]):
    """One page of rows. `total` None means that nobody counted; `more` says whether another page follows."""

    rows: tuple[Row, ...]
    more: bool
    total: int | None = None


@dataclass(frozen=True)
class DatasetView:
    id: str
    name: str
    description: str
    template_id: str | None
    examples: int
    created_at: datetime
    created_by: str


@dataclass(frozen=True)
class ExampleView:
    """One case. `expected` None means that the right answer is not known."""

    id: str
    seq: int
    inputs: dict[str, Any]
    expected: Any
    tags: tuple[str, ...] = field(default=())
    execution_id: str | None = None
