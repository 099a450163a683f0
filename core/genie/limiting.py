"""Questions per minute, shared by everything that asks the same workspace: threads, processes, hosts.

A sliding window: at most `limit` questions in any `window_s` seconds, counted as the service sees them. A question counts
from when its request came back, not from when it was sent: it arrived in between, and a slow request must not make the
next one early. So there is no avoidable 429, at the cost of one round trip per window.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from core.genie.calls import pause
from core.genie.workspaces import Stop, Workspace

_MARGIN = 0.005
"""Of the window, against clocks that differ a little: 0.3 s in a minute."""

_LONGEST_FLIGHT_S = 120.0
"""A place taken by a request that never reported back is free again after the window and this."""


@dataclass(frozen=True)
class Place:
    """One taken place: `at` is when it was taken, or when its request came back; seconds since 1970."""

    id: str
    at: float
    landed: bool


@dataclass(frozen=True)
class Taken:
    """The answer of a store: the id of the place, or how long to wait before asking again."""

    id: str | None
    wait_s: float


class PlaceStore(Protocol):
    """What the limiter keeps. Each method is atomic over all processes; the clock is the store's (one for all of them).

    A store decides with `wait_for_place`, so that it need only keep rows (key, id, at, landed) and one `held until` per key.
    """

    def take(self, key: str, limit: int, window_s: float) -> Taken:
        """Take a place if one is free."""

    def land(self, key: str, place_id: str) -> None:
        """The place's request came back now: it counts from now on."""

    def give_back(self, key: str, place_id: str) -> None:
        """The request was never sent."""

    def hold(self, key: str, seconds: float) -> None:
        """Nobody asks for so long: the service said so."""


def wait_for_place(places: Sequence[Place], held_until: float, now: float, *, limit: int, window_s: float) -> float:
    """How long until a place is free, 0 if one is now. The rule of all stores.

    Times in the future (a clock was set back) count as now. A place that has not landed is as late as can be: it frees
    none before its request comes back.
    """
    if held_until > now:
        return min(held_until - now, window_s)
    ends = sorted(
        (min(each.at, now) + window_s) if each.landed else max(now, each.at + _LONGEST_FLIGHT_S) + window_s
        for each in places
    )
    ends = [end for end in ends if end > now]
    if len(ends) < limit:
        return 0.0
    first_free = ends[len(ends) - limit]
    if any(not each.landed for each in places):
        # Its time is not known yet: look again soon, it lands in the meantime.
        return min(max(first_free - now, 0.0), 0.05 + window_s / 100)
    return max(first_free - now, 0.001)


def outdated(place: Place, now: float, window_s: float) -> bool:
    """Whether a place counts no more, so that a store may forget it."""
    return place.at + window_s + (0 if place.landed else _LONGEST_FLIGHT_S) <= now


class QuestionLimiter:
    """The limit of one workspace. `per_window=None` lets everything through."""

    def __init__(self, store: PlaceStore, key: str, *, per_window: float | None = 5.0, window_s: float = 60.0) -> None:
        self._store, self._key = store, key
        self._limit, self._window_s = _whole(per_window, window_s)

    def acquire(self, stop: Stop | None = None, on_wait: Callable[[], None] | None = None) -> "Ticket":
        """Wait for a place; `on_wait` hears of it if there is none at once. Raises CancelledError when `stop` says so."""
        begun = time.monotonic()
        while True:
            if self._limit is None:
                return Ticket(self._store, self._key, None, 0.0)
            taken = self._store.take(self._key, self._limit, self._window_s * (1 + _MARGIN))
            if taken.id is not None:
                return Ticket(self._store, self._key, taken.id, time.monotonic() - begun)
            if on_wait:
                on_wait()
            pause(taken.wait_s, stop)

    def hold(self, seconds: float | None) -> bool:
        """After a 429: nobody asks for that long; by default as long as one place takes on average.

        False without a limit: then there is nothing to hold, and the caller waits by itself.
        """
        if self._limit is None:
            return False
        self._store.hold(self._key, seconds if seconds and seconds > 1 else self._window_s / self._limit)
        return True


@dataclass(frozen=True)
class Ticket:
    """The right to ask one question now. `waited_s` is how long that took. Land it when the request came back."""

    _store: PlaceStore
    _key: str
    _id: str | None
    waited_s: float

    def land(self) -> None:
        if self._id is not None:
            self._store.land(self._key, self._id)

    def give_back(self) -> None:
        if self._id is not None:
            self._store.give_back(self._key, self._id)


def limiter_of(workspace: Workspace, store: PlaceStore) -> QuestionLimiter:
    """The limit of a workspace by its `questions_per_minute`; none for the local Genie."""
    limit = None if workspace.local else workspace.questions_per_minute
    return QuestionLimiter(store, workspace.limit_key, per_window=limit)


def _whole(per_window: float | None, window_s: float) -> tuple[int | None, float]:
    """A whole number of questions per window: half a question a minute is one in two minutes."""
    if per_window is None:
        return None, window_s
    if per_window <= 0:
        raise ValueError("a limit of no questions lets nothing through")
    if per_window < 1:
        return 1, window_s / per_window
    return int(per_window), window_s * int(per_window) / per_window
