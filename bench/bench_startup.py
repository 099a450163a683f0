"""From `streamlit run app.py` to the first page in Chromium, and what the idle server costs. Run: python -m bench.bench_startup

Beside it, in the same run: Streamlit with a script of one line, which nothing on Streamlit can undercut.
"""

import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from bench import measuring
from core.settings import ROOT

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
]
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Start:
    """One server's start and rest. Memory is summed over all its processes; PSS divides what they share."""

    seconds: float
    rss_mb: float
    pss_mb: float
    idle_percent: float
    processes: int


def main() -> None:
    quick = measuring.is_quick(__doc__)
    runs, idle_s = (1, 5.0) if quick else (3, 20.0)
    found: dict[str, list[Start]] = {"Whetstone": [], "empty Streamlit": []}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for _ in range(runs):
            with tempfile.TemporaryDirectory(prefix="whetstone-bench-") as folder:
                script = Path(folder) / "one_line.py"
                script.write_text('import streamlit as st; st.title("Whetstone")\n')
                found["empty Streamlit"].append(_start(browser, script, Path(folder), idle_s))
                found["Whetstone"].append(_start(browser, ROOT / "app.py", Path(folder), idle_s))
        browser.close()
    rows = []
    for title, goal, field in (
        ("first page usable, s", "≤ 4", "seconds"),
        ("memory at rest, PSS in MB", "≤ 350", "pss_mb"),
        ("memory at rest, RSS in MB", "", "rss_mb"),
        ("CPU at rest with one session, % of a core", "≤ 3", "idle_percent"),
        ("processes", "", "processes"),
    ):
        ours, shell = (
            statistics.median(getattr(each, field) for each in found[name]) for name in ("Whetstone", "empty Streamlit")
        )
        rows.append((title, goal, float(ours), float(shell), f"{ours / shell:.2f} ×" if shell else "–"))
    columns = ("", "goal", "Whetstone", "empty Streamlit", "ratio")
    measuring.table(f"Starting, median of {runs}; at rest over {idle_s:.0f} s", columns, rows)


def _start(browser: Browser, script: Path, folder: Path, idle_s: float) -> Start:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("WHETSTONE_", "STREAMLIT_"))}
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    started = time.perf_counter()
    server = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port), "--server.headless", "true"],
        cwd=ROOT,
        env=kept | {"WHETSTONE_DATA_DIR": str(folder / "data"), "WHETSTONE_LOG_LEVEL": "ERROR"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _wait_for(port, server)
        page.goto(f"http://127.0.0.1:{port}/", wait_until="commit")
        page.get_by_role("heading", name="Whetstone", exact=True).wait_for(timeout=60_000)
        seconds = time.perf_counter() - started
        time.sleep(2)
        pids = _tree(server.pid)
        before, at = _cpu_s(pids), time.perf_counter()
        time.sleep(idle_s)
        idle = (_cpu_s(pids) - before) / (time.perf_counter() - at) * 100
        rss, pss = _memory_mb(pids)
        return Start(seconds, rss, pss, idle, len(pids))
    finally:
        context.close()
        server.terminate()
        try:
            server.wait(15)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _wait_for(port: int, server: subprocess.Popen) -> None:
    while server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
            return
        except OSError:
            time.sleep(0.02)
    raise SystemExit("the server ended before it could be reached")


def _tree(root: int) -> list[int]:
    """The process and all below it."""
    children: dict[int, list[int]] = {}
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(status.parent.name))
    found = [root]
    for pid in found:
        found += children.get(pid, [])
    return found


def _cpu_s(pids: list[int]) -> float:
    total = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total / _TICKS


def _memory_mb(pids: list[int]) -> tuple[float, float]:
    rss = pss = 0
    for pid in pids:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Rss:"):
                rss += int(line.split()[1])
            elif line.startswith("Pss:"):
                pss += int(line.split()[1])
    return rss / 1024, pss / 1024


if __name__ == "__main__":
    main()
