"""The one background event loop of the process. Every client lives on it; other threads and loops hand work over.

A page's thread comes and goes with each click; a call that runs here does not notice.
"""

import asyncio
import concurrent.futures
import contextlib
import threading
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

from core.errors import ServiceTimeoutError

T = TypeVar("T")

_lock = threading.Lock()
_loop: asyncio.AbstractEventLoop | None = None
_thread: threading.Thread | None = None
_at_close: list[Callable[[], Awaitable[None]]] = []


def submit(coroutine: Coroutine[Any, Any, T]) -> concurrent.futures.Future[T]:
    """Run it on the loop, without waiting. Cancelling the future cancels the coroutine."""
    return asyncio.run_coroutine_threadsafe(coroutine, _running_loop())


def run_async(coroutine: Coroutine[Any, Any, T], timeout: float | None = None) -> T:
    """Run it on the loop and wait, at most `timeout` seconds; then it is cancelled.

    Raises:
        ServiceTimeoutError: the time is up.
    """
    if _thread is threading.current_thread():
        coroutine.close()
        raise RuntimeError("run_async would wait for itself here; await the coroutine")
    future = submit(coroutine)
    try:
        return future.result(timeout)
    except concurrent.futures.TimeoutError:
        if future.done():  # the coroutine's own TimeoutError is the same class
            raise
        future.cancel()
        raise ServiceTimeoutError(
            f"It took longer than {timeout:g} s and was stopped. Try again, or allow more time.",
            service="model",
            retryable=True,
        ) from None
    except BaseException:
        future.cancel()
        raise


async def on_loop(coroutine: Coroutine[Any, Any, T]) -> T:
    """Await it on the loop, from whatever loop the caller is on. Cancellation goes through."""
    if asyncio.get_running_loop() is _loop:
        return await coroutine
    return await asyncio.wrap_future(submit(coroutine))


def at_close(finish: Callable[[], Awaitable[None]]) -> None:
    """Await `finish()` on the loop before it stops."""
    _at_close.append(finish)


def close() -> None:
    """Cancel what runs, close the clients, stop the loop. The next use starts a new one."""
    global _loop, _thread
    with _lock:
        loop, thread = _loop, _thread
        _loop = _thread = None
    if loop is None or thread is None:
        return
    with contextlib.suppress(concurrent.futures.TimeoutError):
        asyncio.run_coroutine_threadsafe(_finish(), loop).result(5)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(5)


async def _finish() -> None:
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for finish in _at_close:
        await finish()


def _running_loop() -> asyncio.AbstractEventLoop:
    global _loop, _thread
    with _lock:
        if _loop is None:
            _loop = asyncio.new_event_loop()
            _thread = threading.Thread(target=_serve, args=(_loop,), name="whetstone-calls", daemon=True)
            _thread.start()
        return _loop


def _serve(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()
