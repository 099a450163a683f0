"""What a list of spaces says about each: its parts, how full it is, how well it is curated."""

import threading
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from core.errors import AuthError, WorkbenchError
from core.genie.client import GenieClient
from core.genie.health import Check, check_health
from core.genie.limits import instruction_count, sizes
from core.genie.states import SpaceState

_AT_ONCE = 8
_FRESH_S = 60.0


@dataclass(frozen=True)
class SpaceOverview:
    """One space. What stands in its definition is None, and `health` empty, where that could not be read; `error` says why.

    `size_share` is how much of the fullest limit is used: 1 is full.
    """

    id: str
    title: str
    state: SpaceState | None = field(repr=False)
    error: str | None
    tables: int | None = None
    metric_views: int | None = None
    instructions: int | None = None
    benchmarks: int | None = None
    size_share: float | None = None
    health: tuple[Check, ...] = ()


_lock = threading.Lock()
_kept: WeakKeyDictionary[GenieClient, dict[str, tuple[float, SpaceOverview]]] = WeakKeyDictionary()


def overview(client: GenieClient, space_ids: Iterable[str], *, refresh: bool = False) -> tuple[SpaceOverview, ...]:
    """Each of the spaces, in the order given. Reads eight definitions at once; what was read is kept for a minute.

    Never raises for what is wrong with a space: its `error` says it, and is not kept.
    """
    ids = tuple(space_ids)
    now = time.monotonic()
    with _lock:
        kept = _kept.setdefault(client, {})
        found = {} if refresh else {id_: each for id_, (at, each) in kept.items() if now - at < _FRESH_S}
    missing = [id_ for id_ in dict.fromkeys(ids) if id_ not in found]
    if missing:
        with ThreadPoolExecutor(min(_AT_ONCE, len(missing)), thread_name_prefix="genie-overview") as pool:
            read = dict(zip(missing, pool.map(lambda id_: _read(client, id_), missing), strict=True))
        with _lock:
            kept.update({id_: (now, each) for id_, each in read.items() if each.error is None})
            found |= read
    return tuple(found[id_] for id_ in ids)


def _read(client: GenieClient, space_id: str) -> SpaceOverview:
    try:
        return _overview(client.get_space(space_id))
    except AuthError as error:
        return SpaceOverview(space_id, _title(client, space_id), None, str(error))
    except WorkbenchError as error:
        return SpaceOverview(space_id, space_id, None, str(error))


def _title(client: GenieClient, space_id: str) -> str:
    """Its title where only the definition may not be read, else its id."""
    try:
        return client.get_space(space_id, definition=False).title
    except WorkbenchError:
        return space_id


def _overview(state: SpaceState) -> SpaceOverview:
    definition = state.definition
    if definition is None:
        return SpaceOverview(
            state.id, state.title, state, "The service did not send the definition. Ask for CAN EDIT on the space."
        )
    return SpaceOverview(
        state.id,
        state.title,
        state,
        None,
        tables=len(definition.tables()),
        metric_views=len(definition.metric_views()),
        instructions=instruction_count(definition),
        benchmarks=len(definition.benchmarks),
        size_share=max(each.share for each in sizes(definition, state.title)),
        health=check_health(definition),
    )
