"""A few warm workers shared by all threads, and the watch that kills the late ones.

The pool starts with the first question: one worker answers, one stands by warm for when the first must be killed
(and helps out while several threads ask). Each takes about 21 MB.
"""

import json
import threading
import time
from collections.abc import Sequence
from typing import Any

from core.errors import PromptRenderError

from .process import GoneError, WorkerProcess

_TICK_S = 0.02
_WAIT_S = 60.0
_BATCH_ITEMS = 200
_BATCH_BYTES = 1_000_000
_MAX_CRASHES = 3  # both workers of the pool may have died of something else; the third one is fresh
_MAX_RETIREMENTS = 3
_MAX_LATE = 10  # in a row: a data set of 10,000 rows must not hold a worker for hours

_CRASHED = (
    "Rendering needs more memory or deeper nesting than it may have and was stopped. "
    "Pass shorter values, or make the template simpler."
)
_CLOSED = "Rendering was stopped because the workbench is closing. Start it again."
_BUSY = "Too many templates are being rendered at the moment. Try again shortly."
_NOT_STARTED = (
    "The program that renders templates could not be started. "
    "Restart the workbench; if that does not help, check its installation."
)
_GIVEN_UP = f"Not rendered, because the {_MAX_LATE} rows before took too long. Make the template simpler, or their values shorter."


class Pool:
    """Asks workers on behalf of any number of threads. `size` processes at most."""

    def __init__(self, *, deadline_s: float = 1.5, memory_mb: int = 384, size: int = 2) -> None:
        self.deadline_s = deadline_s
        self.memory_mb = memory_mb
        self._size = size
        self._changed = threading.Condition()
        self._idle: list[WorkerProcess] = []
        self._busy: set[WorkerProcess] = set()
        self._starting = 0
        self._closed = False
        self._working = threading.Event()
        self._watch: threading.Thread | None = None

    def ask(self, operation: str, parts: dict[str, str], items: Sequence[bytes]) -> list[dict[str, Any]]:
        """Put each item (JSON) to a worker; return one answer per item, in order.

        An item on which a worker dies or is late gets {"error": a sentence}; the others are not touched by it, unless
        _MAX_LATE items in a row are late: then the rest is given up.

        Raises:
            PromptRenderError: no worker could be had.
        """
        head = json.dumps({"operation": operation, "parts": parts}, ensure_ascii=False)[:-1].encode() + b',"items":['
        answers: list[dict[str, Any]] = []
        crashes = retirements = late = 0
        while len(answers) < len(items):
            if late >= _MAX_LATE:
                answers += ({"error": _GIVEN_UP, "missing": []} for _ in items[len(answers) :])
                break
            batch = _next_batch(items, len(answers))
            before = len(answers)
            try:
                self._ask_one(head + b",".join(batch) + b"]}", len(batch), answers)
            except GoneError as gone:
                if len(answers) > before:
                    crashes = retirements = late = 0
                if self._closed:
                    raise PromptRenderError(_CLOSED) from None
                crashes += not gone.retired
                retirements += gone.retired
                late += gone.late
                if gone.late or crashes >= _MAX_CRASHES or retirements > _MAX_RETIREMENTS:
                    answers.append({"error": self._late_sentence() if gone.late else _CRASHED, "missing": []})
                    crashes = retirements = 0
        return answers

    def pids(self) -> list[int]:
        """The process ids of all workers."""
        with self._changed:
            return [worker.pid for worker in (*self._idle, *self._busy)]

    def close(self) -> None:
        """End all workers, the busy ones too; whoever waits gets a PromptRenderError."""
        with self._changed:
            self._closed = True
            workers = [*self._idle, *self._busy]
            self._idle.clear()
            self._changed.notify_all()
        self._working.set()
        for worker in workers:
            worker.stop()

    def _ask_one(self, request: bytes, count: int, answers: list[dict[str, Any]]) -> None:
        worker = self._take()
        try:
            for answer in worker.ask(request, count):
                answers.append(json.loads(answer))
        except BaseException:
            self._put_back(worker, usable=False)  # what it would say next answers another question
            raise
        self._put_back(worker, usable=worker.is_usable())

    def _take(self) -> WorkerProcess:
        give_up_at = time.monotonic() + _WAIT_S
        with self._changed:
            while True:
                if self._closed:
                    raise PromptRenderError(_CLOSED)
                if self._idle:
                    worker = self._idle.pop()
                    if worker.is_usable():
                        return self._mark_busy(worker)
                    worker.stop()
                    continue
                if self._count() < self._size:
                    break
                if not self._changed.wait(give_up_at - time.monotonic()):
                    raise PromptRenderError(_BUSY)
            self._starting += 1
        worker = self._start()
        with self._changed:
            self._starting -= 1
            if not self._closed:
                return self._mark_busy(worker)
        worker.stop()
        raise PromptRenderError(_CLOSED)

    def _put_back(self, worker: WorkerProcess, *, usable: bool) -> None:
        with self._changed:
            self._busy.discard(worker)
            keep = usable and not self._closed
            if keep:
                self._idle.append(worker)
            self._changed.notify()
        if not keep:
            worker.stop()
        self._stand_by()

    def _stand_by(self) -> None:
        """Start what is missing, so that the next kill finds a warm worker."""
        with self._changed:
            if self._closed or self._count() >= self._size:
                return
            self._starting += 1
        try:
            worker: WorkerProcess | None = self._start()
        except PromptRenderError:  # the next question will say so
            return
        with self._changed:
            self._starting -= 1
            if not self._closed:
                self._idle.insert(0, worker)
                self._changed.notify()
                return
        worker.stop()

    def _start(self) -> WorkerProcess:
        try:
            return WorkerProcess(self.deadline_s, self.memory_mb)
        except OSError:
            with self._changed:
                self._starting -= 1
                self._changed.notify()
            raise PromptRenderError(_NOT_STARTED) from None

    def _count(self) -> int:
        return len(self._idle) + len(self._busy) + self._starting

    def _mark_busy(self, worker: WorkerProcess) -> WorkerProcess:
        self._busy.add(worker)
        if self._watch is None:
            self._watch = threading.Thread(target=self._kill_late_ones, name="rendering-watch", daemon=True)
            self._watch.start()
        self._working.set()
        return worker

    def _kill_late_ones(self) -> None:
        while self._working.wait() and not self._closed:
            time.sleep(_TICK_S)
            with self._changed:
                busy = list(self._busy)
                if not busy and not self._closed:
                    self._working.clear()
            for worker in busy:
                worker.kill_if_late()

    def _late_sentence(self) -> str:
        return (
            f"Rendering took longer than {self.deadline_s:g} s and was stopped. "
            "Look for loops within loops and huge repetitions, or pass shorter values."
        )


def _next_batch(items: Sequence[bytes], start: int) -> Sequence[bytes]:
    size, end = 0, start
    while end < len(items) and end - start < _BATCH_ITEMS and (end == start or size + len(items[end]) <= _BATCH_BYTES):
        size += len(items[end])
        end += 1
    return items[start:end]
