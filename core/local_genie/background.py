"""Work that goes on after the answer to a request: questions, evaluation runs, statements.

Each piece of work has an owner, this server. A piece whose owner is gone, because its process was ended or its server
closed, is taken up again by the next server that looks at it.
"""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from core.local_genie.owners import Owner

_log = logging.getLogger(__name__)


class Background:
    """A pool of threads with an owner's name. `closing` is set when the server ends: long work looks at it."""

    def __init__(self, folder: Path, workers: int = 16) -> None:
        """`folder` holds the locks of the servers that share the data.

        Raises:
            ConfigError: it cannot be used.
        """
        self._owner = Owner(folder)
        self.owner = self._owner.name
        self.closing = threading.Event()
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="local-genie")

    def is_gone(self, owner: str) -> bool:
        """Whether the server of that name has ended."""
        return self._owner.is_gone(owner)

    def forget_ended(self) -> None:
        """Tidy up after servers that have ended."""
        self._owner.forget_others()

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
        self._owner.leave()

    def _guarded(self, work: Callable[..., Any], *values: Any) -> None:
        try:
            work(*values)
        except Exception:
            if not self.closing.is_set():
                _log.exception("Work of the local Genie failed")
