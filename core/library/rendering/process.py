"""One worker process, seen from outside: start it, ask it, kill it."""

import os
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

_PROGRAM = Path(__file__).with_name("worker.py")
_START_S = 10.0


class GoneError(Exception):
    """The worker ended before it answered. `late`: it was killed for being late; `retired`: it ended of its own accord."""

    def __init__(self, *, late: bool, retired: bool) -> None:
        super().__init__()
        self.late = late
        self.retired = retired


class WorkerProcess:
    """Used by one thread at a time, but for `kill_if_late` and `stop`, which any thread may call."""

    def __init__(self, deadline_s: float, memory_mb: int) -> None:
        self._deadline_s = deadline_s
        self._late_at = float("inf")
        self._late = False
        self._ready = False
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-I", str(_PROGRAM), str(memory_mb), str(deadline_s)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # a pipe that nobody reads would fill up
            cwd=_PROGRAM.parent,
            env={name: os.environ[name] for name in ("SYSTEMROOT", "LD_LIBRARY_PATH") if name in os.environ},
            start_new_session=True,
        )

    @property
    def pid(self) -> int:
        return self._process.pid

    def is_usable(self) -> bool:
        """Whether it lives, as far as is known."""
        return not self._late and self._process.poll() is None

    def ask(self, request: bytes, count: int) -> Iterator[bytes]:
        """Send a request and yield its `count` answers as they come. Each has the deadline of its own.

        Raises:
            GoneError: it ended, or was killed, before the next answer.
        """
        try:
            if not self._ready:
                self._due_in(_START_S)
                self._read_frame()
                self._ready = True
            self._due_in(self._deadline_s)
            assert self._process.stdin is not None
            self._process.stdin.write(struct.pack(">I", len(request)) + request)
            self._process.stdin.flush()
            for _ in range(count):
                answer = self._read_frame()
                self._due_in(self._deadline_s)
                yield answer
        except (OSError, ValueError):  # a broken pipe, or a stream that `stop` has closed
            raise self._gone() from None
        finally:
            self._due_in(float("inf"))

    def kill_if_late(self) -> None:
        with self._lock:
            if time.monotonic() > self._late_at and not self._late:
                self._late = True
                self._process.kill()

    def stop(self) -> None:
        """Kill it, and wait until it is gone. May be called twice."""
        with self._lock:
            self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            try:
                stream.close()  # type: ignore[union-attr]
            except (OSError, ValueError):  # unsent bytes for a reader that is gone
                continue

    def _due_in(self, seconds: float) -> None:
        with self._lock:
            self._late_at = time.monotonic() + seconds

    def _read_frame(self) -> bytes:
        return self._read(struct.unpack(">I", self._read(4))[0])

    def _read(self, size: int) -> bytes:
        assert self._process.stdout is not None
        data = self._process.stdout.read(size)
        if len(data) < size:
            raise self._gone()
        return data

    def _gone(self) -> GoneError:
        if not self._late:
            try:
                self._process.wait(timeout=1)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        return GoneError(late=self._late, retired=not self._late and self._process.returncode == 0)
