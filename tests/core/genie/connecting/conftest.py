"""An open workbench for each file of tests, its local Genie, and a small Databricks workspace that takes OAuth logins."""

import base64
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from core import genie, llm
from core.db import reading, transaction
from core.settings import Settings

CLIENT_ID, SECRET, OAUTH_TOKEN, TOKEN = (
    "6f1c2e9a-0000-4000-8000-1234567890ab", "dose-0123456789abcdef", "oauth-fedcba9876543210", "dapi-0123456789abcdef",
)  # fmt: skip


class SmallWorkspace:
    """Lists one space, answers chats with `reply`, and gives `OAUTH_TOKEN` for the client id and its secret.

    `seen` holds method, path and Authorization of each request.
    """

    def __init__(self) -> None:
        self.seen: list[tuple[str, str, str]] = []
        self.prompts: list[str] = []
        self.reply: dict[str, Any] = {}
        small = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *args: object) -> None:
                pass

            def do_GET(self) -> None:
                self.answer()

            def do_POST(self) -> None:
                self.answer()

            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                status, found = small.answer(self.command, self.path, self.headers.get("Authorization") or "", body)
                data = json.dumps(found).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def answer(self, method: str, path: str, login: str, body: bytes) -> tuple[int, dict[str, Any]]:
        path = path.partition("?")[0]
        self.seen.append((method, path, login))
        if path == "/oidc/v1/token":
            wanted = base64.b64encode(f"{CLIENT_ID}:{SECRET}".encode()).decode()
            if login != f"Basic {wanted}":
                return 401, {"error": "invalid_client"}
            return 200, {"access_token": OAUTH_TOKEN, "token_type": "Bearer", "expires_in": 3600}
        if path.startswith("/.well-known"):
            return 404, {}
        if login not in (f"Bearer {OAUTH_TOKEN}", f"Bearer {TOKEN}"):
            return 401, {"error_code": "UNAUTHENTICATED", "message": "no"}
        if path == "/api/2.0/genie/spaces":
            return 200, {"spaces": [{"space_id": "0" * 32, "title": "There"}]}
        if path.endswith("/chat/completions"):
            self.prompts.append(body.decode())
            text = json.dumps(self.reply)
            message = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}
            return 200, {"id": "1", "object": "chat.completion", "created": 1, "model": "m", "choices": [message]}
        return 404, {"error_code": "NOT_FOUND", "message": path}

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(scope="session")
def small_workspace() -> Iterator[SmallWorkspace]:
    server = SmallWorkspace()
    yield server
    server.close()


@pytest.fixture
def workspace_server(small_workspace: SmallWorkspace) -> SmallWorkspace:
    small_workspace.seen.clear()
    small_workspace.prompts.clear()
    small_workspace.reply = {}
    return small_workspace


@pytest.fixture
def workbench(shared_workbench: Settings) -> Settings:
    return shared_workbench


@pytest.fixture
def add(workbench: Settings, workspace_server: SmallWorkspace) -> Iterator[Callable[..., llm.ConnectionView]]:
    """Adds a Databricks connection by token to the small workspace, or as the fields say; gone after the test."""
    made: list[str] = []

    def add(name: str = "work", **fields: Any) -> llm.ConnectionView:
        given: dict[str, Any] = {
            "kind": "databricks", "base_url": workspace_server.url, "key": TOKEN, "key_source": "stored", "timeout_s": 5.0,
            "max_retries": 0,
        }  # fmt: skip
        with transaction() as session:
            view = llm.add_connection(session, llm.ConnectionDraft(name, **(given | fields)), make_default=False)
        made.append(view.name)
        return view

    yield add
    with transaction() as session:
        for name in made:
            llm.delete_connection(session, name)


@pytest.fixture
def local(workbench: Settings) -> genie.GenieClient:
    """The client of the workbench's local Genie."""
    with reading() as session:
        return genie.client_of(session, "local")


@pytest.fixture
def demo(local: genie.GenieClient) -> str:
    """The id of the demo space that came with the local Genie."""
    return next(each.id for each in local.list_spaces() if each.title == genie.DEMO_TITLE)
