"""How many executions a second can be recorded, intent and outcome each safe on the disk. Run: python -m bench.bench_recording"""

import threading
import time
from collections.abc import Callable
from pathlib import Path

from bench import measuring
from core import db, library, llm
from core.db import reading, transaction
from core.library.recording import record_intent, record_outcome
from tests.faults.writers import OUTCOME, intent

_INSERT = "INSERT INTO bare (status, sent) VALUES ('running', ?)"
_UPDATE = "UPDATE bare SET status = 'completed', answer = ? WHERE id = ? AND status = 'running'"


def main() -> None:
    seconds = 1.0 if measuring.is_quick(__doc__) else 5.0
    rows = []
    with measuring.workbench() as settings:
        with transaction() as session:
            content = library.Content("You greet people.", "Hello {{ name }}")
            made = library.create_template(session, "bench/greeting", content, person="bench")
        with reading() as session:
            version = library.get_version(session, made.id, 1)
            connection = llm.get_connection(session, None)
        wanted = intent(connection, made.id, version)

        def record(_: int) -> None:
            record_outcome(record_intent(wanted), OUTCOME)

        for threads in (1, 4, 16):
            floor = _rate(_bare(settings.data_dir / "bare.db"), threads, seconds)
            ours = _rate(record, threads, seconds)
            rows.append((threads, "≥ 500/s", ours, floor, f"{ours / floor:.2f}"))
    columns = ("threads", "goal", "recorded/s", "bare insert + update/s", "of the floor")
    measuring.table("Recording executions, two transactions each, synchronous=FULL", columns, rows)


def _rate(action: Callable[[int], object], threads: int, seconds: float) -> float:
    counts = [0] * threads
    action(0)
    until = time.monotonic() + seconds

    def work(number: int) -> None:
        while time.monotonic() < until:
            action(number)
            counts[number] += 1

    running = [threading.Thread(target=work, args=(number,)) for number in range(threads)]
    started = time.perf_counter()
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    return sum(counts) / (time.perf_counter() - started)


def _bare(file: Path) -> Callable[[int], None]:
    """The same two transactions with the same durability, without indexes, search or ORM: what the disk allows."""
    module, local = db.sqlite_module(), threading.local()
    sent, answer = "Hello Ms Ito. " * 20, "Good morning, Ms Ito. " * 10

    def connected():
        connection = module.connect(str(file), isolation_level=None, timeout=30)
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            connection.execute(f"PRAGMA {pragma}")
        connection.execute("CREATE TABLE IF NOT EXISTS bare (id INTEGER PRIMARY KEY, status, sent, answer)")
        return connection

    def write(_: int) -> None:
        if not hasattr(local, "connection"):
            local.connection = connected()
        run = local.connection.execute
        run("BEGIN IMMEDIATE")
        key = run(_INSERT, (sent,)).lastrowid
        run("COMMIT")
        run("BEGIN IMMEDIATE")
        run(_UPDATE, (answer, key))
        run("COMMIT")

    return write


if __name__ == "__main__":
    main()
