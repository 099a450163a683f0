"""The knobs in force, what has been counted against them, and each decision whether something goes wrong."""

import random
import re
import threading
import time
from collections import Counter, deque
from collections.abc import Sequence
from typing import Any

from core.local_genie.faults.settings import AnswerFault, FaultSettings, HttpFault


class RateLimited(Exception):
    """The question is over the limit. `retry_after_s` is when the next would be taken."""

    def __init__(self, retry_after_s: float) -> None:
        super().__init__(f"Too many questions; the next is taken in {retry_after_s:.1f} s.")
        self.retry_after_s = retry_after_s


class Faults:
    """Shared by all threads of a server. Not kept over a restart: a server starts faultless."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked: deque[float] = deque()
        self.set(FaultSettings())

    def set(self, settings: FaultSettings) -> None:
        """Put settings in force and start all counts anew; the rate limit's memory of the last questions stays."""
        with self._lock:
            self.settings = settings
            self._random = random.Random(settings.seed)
            self._seen: Counter[str] = Counter()
            self._hits: Counter[str] = Counter()
            self._counts: Counter[str] = Counter()
            self._asked_before: Counter[str] = Counter()

    def as_json(self) -> dict[str, Any]:
        """The settings, and what was counted since they were set."""
        with self._lock:
            return {"settings": self.settings.as_json(), "counts": dict(self._counts)}

    def take_question(self) -> None:
        """Count a question against the rate limit.

        Raises:
            RateLimited: it is over the limit, and is not counted.
        """
        with self._lock:
            limit, window = self.settings.questions_per_minute, self.settings.window_s
            now = time.monotonic()
            while self._asked and self._asked[0] <= now - window:
                self._asked.popleft()
            if limit is not None and len(self._asked) >= limit:
                self._counts["questions_refused"] += 1
                raise RateLimited(self._asked[0] + window - now if self._asked else window)
            self._asked.append(now)
            self._counts["questions"] += 1

    def http_fault(self, method: str, path: str) -> HttpFault | None:
        """The fault that hits this request, if one does: the first of those that match."""
        with self._lock:
            fits = [
                (f"http {number}", fault)
                for number, fault in enumerate(self.settings.http)
                if fault.method.upper() in ("", method) and re.search(fault.path, path)
            ]
            hit = self._first_hit(fits)
            return hit if isinstance(hit, HttpFault) else None

    def answer_fault(self, question: str) -> str | None:
        """The kind of fault that hits this question, if one does: the first of those that match."""
        with self._lock:
            fits = [
                (f"answer {number}", fault)
                for number, fault in enumerate(self.settings.answers)
                if re.search(fault.question, question, re.IGNORECASE)
            ]
            hit = self._first_hit(fits)
            return None if hit is None else hit.kind

    def noise_for(self, question: str) -> random.Random | None:
        """Chances for spoiling this answer, or None to leave it. They depend on the seed, the question and how often
        it was asked before: repeats differ, and the same order of repeats gives the same noise again.
        """
        with self._lock:
            turn = self._asked_before[question]
            self._asked_before[question] += 1
            chance = random.Random(f"{self.settings.seed}\n{turn}\n{question}")
            if chance.random() >= self.settings.answer_noise:
                return None
            self._counts["answers_spoiled"] += 1
            return chance

    def _first_hit(self, fits: Sequence[tuple[str, HttpFault | AnswerFault]]) -> HttpFault | AnswerFault | None:
        hit = None
        for key, fault in fits:  # each counts what it matches, also where another hits first
            self._seen[key] += 1
            if hit is None and self._is_due(key, fault):
                self._hits[key] += 1
                self._counts[f"{key.partition(' ')[0]} {fault.kind}"] += 1
                hit = fault
        return hit

    def _is_due(self, key: str, fault: HttpFault | AnswerFault) -> bool:
        if self._seen[key] <= fault.after or (fault.times is not None and self._hits[key] >= fault.times):
            return False
        return fault.share >= 1 or self._random.random() < fault.share
