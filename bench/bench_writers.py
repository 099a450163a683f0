"""Twenty writers at once on one database: how fast, and whether anything is locked out or lost. Run: python -m bench.bench_writers"""

from bench import measuring
from core import library
from core.db import transaction
from tests.faults import writers

PROCESSES, THREADS = 4, 5


def main() -> None:
    seconds = 5.0 if measuring.is_quick(__doc__) else 60.0
    rows = []
    for name, naive, duration in (
        ("compare-and-set", False, seconds),
        ("naive, to prove the check", True, seconds / 5),
    ):
        with measuring.workbench() as settings:
            with transaction() as session:
                content = library.Content("You greet people.", "Hello {{ name }}")
                made = [
                    library.create_template(session, f"bench/{n}", content, person="bench").id
                    for n in ("one", "two", "three")
                ]
            before = writers.revs(made)
            tally = writers.write_at_once(
                settings, made, processes=PROCESSES, threads=THREADS, seconds=duration, naive=naive
            )
            found = writers.judged(tally, before)
        lost = found.lost_saves + found.lost_runs
        rows.append(
            (
                name, found.writes / duration, tally.saves.total(), tally.runs.total(), tally.conflicts,
                tally.locked, lost, "no" if found.wrong_numbers else "yes", len(tally.errors), tally.longest_ms,
            )
        )  # fmt: skip
    columns = (
        "savers", "writes/s", "saves", "executions", "refused as stale", "locked (goal 0)", "lost (goal 0)",
        "numbers whole", "other errors", "longest ms",
    )  # fmt: skip
    measuring.table(f"{PROCESSES} processes of {THREADS} threads, three templates, {seconds:.0f} s", columns, rows)


if __name__ == "__main__":
    main()
