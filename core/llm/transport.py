"""HTTP for the SDK, on aiohttp: half the CPU of the SDK's own, and the place where the address rules bite.

No redirects, no proxies from the environment, a cap on what a reply may hold. Errors of aiohttp pass through as they
are: the SDK's own aiohttp transport reports a refused connection as a time-out.
"""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import aiohttp
import httpx2
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from core.errors import InputError
from core.llm.addresses import AddressRefusedError, Lookup, judge, system_lookup

CONNECT_TIMEOUT_S = 10.0
MAX_REPLY_BYTES = 64 * 1024 * 1024
_DONE = b"[DONE]"


@dataclass(frozen=True)
class AddressRules:
    """What `judge` needs to know at connect."""

    hosted: bool
    allow_private: tuple[str, ...]


class ReplyTooLargeError(Exception):
    """More than `MAX_REPLY_BYTES` came."""


class PinnedResolver(AbstractResolver):
    """Resolves a name, judges every address, and hands on exactly those that were judged."""

    def __init__(self, rules: AddressRules, lookup: Lookup = system_lookup) -> None:
        self._rules = rules
        self._lookup = lookup

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        addresses = await asyncio.get_running_loop().run_in_executor(None, self._lookup, host)
        results: list[ResolveResult] = []
        for address in addresses:
            try:
                judge(address, host, hosted=self._rules.hosted, allow_private=self._rules.allow_private)
            except InputError as refusal:
                raise AddressRefusedError(str(refusal)) from refusal
            its_family = socket.AF_INET6 if ":" in address else socket.AF_INET
            if family in (socket.AF_UNSPEC, its_family):
                results.append(
                    ResolveResult(
                        hostname=host,
                        host=address,
                        port=port,
                        family=its_family,
                        proto=socket.IPPROTO_TCP,
                        flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
                    )
                )
        if not results:
            raise OSError(f"{host} has no address that can be used here")
        return results

    async def close(self) -> None:
        """Nothing to close."""


class ReplyBody(httpx2.AsyncByteStream):
    """The body of a reply. `saw_done` is True once a stream's end mark `[DONE]` has come."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._response = response
        self._tail = b""
        self.saw_done = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        received = 0
        async for chunk in self._response.content.iter_any():
            received += len(chunk)
            if received > MAX_REPLY_BYTES:
                self._response.close()
                raise ReplyTooLargeError
            if not self.saw_done:
                self.saw_done = _DONE in self._tail + chunk
                self._tail = chunk[-len(_DONE) :]
            yield chunk

    async def aclose(self) -> None:
        if self._response.content.at_eof():
            self._response.release()
        else:
            self._response.close()


class Transport(httpx2.AsyncBaseTransport):
    """One aiohttp session. Opened on first use, on the loop that uses it."""

    def __init__(self, rules: AddressRules, *, sends_key: bool = True, lookup: Lookup = system_lookup) -> None:
        self._resolver = PinnedResolver(rules, lookup)
        self._sends_key = sends_key
        self._session: aiohttp.ClientSession | None = None

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        session = self._session or self._open()
        request.headers["accept-encoding"] = "gzip, deflate"
        if not self._sends_key:
            request.headers.pop("authorization", None)
        response = await session.request(
            request.method,
            URL(str(request.url), encoded=True),
            headers=request.headers.multi_items(),
            data=await request.aread() or None,
            allow_redirects=False,
        )
        body = ReplyBody(response)
        # aiohttp has already decompressed it, against its own limits.
        headers: Sequence[tuple[bytes, bytes]] = [
            (name, value) for name, value in response.raw_headers if name.lower() != b"content-encoding"
        ]
        return httpx2.Response(
            response.status,
            headers=headers,
            stream=body,
            request=request,
            extensions={"http_version": b"HTTP/1.1", "reply_body": body},
        )

    async def aclose(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _open(self) -> aiohttp.ClientSession:
        # `parallel` of the connection bounds the calls; a second bound here would only hide waiting in the time-out.
        connector = aiohttp.TCPConnector(limit=0, ssl=_tls(), resolver=self._resolver, keepalive_timeout=30)
        timeout = aiohttp.ClientTimeout(total=None, connect=CONNECT_TIMEOUT_S, sock_connect=CONNECT_TIMEOUT_S)
        self._session = aiohttp.ClientSession(
            connector=connector, timeout=timeout, trust_env=False, cookie_jar=aiohttp.DummyCookieJar()
        )
        return self._session


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    """The system's certificate authorities (a company may have its own) and certifi's (a bare container has none)."""
    import certifi

    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context
