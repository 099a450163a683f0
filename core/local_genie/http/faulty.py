"""Responses that a client should survive."""

import json

from starlette.responses import HTMLResponse, Response

from core.local_genie.faults import HttpFault

_CODES = {
    "400": "BAD_REQUEST",
    "401": "UNAUTHENTICATED",
    "403": "PERMISSION_DENIED",
    "404": "RESOURCE_DOES_NOT_EXIST",
    "409": "ABORTED",
    "429": "REQUEST_LIMIT_EXCEEDED",
    "500": "INTERNAL_ERROR",
    "503": "TEMPORARILY_UNAVAILABLE",
    "504": "DEADLINE_EXCEEDED",
}
_PAGE = "<html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>"


class Dropped(BaseException):
    """The connection is to be closed without an answer. Not an `Exception`: the framework would answer that with 500."""


def faulty_response(fault: HttpFault) -> Response:
    """The response of a fault.

    Raises:
        Dropped: there is to be none.
    """
    headers = {} if fault.retry_after_s is None else {"Retry-After": f"{fault.retry_after_s:g}"}
    match fault.kind:
        case "drop" | "hang":
            raise Dropped
        case "html":
            return HTMLResponse(_PAGE.format("502 Bad Gateway"), 502, headers)
        case "wrong_html":
            return HTMLResponse(_PAGE.format("Sign in"), 200, headers)
        case "half_json":
            return Response('{"message_id": "0123', 200, headers, "application/json")
        case "empty":
            return Response(b"", 200, headers, "application/json")
        case _:
            body = {"error_code": _CODES[fault.kind], "message": f"Fault {fault.kind}, as it was set."}
            return Response(json.dumps(body), int(fault.kind), headers, "application/json")
