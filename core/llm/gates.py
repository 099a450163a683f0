"""How many calls of a connection run at once. Only on the background loop."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Gate:
    """Lets `limit` in at a time, first come first served; the limit may change while some wait."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._inside = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    def set_limit(self, limit: int) -> None:
        self._limit = limit
        self._wake()

    async def enter(self) -> None:
        if self._inside < self._limit and not self._waiting:
            self._inside += 1
            return
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():  # the turn had come already: pass it on
                self.leave()
            else:
                self._waiting.remove(turn)
            raise

    def leave(self) -> None:
        self._inside -= 1
        self._wake()

    def _wake(self) -> None:
        while self._waiting and self._inside < self._limit:
            turn = self._waiting.popleft()
            if not turn.done():
                self._inside += 1
                turn.set_result(None)


_gates: dict[str, Gate] = {}


@asynccontextmanager
async def place_for(connection_id: str, limit: int) -> AsyncIterator[None]:
    """Wait for a free place among the connection's parallel calls, and hold it during the block."""
    gate = _gates.get(connection_id)
    if gate is None:
        gate = _gates[connection_id] = Gate(limit)
    gate.set_limit(limit)
    await gate.enter()
    try:
        yield
    finally:
        gate.leave()


async def forget_gates() -> None:
    """Of a loop that closes."""
    _gates.clear()
