"""An OpenAI-compatible server on loopback that misbehaves as it is told, for tests of everything that calls a model.

The behaviour is the first part of the path: `OpenAI(base_url=faulty.url("429-after-1"))`. It speaks HTTP on bare
sockets, because a framework would refuse to break a response in the middle.

Behaviours
    ok, echo (the messages received, as JSON), slow-<ms>, slow-stream-<ms> (between chunks)
    <status>, <status>-after-<seconds> (with Retry-After), either with -then-ok or -x<N>-then-ok (the first N requests
        fail, then ok); 429-then-ok says Retry-After: 1
    half-stream, half-json, html, empty-choices, no-usage, never, redirect and redirect-307 (to another port)
    not-schema, not-schema-then-ok, fenced-json, ignores-response-format, no-response-format
"""

import asyncio
import contextlib
import json
import re
import threading
from collections import Counter
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

from tests.servers.faulty_replies import Reply, error_reply, reply_for

_FAILING = re.compile(r"(?P<status>[45]\d\d)(?:-after-(?P<after>[\d.]+))?(?:(?:-x(?P<times>\d+))?(?P<then>-then-ok))?")
_SLOW = re.compile(r"slow-(?P<stream>stream-)?(?P<ms>\d+)")
_NAMED = frozenset(
    {
        "ok", "echo", "half-stream", "half-json", "html", "empty-choices", "no-usage", "never", "redirect", "redirect-307",
        "not-schema", "not-schema-then-ok", "fenced-json", "ignores-response-format", "no-response-format",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Received:
    """One request. Header names are lower case; `body` is the decoded JSON, None without one."""

    behaviour: str
    method: str
    path: str
    headers: dict[str, str]
    body: Any


class FaultyModel:
    """The running server. `history` holds the requests in order, `counts` how many each behaviour had.

    `content` is the text of good answers; `json_content` the JSON of good answers to `json_object`, and to prompts that
    ask for JSON. A good answer to a `json_schema` is made to meet it. `leaked` holds what arrived at the redirect's target.
    """

    def __init__(self, *, content: str = "This is the answer.", json_content: str = '{"answer": "yes"}') -> None:
        self.content = content
        self.json_content = json_content
        self._first_contents = (content, json_content)
        self.history: list[Received] = []
        self.leaked: list[Received] = []
        self.counts: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="faulty-model", daemon=True)
        self._thread.start()
        assert self._ready.wait(10), "the faulty model did not start"

    def url(self, behaviour: str) -> str:
        """The base URL under which the server behaves so; refuses a misspelt behaviour."""
        if not (behaviour in _NAMED or _FAILING.fullmatch(behaviour) or _SLOW.fullmatch(behaviour)):
            raise ValueError(f"no such behaviour: {behaviour}")
        return f"http://127.0.0.1:{self.port}/{behaviour}/v1"

    def reset(self) -> None:
        """Forget all requests, and what answers were set; behaviours that change with their count start anew."""
        self.content, self.json_content = self._first_contents
        with self._lock:
            self.history.clear()
            self.leaked.clear()
            self.counts.clear()

    def close(self) -> None:
        """End it and break every open connection. May be called again."""
        if self._thread.is_alive():
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join(5)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._listen())
        self._ready.set()
        self._loop.run_forever()
        self._server.close()
        self._other.close()
        self._loop.run_until_complete(_end_tasks())
        self._loop.close()

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self._other = await asyncio.start_server(self._accept_leak, "127.0.0.1", 0)
        self.port: int = self._server.sockets[0].getsockname()[1]
        self.other_port: int = self._other.sockets[0].getsockname()[1]

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._connection(reader, writer, leak=False)

    async def _accept_leak(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._connection(reader, writer, leak=True)

    async def _connection(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, leak: bool) -> None:
        try:
            while (received := await _read_request(reader)) and await self._respond(
                received, reader, writer, leak=leak
            ):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client went away, or the server closes: both are what these tests are about
        finally:
            writer.close()

    async def _respond(
        self, received: Received, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, leak: bool
    ) -> bool:
        """Answer one request; False ends the connection."""
        with self._lock:
            (self.leaked if leak else self.history).append(received)
            if not leak:
                self.counts[received.behaviour] += 1
            count = self.counts[received.behaviour]
        behaviour = "ok" if leak else received.behaviour
        if behaviour == "never":
            await reader.read()  # returns when the client gives up
            return False
        if failing := _FAILING.fullmatch(behaviour):
            if failing["then"] and count > int(failing["times"] or 1):
                behaviour = "ok"
            else:
                after = failing["after"] or ("1" if behaviour == "429-then-ok" else None)
                return await _write(writer, error_reply(int(failing["status"]), retry_after=after))
        pause_s = 0.0
        if slow := _SLOW.fullmatch(behaviour):
            behaviour = "ok"
            pause_s = int(slow["ms"]) / 1000
            if not slow["stream"]:
                await asyncio.sleep(pause_s)
                pause_s = 0.0
        if behaviour == "not-schema-then-ok":
            behaviour = "not-schema" if count == 1 else "ok"
        reply = reply_for(
            behaviour,
            received.method,
            received.path,
            received.body,
            content=self.content,
            json_content=self.json_content,
            other=f"http://127.0.0.1:{self.other_port}",
        )
        return await _write(writer, reply, pause_s)


async def _end_tasks() -> None:
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await asyncio.sleep(0.01)  # closing a transport takes one more turn of the loop


async def _read_request(reader: asyncio.StreamReader) -> Received | None:
    """The next request of a connection, None at its end."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.strip().split("\r\n")
    method, path, _ = first.split(" ", 2)
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    raw = await reader.readexactly(int(headers.get("content-length", 0)))
    try:
        body = json.loads(raw) if raw else None
    except ValueError:
        body = raw.decode("utf-8", "replace")
    return Received(path.strip("/").split("/")[0], method, path, headers, body)


async def _write(writer: asyncio.StreamWriter, reply: Reply, pause_s: float = 0.0) -> bool:
    """Send a reply; False if it ends the connection."""
    headers = {"content-type": reply.content_type, **reply.headers}
    if reply.chunks is None:
        headers["content-length"] = str(len(reply.body))
    else:
        headers["transfer-encoding"] = "chunked"
    head = f"HTTP/1.1 {reply.status} Faulty\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    writer.write(head.encode() + b"\r\n")
    if reply.chunks is None:
        writer.write(reply.body[: len(reply.body) // 2] if reply.breaks else reply.body)
    else:
        for chunk in reply.chunks[: len(reply.chunks) // 2] if reply.breaks else reply.chunks:
            writer.write(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n")
            await writer.drain()
            await asyncio.sleep(pause_s)
        if not reply.breaks:
            writer.write(b"0\r\n\r\n")
    await writer.drain()
    return not reply.breaks
