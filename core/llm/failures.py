"""What went wrong with a call, as a sentence for a person: which connection, what it said, and the way out."""

import asyncio
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from core.clock import now
from core.errors import AuthError, RateLimitError, ServiceError, ServiceTimeoutError, WorkbenchError
from core.llm.cleaning import storable
from core.llm.masking import mask_secrets
from core.llm.views import ConnectionView

_EXCERPT = 300
_RETRYABLE = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529})


class NotCompatibleError(Exception):
    """A reply that no OpenAI-compatible service would give; the text is a clause that says in what."""


class CutOffError(Exception):
    """A stream ended without its end."""


@dataclass(frozen=True)
class Target:
    """Whom a call went to."""

    connection: ConnectionView
    model: str
    base_url: str


def explained(error: Exception, target: Target) -> WorkbenchError:
    """The error of the tree for whatever the SDK, aiohttp or the reading of a reply raised.

    `retryable` says whether the next attempt may succeed. Secrets are masked.
    """
    if isinstance(error, WorkbenchError):
        return error
    explanation = _by_status(error, target) or _by_connection(error, target) or _by_reply(error, target)
    explanation.args = (mask_secrets(str(explanation)), *explanation.args[1:])
    return explanation


def status_of(error: BaseException) -> int | None:
    """The HTTP status that the SDK reported, if it is that kind of error."""
    return getattr(error, "status_code", None) if getattr(error, "response", None) is not None else None


def said(error: BaseException) -> str:
    """What the service wrote about its error, masked and shortened; empty if nothing."""
    body = getattr(error, "body", None)
    message: Any = body
    if isinstance(body, dict):
        inner = body.get("error", body)
        message = inner.get("message") or inner.get("detail") or inner if isinstance(inner, dict) else inner
    if message is None:
        response = getattr(error, "response", None)
        message = getattr(response, "text", "") if response is not None else ""
    text = message if isinstance(message, str) else json.dumps(message, ensure_ascii=False)
    if text.lstrip()[:1] == "<":
        text = "a web page"
    return " ".join(mask_secrets(storable(text)).split())[:_EXCERPT]


def retry_after_s(error: BaseException) -> float | None:
    """How long the service asks to wait: `retry-after-ms`, or `Retry-After` in seconds or as a date. None if it does not."""
    response = getattr(error, "response", None)
    if response is None:
        return None
    headers = response.headers
    for name, divisor in (("retry-after-ms", 1000), ("retry-after", 1)):
        value = headers.get(name)
        if value is None:
            continue
        try:
            seconds = float(value) / divisor
        except ValueError:
            continue
        return seconds if 0 <= seconds < float("inf") else None
    try:
        until = parsedate_to_datetime(headers["retry-after"])
        # Against the service's own clock, where it tells it: this machine's may be wrong.
        since = parsedate_to_datetime(headers["date"]).timestamp() if "date" in headers else time.time()
        return max(0.0, until.timestamp() - since)
    except (KeyError, TypeError, ValueError, OverflowError):
        return None


def _by_status(error: Exception, target: Target) -> WorkbenchError | None:
    status = status_of(error)
    if status is None or status < 300:
        return None
    name, says = target.connection.name, _quoted(said(error))
    service: dict[str, Any] = {"service": name, "status": status}
    if 300 <= status < 400:
        return ServiceError(
            f"{target.base_url} redirects elsewhere ({status}), which '{name}' does not follow, so that its key goes to no "
            "other host. Enter the address that it redirects to as the base URL, if you trust it.",
            **service,
        )
    if status in (401, 403):
        return AuthError(
            f"{_host(target)} refuses the key of '{name}' ({status}){says}. {_mend_key(target.connection)}", **service
        )
    if status == 404:
        return ServiceError(
            f"'{name}' finds no model '{target.model}' at {target.base_url} (404){says}. Choose a model that it offers, or "
            "correct the base URL on the Connections page.",
            **service,
        )
    if status == 429:
        return _limited(error, target, says)
    if status >= 500 or status in _RETRYABLE:
        retryable = status in _RETRYABLE and error.response.headers.get("x-should-retry") != "false"  # type: ignore[attr-defined]
        return ServiceError(
            f"{_host(target)} failed on the request of '{name}' ({status}){says}. Try again in a while, or use another "
            "connection.",
            retryable=retryable,
            **service,
        )
    return ServiceError(
        f"{_host(target)} does not accept the request of '{name}' to '{target.model}' ({status}){says}. Change the "
        "template's texts or settings accordingly.",
        **service,
    )


def _limited(error: Exception, target: Target, says: str) -> RateLimitError:
    name, wait_s = target.connection.name, retry_after_s(error)
    code = (getattr(error, "code", None) or "") + (getattr(error, "type", None) or "")
    if "insufficient_quota" in code or "billing" in code:
        limited = RateLimitError(
            f"The account of '{name}' has no credit or quota left (429){says}. Top it up with the provider, or use another "
            "connection.",
            service=name,
            retry_after_s=wait_s,
        )
        limited.retryable = False
        return limited
    when = "in a while"
    if wait_s is not None and wait_s >= 1:
        when = f"in {_span(wait_s)} (at {now() + timedelta(seconds=wait_s):%H:%M} UTC)"
    return RateLimitError(
        f"'{name}' is called more often than {_host(target)} allows (429){says}. Try again {when}, or lower its number of "
        "parallel calls.",
        service=name,
        retry_after_s=wait_s,
    )


def _by_connection(error: Exception, target: Target) -> WorkbenchError | None:
    import aiohttp

    from core.llm.addresses import AddressRefusedError
    from core.llm.transport import CONNECT_TIMEOUT_S

    connection, host = target.connection, _host(target)
    name = connection.name
    for cause in _causes(error):
        if isinstance(cause, AddressRefusedError):
            return ServiceError(f"'{name}' was not called. {cause}", service=name)
        if isinstance(cause, aiohttp.ConnectionTimeoutError):
            timeout = ServiceTimeoutError(
                f"{host} did not accept a connection from '{name}' within {CONNECT_TIMEOUT_S:g} s. Check the network and "
                "the base URL.",
                service=name,
                retryable=True,
            )
            timeout.while_connecting = True  # type: ignore[attr-defined]
            return timeout
        if isinstance(cause, aiohttp.ClientConnectorCertificateError | aiohttp.ClientConnectorSSLError):
            return ServiceError(
                f"The encrypted connection of '{name}' to {host} failed: its certificate or TLS is not accepted. Check "
                "the base URL (http or https), and that this machine's clock and certificates are right.",
                service=name,
            )
        if isinstance(cause, aiohttp.ClientConnectorDNSError):
            return ServiceError(
                f"The host {host} of '{name}' cannot be found. Check the base URL and the network.",
                service=name,
                retryable=True,
            )
        if isinstance(cause, aiohttp.ClientConnectorError | ConnectionRefusedError):
            return ServiceError(
                f"{host} refuses connections from '{name}'. {_start_it(connection)}", service=name, retryable=True
            )
        if isinstance(cause, TimeoutError | asyncio.TimeoutError):
            return ServiceTimeoutError(
                f"'{name}' got no answer from '{target.model}' within {connection.timeout_s:g} s. Try again, ask for a "
                "shorter answer, or raise the time-out on the Connections page.",
                service=name,
                retryable=True,
            )
        if isinstance(
            cause, CutOffError | aiohttp.ClientPayloadError | aiohttp.ClientConnectionError | ConnectionError
        ):
            return ServiceError(
                f"{host} ended the connection of '{name}' in the middle of its answer. Try again.",
                service=name,
                retryable=True,
            )
    return None


def _by_reply(error: Exception, target: Target) -> WorkbenchError:
    from core.llm.transport import ReplyTooLargeError

    name = target.connection.name
    if isinstance(error, ReplyTooLargeError):
        return ServiceError(
            f"The answer to '{name}' is too large to be one of a model. Check the base URL.", service=name
        )
    import aiohttp
    import openai

    unreadable = json.JSONDecodeError | UnicodeDecodeError | RecursionError | aiohttp.ClientResponseError
    if isinstance(error, NotCompatibleError | unreadable):
        how = f": it sent {error}" if isinstance(error, NotCompatibleError) else ""
        return ServiceError(
            f"{target.base_url} did not answer like an OpenAI-compatible service{how}. Correct the base URL of '{name}'; "
            "it often ends in /v1.",
            service=name,
        )
    if not isinstance(error, openai.OpenAIError | aiohttp.ClientError):
        raise error  # a defect of ours: nothing that a person could put right
    says = _quoted(said(error) or mask_secrets(str(error))[:_EXCERPT])
    return ServiceError(
        f"{_host(target)} reports an error to '{name}'{says}. Try again in a while, or use another connection.",
        service=name,
        retryable=True,
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what led to it, innermost last, but what is underneath a connector's error first."""
    seen: list[BaseException] = []
    current: BaseException | None = error
    while current is not None and current not in seen:
        seen.append(current)
        current = getattr(current, "os_error", None) or current.__cause__ or current.__context__
    from core.llm.addresses import AddressRefusedError

    yield from (each for each in seen if isinstance(each, AddressRefusedError))
    yield from seen


def _mend_key(connection: ConnectionView) -> str:
    if connection.key_source == "env":
        return f"Correct the environment variable {connection.key_env} and start Whetstone again."
    if connection.key_source == "none":
        return "Enter a key on the Connections page."
    return "Enter a valid key on the Connections page."


def _start_it(connection: ConnectionView) -> str:
    if connection.kind == "ollama":
        return "Start Ollama (`ollama serve`), or correct the base URL."
    if connection.kind == "offline":
        return "Start Whetstone again."
    return "Start the service, or correct the base URL on the Connections page."


def _host(target: Target) -> str:
    from urllib.parse import urlsplit

    return urlsplit(target.base_url).netloc or target.base_url


def _quoted(text: str) -> str:
    return f": “{text}”" if text else ""


def _span(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
