"""The one way to call a model: render, call, price, record. Nothing calls one beside it, so nothing goes unrecorded.

A run belongs to the process, not to the page that started it: it goes on and is recorded when the page is reloaded,
and stops only when it is cancelled. It opens its own transactions, because a call must not hold one open.
"""

import asyncio
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from core import llm
from core.db import reading
from core.errors import WorkbenchError
from core.library.calls import Call, chat_request, destination, sent_texts
from core.library.executions import get_execution
from core.library.recording import Intent, Outcome, record_cached, record_intent, record_outcome
from core.library.repairing import repair_prompt
from core.library.views import ExecutionView
from core.logs import log, request_id

_TYPICAL_ANSWER = 1000
"""Tokens that a budget reserves for an answer without a limit of its own."""


class Run:
    """A call under way. Threads may read it while the model answers."""

    def __init__(self, execution_id: str) -> None:
        self.execution_id = execution_id
        self.error: WorkbenchError | None = None
        self.started = time.monotonic()
        self._parts: list[str] = []
        self._done = threading.Event()
        self._followers: list[Callable[[], None]] = []
        self._follow_lock = threading.Lock()
        self._stopped = False
        self._asking: asyncio.Future[llm.ChatReply] | None = None

    @property
    def text(self) -> str:
        """What has come so far."""
        return "".join(self._parts)

    @property
    def done(self) -> bool:
        """True once the result is recorded."""
        return self._done.is_set()

    def add_done_callback(self, callback: Callable[[], None]) -> None:
        """Call it once the result is recorded, at once if it is. It runs on the thread of the calls and must not block."""
        with self._follow_lock:
            if not self.done:
                self._followers.append(callback)
                return
        callback()

    def _finish(self) -> None:
        with self._follow_lock:
            self._done.set()
        for callback in self._followers:
            callback()

    def cancel(self) -> None:
        """Stop the request now. What has come so far is kept in the record."""
        if not self.done:
            llm.submit(self._stop())

    async def _stop(self) -> None:
        self._stopped = True
        if self._asking is not None:
            self._asking.cancel()

    def wait(self, timeout_s: float | None = None) -> ExecutionView:
        """The recorded execution, after it is complete or after `timeout_s`."""
        self._done.wait(timeout_s)
        with reading() as session:
            return get_execution(session, self.execution_id)


_runs: dict[str, Run] = {}
_closing = threading.Event()


def start(call: Call) -> Run:
    """Begin a call; returns once its intent is recorded.

    Raises:
        PromptRenderError: a variable is missing or has the wrong type, or the template fails. Nothing is recorded.
        InputError: a text, value or setting holds what cannot be kept.
        NotFoundError, ConfigError: there is no such connection, or it lacks something.
        BudgetError: refused, and recorded as refused.
    """
    with reading() as session:
        connection, model = destination(session, call)
    system, user, variables = sent_texts(call)
    request = chat_request(call, connection, model, system, user)
    intent = Intent(
        template_id=call.template_id,
        template_name=call.template_name,
        version_id=call.version_id,
        version_number=call.version_number,
        source=call.source,
        person=call.person,
        request_id=request_id(),
        replay_of=call.replay_of,
        connection=connection,
        model=request.model,
        variables=variables,
        system=system,
        user=user,
        settings={
            "temperature": request.temperature,
            "max_tokens": request.max_tokens,
            "stop": list(request.stop),
            "response_schema": request.response_schema,
        },
        reserved_usd=_estimate(connection, request),
        execution_id=call.execution_id,
    )
    if call.use_cache and (cached := record_cached(intent)):
        run = Run(cached.id)
        run._parts.append(cached.response or "")
        run._finish()
        return run
    run = Run(record_intent(intent))
    _runs[run.execution_id] = run
    if _closing.is_set():  # it began while all others were stopped
        run._stopped = True
    llm.submit(_perform(run, connection, request, stream=call.stream))
    return run


def run(call: Call) -> ExecutionView:
    """Make a call and wait for it. A failed one is returned with its status and error, like any other."""
    return start(call).wait()


def find(execution_id: str) -> Run | None:
    """The run of this process with that execution, while it is under way, or if its result could not be recorded."""
    return _runs.get(execution_id)


def accept_calls() -> None:
    """Let calls run again after `stop_all`."""
    _closing.clear()


def stop_all(timeout_s: float = 3.0) -> None:
    """Cancel what is under way, and wait until that is recorded. What begins later is cancelled too, until `accept_calls`."""
    _closing.set()
    runs = list(_runs.values())
    for each in runs:
        each.cancel()
    for each in runs:
        each._done.wait(timeout_s)


async def _perform(run: Run, connection: llm.ConnectionView, request: llm.ChatRequest, *, stream: bool) -> None:
    try:
        on_text = run._parts.append if stream else None
        # Only the asking is cancelled: the recording below always runs, and to its end.
        run._asking = asyncio.ensure_future(llm.chat(connection, request, on_text=on_text, repair_prompt=repair_prompt))
        if run._stopped:
            run._asking.cancel()
        reply = await run._asking
        outcome = _outcome("completed", reply)
    except asyncio.CancelledError:
        outcome = _cut_short("cancelled", run, connection, request, None)
    except WorkbenchError as error:
        run.error = error
        outcome = _cut_short("failed", run, connection, request, error)
    except Exception as error:  # a defect of ours must not leave the record running for ever
        log.exception("run failed unexpectedly", execution_id=run.execution_id)
        run.error = _defect("calling the model", error)
        outcome = _cut_short("failed", run, connection, request, run.error)
    try:
        await asyncio.shield(asyncio.to_thread(record_outcome, run.execution_id, outcome))
        _runs.pop(run.execution_id, None)
    except Exception as error:  # the run stays findable: its text is all that is left of a paid answer
        run.error = error if isinstance(error, WorkbenchError) else _defect("recording the answer", error)
        log.exception("result could not be recorded", execution_id=run.execution_id)
    finally:
        run._parts[:] = [outcome.response or ""]
        run._finish()
    log.info(
        "model called",
        execution_id=run.execution_id,
        status=outcome.status,
        connection=connection.name,
        model=request.model,
    )


def _outcome(status: Any, reply: llm.ChatReply) -> Outcome:
    usage = reply.usage
    return Outcome(
        status=status,
        response=reply.text,
        parsed=reply.parsed,
        attempts=reply.attempts,
        input_tokens=usage.input_tokens if usage else None,
        output_tokens=usage.output_tokens if usage else None,
        tokens_estimated=usage.estimated if usage else False,
        cost_usd=reply.cost_usd,
        duration_ms=reply.duration_ms,
        first_token_ms=reply.first_token_ms,
    )


def _cut_short(
    status: Any, run: Run, connection: llm.ConnectionView, request: llm.ChatRequest, error: WorkbenchError | None
) -> Outcome:
    """The outcome of a call that did not end well: what had come, with an estimate of its tokens and price."""
    partial: llm.ChatReply | None = getattr(error, "partial", None)
    if partial is not None:
        outcome = _outcome(status, partial)
    else:
        text = run.text
        tokens = (
            (llm.estimate_tokens(request.system + request.user), llm.estimate_tokens(text)) if text else (None, None)
        )
        outcome = Outcome(
            status,
            response=text or None,
            attempts=1,
            input_tokens=tokens[0],
            output_tokens=tokens[1],
            tokens_estimated=bool(text),
            cost_usd=llm.cost(connection, request.model, *tokens) if text else None,
            duration_ms=round((time.monotonic() - run.started) * 1000),
        )
    if error is None:
        return outcome
    kind = f"{type(error).__name__} {getattr(error, 'status', None) or ''}".strip()
    return replace(outcome, error=str(error), error_kind=kind)


def _defect(doing: str, error: Exception) -> WorkbenchError:
    return WorkbenchError(f"Whetstone failed while {doing} ({type(error).__name__}). The log has the details.")


def _estimate(connection: llm.ConnectionView, request: llm.ChatRequest) -> float | None:
    sent = llm.estimate_tokens(request.system) + llm.estimate_tokens(request.user)
    return llm.cost(connection, request.model, sent, request.max_tokens or _TYPICAL_ANSWER)
