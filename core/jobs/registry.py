"""Which work each kind of job stands for. The packages above register theirs when they are imported."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.jobs.context import JobContext

Work = Callable[["JobContext"], Awaitable[Any]]

_work: dict[str, Work] = {}


def register(kind: str, work: Work) -> None:
    """Let jobs of `kind` (at most 40 characters) be done by `work`; its result, which must be JSON, is kept on the job.

    `work` runs from the start again after an interruption, and finds what it did by `step` and `call` already done.
    """
    _work[kind] = work


def work_of(kind: str) -> Work:
    return _work[kind]


def known_kinds() -> tuple[str, ...]:
    """The kinds that this process can do. A worker leaves the others to workers that can."""
    return tuple(_work)
