"""The speed of a stream: slow enough for a person to see it and to stop it, never long."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterable
from typing import TypeVar

PAUSE_S = 0.008
TOTAL_S = 1.5
MAX_PIECES = int(TOTAL_S / PAUSE_S)

Item = TypeVar("Item")


async def paced(items: Iterable[Item], closing: threading.Event) -> AsyncIterator[Item]:
    """Give the items one by one, `PAUSE_S` apart; without pauses once `closing` is set."""
    for item in items:
        yield item
        if not closing.is_set():
            await asyncio.sleep(PAUSE_S)
