"""What the benchmarks share: times, tables, and a workbench in a temporary folder that is removed afterwards."""

import argparse
import contextlib
import gc
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from core import startup
from core.settings import Settings


def is_quick(description: str | None) -> bool:
    """Whether this run was asked for small sizes."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--quick", action="store_true", help="small sizes, a few seconds")
    return parser.parse_args().quick


@dataclass(frozen=True)
class Times:
    """In ms, one number for each call. `wall` says what a person waits; where others use the cores too, `cpu` is fairer."""

    wall: list[float]
    cpu: list[float]


def times_of(action: Callable[[int], object], times: int) -> Times:
    """Call `action` with the number of the call. Two calls go before, which do not count; `cpu` is that of this thread."""
    for number in range(2):
        action(number)
    gc.collect()
    wall, cpu = [], []
    for number in range(times):
        started, busy = time.perf_counter(), time.thread_time()
        action(number)
        cpu.append((time.thread_time() - busy) * 1000)
        wall.append((time.perf_counter() - started) * 1000)
    return Times(wall, cpu)


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
