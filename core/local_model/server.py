"""The routes of the offline model: OpenAI's models and chat completions, with its error shape."""

import json
import logging
import secrets
import threading
from collections.abc import AsyncIterator
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from core.local_model.analysts import register_analysts
from core.local_model.answering import answer
from core.local_model.chat_request import RequestError, check_model, read_chat_request
from core.local_model.completing import completion, completion_chunks, finish
from core.local_model.identity import MODEL_NAME
from core.local_model.pacing import paced

MAX_BODY_BYTES = 10 * 1024 * 1024
# A client sends its whole body before it reads: closing early would show it a broken connection instead of 413.
_DRAIN_BYTES = 64 * 1024 * 1024

_log = logging.getLogger(__name__)


def create_app(closing: threading.Event) -> Starlette:
    """The ASGI application; once `closing` is set, streams run out without pauses."""
    register_analysts()

    async def chat(request: Request) -> Response:
        return await _chat(request, closing)

    return Starlette(
        routes=[
            Route("/v1/models", _list_models, methods=["GET"]),
            Route("/v1/models/{name:path}", _get_model, methods=["GET"]),
            Route("/v1/chat/completions", chat, methods=["POST"]),
        ],
        exception_handlers={RequestError: _refused, HTTPException: _no_route},
    )


async def _list_models(request: Request) -> Response:
    return JSONResponse({"object": "list", "data": [_model()]})


async def _get_model(request: Request) -> Response:
    check_model(request.path_params["name"])
    return JSONResponse(_model())


def _model() -> dict[str, Any]:
    return {"id": MODEL_NAME, "object": "model", "created": 0, "owned_by": "whetstone"}


async def _chat(request: Request, closing: threading.Event) -> Response:
    body = await _read_body(request)
    headers = {"x-request-id": f"req_{secrets.token_hex(12)}"}
    try:
        # In a worker thread, because a long prompt takes tens of milliseconds that other streams would wait for.
        asked, content, finish_reason = await run_in_threadpool(_answer, body)
    except RequestError:
        raise
    except Exception:
        _log.exception("The offline model failed on a request")
        error = {
            "message": "The offline model failed; its log says why.",
            "type": "server_error",
            "param": None,
            "code": None,
        }
        return JSONResponse({"error": error}, status_code=500, headers=headers)
    if not asked.stream:
        return JSONResponse(completion(asked, content, finish_reason), headers=headers)

    async def events() -> AsyncIterator[str]:
        async for chunk in paced(completion_chunks(asked, content, finish_reason), closing):
            yield f"data: {json.dumps(chunk)}\n\n"
        yield "data: [DONE]\n\n"

    return StreamingResponse(events(), media_type="text/event-stream", headers=headers | {"cache-control": "no-cache"})


def _answer(body: bytes) -> tuple[Any, str, str]:
    asked = read_chat_request(_decode(body))
    return asked, *finish(answer(asked), asked)


def _decode(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise RequestError(400, f"The body is not valid JSON: {str(error)[:200]}") from error


async def _read_body(request: Request) -> bytes:
    body = bytearray()
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > _DRAIN_BYTES:
            break
        if size <= MAX_BODY_BYTES:
            body += part
    if size > MAX_BODY_BYTES:
        message = f"The body is larger than {MAX_BODY_BYTES // 1024 // 1024} MB."
        raise RequestError(413, message, code="request_too_large")
    return bytes(body)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestError)
    return JSONResponse({"error": error.error}, status_code=error.status)


async def _no_route(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    path = request.url.path[:200]
    message = f"The offline model does not offer {request.method} {path}; it has /v1/models and /v1/chat/completions."
    refused = RequestError(error.status_code, message, code="unknown_url")
    return JSONResponse({"error": refused.error}, status_code=error.status_code, headers=error.headers)
