"""One request to the service: how its failure is told, and whether it is repeated. The only layer of retries.

Reading may be repeated. Writing is repeated only where the service said that it did nothing (429).
"""

import random
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from core.errors import CancelledError, RateLimitError, ServiceError, ServiceTimeoutError, WorkbenchError
from core.genie.failures import explained
from core.genie.workspaces import Stop, Workspace, connect

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

T = TypeVar("T")
_SLICE_S = 0.1


class Calls:
    """Requests to one workspace. Thread-safe; the SDK's client is made at the first request."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.timing = workspace.timing
        self._lock = threading.Lock()
        self._client: WorkspaceClient | None = None

    @property
    def host(self) -> str:
        """The address for sentences."""
        return self.workspace.host or (self._client.config.host if self._client else "") or self.workspace.name

    def client(self) -> "WorkspaceClient":
        """The SDK's client. Raises ConfigError or AuthError without usable credentials."""
        with self._lock:
            if self._client is None:
                self._client = connect(self.workspace)
            return self._client

    def read(self, doing: str, request: Callable[["WorkspaceClient"], T], *, stop: Stop | None = None) -> T:
        """A request that changes nothing, or may be repeated without harm. `doing` completes the sentence of an error."""
        return self._repeated(doing, request, stop, lambda error: isinstance(error, ServiceError) and error.retryable)

    def write(
        self, doing: str, request: Callable[["WorkspaceClient"], T], *, stop: Stop | None = None, retry: bool = True
    ) -> T:
        """A request that changes something: repeated after 429 only, and with `retry=False` not at all."""
        return self._repeated(doing, request, stop, lambda error: retry and isinstance(error, RateLimitError))

    def _repeated(
        self,
        doing: str,
        request: Callable[["WorkspaceClient"], T],
        stop: Stop | None,
        repeatable: Callable[[WorkbenchError], bool],
    ) -> T:
        client = self.client()
        deadline = time.monotonic() + self.timing.http_s * 2 + self.timing.longest_retry_s
        tried = 0
        while True:
            try:
                return request(client)
            except Exception as error:  # sorted by `explained`, which raises defects of ours again
                found = explained(error, name=self.workspace.name, host=self.host, doing=doing)
                tried += 1
                wait_s = self._wait_s(found, tried)
                late = time.monotonic() + wait_s > deadline or (isinstance(found, ServiceTimeoutError) and tried > 1)
                if not repeatable(found) or tried > self.timing.retries or late:
                    raise found from error
            pause(wait_s, stop)

    def _wait_s(self, error: WorkbenchError, tried: int) -> float:
        """As long as the service asks, at least as long as the own back-off: 1, 2, 4 … s.

        The SDK reports 1 s where the service says nothing, so that alone is no reason to be back so soon.
        """
        own = min(self.timing.first_retry_s * 2 ** (tried - 1), self.timing.longest_retry_s) * random.uniform(1.0, 1.2)
        asked = getattr(error, "retry_after_s", None)
        return max(own, asked) if asked is not None and asked > 1 else own


def pause(seconds: float, stop: Stop | None = None) -> None:
    """Wait, and end early with CancelledError as soon as `stop` says so."""
    until = time.monotonic() + seconds
    while True:
        if stop is not None and stop():
            raise CancelledError("Stopped on request. What was measured until then is kept.")
        left = until - time.monotonic()
        if left <= 0:
            return
        time.sleep(min(left, _SLICE_S) if stop is not None else left)


def polls(workspace: Workspace, *, limit_s: float) -> "Polls":
    """The waits between polls of one piece of work."""
    return Polls(workspace, limit_s)


class Polls:
    """Waits that grow from poll to poll. `next(stop)` waits once; False means that the time is over."""

    def __init__(self, workspace: Workspace, limit_s: float) -> None:
        self._timing = workspace.timing
        self._until = time.monotonic() + limit_s
        self._wait_s = self._timing.first_poll_s

    def next(self, stop: Stop | None = None) -> bool:
        left = self._until - time.monotonic()
        if left <= 0:
            return False
        pause(min(self._wait_s, left), stop)
        self._wait_s = min(self._wait_s * self._timing.poll_growth, self._timing.longest_poll_s)
        return True
