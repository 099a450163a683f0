"""Two threads for work on columns: pyarrow computes outside of Python's lock."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

_pool: ThreadPoolExecutor | None = None


def on_threads(work: Callable[[Any], Any], items: Sequence[Any]) -> list[Any]:
    """`work` on each item; the results in order. An error of `work` is raised."""
    global _pool
    if _pool is None:
        _pool = ThreadPoolExecutor(1)
    halves = [items[1::2], items[::2]]  # this thread takes one half: a task for each item costs more than it saves
    other = _pool.submit(lambda: [work(each) for each in halves[0]])
    done: list[Any] = [None] * len(items)
    done[::2] = [work(each) for each in halves[1]]
    done[1::2] = other.result()
    return done
