"""How long rendering and discovery take through the worker. Run: python -m bench.bench_rendering"""

import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # also runnable as a file

from core.library import rendering

SYSTEM = "You are a {{ role | default('careful') }} assistant for {{ company }}.\nAnswer in {{ language }}."
USER = """Ticket {{ ticket.id }} from {{ ticket.name }}:
{% for message in ticket.messages %}
- {{ message.author }}: {{ message.text }}
{%- endfor %}
{% if examples is defined %}{% for e in examples %}{{ loop.index }}. {{ e | tojson }}
{% endfor %}{% endif %}"""
VALUES: dict[str, rendering.JSON] = {
    "company": "Whetstone", "language": "English", "examples": [{"q": "a", "a": "b"}] * 3,
    "ticket": {"id": 7, "name": "Bo", "messages": [{"author": "Bo", "text": "It does not start. " * 10}] * 5},
}  # fmt: skip


def timed(action: Callable[[int], object], times: int) -> tuple[float, float]:
    """The median and the 95th percentile in milliseconds."""
    taken = []
    for number in range(times):
        started = time.perf_counter()
        action(number)
        taken.append((time.perf_counter() - started) * 1000)
    return statistics.median(taken), statistics.quantiles(taken, n=20)[18]


def start_cold(_: int) -> None:
    rendering.close()
    rendering.render(SYSTEM, USER, VALUES)


def main() -> None:
    rows = [VALUES] * 1000
    cases: list[tuple[str, Callable[[int], object], int]] = [
        ("first rendering, workers not started", start_cold, 20),
        ("render, template cached", lambda _: rendering.render(SYSTEM, USER, VALUES), 3000),
        ("render, template new", lambda n: rendering.render(SYSTEM, f"{USER}{n}", VALUES), 300),
        ("render, 1 MB value", lambda _: rendering.render("", "{{ t }}", {"t": "x" * 1_000_000}), 50),
        ("render_many, 1,000 rows", lambda _: rendering.render_many(SYSTEM, USER, rows), 20),
        ("discover, template cached", lambda _: rendering.discover(SYSTEM, USER), 3000),
        ("discover, template new (a keystroke)", lambda n: rendering.discover(SYSTEM, f"{USER}-{n}"), 300),
    ]
    print(f"{'':40}{'p50 ms':>10}{'p95 ms':>10}")
    for name, action, times in cases:
        median, high = timed(action, times)
        print(f"{name:40}{median:10.3f}{high:10.3f}")
    for pid in rendering.worker_pids():
        status = Path(f"/proc/{pid}/status")
        if status.exists():
            resident = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
            print(f"worker {pid}: {int(resident.split()[1]) / 1024:.1f} MB resident")
    rendering.close()


if __name__ == "__main__":
    main()
