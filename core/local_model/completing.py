"""From an answer's text to OpenAI's completion objects: cutting, counting, splitting into chunks."""

import re
import secrets
import time
from collections.abc import Iterator
from typing import Any

from core.local_model.chat_request import ChatRequest
from core.local_model.identity import MODEL_NAME
from core.local_model.pacing import MAX_PIECES

_FINGERPRINT = "whetstone_offline_1"
# A token is taken as four characters and a message as four tokens more: a deterministic estimate, since real
# tokenisers differ by model and need files from the network.
_CHARACTERS_PER_TOKEN = 4
_TOKENS_PER_MESSAGE = 4
# Scripts without spaces would stream as one piece.
_WORD = re.compile(r"\S{1,16}\s*|\s+")


def estimate_tokens(text: str) -> int:
    """Tokens of a text, rounded up; 0 for an empty one. An estimate."""
    return -(-len(text) // _CHARACTERS_PER_TOKEN)


def finish(text: str, asked: ChatRequest) -> tuple[str, str]:
    """Apply `stop` and `max_tokens`; return the text and its finish reason, "stop" or "length"."""
    ends = [at for at in (text.find(stop) for stop in asked.stop) if at >= 0]
    text = text[: min(ends)] if ends else text
    if asked.max_tokens is not None and estimate_tokens(text) > asked.max_tokens:
        return text[: asked.max_tokens * _CHARACTERS_PER_TOKEN], "length"
    return text, "stop"


def _usage(asked: ChatRequest, content: str) -> dict[str, int]:
    prompt = sum(estimate_tokens(message.text) + _TOKENS_PER_MESSAGE for message in asked.messages)
    written = estimate_tokens(content)
    return {"prompt_tokens": prompt, "completion_tokens": written, "total_tokens": prompt + written}


def _head(kind: str) -> dict[str, Any]:
    return {
        "id": f"chatcmpl-{secrets.token_hex(12)}",
        "object": kind,
        "created": int(time.time()),
        "model": MODEL_NAME,
        "system_fingerprint": _FINGERPRINT,
    }


def completion(asked: ChatRequest, content: str, finish_reason: str) -> dict[str, Any]:
    """The whole answer as one `chat.completion` object."""
    message = {"role": "assistant", "content": content, "refusal": None}
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": finish_reason}
    return _head("chat.completion") | {"choices": [choice], "usage": _usage(asked, content)}


def completion_chunks(asked: ChatRequest, content: str, finish_reason: str) -> Iterator[dict[str, Any]]:
    """The answer as `chat.completion.chunk` objects: role, content in pieces, finish reason, usage if asked for."""
    head = _head("chat.completion.chunk")
    if asked.include_usage:
        head["usage"] = None

    def chunk(delta: dict[str, str], reason: str | None = None) -> dict[str, Any]:
        return head | {"choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": reason}]}

    yield chunk({"role": "assistant", "content": ""})
    for piece in _pieces(content):
        yield chunk({"content": piece})
    yield chunk({}, finish_reason)
    if asked.include_usage:
        yield head | {"choices": [], "usage": _usage(asked, content)}


def _pieces(content: str) -> Iterator[str]:
    words = _WORD.findall(content)
    at_once = max(1, -(-len(words) // MAX_PIECES))
    for start in range(0, len(words), at_once):
        yield "".join(words[start : start + at_once])
