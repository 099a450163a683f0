"""Named moments at which the tests of crash safety kill the process, to prove that no moment is a bad one.

Nothing arms them but a test's own program (`tests/faults`). Unarmed, `reach` is one look at an empty name.
"""

import os
import signal
import threading

POINTS = ("after_claim", "after_intent", "after_call", "before_commit", "after_commit", "before_end")
"""A job was claimed; an item's intent is recorded; its call is answered and recorded; its outcome is written but not
committed; it is committed but not acknowledged; the work is done but not recorded as done."""

_armed = ""
_left = 0
_lock = threading.Lock()


def arm(point: str, times: int = 1) -> None:
    """Kill this process when `point` is reached for the `times`-th time from now."""
    global _armed, _left
    if point not in POINTS:
        raise ValueError(f"there is no failpoint {point}")
    with _lock:
        _armed, _left = point, times


def disarm() -> None:
    global _armed
    with _lock:
        _armed = ""


def reach(point: str) -> None:
    """Dies here, without a chance to tidy up, if the point is armed and due."""
    global _left
    if point != _armed:
        return
    with _lock:
        _left -= 1
        due = _left == 0
    if due:
        os.kill(os.getpid(), signal.SIGKILL)
