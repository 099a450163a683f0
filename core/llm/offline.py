"""The way to the offline model, which is started by whoever opened the workbench, on first need."""

import threading
from collections.abc import Callable

from core.errors import ConfigError

_lock = threading.Lock()
_start: Callable[[], str] | None = None
_base_url: str | None = None


def set_offline_starter(start: Callable[[], str]) -> None:
    """`start()` returns the base URL of the offline model, starting it if need be."""
    global _start, _base_url
    with _lock:
        _start, _base_url = start, None


def offline_url() -> str:
    """The base URL of the running offline model. Blocks while it starts.

    Raises:
        ConfigError: nobody said how to start it, or it cannot be started.
    """
    global _base_url
    with _lock:
        if _base_url is None:
            if _start is None:
                raise ConfigError(
                    "The offline model is not available here. Open the workbench first, or use another connection."
                )
            _base_url = _start()
        return _base_url


def forget_offline_url() -> None:
    """Ask the starter again next time: the server may have been closed."""
    global _base_url
    with _lock:
        _base_url = None


def known_url() -> str | None:
    """The base URL if the offline model was asked for before; starts nothing."""
    return _base_url
