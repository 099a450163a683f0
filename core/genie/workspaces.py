"""A Databricks workspace (or the local Genie) as the SDK is told about it: address, credentials, time-outs.

The SDK's own retries are off. It retries POSTs too, so that a create could happen twice unseen; `core.genie.calls` retries
what may be repeated, and the client looks for what may have happened.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from core.errors import AuthError, ConfigError

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

_DISCOVERY_S = 5.0
"""Making a client asks the host about itself first. That is optional, so a silent host must not cost a whole time-out."""


@dataclass(frozen=True)
class Timing:
    """Time-outs and waits, in seconds. The defaults suit Databricks, `LOCAL` a server on this machine.

    `http_s` is for one HTTP request, `question_s` for one question, `statement_s` for one SQL statement, `evaluation_s` for
    an official evaluation. Polling waits `first_poll_s`, then `poll_growth` times longer each time up to `longest_poll_s`.
    """

    http_s: float = 60.0
    question_s: float = 600.0
    statement_s: float = 120.0
    evaluation_s: float = 3_600.0
    first_poll_s: float = 1.0
    poll_growth: float = 1.5
    longest_poll_s: float = 5.0
    retries: int = 4
    first_retry_s: float = 1.0
    longest_retry_s: float = 60.0


LOCAL = Timing(
    http_s=30.0, statement_s=60.0, first_poll_s=0.02, longest_poll_s=0.25, first_retry_s=0.2, longest_retry_s=5.0
)


@dataclass(frozen=True)
class Workspace:
    """Whom to talk to. With a token it is used as it is; else `profile`, or OAuth by client id and secret, or what the SDK
    finds in the environment. Credentials that it finds are for their own host: if `host` is another one, nothing is sent.

    `questions_per_minute` is what the workspace allows over the API; None for no limit. `local` marks the local Genie.
    """

    name: str
    host: str | None = None
    token: str | None = field(default=None, repr=False)
    profile: str | None = None
    client_id: str | None = None
    client_secret: str | None = field(default=None, repr=False)
    warehouse_id: str | None = None
    questions_per_minute: float | None = 5.0
    local: bool = False
    timing: Timing = field(default_factory=Timing)

    @property
    def limit_key(self) -> str:
        """What the rate limit is shared under: the workspace's address, whoever asks."""
        if self.host:
            parts = urlsplit(self.host if "://" in self.host else f"https://{self.host}")
            return parts.netloc.lower() or self.host
        return f"profile:{self.profile or 'DEFAULT'}"


class RetryRefused(Exception):
    """Raised in place of the SDK's sleep before a retry; the failure itself is its context."""


def connect(workspace: Workspace) -> "WorkspaceClient":
    """A client of the unchanged SDK.

    Raises:
        ConfigError: there are no credentials, or they cannot be read.
        AuthError: the credentials are there, but gave no token.
    """
    from databricks.sdk import WorkspaceClient
    from databricks.sdk.core import Config

    from core.llm import check_login, mask_secrets

    logger = logging.getLogger("databricks.sdk")
    if _not_discovery not in logger.filters:
        logger.addFilter(_not_discovery)
    try:
        config = Config(
            **_credentials(workspace),
            http_timeout_seconds=min(_DISCOVERY_S, workspace.timing.http_s),
            retry_timeout_seconds=1,
            clock=_no_retries(),
            product="whetstone",
            product_version="0.1.0",
        )
    except Exception as error:  # the SDK raises whatever its credential strategies raise
        says = " ".join(mask_secrets(str(error)).split())[:200]
        if workspace.profile or workspace.client_id:
            raise AuthError(
                f"Databricks gave “{workspace.name}” no token ({says}). Run `databricks auth login` again, or enter a token.",
                service=workspace.name,
            ) from error
        raise ConfigError(
            f"“{workspace.name}” has no usable Databricks credentials ({says}). Enter host and token, or a profile."
        ) from error
    if not config.host:
        raise ConfigError(
            f"“{workspace.name}” names no workspace. Enter its host, such as https://adb-….azuredatabricks.net."
        )
    if not workspace.token:
        check_login(config, name=workspace.name, base_url=workspace.host)
    config.http_timeout_seconds = workspace.timing.http_s
    return WorkspaceClient(config=config)


def _not_discovery(record: logging.LogRecord) -> bool:
    # A host that does not describe itself is usual (the local Genie, older workspaces), and nothing a person could mend.
    return not str(record.msg).startswith("Failed to automatically resolve config")


def _credentials(workspace: Workspace) -> dict[str, Any]:
    if workspace.token:
        return {"host": workspace.host, "token": workspace.token, "auth_type": "pat"}
    if workspace.client_id:
        from core.llm import oauth_login

        return oauth_login(workspace.host or "", workspace.client_id, workspace.client_secret, name=workspace.name)
    return {"profile": workspace.profile} if workspace.profile else {}


def _no_retries() -> Any:
    from databricks.sdk.clock import Clock

    class NoRetries(Clock):
        """The real time, and no sleep: the SDK sleeps only before it repeats a request."""

        def time(self) -> float:
            return time.time()

        def sleep(self, seconds: float) -> None:
            raise RetryRefused(f"not repeated after {seconds:.0f} s")

    return NoRetries()


Stop = Callable[[], bool]
"""Says whether the caller wants to end what is under way."""
