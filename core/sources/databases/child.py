"""The process in which a person's SQL runs: `python -m core.sources.databases.child`, one request on standard input.

It ends by itself at the deadline, even if the process that started it is gone. Its limits are set before the statement
runs: memory, processor time, and no file may grow.
"""

import json
import math
import os
import sys
import threading
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from core.sources.choosing import as_json
from core.sources.numbers import exact, plain

_MEMORY_BYTES = 1_000_000_000
_CONNECT_S = 20
_GRACE_S = 1
TOO_SLOW = 9
"""Exit status when the deadline passed while the statement could not be interrupted."""

_LONGEST_CELL = 100_000
_MOST_CHARS = 16_000_000


def main() -> None:
    request = json.loads(sys.stdin.buffer.read())
    sys.stdout.buffer.write(json.dumps(_answer(request)).encode())
    sys.stdout.buffer.flush()
    os._exit(0)  # closing a connection may wait for a statement that still runs


def _answer(request: dict[str, Any]) -> dict[str, Any]:
    from core.errors import WorkbenchError
    from core.sources.databases.backends import BACKENDS
    from core.sources.databases.failures import explained_to_author
    from core.sources.databases.urls import Place

    fields = request["place"]
    place = Place(**fields | {"options": tuple((name, value) for name, value in fields["options"])})
    backend, seconds = BACKENDS[place.dialect], request["deadline_s"]
    try:
        connecting = _end_after(_CONNECT_S)
        connection = backend.connect(place, request["secret"], request["address"], deadline_s=seconds)
        connecting.cancel()
        _end_after(seconds + _GRACE_S)
        _limit_process(seconds)
        backend.limit(connection, seconds)
        columns, rows = backend.answer(connection, request["sql"])
        kept, more = _kept(rows, request["max_rows"])
        return {"columns": columns, "rows": kept, "more": more}
    except MemoryError:
        return {
            "error": "InputError",
            "message": "The query needed more memory than a query may have. Select less and run it again.",
        }
    except WorkbenchError as error:
        return {"error": type(error).__name__, "message": str(error)}
    except Exception as error:  # whatever a driver raises
        found = explained_to_author(backend.trouble(error), place, seconds=seconds)
        return {"error": type(found).__name__, "message": str(found)}


def _end_after(seconds: float) -> threading.Timer:
    timer = threading.Timer(seconds, os._exit, (TOO_SLOW,))
    timer.daemon = True
    timer.start()
    return timer


def _limit_process(seconds: float) -> None:
    try:
        import resource
    except ImportError:  # Windows: the deadline is all there is
        return
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(seconds) + 2, math.ceil(seconds) + 2))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _kept(rows: Iterable[Sequence[Any]], most: int) -> tuple[list[list[Any]], bool]:
    """The first rows as JSON values, and whether there are more; a few huge cells end it early."""
    kept: list[list[Any]] = []
    size = 0
    for row in rows:
        if len(kept) == most or size > _MOST_CHARS:
            return kept, True
        cells = [_cell(cell) for cell in row]
        size += sum(len(cell) for cell in cells if isinstance(cell, str))
        kept.append(cells)
    return kept, False


def _cell(value: Any) -> Any:
    if isinstance(value, Decimal):
        return exact(value)
    if isinstance(value, (list, tuple, dict)):
        value = json.dumps(value, default=str, ensure_ascii=False)
    shown = as_json(value if isinstance(value, (bytes, bytearray, memoryview)) else plain(value))
    return shown[:_LONGEST_CELL] + "…" if isinstance(shown, str) and len(shown) > _LONGEST_CELL else shown


if __name__ == "__main__":
    main()
