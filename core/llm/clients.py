"""SDK clients: one for each connection and configuration, kept on the background loop.

The SDK reads OPENAI_ORG_ID, OPENAI_CUSTOM_HEADERS and their like, and would send them to any service: taken out here.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core.errors import ConfigError, InputError, ServiceError
from core.llm import databricks, keys, loop, offline
from core.llm.addresses import check_base_url
from core.llm.kinds import AZURE_API_VERSION
from core.llm.views import ConnectionView
from core.settings import current

if TYPE_CHECKING:
    from openai import AsyncOpenAI

_USER_AGENT = "Whetstone"


@dataclass
class Client:
    """A client in use. `base_url` is where it really goes, without the key."""

    sdk: "AsyncOpenAI"
    base_url: str
    mark: tuple[Any, ...]
    users: int = 0
    retired: bool = False


_clients: dict[str, Client] = {}
_building: dict[str, asyncio.Lock] = {}


@asynccontextmanager
async def client_for(connection: ConnectionView) -> AsyncIterator[Client]:
    """The client of a connection, for as long as the block lasts. Only on the background loop.

    Raises:
        ConfigError: the key is missing or cannot be read. ServiceError: the address may not be reached.
    """
    client = await _current(connection)
    client.users += 1
    try:
        yield client
    finally:
        client.users -= 1
        if client.retired and not client.users:
            await client.sdk.close()


async def close_all() -> None:
    """Close every client. Only on the background loop."""
    clients = list(_clients.values())
    _clients.clear()
    _building.clear()
    for client in clients:
        await client.sdk.close()


loop.at_close(close_all)


async def _current(connection: ConnectionView) -> Client:
    client = _clients.get(connection.id)
    mark = _mark(connection)
    if client is not None and client.mark == mark:
        return client
    async with _building.setdefault(connection.id, asyncio.Lock()):
        client = _clients.get(connection.id)
        if client is not None and client.mark == mark:
            return client
        fresh = await _build(connection)
        if client is not None:
            client.retired = True
            if not client.users:
                await client.sdk.close()
        _clients[connection.id] = fresh
        return fresh


def _mark(connection: ConnectionView) -> tuple[Any, ...]:
    """Differs when another client is needed. Kept keys change only with `key_ref` or `rev`, so they are not fetched."""
    settings = current()
    return (
        connection.kind,
        connection.base_url,
        tuple(sorted(connection.options.items())),
        connection.key_source,
        connection.key_ref,
        connection.rev if connection.key_source == "keyring" else None,
        keys.environment_key(connection.key_env) if connection.key_source == "env" else None,
        settings.hosted,
        tuple(settings.allow_private_hosts),
        offline.known_url() if connection.kind == "offline" else None,
    )


async def _build(connection: ConnectionView) -> Client:
    key, base_url = await asyncio.to_thread(_prepared, connection)
    if connection.kind == "databricks" and (key is None or connection.options.get("client_id")):
        token, base_url = await databricks.token_provider(connection, key)
        _refuse_address(connection, base_url)
        return _client(connection, token, base_url)
    return _client(connection, key, base_url or "")


def _prepared(connection: ConnectionView) -> tuple[str | None, str | None]:
    """Key and base URL, checked. In a thread: modules are imported (0.4 s the first time), names resolved, the keyring
    asked, the offline model started.
    """
    import openai.resources.chat.completions  # noqa: F401

    import core.llm.transport  # noqa: F401

    if connection.kind == "offline":
        return None, offline.offline_url()
    if connection.base_url is not None:
        _refuse_address(connection, connection.base_url)
    elif connection.kind != "databricks":
        raise ConfigError(f"'{connection.name}' has no base URL. Enter one on the Connections page.")
    return keys.key_for(connection), connection.base_url


def _refuse_address(connection: ConnectionView, base_url: str) -> None:
    settings = current()
    try:
        check_base_url(base_url, hosted=settings.hosted, allow_private=settings.allow_private_hosts)
    except InputError as refusal:
        raise ServiceError(f"'{connection.name}' was not called. {refusal}", service=connection.name) from refusal


def _client(connection: ConnectionView, key: str | Callable[[], Awaitable[str]] | None, base_url: str) -> Client:
    import openai
    from httpx2 import AsyncClient

    from core.llm.transport import AddressRules, Transport

    settings = current()
    # The offline model is ours and on loopback, so that a hosted instance may reach it too.
    hosted = settings.hosted and connection.kind != "offline"
    rules = AddressRules(hosted, tuple(settings.allow_private_hosts))
    transport = Transport(rules, sends_key=key is not None)
    http = AsyncClient(transport=transport, trust_env=False, follow_redirects=False, timeout=None)
    headers = {"User-Agent": _USER_AGENT}
    # Without a key the SDK would take OPENAI_API_KEY, or refuse; the transport leaves the header out.
    common: dict[str, Any] = {"http_client": http, "max_retries": 0, "timeout": None, "default_headers": headers}
    sdk: AsyncOpenAI
    if connection.kind == "azure":
        sdk = openai.AsyncAzureOpenAI(
            azure_endpoint=base_url,
            api_version=connection.options.get("api_version") or AZURE_API_VERSION,
            api_key=key or "none",
            **common,
        )
    else:
        url = f"{base_url}/serving-endpoints" if connection.kind == "databricks" else base_url
        sdk = openai.AsyncOpenAI(base_url=url, api_key=key or "none", **common)
    sdk.organization = sdk.project = sdk.admin_api_key = None
    sdk._custom_headers = headers
    return Client(sdk, base_url, _mark(connection))
