"""A worker process for the kill tests: `python -m core worker`, with a kind of work to do and strings to pull.

Importing this loads all that a worker needs, so that a process forked from one that did begins at once.
"""

import asyncio
import json
import os
import sys
import threading
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import certifi  # noqa: F401
import dbos  # noqa: F401
import openai.resources.chat.completions  # noqa: F401

import core.llm.transport  # noqa: F401
from core import cli, jobs, library, startup  # noqa: F401
from core.cli import root, working  # noqa: F401
from core.clock import new_id, now
from core.jobs import JobContext, context, failpoints, items, membership, starts, worker

KIND = "kill-test"
BEAT_S = 0.4
"""Five times as often as in earnest, so that a death is seen sooner."""

_acks = -1


@dataclass(frozen=True)
class Orders:
    """What a worker is started with. The work appends to the file `acks` what was acknowledged to it: job, key, value.

    `fault` breaks the engine on purpose, to prove that the harness would notice.
    """

    environment: dict[str, str]
    acks: Path
    output: Path
    stale_s: float
    fault: str | None


def acknowledge(job: JobContext, key: str, value: Any) -> None:
    """One write of a whole line, so that a kill leaves it whole or not at all."""
    os.write(_acks, (json.dumps([job.job_id, key, value]) + "\n").encode())


async def work(job: JobContext) -> str:
    """For each item a step with a random result, then a call. A line in the log says which start did it."""
    start, payload = new_id("start"), job.payload
    await job.total(payload["items"], "calls")
    gate = asyncio.Semaphore(payload["at_once"])

    async def one(number: int) -> None:
        async with gate:
            acknowledge(job, f"step {number}", await job.step(f"step {number}", lambda: new_id("token")))
            content = library.Content("Answer.", f"{job.job_id} {number}", connection=payload["connection"])
            call = await job.call(f"call {number}", library.Call(content, None, source="job", person=job.person))
            acknowledge(job, f"call {number}", call.id)
            await job.log(f"{start} {number}")

    await asyncio.gather(*(one(number) for number in range(payload["items"])))
    return "all of it"


def obey(strings: Connection) -> None:
    """Arm and disarm failpoints: ("after_call", 3), or None."""
    while True:
        try:
            failpoint = strings.recv()
        except EOFError:
            return
        failpoints.arm(*failpoint) if failpoint else failpoints.disarm()


def skip_epoch_check() -> None:
    """A worker that was taken for dead neither notices nor is refused."""

    def change_unchecked(session, start, **values):
        job = starts._JOB
        session.execute(starts.update(job).where(job.c.id == start.job_id).values(**values, updated_at=now()))

    for module in (starts, context, items):
        module.hold = lambda session, start: None
        module.change = change_unchecked
    starts.Start.stop = lambda self, reason: None
    beat = membership.beat
    membership.beat = lambda session, worker_id: beat(session, worker_id) or True


def acknowledge_before_commit() -> None:
    """The outcome of a piece is handed out while its transaction is still to come."""
    write = JobContext._write

    async def write_later(self, work):
        if work.__code__.co_names[:2] in (("items", "end_step"), ("items", "end_call")):
            self.later = [*getattr(self, "later", []), asyncio.ensure_future(asyncio.sleep(0.2))]
            self.later[-1].add_done_callback(lambda _: self.later.append(asyncio.ensure_future(write(self, work))))
            return None
        return await write(self, work)

    JobContext._write = write_later


def forget_what_is_kept() -> None:
    """A piece that is done is done again."""
    items._item_before, items._item = items._item, lambda session, start, key: None
    intend = items._intend

    def intend_anew(session, start, item, key, execution_id):
        intend(session, start, items._item_before(session, start, key), key, execution_id)

    items._intend = intend_anew


def take_nothing_over() -> None:
    """Nobody looks after the dead."""
    membership.Watch.look = lambda self, session: []
    membership.orphans = lambda session: []


FAULTS = {
    each.__name__: each
    for each in (skip_epoch_check, acknowledge_before_commit, forget_what_is_kept, take_nothing_over)
}


def main(orders: Orders, strings: Connection) -> None:
    """What the forked process does; whatever it prints goes to `orders.output`."""
    global _acks
    os.environ.clear()
    os.environ.update(orders.environment)
    output = os.open(orders.output, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(output, 1)
    os.dup2(output, 2)
    _acks = os.open(orders.acks, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    membership.STALE_S = orders.stale_s
    worker._BEAT_S = BEAT_S
    if orders.fault:
        FAULTS[orders.fault]()
    jobs.register(KIND, work)
    threading.Thread(target=obey, args=(strings,), daemon=True).start()
    sys.argv = ["core", "worker"]
    cli.main()
