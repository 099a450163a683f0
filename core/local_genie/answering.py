"""One question, from its text to rows: the part that conversations and evaluation runs share."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.local_genie.catalog import Catalog
from core.local_genie.faults import Faults, spoil
from core.local_genie.sql_errors import SqlCancelledError, SqlError
from core.local_genie.state import Workspace
from core.local_genie.wire import result_json
from core.local_genie.writing import Writer, WriterError, Written

MAX_ROWS = 5_000

# Told the status of each stage as it begins
Follow = Callable[[str], None]


@dataclass(frozen=True)
class Answer:
    """What came out. `status` is a final message status.

    `result` is the wire form of the rows, None without SQL or when it failed; `error` is {"error", "type"} of a FAILED
    message.
    """

    status: str
    written: Written | None = None
    result: dict[str, Any] | None = None
    error: dict[str, str] | None = None


class Answering:
    """Asks the writer and runs its SQL, with the faults that are set."""

    def __init__(self, workspace: Workspace, writer: Writer, faults: Faults, closing: threading.Event) -> None:
        self._workspace = workspace
        self._writer = writer
        self._faults = faults
        self._closing = closing

    def answer(
        self,
        question: str,
        space: dict[str, Any],
        earlier: list[str],
        *,
        follow: Follow = lambda status: None,
        stop: threading.Event | None = None,
    ) -> Answer | None:
        """Answer a question over a definition. None means that no answer will ever come (a fault), or the server closes."""
        fault = self._faults.answer_fault(question)
        if fault == "never":
            follow("ASKING_AI")
            return None
        written = self._write(question, space, earlier, fault, follow)
        if not isinstance(written, Written):
            return written
        if written.sql is None:
            return Answer("COMPLETED", written)
        follow("PENDING_WAREHOUSE")
        self._pause(0.2)
        follow("EXECUTING_QUERY")
        self._pause(0.2)
        if fault == "sql_error":
            return _sql_failed(written, "[DIVIDE_BY_ZERO] Division by zero. SQLSTATE: 22012")
        try:
            result = result_json(self._catalog(space).query(written.sql, MAX_ROWS, stop=stop or self._closing))
        except SqlCancelledError as error:
            return (
                None
                if self._closing.is_set()
                else Answer("CANCELLED", written, error=_error(str(error), "SQL_EXECUTION_EXCEPTION"))
            )
        except SqlError as error:
            return _sql_failed(written, str(error))
        if fault == "empty":
            result = result | {"rows": []}
        return Answer("QUERY_RESULT_EXPIRED" if fault == "expired" else "COMPLETED", written, result)

    def _write(
        self, question: str, space: dict[str, Any], earlier: list[str], fault: str | None, follow: Follow
    ) -> Written | Answer | None:
        """The writer's answer, or what ends it before: an `Answer`, None when the server closes."""
        follow("FETCHING_METADATA")
        catalog = self._catalog(space)
        self._pause(0.2)
        follow("FILTERING_CONTEXT")
        seen = {key: value for key, value in space.items() if key != "benchmarks"}
        follow("ASKING_AI")
        self._pause(0.4)
        match fault:
            case "failed":
                return _failed("The model that answers is not available.", "GENERIC_CHAT_COMPLETION_EXCEPTION")
            case "rate_limited":
                return _failed("Rate limit exceeded. Try again later.", "RATE_LIMIT_EXCEEDED_GENERIC_EXCEPTION")
            case "cancelled":
                return Answer("CANCELLED")
            case "clarify":
                return Written(None, "Which of the possible readings do you mean?", "")
        if not catalog.tables and not catalog.metric_views:
            return _failed("The space has no table that exists in the workspace.", "NO_TABLES_TO_QUERY_EXCEPTION")
        try:
            written = self._writer(question, seen, catalog, list(earlier))
        except SqlError as error:
            return _failed(str(error), "UNEXPECTED_REPLY_PROCESS_EXCEPTION")
        except WriterError as error:
            return None if self._closing.is_set() else _failed(str(error), error.kind)
        noise = self._faults.noise_for(question)
        return spoil(written, noise) if noise else written

    def _catalog(self, space: dict[str, Any]) -> Catalog:
        return self._workspace.catalog_of(space)

    def _pause(self, share: float) -> None:
        seconds = self._faults.settings.latency_s * share
        if seconds > 0:
            self._closing.wait(seconds)


def _failed(text: str, kind: str) -> Answer:
    return Answer("FAILED", error=_error(text, kind))


def _sql_failed(written: Written, text: str) -> Answer:
    return Answer("FAILED", written, error=_error(text, "SQL_EXECUTION_EXCEPTION"))


def _error(text: str, kind: str) -> dict[str, str]:
    return {"error": text, "type": kind}
