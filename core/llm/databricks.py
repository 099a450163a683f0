"""Databricks credentials that are not a key: a profile, or OAuth from the environment, by the databricks SDK.

A key (personal access token) needs none of this: it goes out as any other. The credentials found here are sent only to
the workspace that they name themselves, never to a base URL that somebody typed.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from core.errors import AuthError, ConfigError, InputError
from core.llm.addresses import check_base_url, origin
from core.llm.masking import mask_secrets, remember
from core.llm.views import ConnectionView
from core.settings import current

_TIMEOUT_S = 15


async def token_provider(connection: ConnectionView) -> tuple[Callable[[], Awaitable[str]], str]:
    """A function that returns a fresh token, and the workspace's base URL.

    Raises:
        ConfigError: there are no credentials, or they are for another workspace than the connection's base URL.
    """
    config = await asyncio.to_thread(_config, connection)

    async def token() -> str:
        headers = await asyncio.to_thread(_authenticate, config, connection.name)
        return remember(headers.get("Authorization", "").removeprefix("Bearer "))

    return token, str(config.host).rstrip("/")


def _config(connection: ConnectionView) -> Any:
    from databricks.sdk.config import Config

    profile = connection.options.get("profile")
    more = {"profile": profile} if profile else {}
    try:
        # The SDK's own waits are 300 s for an unreachable host.
        config = Config(http_timeout_seconds=_TIMEOUT_S, retry_timeout_seconds=_TIMEOUT_S, **more)
    except Exception as error:  # it raises whatever its credential strategies raise
        raise ConfigError(
            f"'{connection.name}' has no key, and the Databricks SDK finds no credentials"
            f"{f' in the profile {profile}' if profile else ''} ({mask_secrets(str(error))[:200]}). Enter a token on the "
            "Connections page, or run `databricks auth login`."
        ) from error
    if not config.host:
        raise ConfigError(f"The Databricks credentials for '{connection.name}' name no workspace. Set DATABRICKS_HOST.")
    if connection.base_url and origin(connection.base_url) != origin(config.host):
        raise ConfigError(
            f"The Databricks credentials of this machine are for {config.host}, not for {connection.base_url}, and are "
            "sent nowhere else. Leave the base URL empty, choose another profile, or enter a token."
        )
    settings = current()
    try:
        check_base_url(config.host, hosted=settings.hosted, allow_private=settings.allow_private_hosts)
    except InputError as refusal:
        raise ConfigError(f"'{connection.name}' was not called. {refusal}") from refusal
    return config


def _authenticate(config: Any, name: str) -> dict[str, str]:
    try:
        return config.authenticate()
    except Exception as error:  # as above
        raise AuthError(
            f"Databricks gave no token for '{name}' ({mask_secrets(str(error))[:200]}). Run `databricks auth login` again, "
            "or enter a token on the Connections page.",
            service=name,
        ) from error
