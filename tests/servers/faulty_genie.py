"""A Genie-compatible server on loopback that answers sickly as it is told, for tests of everything that talks to Genie.

The behaviour is the first part of the path: `Workspace(host=genie.url("start.429-after-1-x2-then-ok"))`. It is
`<operation>.<fault>`; `any` is every operation, and `ok` alone is a healthy Genie (see `healthy_genie`).

Operations
    list, get, create, update, trash, start, message, rows, rerun, forget, conversations, messages, statement, poll
    (of a statement), warehouses, tables, eval, any
Faults, of the request
    <status>, <status>-after-<seconds> (with Retry-After); html, html-502, half-json, half-body (the connection breaks),
    wrong-shape, never, slow-<ms>, lost (it takes effect, but the reply is lost), limit-<n>-per-<seconds> (429 beyond that)
Faults, of the message
    failed-<ERROR_TYPE>, failed-untyped, cancelled, expired, expired-for-good, clarifying, silent (no attachment), stuck,
    sql-fails, warehouse-trouble
Each request's fault may end in -x<N>-then-ok: the first N requests of the operation fail, then all is well.
"""

import contextlib
import json
import re
import socket
import threading
import time
from collections import Counter, defaultdict
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from tests.servers.healthy_genie import JSON, Conflict, HealthyGenie, Missing, Refused

TOKEN = "dapi-test-0123456789"
_S = r"/api/2\.0/genie/spaces"
_C = rf"{_S}/(?P<space>\w+)/conversations"
_M = rf"{_C}/(?P<conversation>\w+)/messages/(?P<message>\w+)"
_E = rf"{_S}/(?P<space>\w+)/eval-runs"
_ROUTES = [
    ("list", "GET", _S), ("create", "POST", _S),
    ("get", "GET", rf"{_S}/(?P<space>\w+)"), ("update", "PATCH", rf"{_S}/(?P<space>\w+)"),
    ("trash", "DELETE", rf"{_S}/(?P<space>\w+)"),
    ("start", "POST", rf"{_S}/(?P<space>\w+)/start-conversation"),
    ("conversations", "GET", _C), ("forget", "DELETE", rf"{_C}/(?P<conversation>\w+)"),
    ("messages", "GET", rf"{_C}/(?P<conversation>\w+)/messages"),
    ("start", "POST", rf"{_C}/(?P<conversation>\w+)/messages"),
    ("message", "GET", _M), ("rows", "GET", rf"{_M}/attachments/\w+/query-result"),
    ("rerun", "POST", rf"{_M}/attachments/\w+/execute-query"),
    ("eval", "POST", _E), ("eval", "GET", _E), ("eval", "GET", rf"{_E}/(?P<run>\w+)"),
    ("eval", "GET", rf"{_E}/(?P<run>\w+)/results"), ("eval", "GET", rf"{_E}/(?P<run>\w+)/results/(?P<result>\w+)"),
    ("statement", "POST", r"/api/2\.0/sql/statements/?"), ("poll", "GET", r"/api/2\.0/sql/statements/(?P<statement>[\w-]+)"),
    ("cancel", "POST", r"/api/2\.0/sql/statements/(?P<statement>[\w-]+)/cancel"),
    ("warehouses", "GET", r"/api/2\.0/sql/warehouses"), ("tables", "GET", r"/api/2\.1/unity-catalog/tables"),
]  # fmt: skip
_OPERATIONS = {name for name, _, _ in _ROUTES} | {"any"}
_TIMES = re.compile(r"(?P<fault>.+?)(?:-x(?P<times>\d+)-then-ok)?")
_STATUS = re.compile(r"(?P<status>[45]\d\d)(?:-after-(?P<after>[\d.]+))?")
_LIMIT = re.compile(r"limit-(?P<n>\d+)-per-(?P<seconds>[\d.]+)(?P<silent>-silent)?")
_OF_REQUEST = re.compile(r"html|html-502|half-json|half-body|wrong-shape|never|lost|slow-\d+")
_OF_MESSAGE = re.compile(
    r"failed-[A-Z_]+|failed-untyped|cancelled|expired|expired-for-good|clarifying|silent|stuck|sql-fails|warehouse-trouble|running"
)
_HTML = b"<!doctype html><html><title>Sign in</title><body><h1>Please sign in</h1></body></html>"


@dataclass(frozen=True)
class Received:
    """One request that was not about the host itself."""

    behaviour: str
    operation: str
    method: str
    path: str
    at: float
    status: int


class FaultyGenie:
    """The running server. `genie` is its healthy state, shared by all behaviours; `history` holds the requests in order."""

    def __init__(self) -> None:
        self.genie = HealthyGenie()
        self.history: list[Received] = []
        self.counts: Counter[tuple[str, str]] = Counter()
        self.granted: dict[str, list[float]] = defaultdict(list)
        self.lock = threading.RLock()
        self.closing = threading.Event()
        owner = self

        class Handler(_Handler):
            server_owner = owner

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(0.05,), name="faulty-genie", daemon=True).start()

    def url(self, behaviour: str = "ok") -> str:
        """The host under which the server behaves so; refuses a misspelt behaviour."""
        for each in behaviour.split("+") if behaviour != "ok" else ():
            operation, _, rest = each.partition(".")
            found = _TIMES.fullmatch(rest)
            fault = found["fault"] if found else ""
            known = any(pattern.fullmatch(fault) for pattern in (_STATUS, _LIMIT, _OF_REQUEST, _OF_MESSAGE))
            if operation not in _OPERATIONS or not known:
                raise ValueError(f"no such behaviour: {each}")
        return f"http://127.0.0.1:{self.port}/{behaviour}"

    def requests(self, operation: str) -> list[Received]:
        with self.lock:
            return [each for each in self.history if each.operation == operation]

    def reset(self) -> None:
        """Forget all requests and all state; behaviours that count begin anew."""
        with self.lock:
            self.genie = HealthyGenie()
            self.history.clear()
            self.counts.clear()
            self.granted.clear()

    def close(self) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _Handler(BaseHTTPRequestHandler):
    server_owner: FaultyGenie
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""

    def _answer(self) -> None:
        owner = self.server_owner
        address = urlsplit(self.path)
        _, behaviour, *rest = address.path.split("/")
        path = "/" + "/".join(rest)
        length = int(self.headers.get("content-length") or 0)
        raw = self.rfile.read(length)
        if path.startswith("/.well-known/"):
            self._send(404, {"message": "not offered"})
            return
        matches = [
            (name, found)
            for name, method, pattern in _ROUTES
            if method == self.command and (found := re.fullmatch(pattern, path))
        ]
        operation, found = matches[0] if matches else ("unknown", None)
        with owner.lock:
            owner.counts[behaviour, operation] += 1
            fault = self._fault(behaviour, operation, owner.counts[behaviour, operation])
        self._seen = (behaviour, operation, path)
        if found is None:
            self._send(404, {"error_code": "ENDPOINT_NOT_FOUND", "message": f"{self.command} {path}"})
            return
        if self.headers.get("authorization") != f"Bearer {TOKEN}":
            self._send(401, {"error_code": "UNAUTHENTICATED", "message": "Credential was not sent or is wrong."})
            return
        if fault and self._sick(fault, behaviour):
            return
        body = json.loads(raw) if raw else {}
        query = {key: values[0] for key, values in parse_qs(address.query).items()}
        try:
            with owner.lock:
                reply = self._healthy(operation, found.groupdict(), body, query)
                of_message = self._fault_of_message(behaviour, operation, owner.counts[behaviour, "start"])
                if of_message:
                    reply = _sick_message(of_message, operation, dict(reply))
        except Missing as error:
            self._send(404, {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": str(error)})
        except Refused as error:
            self._send(400, {"error_code": "INVALID_PARAMETER_VALUE", "message": str(error)})
        except Conflict as error:
            self._send(409, {"error_code": "ABORTED", "message": str(error)})
        else:
            if fault == "lost":
                self._break(b"")
                return
            self._send(200, reply)

    do_GET = do_POST = do_PATCH = do_DELETE = _answer

    def _fault(self, behaviour: str, operation: str, count: int) -> str | None:
        """The fault of this request, None if it is healthy."""
        for each in behaviour.split("+"):
            of, _, rest = each.partition(".")
            found = _TIMES.fullmatch(rest)
            if of not in (operation, "any") or not found or _OF_MESSAGE.fullmatch(found["fault"]):
                continue
            if found["times"] is None or count <= int(found["times"]):
                return found["fault"]
        return None

    def _fault_of_message(self, behaviour: str, operation: str, asked: int) -> str | None:
        if operation not in ("message", "rows", "rerun", "statement", "poll"):
            return None
        for each in behaviour.split("+"):
            of, _, rest = each.partition(".")
            found = _TIMES.fullmatch(rest)
            if found and _OF_MESSAGE.fullmatch(found["fault"]):
                concerned = of == operation if operation in ("statement", "poll") else of not in ("statement", "poll")
                if concerned and (found["times"] is None or asked <= int(found["times"])):
                    return found["fault"]
        return None

    def _sick(self, fault: str, behaviour: str) -> bool:
        """Answer sickly; False where the request goes on to be answered."""
        owner = self.server_owner
        if found := _STATUS.fullmatch(fault):
            code = {401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "RESOURCE_DOES_NOT_EXIST", 409: "ABORTED"}
            name = code.get(
                int(found["status"]), "RESOURCE_EXHAUSTED" if found["status"] == "429" else "INTERNAL_ERROR"
            )
            reply = {"error_code": name, "message": f"The faulty Genie answers {found['status']}."}
            self._send(int(found["status"]), reply, retry_after=found["after"])
        elif found := _LIMIT.fullmatch(fault):
            now = time.monotonic()
            with owner.lock:
                granted = owner.granted[behaviour] = [
                    t for t in owner.granted[behaviour] if t > now - float(found["seconds"])
                ]
                if len(granted) < int(found["n"]):
                    granted.append(now)
                    return False
            after = None if found["silent"] else "1"
            self._send(429, {"error_code": "RESOURCE_EXHAUSTED", "message": "too many questions"}, retry_after=after)
        elif fault in ("html", "html-502"):
            self._send(502 if fault.endswith("502") else 200, _HTML)
        elif fault == "half-json":
            self._send(200, b'{"spaces": [{"space_id": "01f')
        elif fault == "half-body":
            self._break(b'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 500\r\n\r\n{"space')
        elif fault == "wrong-shape":
            self._send(200, {"spaces": 7, "unexpected": [1, 2]})
        elif fault == "never":
            owner.closing.wait(60)
            self._break(b"")
        elif fault.startswith("slow-"):
            time.sleep(int(fault.removeprefix("slow-")) / 1000)
            return False
        else:
            return False
        return True

    def _healthy(self, operation: str, ids: dict[str, str], body: JSON, query: dict[str, str]) -> JSON:
        genie = self.server_owner.genie
        match operation, self.command:
            case "list", _:
                rows = list(genie.spaces.values())
                at = int(query.get("page_token", 0))
                size = min(int(query.get("page_size", 20)), 20)
                hidden = {"serialized_space"} if genie.lists_descriptions else {"serialized_space", "description"}
                page = [{k: v for k, v in row.items() if k not in hidden} for row in rows[at : at + size]]
                return {"spaces": page} | ({"next_page_token": str(at + size)} if at + size < len(rows) else {})
            case "create", _:
                return genie.create_space(body)
            case "get", _:
                row = genie.space(ids["space"])
                full = query.get("include_serialized_space") == "true"
                return row if full else {k: v for k, v in row.items() if k != "serialized_space"}
            case "update", _:
                return genie.update_space(ids["space"], body)
            case "trash", _:
                genie.trash[ids["space"]] = genie.space(ids["space"])
                del genie.spaces[ids["space"]]
            case "start", _:
                if ids.get("conversation"):
                    return genie.add_message(ids["conversation"], body["content"])["message"]
                return genie.start(ids["space"], body["content"])
            case "message", _:
                return genie.message(ids["conversation"], ids["message"])
            case (("rows" | "rerun"), _):
                return genie.rows(ids["conversation"], ids["message"])
            case "conversations", _:
                held = [c for c in genie.conversations.values() if c["space_id"] == ids["space"]]
                return {"conversations": [{k: v for k, v in each.items() if k != "messages"} for each in held]}
            case "messages", _:
                return {"messages": list(genie.conversation(ids["conversation"])["messages"].values())}
            case "forget", _:
                genie.conversation(ids["conversation"])
                del genie.conversations[ids["conversation"]]
            case "statement", _:
                return genie.statement(body["statement"], body.get("row_limit"))
            case "poll", _:
                return genie.statement("SELECT 1")
            case "eval", "POST":
                return genie.start_run(ids["space"], body.get("benchmark_question_ids") or [])
            case "eval", _:
                return self._eval(ids)
            case "warehouses", _:
                return {
                    "warehouses": [
                        {"id": "wh0", "name": "Off", "state": "STOPPED"},
                        {"id": "wh1", "name": "On", "state": "RUNNING"},
                    ]
                }
            case "tables", _:
                column = {"name": "amount", "type_text": "decimal(10,2)", "comment": "in euro"}
                return {
                    "tables": [
                        {
                            "name": "orders",
                            "full_name": "main.sales.orders",
                            "table_type": "MANAGED",
                            "columns": [column],
                        }
                    ]
                }
        return {}

    def _eval(self, ids: dict[str, str]) -> JSON:
        genie = self.server_owner.genie
        if not ids.get("run"):
            return {"eval_runs": [genie.run(each) for each in genie.runs]}
        if ids["run"] not in genie.runs:
            raise Missing("no such run")
        if ids.get("result"):
            return genie.details(ids["run"], ids["result"])
        if self.path.split("?")[0].endswith("/results"):
            held = genie.runs[ids["run"]]["questions"]
            return {
                "eval_results": [
                    {"result_id": f"r{q['id']}", "space_id": ids["space"], "benchmark_question_id": q["id"]}
                    for q in held
                ]
            }
        return genie.run(ids["run"])

    def _send(self, status: int, reply: JSON | bytes, retry_after: str | None = None) -> None:
        raw = reply if isinstance(reply, bytes) else json.dumps(reply).encode()
        self._note(status)
        with contextlib.suppress(OSError):
            self.send_response(status)
            self.send_header("content-type", "application/json" if isinstance(reply, dict) else "text/html")
            self.send_header("content-length", str(len(raw)))
            if retry_after is not None:
                self.send_header("retry-after", retry_after)
            self.end_headers()
            self.wfile.write(raw)

    def _break(self, head: bytes) -> None:
        self._note(0)
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.wfile.write(head)
            self.wfile.flush()
            self.connection.shutdown(socket.SHUT_RDWR)

    def _note(self, status: int) -> None:
        if not hasattr(self, "_seen"):
            return
        behaviour, operation, path = self._seen
        with self.server_owner.lock:
            self.server_owner.history.append(
                Received(behaviour, operation, self.command, path, time.monotonic(), status)
            )


def _sick_message(fault: str, operation: str, reply: JSON) -> JSON:
    """The healthy reply, changed as the fault says."""
    if operation in ("rows", "rerun", "statement", "poll"):
        code = {"sql-fails": "BAD_REQUEST", "warehouse-trouble": "TEMPORARILY_UNAVAILABLE"}.get(fault)
        if fault == "running":
            return {"statement_id": "s1", "status": {"state": "RUNNING"}}
        if fault == "expired-for-good" or (fault == "expired" and operation == "rows"):
            raise Missing("The result is no longer available")
        if code:
            failed = {
                "statement_id": "s1",
                "status": {"state": "FAILED", "error": {"error_code": code, "message": "no such column"}},
            }
            return failed if operation in ("statement", "poll") else {"statement_response": failed}
        return reply
    if fault == "stuck":
        return reply | {"status": "ASKING_AI", "attachments": None}
    if reply["status"] != "COMPLETED":
        return reply
    match fault:
        case "cancelled":
            return reply | {"status": "CANCELLED", "attachments": None}
        case "expired" | "expired-for-good":
            return reply | {"status": "QUERY_RESULT_EXPIRED"}
        case "clarifying":
            return reply | {"attachments": [{"text": {"content": "Which year do you mean?"}}]}
        case "silent":
            return reply | {"attachments": []}
        case "failed-untyped":
            return reply | {"status": "FAILED", "error": {"error": "Something broke."}, "attachments": None}
    if fault.startswith("failed-"):
        error = {"type": fault.removeprefix("failed-"), "error": "The faulty Genie failed."}
        return reply | {"status": "FAILED", "error": error, "attachments": None}
    return reply
