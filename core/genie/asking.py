"""Asking Genie one question: start, follow, fetch the rows, leave nothing behind.

Whatever happens to the question is in the answer: a failure has its class and sentence, and only a stop on request raises.
Statuses and errors are read from the plain JSON, because the SDK turns those that it does not know into None: a new kind of
RATE_LIMIT_EXCEEDED_… must not become a wrong answer.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from core.errors import CancelledError, InputError, NotFoundError, RateLimitError, WorkbenchError
from core.genie.answers import Answer, Status, query_attachment, said
from core.genie.calls import pause, polls
from core.genie.conversations import find_lost, forget
from core.genie.failures import BrokenReplyError, Failure, Kind, failure_of, may_have_happened
from core.genie.limits import MOST_RESULT_ROWS
from core.genie.message_errors import message_failure
from core.genie.naming import check_id
from core.genie.results import ResultTable
from core.genie.statements import StatementError, rows_of, state_of
from core.genie.workspaces import Stop

if TYPE_CHECKING:
    from core.genie.client import GenieClient

_ENDED = frozenset({"COMPLETED", "FAILED", "CANCELLED", "QUERY_RESULT_EXPIRED"})
_LONGEST_QUESTION = 25_000
_ATTEMPTS = 5


def ask(
    client: "GenieClient",
    space_id: str,
    question: str,
    *,
    conversation_id: str | None = None,
    keep: bool = False,
    most_rows: int = MOST_RESULT_ROWS,
    on_status: Callable[[Status], None] | None = None,
    on_conversation: Callable[[str], None] | None = None,
    stop: Stop | None = None,
) -> Answer:
    """Ask, and wait for the rows. A rate limit is waited out and the question asked again, up to five times.

    With `conversation_id` it is a further question of that conversation, which is then kept; a new one is deleted afterwards
    unless `keep`. `on_conversation` hears of each new conversation at once, so that one can be deleted even after a crash.
    `waited_s` is what the limit took; `duration_s` does not contain it.

    Raises:
        InputError: the question is empty or far too long.
        CancelledError: `stop` said so. The conversation is deleted.
    """
    check_id(space_id, "space")
    if not question.strip():
        raise InputError("The question is empty. Enter one.")
    if len(question) > _LONGEST_QUESTION:
        raise InputError(
            f"The question has {len(question):,} characters; {_LONGEST_QUESTION:,} are allowed. Shorten it."
        )
    asking = _Asking(client, space_id, question, conversation_id, keep, most_rows, on_status, on_conversation, stop)
    return asking.run()


class _Asking:
    def __init__(
        self, client: "GenieClient", space_id: str, question: str, conversation_id: str | None, keep: bool,
        most_rows: int, on_status: Callable[[Status], None] | None, on_conversation: Callable[[str], None] | None,
        stop: Stop | None,
    ) -> None:  # fmt: skip
        self._client, self._calls, self._space = client, client.calls, space_id
        self._question, self._given, self._keep = question, conversation_id, keep or conversation_id is not None
        self._most_rows, self._on_status, self._on_conversation, self._stop = (
            most_rows,
            on_status,
            on_conversation,
            stop,
        )
        self._begun = time.monotonic()
        self._waited_s = 0.0
        self._last = ""
        self._conversation: str | None = None
        self._asked_to_wait_s: float | None = None

    def run(self) -> Answer:
        answer = Answer(self._question)
        left: str | None = None
        for attempt in range(1, _ATTEMPTS + 1):
            self._asked_to_wait_s = None
            answer = replace(self._attempt(), attempts=attempt)
            if self._conversation and not self._keep and not forget(self._client, self._space, self._conversation):
                left = self._conversation
            limited = answer.failure is not None and answer.failure.kind is Kind.RATE_LIMITED
            if not limited or attempt == _ATTEMPTS or not self._wait_out(attempt):
                break
        total = time.monotonic() - self._begun
        return replace(answer, left_behind=left, waited_s=self._waited_s, duration_s=max(0.0, total - self._waited_s))

    def _wait_out(self, attempt: int) -> bool:
        """Hold everybody's questions as long as the service asks; False if that is longer than one question may take.

        The SDK reports 1 s where the service says nothing; so small a wait is replaced by the limit's own pace.
        """
        asked = self._asked_to_wait_s
        if asked is not None and asked > self._calls.timing.question_s:
            return False
        if not self._client.limiter.hold(asked):
            self._tell("WAITING_FOR_LIMIT")
            first = self._calls.timing.first_retry_s * 2 ** (attempt - 1)
            wait_s = max(first, asked) if asked and asked > 1 else first
            pause(wait_s, self._stop)
            self._waited_s += wait_s
        return True

    def _attempt(self) -> Answer:
        """One question to the service. Deletes its conversation itself only when it does not return."""
        self._conversation = None
        self._last = ""
        try:
            message_id = self._start()
            return self._followed(message_id)
        except CancelledError:
            if self._conversation and not self._keep:
                forget(self._client, self._space, self._conversation)
            raise
        except WorkbenchError as error:
            failure = error.failure if isinstance(error, StatementError) else failure_of(error)
            return Answer(self._question, self._last, failure=failure, conversation_id=self._conversation)

    def _start(self) -> str:
        """Ask, within the limit. Sets the conversation and returns the message's id."""
        self._calls.client()  # made before a place is taken: that may take seconds
        ticket = self._client.limiter.acquire(self._stop, on_wait=lambda: self._tell("WAITING_FOR_LIMIT"))
        self._waited_s += ticket.waited_s
        begun_ms = time.time() * 1000
        try:
            ids = self._calls.write("asking the question", self._post, stop=self._stop, retry=False)
        except RateLimitError as error:
            self._asked_to_wait_s = error.retry_after_s
            raise
        except WorkbenchError as error:
            if not may_have_happened(error):
                raise
            # The question may have been asked although the reply was lost: go on with it rather than ask twice.
            found = None if self._given else find_lost(self._client, self._space, self._question, begun_ms)
            if found is None:
                raise
            ids = found
        finally:
            ticket.land()
        self._conversation, message_id = ids
        self._client.own(self._conversation)
        if self._on_conversation and not self._given:
            self._on_conversation(self._conversation)
        return message_id

    def _post(self, w: Any) -> tuple[str, str]:
        if self._given:
            waiter = w.genie.create_message(self._space, self._given, self._question)
        else:
            waiter = w.genie.start_conversation(self._space, self._question)
        reply = waiter.response
        conversation, message = reply.conversation_id or self._given, reply.message_id
        if not conversation or not message:
            raise BrokenReplyError(
                "The service named no conversation for the question. Ask again.", service=self._client.name
            )
        return str(conversation), str(message)

    def _followed(self, message_id: str) -> Answer:
        path = f"{self._path()}/messages/{message_id}"
        waits = polls(self._client.workspace, limit_s=self._calls.timing.question_s)
        base = Answer(self._question, conversation_id=self._conversation, message_id=message_id)
        while True:
            message = self._message(path)
            status = str(message.get("status") or "")
            self._tell(status)
            if status in _ENDED:
                break
            if not waits.next(self._stop):
                limit_s = self._calls.timing.question_s
                sentence = (
                    f"Genie was still at {status or 'nothing'} after {limit_s:g} s. Ask again, or raise the time-out."
                )
                return replace(base, status=status, failure=Failure(Kind.TIMED_OUT, sentence, status))
        base = replace(base, status=status, **said(message))
        if status == "FAILED":
            error = message.get("error") if isinstance(message.get("error"), dict) else {}
            failure = message_failure(str(error.get("type") or ""), str(error.get("error") or ""))
            return replace(base, failure=failure)
        if status == "CANCELLED":
            sentence = "The question was cancelled in the workspace before it was answered. Ask again."
            return replace(base, failure=Failure(Kind.CANCELLED, sentence, status))
        return self._with_rows(base, message, expired=status == "QUERY_RESULT_EXPIRED")

    def _with_rows(self, base: Answer, message: dict[str, Any], *, expired: bool) -> Answer:
        attachment = query_attachment(message)
        if attachment is None or not base.sql:
            if base.text:
                sentence = f"Genie answered in words, without a query: “{' '.join(base.text.split())[:300]}”."
                return replace(base, clarifying=True, failure=Failure(Kind.CLARIFYING_QUESTION, sentence))
            return replace(
                base, failure=Failure(Kind.NO_QUERY, "Genie completed the question without a query and without words.")
            )
        attachment_id = str(attachment.get("attachment_id") or attachment.get("id") or "")
        try:
            return replace(base, table=self._rows(base, attachment_id, expired=expired))
        except StatementError as error:
            return replace(base, failure=error.failure)
        except NotFoundError as error:
            sentence = f"The rows of Genie's query are no longer there. {error} Ask again."
            return replace(base, failure=Failure(Kind.EXPIRED, sentence, "404"))
        except CancelledError:
            raise
        except WorkbenchError as error:
            failure = failure_of(error)
            if expired:
                failure = Failure(Kind.EXPIRED, f"The rows had expired, and running the query again failed. {error}")
            return replace(base, failure=failure)

    def _rows(self, base: Answer, attachment_id: str, *, expired: bool) -> ResultTable:
        ids = (self._space, str(base.conversation_id), str(base.message_id), attachment_id)
        waits = polls(self._client.workspace, limit_s=self._calls.timing.statement_s)
        again = expired
        while True:
            fetch = "execute_message_attachment_query" if again else "get_message_attachment_query_result"
            try:
                reply = self._calls.read(
                    "running Genie's query again" if again else "fetching the rows",
                    lambda w, name=fetch: getattr(w.genie, name)(*ids),
                    stop=self._stop,
                )
            except NotFoundError:
                if again:
                    raise
                again = True  # the result is no longer kept, but its query is
                continue
            statement = reply.statement_response
            state = state_of(statement) if statement else "PENDING"
            if state == "CLOSED" and not again:
                again = True
                continue
            again = False
            if statement is not None and state not in ("PENDING", "RUNNING"):
                return rows_of(
                    self._client, statement, most_rows=self._most_rows, whose="Genie's query", stop=self._stop
                )
            if not waits.next(self._stop):
                sentence = f"Genie's query gave no rows within {self._calls.timing.statement_s:g} s. Ask again."
                raise StatementError(Failure(Kind.TIMED_OUT, sentence, state), service=self._client.name)

    def _message(self, path: str) -> dict[str, Any]:
        found = self._calls.read("waiting for the answer", lambda w: w.api_client.do("GET", path), stop=self._stop)
        if not isinstance(found, dict) or not isinstance(found.get("status"), str):
            raise BrokenReplyError(
                "The service sent something else than a message. Ask again.", service=self._client.name
            )
        return found

    def _path(self) -> str:
        return f"/api/2.0/genie/spaces/{self._space}/conversations/{self._conversation}"

    def _tell(self, status: str) -> None:
        if status != self._last:
            self._last = "" if status == "WAITING_FOR_LIMIT" else status
            if self._on_status:
                self._on_status(Status(status, time.monotonic() - self._begun))
