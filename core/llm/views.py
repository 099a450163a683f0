"""What goes into and comes out of `core.llm`: plain frozen values, never a key."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from pydantic import SecretStr

KeySource = Literal["none", "env", "keyring", "stored"]
"""Where a key is: nowhere, in an environment variable, in the OS keyring, encrypted in the database."""


@dataclass(frozen=True)
class ConnectionView:
    """A configured model service. Prices are USD per million tokens; None leaves them to the price list.

    `base_url` is None for the offline model (known once it runs) and for Databricks (the profile may name the host).
    `key_last4` is None without a key, and for keys shorter than 12 characters. `key_missing` is True while the
    environment variable `key_env` is not set. `key_ref` and `key_host` are for `core.llm` alone.
    """

    id: str
    name: str
    kind: str
    base_url: str | None
    model: str | None
    is_default: bool
    key_source: KeySource
    key_last4: str | None
    key_missing: bool
    key_env: str | None
    timeout_s: float
    max_retries: int
    parallel: int
    input_usd_per_mtok: float | None
    output_usd_per_mtok: float | None
    budget_usd_per_month: float | None
    options: dict[str, Any]
    rev: int
    created_at: datetime
    updated_at: datetime
    key_ref: str | None = field(default=None, repr=False)
    key_host: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class ConnectionDraft:
    """What a person may write. `base_url` None takes the kind's default; `key` None keeps the key there is.

    `timeout_s` 1–3600 per attempt (in a stream: to the first words, and between words); `max_retries` 0–10;
    `parallel` 1–256 calls at once; prices and budget ≥ 0.
    """

    name: str
    kind: str
    base_url: str | None = None
    model: str | None = None
    key: SecretStr | str | None = None
    key_source: KeySource = "none"
    key_env: str | None = None
    timeout_s: float = 60.0
    max_retries: int = 2
    parallel: int = 8
    input_usd_per_mtok: float | None = None
    output_usd_per_mtok: float | None = None
    budget_usd_per_month: float | None = None
    options: dict[str, Any] = field(default_factory=dict)

    def __repr__(self) -> str:  # a key typed as a plain string must not reach a log
        return f"ConnectionDraft(name={self.name!r}, kind={self.kind!r}, base_url={self.base_url!r})"


@dataclass(frozen=True)
class ChatRequest:
    """One call. `response_schema` is a JSON Schema, or `{"name": …, "schema": …}`; None asks for free text.

    `normalise` may mend the value of an answer (numbers written as text) before it is held against the schema.
    """

    system: str
    user: str
    model: str
    temperature: float | None = None
    max_tokens: int | None = None
    stop: tuple[str, ...] = ()
    response_schema: dict[str, Any] | None = None
    normalise: Callable[[Any], Any] | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Usage:
    """Tokens of a call; `estimated` if the service did not say (any part of) them."""

    input_tokens: int
    output_tokens: int
    estimated: bool


@dataclass(frozen=True)
class ChatReply:
    """What came back. Times count from the first attempt, not from the wait for a free place.

    `parsed` is the validated value if a schema was asked for. `usage` and `cost_usd` add up an answer and its repair;
    None means unknown. `first_token_ms` is None unless streamed. `attempts` counts HTTP requests.
    """

    text: str
    parsed: Any | None
    usage: Usage | None
    cost_usd: float | None
    duration_ms: int
    first_token_ms: int | None
    attempts: int
    model: str
    finish_reason: str | None


@dataclass(frozen=True)
class Spend:
    """A connection's calendar month (UTC): known cost, calls made, those of unknown cost, and what running calls reserve."""

    cost_usd: float
    calls: int
    unknown_calls: int
    reserved_usd: float


@dataclass(frozen=True)
class TestResult:
    """Whether a connection answers. `message` is a sentence either way.

    `lists_models` False: the service could be reached but lists no models, so only a call can tell whether it works.
    """

    __test__ = False  # not a test class, whatever pytest thinks of its name

    ok: bool
    latency_ms: int | None
    models: tuple[str, ...]
    message: str
    lists_models: bool = True
