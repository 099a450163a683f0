"""What went wrong with the service, classed: a wrong answer, something not measured, or something to configure.

Only the first counts against a space. Every failure has a kind (recorded, counted, filtered by) and a sentence for a person.
"""

import json
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from core.errors import (
    AuthError,
    CancelledError,
    ConflictError,
    InputError,
    NotFoundError,
    RateLimitError,
    ServiceError,
    ServiceTimeoutError,
    WorkbenchError,
)

_EXCERPT = 300


class Meaning(StrEnum):
    """What a failure says about the space."""

    WRONG = "wrong"
    NOT_MEASURED = "not_measured"
    CONFIGURATION = "configuration"


class Kind(StrEnum):
    """What happened. The first four are wrong answers."""

    CLARIFYING_QUESTION = "clarifying_question"
    NO_QUERY = "no_query"
    QUERY_FAILED = "query_failed"
    GENIE_FAILED = "genie_failed"

    RATE_LIMITED = "rate_limited"
    TIMED_OUT = "timed_out"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    SERVER_ERROR = "server_error"
    UNREACHABLE = "unreachable"
    BROKEN_REPLY = "broken_reply"
    CONFLICT = "conflict"
    STOPPED = "stopped"

    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "not_found"
    REFUSED = "refused"
    NOT_A_WORKSPACE = "not_a_workspace"
    NO_WAREHOUSE = "no_warehouse"
    SPACE_SETUP = "space_setup"
    EXPECTED_SQL_FAILED = "expected_sql_failed"
    OTHER = "other"


_WRONG = frozenset({Kind.CLARIFYING_QUESTION, Kind.NO_QUERY, Kind.QUERY_FAILED, Kind.GENIE_FAILED})
_CONFIGURATION = frozenset(
    {
        Kind.UNAUTHENTICATED, Kind.FORBIDDEN, Kind.NOT_FOUND, Kind.REFUSED, Kind.NOT_A_WORKSPACE, Kind.NO_WAREHOUSE,
        Kind.SPACE_SETUP, Kind.EXPECTED_SQL_FAILED,
    }
)  # fmt: skip


@dataclass(frozen=True)
class Failure:
    """One failure. `detail` is the service's own name for it, such as RATE_LIMIT_EXCEEDED_GENERIC_EXCEPTION or a status."""

    kind: Kind
    sentence: str
    detail: str = ""

    @property
    def meaning(self) -> Meaning:
        if self.kind in _WRONG:
            return Meaning.WRONG
        return Meaning.CONFIGURATION if self.kind in _CONFIGURATION else Meaning.NOT_MEASURED


class UnreachableError(ServiceError):
    """No connection, or it broke before the reply was whole."""


class BrokenReplyError(ServiceError):
    """The reply came, but is cut off or not of the form that the service gives."""


class NotAWorkspaceError(ServiceError):
    """Something else than a Databricks workspace answers at the address."""


def failure_of(error: WorkbenchError) -> Failure:
    """The class of an error of the tree, as this package raises them."""
    status = getattr(error, "status", None)
    return Failure(_kind(error, status), str(error), str(status or ""))


def _kind(error: WorkbenchError, status: int | None) -> Kind:
    if isinstance(error, AuthError):
        return Kind.FORBIDDEN if status == 403 else Kind.UNAUTHENTICATED
    for cls, kind in (
        (RateLimitError, Kind.RATE_LIMITED),
        (ServiceTimeoutError, Kind.TIMED_OUT),
        (UnreachableError, Kind.UNREACHABLE),
        (BrokenReplyError, Kind.BROKEN_REPLY),
        (NotAWorkspaceError, Kind.NOT_A_WORKSPACE),
        (NotFoundError, Kind.NOT_FOUND),
        (ConflictError, Kind.CONFLICT),
        (CancelledError, Kind.STOPPED),
        (InputError, Kind.REFUSED),
        (ServiceError, Kind.SERVER_ERROR),
    ):
        if isinstance(error, cls):
            return kind
    return Kind.OTHER


def may_have_happened(error: WorkbenchError) -> bool:
    """Whether the request may have had its effect although it failed, so that it must be looked for before a repetition."""
    if isinstance(error, RateLimitError | AuthError):
        return False
    if isinstance(error, UnreachableError):
        return not getattr(error, "never_sent", False)
    return isinstance(error, ServiceError) and not isinstance(error, NotAWorkspaceError)


def explained(error: Exception, *, name: str, host: str, doing: str) -> WorkbenchError:
    """The error of the tree for whatever the SDK or its HTTP library raised. `doing` is like “asking the question”.

    Secrets are masked. An error that is neither theirs nor ours is a defect and raised again.
    """
    if isinstance(error, WorkbenchError):
        return error
    error = _innermost(error)
    found = _by_sdk(error, name, host, doing) or _by_connection(error, name, host, doing)
    if found is None:
        raise error
    return found


def _innermost(error: Exception) -> Exception:
    """The failure itself where the SDK wrapped it: its time-out of retries, or our refusal to retry."""
    from core.genie.workspaces import RetryRefused

    while isinstance(error, RetryRefused | TimeoutError):
        inner = error.__cause__ or error.__context__
        if not isinstance(inner, Exception):
            break
        error = inner
    return error


def _by_sdk(error: Exception, name: str, host: str, doing: str) -> WorkbenchError | None:
    from databricks.sdk import errors

    if not isinstance(error, errors.DatabricksError):
        return None
    says, service = _quoted(error), {"service": name}
    if isinstance(error, errors.PrivateLinkValidationError):
        return NotAWorkspaceError(f"{host} is reached by private link only: “{_said(error)}”.", service=name)
    if isinstance(error, errors.Unauthenticated):
        return AuthError(
            f"{host} refuses the token of “{name}” (401){says}. Enter a valid token for the connection, or run "
            "`databricks auth login` again.",
            status=401, **service,
        )  # fmt: skip
    if isinstance(error, errors.PermissionDenied):
        return AuthError(
            f"“{name}” may not do this (403), {doing}{says}. Ask for the right: CAN EDIT on the space to read or change its "
            "definition, CAN RUN to ask, CAN USE on the warehouse.",
            status=403, **service,
        )  # fmt: skip
    if isinstance(error, errors.NotFound):
        return NotFoundError(
            f"“{name}” finds nothing there (404), {doing}{says}. Check the id; it may have been deleted."
        )
    if isinstance(error, errors.ResourceConflict):
        return ConflictError(f"“{name}” reports a conflict (409), {doing}{says}. Read the present state and try again.")
    if isinstance(error, errors.TooManyRequests):
        return RateLimitError(
            f"“{name}” is asked more often than {host} allows (429), {doing}{says}. Wait a minute, or lower its questions per "
            "minute.",
            retry_after_s=error.retry_after_secs, **service,
        )  # fmt: skip
    if isinstance(error, errors.BadRequest):
        return InputError(
            f"{host} does not accept the request of “{name}” (400), {doing}{says}. Correct what was sent."
        )
    status = next((code for cls, code in _statuses().items() if isinstance(error, cls)), None)
    shown = f" ({status})" if status else ""
    return ServiceError(
        f"{host} failed on the request of “{name}”{shown}, {doing}{says}. Try again in a while.",
        retryable=True, status=status, **service,
    )  # fmt: skip


def _statuses() -> dict[type[Exception], int]:
    from databricks.sdk import errors

    return {
        errors.TemporarilyUnavailable: 503,
        errors.DeadlineExceeded: 504,
        errors.NotImplemented: 501,
        errors.Cancelled: 499,
        errors.InternalError: 500,
    }


def _by_connection(error: Exception, name: str, host: str, doing: str) -> WorkbenchError | None:
    import requests

    if isinstance(error, requests.exceptions.JSONDecodeError | json.JSONDecodeError):
        if str(error.doc).lstrip()[:1] == "<":
            return NotAWorkspaceError(
                f"{host} answers “{name}” with a web page instead of data, {doing}. Correct the address of the workspace, or "
                "sign in to the network.",
                service=name,
            )
        return BrokenReplyError(
            f"{host} sent “{name}” a reply that is cut off or not JSON, {doing}. Try again.",
            service=name,
            retryable=True,
        )
    if isinstance(error, requests.exceptions.SSLError):
        return UnreachableError(
            f"The encrypted connection of “{name}” to {host} failed. Check the address (http or https), and this machine's "
            "clock and certificates.",
            service=name,
        )
    if isinstance(error, requests.exceptions.Timeout | TimeoutError):
        timeout = ServiceTimeoutError(
            f"{host} gave “{name}” no answer in time, {doing}. Try again, or raise the connection's time-out.",
            service=name,
            retryable=True,
        )
        return timeout
    if isinstance(error, requests.exceptions.ConnectionError):
        never_sent = any(word in str(error) for word in ("refused", "NameResolution", "Name or service", "Max retries"))
        unreachable = UnreachableError(
            f"“{name}” cannot reach {host}, {doing}. Check the address and the network, and that the service runs.",
            service=name,
            retryable=True,
        )
        unreachable.never_sent = never_sent  # type: ignore[attr-defined]
        return unreachable
    if isinstance(error, requests.exceptions.RequestException):
        return UnreachableError(
            f"{host} ended the connection of “{name}” in the middle of its reply, {doing}. Try again.",
            service=name,
            retryable=True,
        )
    if isinstance(error, KeyError | TypeError | AttributeError | ValueError):  # reading a reply of another form
        return BrokenReplyError(
            f"{host} sent “{name}” a reply of another form than the Genie API's, {doing}. Check the address, or try again.",
            service=name,
        )
    return None


def _said(error: Exception) -> str:
    from core.llm import mask_secrets

    # The SDK appends its configuration to messages of 401 and 403.
    text = re.split(r"\.? ?Config: ", str(error), maxsplit=1)[0]
    if text.startswith("unable to parse response"):
        return "a reply that is no error of the API"
    return " ".join(mask_secrets(text).split())[:_EXCERPT]


def _quoted(error: Any) -> str:
    text = _said(error)
    return f": “{text}”" if text and text != "None" else ""
