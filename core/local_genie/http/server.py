"""The ASGI application: bearer token, fault knobs, and the routes, each handler in a worker thread."""

import hmac
import json
import logging
from typing import TYPE_CHECKING, Any

from anyio import CapacityLimiter, sleep, to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from core.local_genie.faults import HttpFault
from core.local_genie.http.calls import Call, Handler
from core.local_genie.http.faulty import Dropped, faulty_response
from core.local_genie.http.routes import all_routes
from core.local_genie.refusals import Refusal

if TYPE_CHECKING:
    from core.local_genie.service import Service

MAX_BODY_BYTES = 16 * 1024 * 1024
# A client sends its whole body before it reads: closing early would show it a broken connection instead of 413.
_DRAIN_BYTES = 64 * 1024 * 1024
# Statements may wait 50 s for their end, each in a thread of its own
_WORKERS = 100

_log = logging.getLogger(__name__)


def create_app(service: "Service", token: str) -> Any:
    """The application of a service. Every route wants the token, but for the SDK's discovery."""
    limiter: list[CapacityLimiter] = []

    def endpoint(handler: Handler) -> Any:
        async def answer(request: Request) -> Response:
            _check_token(request, token)
            body = await _read_body(request)
            path = request.url.path
            local = path.startswith("/api/local/")  # a fault must not keep its own knob from being turned
            fault = None if local else service.faults.http_fault(request.method, path)
            if not local and service.faults.settings.http_latency_s:
                await sleep(service.faults.settings.http_latency_s)
            if fault is not None and not fault.late:
                return await _fail(fault)
            if not limiter:
                limiter.append(CapacityLimiter(_WORKERS))
            call = Call(request.method, dict(request.path_params), dict(request.query_params), body)
            found = await to_thread.run_sync(_handle, handler, call, limiter=limiter[0])
            return found if fault is None else await _fail(fault)

        return answer

    async def discover(request: Request) -> Response:
        return JSONResponse({"oidc_endpoint": f"{str(request.base_url).rstrip('/')}/oidc"})

    app = Starlette(
        routes=[
            Route("/.well-known/databricks-config", discover, methods=["GET"]),
            *(Route(path, endpoint(handler), methods=[method]) for method, path, handler in all_routes(service)),
        ],
        exception_handlers={Refusal: _refused, HTTPException: _no_route},
    )

    async def guarded(scope: Any, receive: Any, send: Any) -> None:
        try:
            await app(scope, receive, send)
        except Dropped:
            # ASGI has no word for it. The server's own send knows its transport.
            transport = getattr(getattr(send, "__self__", None), "transport", None)
            if transport is not None:
                transport.abort()
                await sleep(0)

    return guarded


def _handle(handler: Handler, call: Call) -> Response:
    try:
        return JSONResponse(handler(call))
    except Refusal as error:
        return _refusal(error)
    except Exception:
        _log.exception("The local Genie failed on a request")
        return _refusal(Refusal(500, "INTERNAL_ERROR", "The local Genie failed; its log says why."))


def _check_token(request: Request, token: str) -> None:
    kind, _, given = request.headers.get("authorization", "").partition(" ")
    if kind.casefold() != "bearer" or not hmac.compare_digest(given.strip().encode(), token.encode()):
        raise Refusal(
            401,
            "UNAUTHENTICATED",
            "The local Genie wants its bearer token. Send it as Authorization: Bearer …",
            {"WWW-Authenticate": "Bearer"},
        )


async def _fail(fault: HttpFault) -> Response:
    if fault.kind == "hang":
        await sleep(fault.seconds)
    return faulty_response(fault)


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
        raise Refusal(413, "MAX_REQUEST_SIZE_EXCEEDED", f"The body is larger than {MAX_BODY_BYTES // 1024 // 1024} MB.")
    return bytes(body)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return _refusal(error)


def _refusal(error: Refusal) -> Response:
    return Response(json.dumps(error.body), error.status, error.headers, "application/json")


async def _no_route(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    message = f"The local Genie does not offer {request.method} {request.url.path[:200]}."
    return _refusal(Refusal(error.status_code, "ENDPOINT_NOT_FOUND", message))
