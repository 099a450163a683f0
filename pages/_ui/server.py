"""What the web server adds to Streamlit: opening and closing the workbench, `/healthz`, and security headers."""

import asyncio
import logging
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from streamlit.runtime.pages_manager import PagesManager

from core import __version__, startup
from core.db import healthy
from core.errors import WorkbenchError
from core.logs import log

# Streamlit takes a folder `pages/` for its old kind of multi-page app until the script first calls `st.navigation`, and
# then greets the first deep link on a cold server with "Page not found". A test in Chromium holds this.
PagesManager.uses_pages_directory = False

# Streamlit's own front end, the code editor, tables, charts and uploads need just this; nothing foreign is fetched.
_POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline'",
        "style-src 'self' 'unsafe-inline'",
        "font-src 'self' data:",
        "img-src 'self' data: blob:",
        "media-src 'self' data: blob:",
        "worker-src 'self' blob:",
        "frame-src 'self'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'self'",
    )
)


_FIRST_PAGE_S = 2.0


class SecurityHeaders:
    """Adds the content security policy and its companions to every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        host = dict(scope["headers"]).get(b"host", b"").decode("latin-1")
        # `'self'` does not cover the websocket in every browser.
        sockets = (
            f" ws://{host} wss://{host}" if host.replace(".", "").replace(":", "").replace("-", "").isalnum() else ""
        )

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = f"{_POLICY}; connect-src 'self'{sockets}"
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "same-origin"
            await send(message)

        await self._app(scope, receive, with_headers)


async def healthz(request: Request) -> JSONResponse:
    """200 while the database answers, else 503 with a sentence."""
    try:
        await asyncio.to_thread(healthy)
    except WorkbenchError as error:
        return JSONResponse({"status": "failing", "version": __version__, "reason": str(error)}, status_code=503)
    return JSONResponse({"status": "ok", "version": __version__})


def _log_ourselves(record: logging.LogRecord) -> bool:
    """Streamlit prints the traceback of a failing page as it is; ours goes through the mask for secrets."""
    log.error("page failed", reason=record.getMessage(), exc_info=record.exc_info or None)
    return False


async def _work_soon() -> None:
    """Start this server's worker for background jobs, after the first page, which it would only slow down."""
    await asyncio.sleep(_FIRST_PAGE_S)
    try:
        await asyncio.to_thread(startup.start_worker, embedded=True)
    except WorkbenchError as error:
        print(f"Background jobs are not done here. {error}", file=sys.stderr)


@asynccontextmanager
async def lifespan(app: Any) -> AsyncIterator[None]:
    """Open the workbench once per server, with its worker. If that fails the server still runs, and every page says why."""
    logging.getLogger("streamlit.error_util").addFilter(_log_ourselves)
    working = None
    try:
        opened = await asyncio.to_thread(startup.open_workbench)
        if opened.settings.embedded_worker:
            working = asyncio.create_task(_work_soon())
    except WorkbenchError as error:
        print(f"Whetstone could not be opened. {error}", file=sys.stderr)
    yield
    if working is not None:
        working.cancel()
    await asyncio.to_thread(startup.close_workbench)


ROUTES = [Route("/healthz", healthz)]
MIDDLEWARE = [Middleware(SecurityHeaders)]
