"""The one layer of retries (the SDK's is off): which failures are tried again, and after how long."""

import random
from dataclasses import dataclass

from core.errors import ServiceError, ServiceTimeoutError, WorkbenchError

LONGEST_WAIT_S = 60.0
_FIRST_WAIT_S = 0.5
_LAST_WAIT_S = 8.0


@dataclass(frozen=True)
class Pause:
    """Wait so long, then try again."""

    seconds: float


def pause_before_retry(error: WorkbenchError, *, tried: int, max_retries: int, asked_s: float | None) -> Pause | None:
    """How long to wait before the next attempt, None to give up. `tried` counts failed attempts, from 1.

    Tried again: lost and refused connections, 408, 409, 425, 429, most 5xx. Not an answer that took too long: it was
    paid for, and would take too long again. Waits double from 0.5 s to 8 s, ± 25 %. What the service asks
    for (`asked_s`) goes before that; more than a minute is given back to the caller instead.
    """
    if tried > max_retries or not isinstance(error, ServiceError) or not error.retryable:
        return None
    if isinstance(error, ServiceTimeoutError) and not is_connect_timeout(error):
        return None
    if asked_s is not None:
        # A little more than asked, so that many callers do not come back at the same moment.
        return Pause(asked_s + random.uniform(0, 0.1)) if asked_s <= LONGEST_WAIT_S else None
    return Pause(min(_FIRST_WAIT_S * 2 ** (tried - 1), _LAST_WAIT_S) * random.uniform(0.75, 1.25))


def is_connect_timeout(error: ServiceTimeoutError) -> bool:
    """Whether not even a connection was made, so that nothing was paid for."""
    return bool(getattr(error, "while_connecting", False))
