"""Kills worker processes at named moments and at random, lets others go on, and checks what must hold.

python -m tests.faults.kills [--rounds N] [--seed S] [--fault NAME]

Runs on SQLite, or on the PostgreSQL server of WHETSTONE_TEST_DATABASE_URL. A round is decided by its seed alone; what the
operating system makes of it is not.
"""

import argparse
import contextlib
import multiprocessing
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from core import jobs, llm, startup
from core.db import reading, transaction
from core.db.models import Job
from core.jobs.failpoints import POINTS
from core.settings import Settings
from tests.faults.invariants import violations
from tests.faults.job_worker import FAULTS, KIND, Orders
from tests.faults.job_worker import main as work_until_killed
from tests.servers.faulty_model import FaultyModel

FORKS = multiprocessing.get_context("forkserver")
"""Each worker is a process of its own, forked from one that has loaded the code and done nothing: loading takes most of a start."""
FORKS.set_forkserver_preload(["tests.faults.job_worker"])

AT_ONCE = 4
"""Calls that the connection lets run at once."""
ITEMS = 6
END_S = 40.0


@dataclass(frozen=True)
class Plan:
    """One round: where a worker dies, whether another is there to take over, and whether one is killed at random besides."""

    seed: int
    point: str | None
    times: int
    workers: int
    random_kill_s: float | None

    def __str__(self) -> str:
        what = f"{self.point} × {self.times}" if self.point else "no failpoint"
        also = f", a random kill after {self.random_kill_s:.2f} s" if self.random_kill_s is not None else ""
        return f"seed {self.seed}: {what}{also}, {self.workers} workers"


def plan(seed: int) -> Plan:
    """Every failpoint comes up in turn; every third round kills at random only or too."""
    chance = random.Random(seed)
    point = None if seed % (len(POINTS) + 1) == len(POINTS) else POINTS[seed % (len(POINTS) + 1)]
    many = point in ("after_intent", "after_call", "before_commit", "after_commit")
    random_kill_s = chance.uniform(0.05, 1.0) if point is None or chance.random() < 0.25 else None
    return Plan(seed, point, chance.randint(1, 8) if many else 1, chance.choice((1, 2, 2)), random_kill_s)


class Arena:
    """One database, one model that counts what it is asked, and the worker processes. The workbench is open in this process."""

    def __init__(self, settings: Settings, folder: Path, *, stale_s: float = 10.0, fault: str | None = None) -> None:
        self.model = FaultyModel()
        self.acks = folder / "acks"
        self.kills = 0
        environment = {name: value for name, value in os.environ.items() if not name.startswith("WHETSTONE_")}
        environment |= {"WHETSTONE_DATA_DIR": str(settings.data_dir), "WHETSTONE_PERSON": "kills"}
        if settings.database_url:
            environment["WHETSTONE_DATABASE_URL"] = settings.database_url
        self._orders = Orders(environment, self.acks, folder / "workers.log", stale_s, fault)
        self._strings: dict[BaseProcess, Connection] = {}
        with transaction() as session:
            for name, behaviour in (("quick", "slow-60"), ("slow", "slow-900")):
                url = self.model.url(behaviour)
                draft = llm.ConnectionDraft(name, "compatible", url, "m", parallel=AT_ONCE, max_retries=0)
                llm.add_connection(session, draft)

    @property
    def processes(self) -> list[BaseProcess]:
        return list(self._strings)

    def start(self) -> BaseProcess:
        theirs, ours = FORKS.Pipe(duplex=False)
        process = FORKS.Process(target=work_until_killed, args=(self._orders, theirs))
        process.start()
        theirs.close()
        self._strings[process] = ours
        return process

    def ready(self, process: BaseProcess) -> None:
        """Wait until that worker works."""
        assert _until(lambda: not process.is_alive() or process.pid in _workers().values(), END_S)
        assert process.is_alive(), f"a worker did not start: {self._orders.output.read_text()}"

    def set_workers(self, count: int) -> None:
        for process in self.processes[count:]:
            self.end(process)
            del self._strings[process]
        for process in [self.start() for _ in range(count - len(self.processes))]:
            self.ready(process)

    def arm(self, point: str | None, times: int = 1) -> None:
        """Let every worker die at that failpoint; None disarms them."""
        for strings in self._strings.values():
            with contextlib.suppress(BrokenPipeError):
                strings.send((point, times) if point else None)

    def bury(self) -> int:
        """Take out the processes that died; how many those were."""
        dead = [process for process in self.processes if not process.is_alive()]
        for process in dead:
            del self._strings[process]
        self.kills += len(dead)
        return len(dead)

    @staticmethod
    def end(process: BaseProcess) -> None:
        process.terminate()
        process.join(15)
        process.kill()
        process.join()

    def close(self) -> None:
        for process in self.processes:
            process.kill()
            process.join()
        self.model.close()


def submit(count: int = 2, *, items: int = ITEMS, at_once: int = AT_ONCE, connection: str = "quick") -> list[str]:
    payload = {"items": items, "at_once": at_once, "connection": connection}
    with transaction() as session:
        return [jobs.submit(session, KIND, "Kill me", payload, person="kills").id for _ in range(count)]


def states(job_ids: list[str]) -> list[str]:
    with reading() as session:
        return [jobs.get_job(session, job_id).state for job_id in job_ids]


def play(arena: Arena, plan: Plan, *, end_s: float = END_S) -> list[str]:
    """One round: two jobs, the kills of the plan, and everybody else goes on. What is violated."""
    arena.set_workers(plan.workers)
    before = arena.kills
    arena.arm(plan.point, plan.times)
    job_ids = submit()
    begun = time.monotonic()
    strike = None if plan.random_kill_s is None else begun + plan.random_kill_s
    while set(states(job_ids)) - jobs.TERMINAL and time.monotonic() < begun + end_s:
        if strike is not None and time.monotonic() > strike and arena.processes:
            random.Random(plan.seed).choice(arena.processes).kill()
            strike = None
            time.sleep(0.05)
        if arena.bury():
            arena.arm(None)  # the successor comes to the same point
            if not arena.processes or plan.seed % 2:
                arena.ready(arena.start())
        time.sleep(0.04)
    arena.arm(None)
    time.sleep(0.05)
    arena.bury()
    return violations(job_ids, arena.acks, arena.model, at_once=AT_ONCE, kills=arena.kills - before)


def play_stopped(arena: Arena, *, end_s: float = END_S) -> list[str]:
    """A worker stands still in the middle of its calls until another has taken its job over, then goes on."""
    arena.set_workers(2)
    for _ in range(5):
        (job_id,) = submit(1, items=8, at_once=2, connection="slow")
        if not _until(lambda job_id=job_id: _done(job_id) >= 3, end_s):
            return [f"{job_id} did not begin"]
        time.sleep(0.5)  # into the next calls: one that stands in the middle of a transaction holds SQLite
        worker_id, epoch = _hand(job_id)
        stopped = next(process for process in arena.processes if process.pid == _workers()[worker_id])
        assert stopped.pid is not None
        os.kill(stopped.pid, signal.SIGSTOP)
        try:
            taken = _until(lambda job_id=job_id, epoch=epoch: _hand(job_id)[1] > epoch + 1, 20.0)
        finally:
            os.kill(stopped.pid, signal.SIGCONT)
        if not taken:  # it stood in the middle of a transaction, and held the database
            _until(lambda job_id=job_id: set(states([job_id])) <= jobs.TERMINAL, end_s)
            continue
        _until(lambda job_id=job_id: set(states([job_id])) <= jobs.TERMINAL, end_s)
        time.sleep(1.5)  # for what the one that came back may still try
        return violations([job_id], arena.acks, arena.model, at_once=2, kills=1)
    return ["the stopped worker was never succeeded"]


def _until(condition: Callable[[], bool], timeout_s: float) -> bool:
    end = time.monotonic() + timeout_s
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


def _done(job_id: str) -> int:
    with reading() as session:
        return jobs.get_job(session, job_id).progress_done


def _hand(job_id: str) -> tuple[str | None, int]:
    with reading() as session:
        return session.query(Job.worker_id, Job.epoch).filter_by(id=job_id).one().tuple()


def _workers() -> dict[str | None, int]:
    """The process of each worker, by the worker's id."""
    with reading() as session:
        return {each.id: each.pid for each in jobs.list_workers(session)}


@contextlib.contextmanager
def own_workbench() -> Iterator[tuple[Settings, Path]]:
    """A workbench of the command line's own, on either database."""
    from tests.conftest import SERVER_URL, server_database, url_of

    with (
        server_database() if SERVER_URL else contextlib.nullcontext() as name,
        tempfile.TemporaryDirectory(prefix="whetstone-kills-") as folder,
    ):
        url = url_of(name) if name else None
        settings = Settings(data_dir=Path(folder) / "data", database_url=url, log_level="ERROR")
        startup.open_workbench(settings)
        yield settings, Path(folder)
        startup.close_workbench()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0, help="of the first round; the others follow")
    parser.add_argument("--fault", choices=FAULTS, help="break the engine on purpose")
    given = parser.parse_args()
    broken = kills = 0
    with own_workbench() as (settings, folder):
        arena = Arena(settings, folder, fault=given.fault)
        try:
            for seed in range(given.seed, given.seed + given.rounds):
                begun, before = time.monotonic(), arena.kills
                found = play(arena, plan(seed))
                broken += bool(found)
                print(
                    f"{plan(seed)}: {arena.kills - before} kills, {time.monotonic() - begun:.1f} s",
                    *found,
                    sep="\n  ",
                    flush=True,
                )
            kills = arena.kills
        finally:
            arena.close()
    print(f"{given.rounds} rounds, {kills} kills, {broken} rounds in which something was violated")
    sys.exit(1 if broken else 0)


if __name__ == "__main__":
    main()
