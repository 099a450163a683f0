"""Telling the worker of this process that a row changed, so that it need not wait for its next look.

Only a short cut: workers of other processes, and this one if it misses the call, find the row by polling.
"""

from collections.abc import Callable

from sqlalchemy import event
from sqlalchemy.orm import Session

_wake: Callable[[], None] | None = None


def listen(wake: Callable[[], None] | None) -> None:
    """`wake` is called after every commit that changed what a worker should do; None ends that."""
    global _wake
    _wake = wake


def after_commit(session: Session) -> None:
    """Wake the worker of this process once the caller's transaction is committed."""
    if _wake is not None:
        event.listen(session, "after_commit", _tell, once=True)


def _tell(session: Session) -> None:
    if _wake is not None:
        _wake()
