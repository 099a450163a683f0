"""What the faulty model says: the replies of `faulty_model`, as plain values."""

import json
import time
from dataclasses import dataclass, field
from typing import Any

from core.local_model.instances import minimal_instance

MODEL = "faulty-1"
_CODES = {401: "invalid_api_key", 404: "model_not_found", 429: "rate_limit_exceeded"}
_HTML = b"<!doctype html><html><title>Sign in</title><body><h1>Please sign in to the network</h1></body></html>"


@dataclass(frozen=True)
class Reply:
    """One HTTP reply. With `chunks` it is streamed; `breaks` cuts it and the connection in the middle."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)
    chunks: list[bytes] | None = None
    breaks: bool = False


def error_reply(
    status: int,
    message: str | None = None,
    *,
    param: str | None = None,
    code: str | None = None,
    retry_after: str | None = None,
) -> Reply:
    """An error in OpenAI's shape."""
    kind = "server_error" if status >= 500 else "invalid_request_error"
    error = {
        "message": message or f"The faulty model answers {status}.",
        "type": kind,
        "param": param,
        "code": code or _CODES.get(status),
    }
    headers = {"retry-after": retry_after} if retry_after else {}
    return Reply(status, json.dumps({"error": error}).encode(), headers=headers)


def reply_for(
    behaviour: str, method: str, path: str, body: Any, *, content: str, json_content: str, other: str
) -> Reply:
    """The reply of a behaviour that does not depend on time or count."""
    if behaviour.startswith("redirect"):
        status = 307 if behaviour.endswith("307") else 302
        return Reply(status, headers={"location": f"{other}/ok/v1/chat/completions"})
    if behaviour == "html":
        return Reply(200, _HTML, "text/html; charset=utf-8")
    if method == "GET" and "/models" in path:
        model = {"id": MODEL, "object": "model", "created": 0, "owned_by": "tests"}
        found = model if path.rstrip("/").endswith(MODEL) else {"object": "list", "data": [model]}
        return Reply(200, json.dumps(found).encode())
    if method != "POST" or not path.endswith("/chat/completions") or not isinstance(body, dict):
        return error_reply(404, f"{method} {path} is not offered.", code="unknown_url")
    if behaviour == "no-response-format" and body.get("response_format"):
        message = "'response_format' is not supported by this model."
        return error_reply(400, message, param="response_format", code="unsupported_parameter")
    text = _content(behaviour, body, content, json_content)
    return _streamed(behaviour, text, body) if body.get("stream") else _whole(behaviour, text)


def _content(behaviour: str, body: dict[str, Any], content: str, json_content: str) -> str:
    format_ = body.get("response_format") or {}
    if behaviour == "echo":
        return json.dumps(body.get("messages"), ensure_ascii=False)
    if behaviour == "ignores-response-format":
        return content
    if behaviour == "not-schema":
        return '{"unexpected_key": "not what the schema asks for"}'
    good_json = json_content
    if format_.get("type") == "json_schema":
        good_json = json.dumps(minimal_instance(format_["json_schema"].get("schema", {}), lambda hint: content))
    if behaviour == "fenced-json":
        flawed = good_json.rstrip()
        return f"Here is the result:\n\n```json\n{flawed[:-1].rstrip()},\n{flawed[-1]}\n```\n\nAnything else?"
    asks_for_json = (
        format_.get("type") in ("json_object", "json_schema") or "json" in json.dumps(body["messages"]).lower()
    )
    return good_json if asks_for_json else content


def _usage(text: str) -> dict[str, int]:
    return {
        "prompt_tokens": 11,
        "completion_tokens": max(1, len(text) // 4),
        "total_tokens": 11 + max(1, len(text) // 4),
    }


def _whole(behaviour: str, text: str) -> Reply:
    message = {"role": "assistant", "content": text, "refusal": None}
    choice = {"index": 0, "message": message, "finish_reason": "stop", "logprobs": None}
    completion = {
        "id": "chatcmpl-faulty",
        "object": "chat.completion",
        "created": int(time.time()),
        "model": MODEL,
        "choices": [] if behaviour == "empty-choices" else [choice],
        "usage": _usage(text),
    }
    if behaviour == "no-usage":
        del completion["usage"]
    body = json.dumps(completion).encode()
    if behaviour == "half-json":
        body = body[: len(body) // 2]
    return Reply(200, body, breaks=behaviour == "half-stream")


def _streamed(behaviour: str, text: str, body: dict[str, Any]) -> Reply:
    head = {"id": "chatcmpl-faulty", "object": "chat.completion.chunk", "created": int(time.time()), "model": MODEL}

    def event(data: Any) -> bytes:
        return f"data: {json.dumps(data)}\n\n".encode()

    def delta(value: dict[str, str], reason: str | None = None) -> bytes:
        choice = {"index": 0, "delta": value, "finish_reason": reason, "logprobs": None}
        return event(head | {"choices": [] if behaviour == "empty-choices" else [choice]})

    pieces = [text[i : i + 5] for i in range(0, len(text), 5)]
    chunks = [delta({"role": "assistant", "content": ""}), *(delta({"content": p}) for p in pieces), delta({}, "stop")]
    if behaviour != "no-usage" and (body.get("stream_options") or {}).get("include_usage"):
        chunks.append(event(head | {"choices": [], "usage": _usage(text)}))
    chunks.append(b"data: [DONE]\n\n")
    if behaviour == "half-json":  # the connection holds, but an event is cut
        chunks = [*chunks[:2], chunks[2][: len(chunks[2]) // 2] + b"\n\n"]
    return Reply(200, content_type="text/event-stream", chunks=chunks, breaks=behaviour == "half-stream")
