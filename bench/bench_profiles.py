"""Profiles of files beside the best hand-written DuckDB queries for the same figures, in one run: python -m bench.bench_profiles

Both sides read the same Parquet file with two threads. Ours is what `profile_table` waits for: a question to a warm child
process and its answer. The other side is the better of the ways listed in `quick_by_hand` and `full_by_hand`, in a process of
its own. Peaks are those of the processes that did the work (VmHWM).
"""

import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # also runnable as a file

from bench import measuring
from bench.by_hand import WAYS
from core import sources
from core.db import transaction
from core.sources.files.pool import peak_mb

_REPEATS = 5


def main() -> None:
    quick = measuring.is_quick(__doc__)
    sizes = (100_000,) if quick else (1_000_000, 10_000_000)
    with measuring.workbench() as settings:
        sources.configure(settings)
        reading: list[tuple[object, ...]] = []
        for rows in sizes:
            path = settings.data_dir / f"{rows}.parquet"
            run_apart("make", path, rows)
            source, taken = add(path, f"{rows:,} rows")
            reading.append((f"Parquet, {rows:,} × 20: look, store", *taken))
            file = settings.data_dir / "sources" / source.id / "1.parquet"
            compare(source, file, rows, repeats=_REPEATS if rows <= 1_000_000 else 1)
        csv = settings.data_dir / "table.csv"
        run_apart("csv", settings.data_dir / f"{sizes[0]}.parquet", csv)
        _, taken = add(csv, "csv")
        reading.append((f"CSV, {sizes[0]:,} × 20, {csv.stat().st_size / 1e6:,.0f} MB: look, store", *taken))
        measuring.table("Files on their way in", ("file", "look s", "store s", "peak MB"), reading)
        sources.close()


def add(path: Path, name: str) -> tuple[sources.SourceView, tuple[float, float, float]]:
    peak_mb()
    started = time.perf_counter()
    choice = sources.FileChoice(sources.inspect_file(path), "t")
    looked = time.perf_counter()
    with transaction() as session:
        source = sources.add_files(session, name, [choice], person="bench")
    return source, (looked - started, time.perf_counter() - looked, peak_mb())


def compare(source: sources.SourceView, file: Path, rows: int, *, repeats: int) -> None:
    """Ours and theirs by turns, so that a busy moment hits both."""
    lines = []
    for kind in ("quick", "full"):
        with sources.open_source(source) as reader:
            ours = getattr(reader, f"{kind}_profile")
            sources.close()
            ours("t")
            peak_mb()
            taken: dict[str, list[float]] = {"ours": []} | {way: [] for way in WAYS[kind]}
            peaks: dict[str, float] = dict.fromkeys(taken, 0.0)
            for _ in range(repeats):
                started = time.perf_counter()
                ours("t")
                taken["ours"].append(time.perf_counter() - started)
                peaks["ours"] = max(peaks["ours"], peak_mb())
                for way in WAYS[kind]:
                    answer = json.loads(run_apart(kind, file, way))
                    taken[way].append(answer["seconds"])
                    peaks[way] = max(peaks[way], answer["peak_mb"])
        medians = {way: statistics.median(times) for way, times in taken.items()}
        best = min(WAYS[kind], key=medians.__getitem__)
        for way in taken:
            ratio = f"{medians['ours'] / medians[best]:.2f}" if way == "ours" else ("best" if way == best else "")
            lines.append((kind, way, medians[way], ratio, peaks[way]))
    with sources.open_source(source) as reader:
        profile = reader.full_profile("t")
        peak_mb()
        started = time.perf_counter()
        reader.measures("t", profile)
        lines.append(("measures", "ours", time.perf_counter() - started, "", peak_mb()))
    measuring.table(
        f"{rows:,} rows × 20 columns, median of {repeats}",
        ("profile", "way", "s", "of the best (goal 1.5)", "peak MB (goal 400)"),
        lines,
    )


def run_apart(*arguments: object) -> str:
    command = [sys.executable, "-m", "bench.by_hand", *map(str, arguments)]
    done = subprocess.run(command, cwd=Path(__file__).parent.parent, check=True, capture_output=True, text=True)
    return done.stdout


if __name__ == "__main__":
    main()
