"""What a job's work is handed: pieces that are kept, calls to models, progress, log, questions to a person.

The work runs on an event loop of the worker, from its beginning at every start; `step` and `call` return what is kept.
Everything that writes is refused once the job was cancelled, paused or taken over, by `Stopped`, which ends the work.
"""

import asyncio
import contextlib
import functools
import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, TypeVar

from sqlalchemy.orm import Session

from core import library, llm
from core.db import reading
from core.errors import BudgetError, WorkbenchError
from core.jobs import asking, failpoints, items
from core.jobs.lines import add_line
from core.jobs.starts import Start, Stopped, change, held_row, hold, write_now
from core.jobs.threads import STEPS_AT_ONCE, step_in_thread, write_in_thread
from core.jobs.views import Level
from core.library import Call, ExecutionView

T = TypeVar("T")

_LONGEST_KEY = 200
_AHEAD = 4
"""Calls of a connection that are prepared beyond those it lets run at once, so that a free place is taken at once."""

_places: dict[tuple[str, int], asyncio.Semaphore] = {}


class JobContext:
    """One start of a job. Several `call` and `step` may run at once (`asyncio.gather`), each under a key of its own."""

    def __init__(self, start: Start) -> None:
        self._start = start
        self._under_way: set[str] = set()
        self._steps = asyncio.Semaphore(STEPS_AT_ONCE)
        self._limits: dict[str, asyncio.Future[int]] = {}
        self.job_id = start.job_id
        self.payload = start.payload
        self.person = start.person
        self.job_metadata = start.job_metadata

    async def total(self, count: int, unit: str, *, done: int | None = None) -> None:
        """Say how many pieces there are, in words such as "calls". `done` sets how many of them are, for work that counts
        otherwise than by its steps and calls.
        """
        values = {"progress_total": count, "progress_unit": unit} | ({} if done is None else {"progress_done": done})
        await self._write(lambda session: change(session, self._start, **values))

    async def log(self, text: str, level: Level = "info") -> None:
        """Add a line to the job's log."""

        def add(session: Session) -> None:
            hold(session, self._start)
            add_line(session, self.job_id, text, level)

        await self._write(add)

    async def metadata(self, **values: Any) -> None:
        """Merge `values`, which must be JSON, into `job_metadata`."""

        def merge(session: Session) -> dict[str, Any]:
            job = held_row(session, self._start)
            job.job_metadata = job.job_metadata | values
            return job.job_metadata

        self.job_metadata = await self._write(merge)

    async def write(self, work: Callable[[Session], T]) -> T:
        """`work` in one transaction, in which it is first made sure that this start is still the job's current one.

        For rows of your own: let a second run of it change nothing, or do it inside a `step`'s result.
        """

        def guarded(session: Session) -> T:
            hold(session, self._start)
            return work(session)

        return await self._write(guarded)

    async def check(self) -> None:
        """Ends the work if the job was cancelled, paused or taken over meanwhile."""
        await self._write(lambda session: hold(session, self._start))

    @property
    def is_stopped(self) -> bool:
        """Whether the job was cancelled, paused or taken over. For the work of a step, from any thread: it may end early,
        because nobody hears of its result any more.
        """
        return self._start.stopped is not None

    async def step(
        self, key: str, work: Callable[[], Any], *, counts: bool = False, store: items.Store | None = None
    ) -> Any:
        """The kept result of `key`, or that of `work`, which is called in a thread and must return JSON.

        With `store`, `work` may return anything: `store(session, made)` writes rows of its own in the transaction that
        ends the step, and returns the JSON that is kept, or a `KeptFailure`. That transaction may be tried again.
        `counts` adds it to the progress, unless it failed. An exception goes on to the caller; a later attempt calls
        `work` again.
        """
        async with self._piece(key) as kept_key:
            begun = await self._write(lambda session: items.begin_step(session, self._start, kept_key))
            if begun.is_done:
                return begun.result
            failpoints.reach("after_intent")
            try:
                async with self._steps:
                    made = await step_in_thread(work)
                if store is None:
                    made = items.as_kept(made)
            except Exception as error:  # whatever it was, it is recorded for this piece and raised again
                words, kind = str(error) or type(error).__name__, type(error).__name__
                await self._write(lambda session: items.fail(session, self._start, kept_key, words, kind))
                raise
            failpoints.reach("after_call")
            result = await self._write(
                lambda session: items.end_step(session, self._start, kept_key, made, counts=counts, store=store)
            )
            failpoints.reach("after_commit")
            return result

    async def call(self, key: str, call: Call) -> ExecutionView:
        """The kept outcome of `key`, or that of `call`. A call that failed is returned with its status and error.

        Raises:
            PromptRenderError, InputError, NotFoundError, ConfigError: as `library.start`, before anything was sent.
        """
        async with self._piece(key) as kept_key, await self._place(call):
            begun = await self._write(lambda session: items.begin_call(session, self._start, kept_key))
            if begun.is_done and begun.execution is not None:
                return begun.execution
            failpoints.reach("after_intent")
            try:
                run = begun.following or await self._begin(replace(call, execution_id=begun.execution_id))
                execution = await self._finished(run)
            except BudgetError as error:  # refused, and recorded as refused
                execution = await write_in_thread(_recorded, error.execution_id)  # type: ignore[attr-defined]
            except WorkbenchError as error:
                words, kind = str(error), type(error).__name__
                await self._write(lambda session: items.fail(session, self._start, kept_key, words, kind))
                raise
            failpoints.reach("after_call")
            await self._write(lambda session: items.end_call(session, self._start, kept_key, execution))
            failpoints.reach("after_commit")
            return execution

    async def ask(self, question: dict[str, Any], *, key: str = "decision") -> dict[str, Any]:
        """A person's decision. Until there is one the job waits, without a worker, and then runs from its beginning again.

        A job that asks more than once gives each question a key of its own.
        """
        decision = await self._write(lambda session: asking.ask(session, self._start, key, question))
        if decision is None:
            self._start.stop("waiting")
            raise Stopped
        return decision

    async def _begin(self, call: Call) -> library.Run:
        starting = asyncio.ensure_future(write_in_thread(library.start, call))
        try:
            return await asyncio.shield(starting)
        except asyncio.CancelledError:
            starting.add_done_callback(self._cut_late)  # the thread cannot be stopped, but what it begins can
            raise

    def _cut_late(self, starting: "asyncio.Future[library.Run]") -> None:
        if not starting.cancelled() and starting.exception() is None and self._start.cuts_calls:
            starting.result().cancel()

    async def _finished(self, run: library.Run) -> ExecutionView:
        loop, done = asyncio.get_running_loop(), asyncio.Event()
        run.add_done_callback(functools.partial(_tell, loop, done))
        try:
            await done.wait()
        except asyncio.CancelledError:
            if self._start.cuts_calls:
                run.cancel()
            raise
        execution = await write_in_thread(run.wait, 0)
        if execution.status == "running":  # the answer could not be recorded
            raise run.error or WorkbenchError("The answer could not be recorded. The log has the details.")
        return execution

    @asynccontextmanager
    async def _piece(self, key: str) -> AsyncIterator[str]:
        """The key as it is stored."""
        if len(key) > _LONGEST_KEY:
            key = f"{key[: _LONGEST_KEY - 34]}… {hashlib.sha256(key.encode()).hexdigest()[:32]}"
        if key in self._under_way:
            raise ValueError(f"the piece {key!r} is under way already; give each its own key")
        self._under_way.add(key)
        try:
            yield key
        finally:
            self._under_way.discard(key)

    async def _place(self, call: Call) -> asyncio.Semaphore:
        """Bounds how many calls of a connection are prepared at once; how many run at once is the connection's own gate."""
        name = call.overrides.get("connection") or call.content.connection or ""
        if name not in self._limits:  # hundreds may ask at once, and one look is enough
            self._limits[name] = asyncio.ensure_future(write_in_thread(_parallel, name))
        limit = await asyncio.shield(self._limits[name])
        return _places.setdefault((name, limit), asyncio.Semaphore(limit + _AHEAD))

    async def _write(self, work: Callable[[Session], T]) -> T:
        """In a thread. A start that turns out not to be the current one any more is stopped as a whole."""
        if self._start.stopped is not None:
            raise Stopped
        try:
            return await write_in_thread(write_now, self._start, work)
        except Stopped:
            self._start.stop("superseded")
            raise


def forget_places() -> None:
    """Of a loop that has ended."""
    _places.clear()


def _tell(loop: asyncio.AbstractEventLoop, done: asyncio.Event) -> None:
    with contextlib.suppress(RuntimeError):  # the loop ended before the call did
        loop.call_soon_threadsafe(done.set)


def _parallel(connection: str) -> int:
    """How many calls the connection lets run at once; 1 where there is none of that name, which the call will say."""
    with reading() as session:
        try:
            return llm.get_connection(session, connection or None).parallel
        except WorkbenchError:
            return 1


def _recorded(execution_id: str) -> ExecutionView:
    with reading() as session:
        return library.get_execution(session, execution_id)
