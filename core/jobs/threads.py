"""The threads of a worker: a bounded pool for short writes, and one of its own for each step, which may take minutes.

A step's thread is a daemon: nothing can stop it, and a worker that ends must not wait for it.
"""

import asyncio
import contextlib
import contextvars
import functools
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")

_WRITES_AT_ONCE = 16
STEPS_AT_ONCE = 16

_writes = ThreadPoolExecutor(_WRITES_AT_ONCE, thread_name_prefix="whetstone-job-write")


async def write_in_thread(work: Callable[..., T], *args: Any) -> T:
    """For a transaction, and the like of it."""
    context = contextvars.copy_context()
    return await asyncio.get_running_loop().run_in_executor(_writes, functools.partial(context.run, work, *args))


async def step_in_thread(work: Callable[[], T]) -> T:
    """For work that may take long. If the caller is cancelled it goes on, and nobody hears of its result."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()
    context = contextvars.copy_context()

    def tell(result: T | None, error: BaseException | None) -> None:
        if done.cancelled():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(result)  # type: ignore[arg-type]

    def run() -> None:
        result, error = None, None
        try:
            result = context.run(work)
        except BaseException as raised:
            error = raised
        with contextlib.suppress(RuntimeError):  # the loop ended before the step did
            loop.call_soon_threadsafe(tell, result, error)

    threading.Thread(target=run, name="whetstone-job-step", daemon=True).start()
    return await done
