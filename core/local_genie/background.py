"""Work that goes on after the answer to a request: questions, evaluation runs, statements.

Each piece of work has an owner, this server. A piece whose owner is gone, because its process was ended or its server
closed, is taken up again by the next server that looks at it.
"""

import logging
import os
import secrets
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

_log = logging.getLogger(__name__)
_living: set[str] = set()
_living_lock = threading.Lock()


class Background:
    """A pool of threads with an owner's name. `closing` is set when the server ends: long work looks at it."""

    def __init__(self, workers: int = 16) -> None:
        self.owner = f"{os.getpid()}:{secrets.token_hex(6)}"
        self.closing = threading.Event()
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="local-genie")
        with _living_lock:
            _living.add(self.owner)

    def submit(self, work: Callable[..., Any], *values: Any) -> None:
        """Run it in a thread; what it raises is logged. After `close` it is not run."""
        try:
            self._pool.submit(self._guarded, work, *values)
        except RuntimeError:
            if not self.closing.is_set():
                raise

    def pause(self, seconds: float) -> None:
        """Sleep, but not beyond the closing of the server."""
        if seconds > 0:
            self.closing.wait(seconds)

    def close(self) -> None:
        """End: waiting work is dropped, running work is waited for, and both may be taken up by another server."""
        self.closing.set()
        self._pool.shutdown(wait=True, cancel_futures=True)
        with _living_lock:
            _living.discard(self.owner)

    def _guarded(self, work: Callable[..., Any], *values: Any) -> None:
        try:
            work(*values)
        except Exception:
            if not self.closing.is_set():
                _log.exception("Work of the local Genie failed")


def is_gone(owner: str) -> bool:
    """Whether the server of that name has ended."""
    pid, _, _ = owner.partition(":")
    if pid == str(os.getpid()):
        with _living_lock:
            return owner not in _living
    return not pid.isdigit() or not _runs(int(pid))


def _runs(pid: int) -> bool:
    """Whether a process of that number exists."""
    if os.name == "nt":  # signal 0 is Ctrl-C there
        import ctypes

        handle = ctypes.windll.kernel32.OpenProcess(0x1000, False, pid)
        if handle:
            ctypes.windll.kernel32.CloseHandle(handle)
        return bool(handle)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
