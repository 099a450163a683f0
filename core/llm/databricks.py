"""Databricks credentials beyond a token: OAuth by client id and secret, or what the SDK finds (a profile, the environment).

A personal access token needs none of this: it goes out as any other key. Credentials that the SDK finds are sent only to
the workspace that they name themselves, never to a base URL that somebody typed; a secret only to the connection's own host.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from core.errors import AuthError, ConfigError, InputError, ServiceError, ServiceTimeoutError, WorkbenchError
from core.llm.addresses import check_base_url, origin
from core.llm.masking import mask_secrets, remember
from core.llm.views import ConnectionView
from core.settings import current

_TIMEOUT_S = 15
_OAUTH = "oauth-m2m"


async def token_provider(
    connection: ConnectionView, secret: str | None = None
) -> tuple[Callable[[], Awaitable[str]], str]:
    """A function that returns a fresh token, and the workspace's base URL. `secret` goes with the option `client_id`.

    Raises:
        ConfigError: there are no credentials, or they are for another workspace than the connection's base URL.
    """
    config = await asyncio.to_thread(_config, connection, secret)

    async def token() -> str:
        headers = await asyncio.to_thread(_authenticate, config, connection.name)
        return remember(headers.get("Authorization", "").removeprefix("Bearer "))

    return token, str(config.host).rstrip("/")


def oauth_login(host: str, client_id: str, secret: str | None, *, name: str) -> dict[str, Any]:
    """The fields of the SDK's configuration for a service principal of the workspace at `host`.

    The SDK's own way would ask for the token wherever the host points to, and wait for it without an end.
    """
    from databricks.sdk import oauth
    from databricks.sdk.credentials_provider import OAuthCredentialsProvider, OauthCredentialsStrategy

    class Tokens(oauth.Refreshable):
        def refresh(self) -> oauth.Token:
            value, seconds = _fetched(host, client_id, secret or "", name)
            return oauth.Token(value, "Bearer", expiry=datetime.now() + timedelta(seconds=seconds))

    tokens = Tokens()

    def headers() -> dict[str, str]:
        return {"Authorization": f"Bearer {tokens.token().access_token}"}

    strategy = OauthCredentialsStrategy(_OAUTH, lambda config: OAuthCredentialsProvider(headers, tokens.token))
    return {"host": host, "auth_type": _OAUTH, "credentials_strategy": strategy}


def _fetched(host: str, client_id: str, secret: str, name: str) -> tuple[str, int]:
    """A fresh token and how many seconds it is good for."""
    import requests

    try:
        reply = requests.post(
            f"{host}/oidc/v1/token",
            {"grant_type": "client_credentials", "scope": "all-apis"},
            auth=(client_id, secret),
            timeout=_TIMEOUT_S,
            allow_redirects=False,
        )
    except requests.Timeout as error:
        raise ServiceTimeoutError(
            f"{host} gave '{name}' no token within {_TIMEOUT_S} s. Try again.", service=name, retryable=True
        ) from error
    except requests.RequestException as error:
        raise ServiceError(
            f"'{name}' cannot reach {host} to get a token ({type(error).__name__}). Check the base URL and the network.",
            service=name,
            retryable=True,
        ) from error
    try:
        found = reply.json()
        return remember(str(found["access_token"])), int(found["expires_in"])
    except (ValueError, KeyError, TypeError) as error:
        raise AuthError(
            f"{host} gave '{name}' no token for its client id ({reply.status_code}). Check the client id and its secret on "
            "the Connections page, and that the service principal belongs to the workspace.",
            service=name,
            status=reply.status_code,
            retryable=reply.status_code >= 500,
        ) from error


def check_login(config: Any, *, name: str, base_url: str | None) -> None:
    """Make sure that a login is for the connection's own host, before anything is sent with it.

    Raises:
        ConfigError: it names no workspace, is for another one than `base_url`, or this instance may not go there.
    """
    if not config.host:
        raise ConfigError(f"The Databricks credentials for '{name}' name no workspace. Set DATABRICKS_HOST.")
    if base_url and origin(base_url) != origin(config.host):
        raise ConfigError(
            f"The Databricks credentials of this machine are for {config.host}, not for {base_url}, and are "
            "sent nowhere else. Leave the base URL empty, choose another profile, or enter a token."
        )
    settings = current()
    try:
        check_base_url(config.host, hosted=settings.hosted, allow_private=settings.allow_private_hosts)
    except InputError as refusal:
        raise ConfigError(f"'{name}' was not called. {refusal}") from refusal


def _config(connection: ConnectionView, secret: str | None) -> Any:
    from databricks.sdk.config import Config

    profile, client_id = connection.options.get("profile"), connection.options.get("client_id")
    login = {"profile": profile} if profile else {}
    if client_id:
        login = oauth_login(origin(connection.base_url or ""), client_id, secret, name=connection.name)
    try:
        # The SDK's own waits are 300 s for an unreachable host. For OAuth it only asks the host about itself, which is optional.
        retry_s = 1 if client_id else _TIMEOUT_S
        config = Config(http_timeout_seconds=_TIMEOUT_S, retry_timeout_seconds=retry_s, **login)
    except Exception as error:  # it raises whatever its credential strategies raise
        raise ConfigError(
            f"'{connection.name}' has no key, and the Databricks SDK finds no credentials"
            f"{f' in the profile {profile}' if profile else ''} ({mask_secrets(str(error))[:200]}). Enter a token on the "
            "Connections page, or run `databricks auth login`."
        ) from error
    check_login(config, name=connection.name, base_url=connection.base_url)
    return config


def _authenticate(config: Any, name: str) -> dict[str, str]:
    try:
        return config.authenticate()
    except WorkbenchError:
        raise
    except Exception as error:  # as above
        raise AuthError(
            f"Databricks gave no token for '{name}' ({mask_secrets(str(error))[:200]}). Run `databricks auth login` again, "
            "or enter a token on the Connections page.",
            service=name,
        ) from error
