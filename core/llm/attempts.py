"""One HTTP request to a model, whole or streamed, read with suspicion: a server may send anything."""

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from core.llm.cleaning import storable
from core.llm.failures import CutOffError, NotCompatibleError

if TYPE_CHECKING:
    from openai import AsyncOpenAI

_MOST_TOKENS = 1_000_000_000
"""More is no count of tokens, and no database column holds it."""


@dataclass
class Received:
    """What one request has brought so far. Tokens are None unless the service told both numbers."""

    parts: list[str] = field(default_factory=list)
    input_tokens: int | None = None
    output_tokens: int | None = None
    model: str | None = None
    finish_reason: str | None = None
    first_token_at: float | None = None

    @property
    def text(self) -> str:
        return "".join(self.parts)


async def whole(sdk: "AsyncOpenAI", params: dict[str, Any], timeout_s: float, received: Received) -> None:
    """Ask for the answer in one piece; it must be here within `timeout_s`."""
    async with asyncio.timeout(timeout_s):
        completion = await sdk.chat.completions.create(**params)
    _take_whole(completion, received)


async def streamed(
    sdk: "AsyncOpenAI", params: dict[str, Any], timeout_s: float, received: Received, on_text: Callable[[str], None]
) -> None:
    """Ask for the answer piece by piece; `timeout_s` is the longest silence, before the first piece too."""
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(timeout_s) as patience:
        stream = await sdk.chat.completions.create(stream=True, **params)
        try:
            content_type = stream.response.headers.get("content-type", "")
            if "event-stream" not in content_type:
                await _take_unstreamed(stream.response, content_type, received, on_text)
                return
            count = 0
            async for chunk in stream:
                patience.reschedule(loop.time() + timeout_s)
                count += 1
                if text := _take_chunk(chunk, received):
                    on_text(text)
            body = stream.response.extensions.get("reply_body")
        finally:
            await stream.response.aclose()
    if count == 0:
        raise NotCompatibleError("a stream without any event")
    if received.finish_reason is None and not getattr(body, "saw_done", True):
        raise CutOffError
    if received.finish_reason is None and not received.parts:
        raise NotCompatibleError("a stream without a choice")


def _take_chunk(chunk: Any, received: Received) -> str:
    _take_model_and_usage(chunk, received)
    choices = getattr(chunk, "choices", None)
    if not isinstance(choices, list) or not choices:
        return ""
    delta = getattr(choices[0], "delta", None)
    received.finish_reason = _reason_of(choices[0]) or received.finish_reason
    text = _text_of(getattr(delta, "content", None)) or _text_of(getattr(delta, "refusal", None))
    if text:
        if received.first_token_at is None:
            received.first_token_at = time.monotonic()
        received.parts.append(text)
    return text


def _take_whole(completion: Any, received: Received) -> None:
    if isinstance(completion, str):
        raise NotCompatibleError("a web page" if completion.lstrip()[:1] == "<" else "something else than JSON")
    choices = getattr(completion, "choices", None)
    if not isinstance(choices, list):
        raise NotCompatibleError("JSON without choices")
    _take_model_and_usage(completion, received)
    if not choices:
        raise NotCompatibleError("an answer with an empty list of choices")
    message = getattr(choices[0], "message", None)
    if not hasattr(message, "content"):
        raise NotCompatibleError("a choice without a message")
    received.parts.append(_text_of(getattr(message, "content", None)) or _text_of(getattr(message, "refusal", None)))
    received.finish_reason = _reason_of(choices[0])


async def _take_unstreamed(
    response: Any, content_type: str, received: Received, on_text: Callable[[str], None]
) -> None:
    """A server that does not stream sends the answer whole all the same; anything else is no answer."""
    if "json" not in content_type:
        raise NotCompatibleError(f"{content_type.partition(';')[0] or 'nothing'} instead of a stream")
    from openai.types.chat import ChatCompletion

    completion = json.loads(await response.aread())
    if not isinstance(completion, dict):
        raise NotCompatibleError("JSON without choices")
    _take_whole(ChatCompletion.construct(**completion), received)
    received.first_token_at = time.monotonic()
    on_text(received.text)


def _take_model_and_usage(reply: Any, received: Received) -> None:
    model = getattr(reply, "model", None)
    if isinstance(model, str) and model:
        received.model = model
    usage = getattr(reply, "usage", None)
    if usage is None:
        return
    sent, answered = getattr(usage, "prompt_tokens", None), getattr(usage, "completion_tokens", None)
    if not (isinstance(sent, int) and isinstance(answered, int)):
        return
    if 0 <= sent <= _MOST_TOKENS and 0 <= answered <= _MOST_TOKENS and sent + answered > 0:
        received.input_tokens, received.output_tokens = sent, answered


def _text_of(content: Any) -> str:
    """Content is text, or for some services a list of parts, of which only text counts."""
    if isinstance(content, str):
        return storable(content)
    if not isinstance(content, list):
        return ""
    parts = [part if isinstance(part, dict) else getattr(part, "__dict__", {}) for part in content]
    texts = (part["text"] for part in parts if part.get("type") == "text" and isinstance(part.get("text"), str))
    return storable("".join(texts))


def _reason_of(choice: Any) -> str | None:
    reason = getattr(choice, "finish_reason", None)
    return reason if isinstance(reason, str) and reason else None
