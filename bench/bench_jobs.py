"""Background jobs: what a durable job costs beside its calls, how soon it begins, what an idle worker takes, how long the list is.

Run: python -m bench.bench_jobs [--quick]. The model is a server of this process's child that answers after 0.3 s.
"""

import asyncio
import math
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # also runnable as a file

from sqlalchemy import insert

from bench import measuring
from core import jobs, library, llm, startup
from core.clock import new_id, now
from core.db import reading, transaction
from core.db.models import Job, JobTag

CALLS, PARALLEL, CALL_S = 300, 16, 0.3
JOBS, BEGUN, IDLE_S, TIMES = 1000, 30, 20.0, 30
SERVER = "import sys; sys.path.insert(0, '.')\nfrom tests.servers.faulty_model import FaultyModel\nprint(FaultyModel().url('slow-300'), flush=True)\nsys.stdin.read()"


async def calling(job: jobs.JobContext) -> None:
    count = job.payload["calls"]
    await job.total(count, "calls")
    content = library.Content("Be brief.", "", connection="bench")

    async def one(number: int) -> None:
        text = library.Content(content.system, f"Question {number}", connection="bench")
        await job.call(f"call-{number}", library.Call(text, None, source="job", person=job.person))

    await asyncio.gather(*(one(number) for number in range(count)))


async def nothing(job: jobs.JobContext) -> None:
    pass


def submitted(kind: str, **payload: object) -> jobs.JobView:
    with transaction() as session:
        return jobs.submit(session, kind, f"Bench {kind}", payload, person="bench")


def beginning() -> list[float]:
    """ms from the commit of a job to its begin, as the worker of this process and one of another process would see it."""
    waits = []
    for number in range(BEGUN):
        time.sleep(0.1 + number % 7 * 0.03)
        job = submitted("nothing")
        begun = jobs.wait_for(job.id, 10).started_at
        assert begun is not None
        waits.append((begun - job.created_at).total_seconds() * 1000)
    return waits


def unannounced() -> list[float]:
    """The same, when nobody wakes the worker: what a job waits that another process submits."""
    from core.jobs import waking

    wake = waking._wake
    waking.listen(None)
    try:
        return beginning()
    finally:
        waking.listen(wake)


def overhead() -> tuple[float, float]:
    """Seconds that a job of so many calls takes, and the ideal."""
    job = submitted("calling", calls=CALLS)
    done = jobs.wait_for(job.id, 120)
    assert done.state == "completed" and done.progress_done == CALLS, done
    assert done.started_at and done.finished_at
    return (done.finished_at - done.started_at).total_seconds(), math.ceil(CALLS / PARALLEL) * CALL_S


def idle() -> float:
    """Per cent of a core that the whole process takes while there is nothing to do."""
    time.sleep(2)
    wall, cpu = time.perf_counter(), time.process_time()
    time.sleep(IDLE_S)
    return (time.process_time() - cpu) / (time.perf_counter() - wall) * 100


def many_jobs() -> None:
    with transaction() as session:
        rows = [
            {
                "id": new_id("job"), "kind": "nothing", "title": f"Job number {number}", "person": f"person {number % 5}",
                "state": jobs.STATES[number % 7] if number % 7 not in (0, 1) else "completed", "payload": {"tables": ["t"] * 10},
                "job_metadata": {"quality_user_message": "x" * 4000}, "created_at": now(), "updated_at": now(),
            }
            for number in range(JOBS)
        ]  # fmt: skip
        session.execute(insert(Job), rows)
        session.execute(insert(JobTag), [{"job_id": row["id"], "tag": f"tag {at % 9}"} for at, row in enumerate(rows)])


def listing() -> measuring.Times:
    def look(_: int) -> None:
        with reading() as session:
            jobs.list_jobs(session, jobs.JobFilter(search="number"), page=3, size=50)
            jobs.count_by_state(session), jobs.kinds(session), jobs.persons(session), jobs.tags(session)

    return measuring.times_of(look, TIMES)


def main() -> None:
    global CALLS, BEGUN, IDLE_S
    if measuring.is_quick(__doc__):
        CALLS, BEGUN, IDLE_S = 64, 8, 4.0
    jobs.register("calling", calling)
    jobs.register("nothing", nothing)
    server = subprocess.Popen([sys.executable, "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert server.stdout is not None and server.stdin is not None
    url = server.stdout.readline().strip()
    with measuring.workbench():
        startup.start_worker(embedded=True)
        with transaction() as session:
            llm.add_connection(session, llm.ConnectionDraft("bench", "compatible", url, "faulty-1", parallel=PARALLEL))
        idle_share = idle()
        own, others = beginning(), unannounced()
        jobs.wait_for(submitted("calling", calls=PARALLEL).id, 60)  # warms clients
        taken, ideal = overhead()
        many_jobs()
        listed = listing()
    server.stdin.close()
    server.wait(5)
    measuring.table(
        "A job begins after, ms", ("submitted by", "p50", "p95", "longest", "n"),
        [("the worker's own process", measuring.p50(own), measuring.p95(own), max(own), len(own)),
         ("another process", measuring.p50(others), measuring.p95(others), max(others), len(others))],
    )  # fmt: skip
    measuring.table(
        f"{CALLS} calls of {CALL_S} s, {PARALLEL} at once", ("s", "ideal s", "times the ideal"), [(taken, ideal, taken / ideal)]
    )  # fmt: skip
    measuring.table("Idle worker", ("% of a core", "over s"), [(idle_share, IDLE_S)])
    measuring.table(
        f"The list of {JOBS:,} jobs: a page of 50, counts, pickers; ms", ("p50", "p95"),
        [(measuring.p50(listed.wall), measuring.p95(listed.wall))],
    )  # fmt: skip


if __name__ == "__main__":
    main()
