"""Many processes and threads that write into one database at once, and what has to hold afterwards.

Runs itself in child processes (`python -m tests.faults.writers`), which open the workbench and use its real services.
"""

import json
import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import func, select, update

from core import library, llm, startup
from core.db import reading, transaction
from core.db.models import Execution, Template, Version
from core.errors import ConflictError, WorkbenchError
from core.library.recording import Intent, Outcome, record_intent, record_outcome
from core.settings import ROOT, Settings


@dataclass
class Tally:
    """What the writers were told. `saves` and `runs` count acknowledged writes by template id."""

    saves: Counter[str] = field(default_factory=Counter)
    runs: Counter[str] = field(default_factory=Counter)
    conflicts: int = 0
    locked: int = 0
    errors: list[str] = field(default_factory=list)
    longest_ms: float = 0.0

    def add(self, other: "Tally") -> None:
        self.saves += other.saves
        self.runs += other.runs
        self.conflicts += other.conflicts
        self.locked += other.locked
        self.errors += other.errors
        self.longest_ms = max(self.longest_ms, other.longest_ms)


@dataclass(frozen=True)
class Verdict:
    """What the database says against what the writers were told; all but `writes` should be 0 or empty."""

    writes: int
    lost_saves: int
    lost_runs: int
    wrong_numbers: list[str]


def write_at_once(
    settings: Settings,
    template_ids: Sequence[str],
    *,
    processes: int,
    threads: int,
    seconds: float,
    naive: bool = False,
) -> Tally:
    """Let them all write for so long. `naive` savers set what they read plus one, without compare-and-set."""
    job = {
        "data_dir": str(settings.data_dir), "database_url": settings.database_url, "templates": list(template_ids),
        "threads": threads, "seconds": seconds, "naive": naive,
    }  # fmt: skip
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WHETSTONE_")}
    children = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.faults.writers"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env=environment,
        )
        for _ in range(processes)
    ]
    try:
        return _gathered(children, json.dumps(job), seconds)
    finally:
        for child in children:
            child.kill()
            child.wait()


def _gathered(children: list[subprocess.Popen[str]], job: str, seconds: float) -> Tally:
    for child in children:
        _tell(child, job)
    for child in children:
        assert child.stdout and child.stdout.readline() == "ready\n", "a writer did not start"
    for child in children:  # all begin together
        _tell(child, "go")
    total = Tally()
    for child in children:
        found = json.loads(child.communicate(timeout=seconds + 60)[0])
        total.add(Tally(**found | {"saves": Counter(found["saves"]), "runs": Counter(found["runs"])}))
    return total


def _tell(child: subprocess.Popen[str], line: str) -> None:
    assert child.stdin
    child.stdin.write(line + "\n")
    child.stdin.flush()


def judged(tally: Tally, before: dict[str, int]) -> Verdict:
    """Compare the database with what was acknowledged. `before` holds each template's `rev` at the start."""
    lost_saves = lost_runs = 0
    wrong = []
    with reading() as session:
        for template_id, rev in before.items():
            row = session.execute(
                select(Template.name, Template.rev, Template.latest_number).where(Template.id == template_id)
            ).one()
            lost_saves += tally.saves[template_id] - (row.rev - rev)
            numbers = session.scalars(
                select(Version.number).where(Version.template_id == template_id).order_by(Version.number)
            ).all()
            if list(numbers) != list(range(1, row.latest_number + 1)):
                wrong.append(row.name)
            completed = session.scalar(
                select(func.count()).where(Execution.template_id == template_id, Execution.status == "completed")
            )
            lost_runs += tally.runs[template_id] - (completed or 0)
    return Verdict(tally.saves.total() + tally.runs.total(), lost_saves, lost_runs, wrong)


def revs(template_ids: Sequence[str]) -> dict[str, int]:
    """Each template's `rev` now."""
    with reading() as session:
        rows = session.execute(select(Template.id, Template.rev).where(Template.id.in_(template_ids)))
        return {template_id: rev for template_id, rev in rows}


def intent(connection: llm.ConnectionView, template_id: str | None, version: library.VersionView | None) -> Intent:
    """A call as `library.start` would record it."""
    return Intent(
        template_id=template_id,
        template_name="greeting" if template_id else None,
        version_id=version.id if version else None,
        version_number=version.number if version else None,
        source="python",
        person="bench",
        request_id="bench",
        replay_of=None,
        connection=connection,
        model="model",
        variables={"name": "Ms Ito"},
        system="You greet people.",
        user="Hello Ms Ito, your order has been sent and should arrive by Friday. " * 3,
        settings={"temperature": None, "max_tokens": None, "stop": [], "response_schema": None},
        reserved_usd=None,
    )


OUTCOME = Outcome(
    "completed", response="Good morning, Ms Ito. " * 10, attempts=1, input_tokens=20, output_tokens=60, cost_usd=0.0001
)


def _save(template_id: str, who: str, number: int) -> None:
    with reading() as session:
        seen = library.get_template(session, template_id)
    with transaction() as session:
        content = library.Content("You greet people.", f"Hello {{{{ name }}}}, {who} {number}")
        library.save_version(session, template_id, content, expected_rev=seen.rev, person=who)


def _save_naively(template_id: str, who: str, number: int) -> None:
    with reading() as session:
        seen = library.get_template(session, template_id)
    with transaction() as session:
        session.execute(update(Template).where(Template.id == template_id).values(rev=seen.rev + 1, updated_by=who))


def _run(template_id: str, connection: llm.ConnectionView) -> None:
    with reading() as session:
        version = library.resolve_id(session, template_id)
    record_outcome(record_intent(intent(connection, template_id, version)), OUTCOME)


def _write(job: dict, who: str, until: float, tally: Tally) -> None:
    chance = random.Random(who)
    save = _save_naively if job["naive"] else _save
    with reading() as session:
        connection = llm.get_connection(session, None)
    number = 0
    while time.monotonic() < until:
        number += 1
        template_id = chance.choice(job["templates"])
        started = time.perf_counter()
        try:
            if chance.random() < 0.5:
                save(template_id, who, number)
                tally.saves[template_id] += 1
            else:
                _run(template_id, connection)
                tally.runs[template_id] += 1
        except ConflictError as error:
            if "busy" in str(error):
                tally.locked += 1
            else:
                tally.conflicts += 1
        except Exception as error:  # whatever it is, the report shows it
            tally.errors.append(f"{type(error).__name__}: {error}"[:300])
        tally.longest_ms = max(tally.longest_ms, (time.perf_counter() - started) * 1000)


def main() -> None:
    job = json.loads(sys.stdin.readline())
    settings = Settings(data_dir=Path(job["data_dir"]), database_url=job["database_url"], log_level="CRITICAL")
    startup.open_workbench(settings)
    tallies = [Tally() for _ in range(job["threads"])]
    print("ready", flush=True)
    sys.stdin.readline()
    until = time.monotonic() + job["seconds"]
    threads = [
        threading.Thread(target=_write, args=(job, f"writer-{os.getpid()}-{n}", until, tally))
        for n, tally in enumerate(tallies)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    total = Tally()
    for tally in tallies:
        total.add(tally)
    try:
        startup.close_workbench()
    except WorkbenchError as error:
        total.errors.append(str(error))
    print(json.dumps(vars(total)), flush=True)


if __name__ == "__main__":
    main()
