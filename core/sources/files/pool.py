"""A few warm child processes, shared by all threads of this one: some that compute, and some that are locked.

They start when they are first needed, serve a number of requests, and end when nothing was asked for a while.
"""

import atexit
import os
import threading
import time
from typing import Any

from core.errors import InputError, NotFoundError, ServiceError, ServiceTimeoutError
from core.sources.files.folders import temporary_folder
from core.sources.files.process import ChildProcess, GoneError

_USES = 100
_IDLE_S = 120.0
_WAIT_S = 600.0
_SERVICE = "files"

_BUSY = "Too many files are being read at the moment. Try again shortly."
_NOT_STARTED = "The program that reads files could not be started. Restart the workbench; if that does not help, check its installation."
_ENDED = "Reading needed more memory than it may have and was stopped. Choose a smaller file, or ask for less."


class Pool:
    """At most `size` children of one mode."""

    def __init__(self, *, locked: bool, size: int = 2) -> None:
        self._locked, self._size = locked, size
        self._changed = threading.Condition()
        self._idle: list[tuple[float, ChildProcess]] = []
        self._busy: set[ChildProcess] = set()
        self._starting = 0
        self.peak_kb = 0
        self._sweeper: threading.Timer | None = None

    def ask(self, request: dict[str, Any], deadline_s: float) -> Any:
        """The result of one request, which gets the path of a temporary folder with it.

        Raises:
            InputError: the child refuses it; the text says why.
            NotFoundError: the stored file is gone.
            ServiceTimeoutError: it took longer than `deadline_s`.
            ServiceError: the child ended, or could not be started.
        """
        answer = self._answer(request, deadline_s)
        if "refused" in answer:
            raise InputError(answer["refused"])
        if "gone" in answer:
            raise NotFoundError(answer["gone"])
        if "failed" in answer:
            raise RuntimeError(f"the child of core.sources failed: {answer['failed']}")
        return answer["result"]

    def _answer(self, request: dict[str, Any], deadline_s: float) -> dict[str, Any]:
        while True:
            child = self._take()
            try:
                return child.ask(request | {"temporary": str(child.folder)}, deadline_s)
            except GoneError as gone:
                if gone.late:
                    raise ServiceTimeoutError(
                        f"This took longer than {deadline_s:g} s and was stopped. "
                        "Ask for less, or try again when the machine is less busy.",
                        service=_SERVICE,
                        retryable=True,
                    ) from None
                if child.uses == 1:
                    raise ServiceError(_ENDED, service=_SERVICE) from None
                # It may have died while it was idle, or of what came before: a fresh one decides.
            finally:
                self._put_back(child)

    def pids(self) -> list[int]:
        with self._changed:
            return [child.pid for child in (*(each for _, each in self._idle), *self._busy)]

    def close(self) -> None:
        """End all children, the busy ones too."""
        with self._changed:
            children = [*(child for _, child in self._idle), *self._busy]
            self._idle.clear()
            if self._sweeper is not None:
                self._sweeper.cancel()
                self._sweeper = None
        for child in children:
            child.stop()

    def _take(self) -> ChildProcess:
        give_up_at = time.monotonic() + _WAIT_S
        with self._changed:
            while True:
                while self._idle:
                    _, child = self._idle.pop()
                    if child.is_usable() and child.folder.parent == temporary_folder():
                        self._busy.add(child)
                        return child
                    child.stop()
                if len(self._busy) + self._starting < self._size:
                    self._starting += 1
                    break
                if not self._changed.wait(give_up_at - time.monotonic()):
                    raise ServiceError(_BUSY, service=_SERVICE, retryable=True)
        try:
            child = ChildProcess(locked=self._locked, temporary=temporary_folder())
        except OSError as error:
            raise ServiceError(_NOT_STARTED, service=_SERVICE) from error
        else:
            with self._changed:
                self._busy.add(child)
            return child
        finally:
            with self._changed:
                self._starting -= 1
                self._changed.notify()

    def _put_back(self, child: ChildProcess) -> None:
        keep = child.is_usable() and child.uses < _USES
        with self._changed:
            self.peak_kb = max(self.peak_kb, child.peak_kb)
            self._busy.discard(child)
            if keep:
                self._idle.append((time.monotonic(), child))
                self._sweep_later()
            self._changed.notify()
        if not keep:
            child.stop()

    def _sweep_later(self) -> None:
        if self._sweeper is None:
            self._sweeper = threading.Timer(_IDLE_S, self._sweep)
            self._sweeper.daemon = True
            self._sweeper.start()

    def _sweep(self) -> None:
        """End the children that waited for long: each holds about 100 MB."""
        until = time.monotonic() - _IDLE_S / 2
        with self._changed:
            self._sweeper = None
            old = [child for since, child in self._idle if since <= until]
            self._idle = [(since, child) for since, child in self._idle if since > until]
            if self._idle:
                self._sweep_later()
        for child in old:
            child.stop()


_computing = Pool(locked=False)
_querying = Pool(locked=True, size=1)


def ask(operation: str, *, deadline_s: float, **parts: Any) -> Any:
    """Have a child do one of our own operations. See `Pool.ask` for what it raises."""
    return _computing.ask({"operation": operation, **parts}, deadline_s)


def ask_locked(*, deadline_s: float, **parts: Any) -> Any:
    """Have a locked child run SQL of a person. See `Pool.ask` for what it raises."""
    return _querying.ask({"operation": "sql", **parts}, deadline_s)


def child_pids() -> list[int]:
    """The process ids of the present children."""
    return [*_computing.pids(), *_querying.pids()]


def peak_mb() -> float:
    """The most memory that a child has had since this was asked last, in MB; 0 where that is not known."""
    peak = max(_computing.peak_kb, _querying.peak_kb) / 1024
    _computing.peak_kb = _querying.peak_kb = 0
    return peak


def close() -> None:
    """End all children. The next question starts new ones."""
    _computing.close()
    _querying.close()


def _forget() -> None:
    """In a forked process: the pipes belong to the parent."""
    global _computing, _querying
    _computing, _querying = Pool(locked=False), Pool(locked=True, size=1)


atexit.register(close)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
