"""What the benchmarks share: times, tables, and a workbench in a temporary folder that is removed afterwards."""

import argparse
import contextlib
import gc
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from core import startup
from core.settings import Settings


def is_quick(description: str | None) -> bool:
    """Whether this run was asked for small sizes."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--quick", action="store_true", help="small sizes, a few seconds")
    return parser.parse_args().quick


def times_ms(action: Callable[[int], object], times: int) -> list[float]:
    """How long each of `times` calls took, after two that do not count. `action` gets the number of the call."""
    for number in range(2):
        action(number)
    gc.collect()
    taken = []
    for number in range(times):
        started = time.perf_counter()
        action(number)
        taken.append((time.perf_counter() - started) * 1000)
    return taken


def p50(taken: Sequence[float]) -> float:
    return statistics.median(taken)


def p95(taken: Sequence[float]) -> float:
    return statistics.quantiles(taken, n=20)[18] if len(taken) > 1 else taken[0]


def table(title: str, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a Markdown table; numbers get as many digits as they need."""
    print(f"\n### {title}\n")
    print("| " + " | ".join(columns) + " |")
    print("|" + "---|" * len(columns))
    for row in rows:
        print("| " + " | ".join(_shown(cell) for cell in row) + " |")
    sys.stdout.flush()


def _shown(cell: object) -> str:
    if isinstance(cell, float):
        return f"{cell:,.0f}" if abs(cell) >= 100 else f"{cell:.1f}" if abs(cell) >= 10 else f"{cell:.2f}"
    return f"{cell:,}" if isinstance(cell, int) else str(cell)


@contextlib.contextmanager
def workbench() -> Iterator[Settings]:
    """An open, seeded workbench on SQLite. Folder, workers and servers are gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="whetstone-bench-") as folder:
        settings = Settings(data_dir=Path(folder), database_url=None, person="bench", log_level="ERROR")
        startup.open_workbench(settings)
        try:
            yield settings
        finally:
            startup.close_workbench()
