"""A small ASGI server in a daemon thread, with an event loop of its own.

It leaves the process as it finds it: no signal handlers, no logging configuration, nothing on stderr. That
matters because Streamlit runs on uvicorn too, whose loggers are global.
"""

import contextlib
import ipaddress
import logging
import socket
import threading
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from core.errors import ConfigError

if TYPE_CHECKING:
    import uvicorn

_THREAD_PREFIX = "whetstone-loopback-"
_START_TIMEOUT_S = 10.0
_CLOSE_TIMEOUT_S = 5.0
_IDLE_S = 3600


class LocalServer:
    """A running server: `base_url` is where clients go, `close()` ends it. Also a context manager."""

    def __init__(self, make_app: Callable[[threading.Event], Any], *, host: str, port: int, path: str = "") -> None:
        """Bind, start and wait until it serves. `make_app` gets an event that is set when the server closes.

        Raises:
            ConfigError: the host is not loopback, or the port cannot be bound.
        """
        self._socket = _listen(host, port)
        self.host = host
        self.port: int = self._socket.getsockname()[1]
        self.base_url = f"http://{f'[{host}]' if ':' in host else host}:{self.port}{path}"
        self._closing = threading.Event()
        self._started = threading.Event()
        self._lock = threading.Lock()
        self._server = _quiet_server(make_app(self._closing), self._started.set)
        self._thread = threading.Thread(target=self._run, name=f"{_THREAD_PREFIX}{self.port}", daemon=True)
        self._thread.start()
        if not self._started.wait(_START_TIMEOUT_S):
            self.close()
            raise ConfigError(
                f"The local server on port {self.port} did not start in {_START_TIMEOUT_S:.0f} s; start again."
            )

    @property
    def closed(self) -> bool:
        """Whether it has stopped serving."""
        return not self._thread.is_alive()

    def close(self) -> None:
        """End it: running answers are finished at once, the port is free afterwards. May be called again."""
        self._closing.set()
        self._server.should_exit = True
        if self._thread is not threading.current_thread():
            with self._lock:
                self._thread.join(_CLOSE_TIMEOUT_S)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _run(self) -> None:
        import asyncio

        with contextlib.closing(self._socket):
            asyncio.run(self._server.serve(sockets=[self._socket]))


def _listen(host: str, port: int) -> socket.socket:
    loopback = host == "localhost"
    with contextlib.suppress(ValueError):
        loopback = loopback or ipaddress.ip_address(host).is_loopback
    if not loopback:
        raise ConfigError(f"The local server listens on loopback only, not on {host}; use 127.0.0.1.")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sends small answers at once only on sockets that say they are TCP.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(128)
    except (OSError, OverflowError) as error:
        listening.close()
        raise ConfigError(
            f"The local server cannot listen on {host}:{port} ({error}); choose another port, or 0 for any."
        ) from error
    return listening


def _quiet_server(app: Any, started: Callable[[], None]) -> "uvicorn.Server":
    import uvicorn

    class QuietConfig(uvicorn.Config):
        def configure_logging(self) -> None:
            """Leave the process's loggers alone."""

    class NotifyingServer(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            started()

    for name in ("uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        if _not_ours not in logger.filters:
            logger.addFilter(_not_ours)
    config = QuietConfig(
        app,
        loop="asyncio",
        http="h11",
        ws="none",
        lifespan="off",
        log_config=None,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=2,
        # Closing an idle connection just when its client sends the next POST would lose that request.
        timeout_keep_alive=_IDLE_S,
    )
    return NotifyingServer(config)


def _not_ours(record: logging.LogRecord) -> bool:
    # The app logs its own defects; what uvicorn reports of these threads is start, stop and clients that went away.
    return not (record.threadName or "").startswith(_THREAD_PREFIX)
