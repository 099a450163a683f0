"""Who is alive, who may take over, and what a worker does that was taken for dead."""

import asyncio
import os
import subprocess
import sys
import threading
import time

import pytest
from sqlalchemy import insert, text

from core import jobs, startup
from core.clock import now
from core.db import reading, transaction
from core.db.models import Job, Worker
from core.jobs import membership
from core.jobs.membership import Watch
from tests.core.jobs.conftest import a_call, nothing, until


@pytest.fixture
def worker_row(workbench):
    """Writes the row of a worker on another host, whose beat stands still."""

    def worker_row(worker_id: str, *, host: str = "elsewhere", pid: int = 1, beat: int = 5) -> str:
        with transaction() as session:
            values = {
                "id": worker_id,
                "beat": beat,
                "host": host,
                "pid": pid,
                "is_embedded": False,
                "started_at": now(),
            }
            session.execute(insert(Worker).values(values))
        return worker_id

    return worker_row


class Clock:
    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


def look(watch: Watch) -> list[tuple[str, int]]:
    with reading() as session:
        return watch.look(session)


def beat(worker_id: str) -> None:
    with transaction() as session:
        assert membership.beat(session, worker_id)


def run_by(job_id: str, worker_id: str | None) -> None:
    with transaction() as session:
        session.query(Job).filter_by(id=job_id).update({"state": "running", "worker_id": worker_id, "epoch": 1})


def test_a_worker_is_dead_when_its_beat_stood_still_by_the_watchers_own_clock(worker_row):
    worker_row("wk_a")
    clock = Clock()
    watch = Watch("wk_me", clock)
    assert look(watch) == []
    clock.at += 9.9
    assert look(watch) == []
    beat("wk_a")
    clock.at += 9.9
    assert look(watch) == [], "the change is seen only now"
    clock.at += 9.9
    assert look(watch) == []
    clock.at += 0.2
    assert look(watch) == [("wk_a", 6)]


def test_a_watcher_that_stood_still_itself_accuses_nobody(worker_row):
    worker_row("wk_a")
    clock = Clock()
    watch = Watch("wk_me", clock)
    look(watch)
    clock.at += 3600
    watch.forget()
    assert look(watch) == []


def test_a_process_that_ended_on_this_host_is_dead_at_once_and_no_other(worker_row):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    worker_row("wk_ended", host=membership.host(), pid=ended.pid)
    worker_row("wk_same_number_elsewhere", host="elsewhere", pid=ended.pid)
    worker_row("wk_alive", host=membership.host(), pid=os.getppid())
    worker_row("wk_before_us", host=membership.host(), pid=os.getpid())
    worker_row("wk_me", host=membership.host(), pid=os.getpid())
    assert sorted(look(Watch("wk_me"))) == [("wk_before_us", 5), ("wk_ended", 5)]


def test_a_takeover_is_won_once_and_not_from_one_that_beat_again(worker_row, submit, get):
    worker_row("wk_a")
    job = submit(None)
    run_by(job.id, "wk_a")
    beat("wk_a")
    with transaction() as session:
        assert membership.take_over(session, "wk_a", 5) is None
    with transaction() as session:
        won = membership.take_over(session, "wk_a", 6)
    with transaction() as session:
        assert membership.take_over(session, "wk_a", 6) is None
    assert won is not None and [(each.job_id, each.epoch) for each in won] == [(job.id, 1)]
    after = get(job.id)
    assert (after.state, after.epoch, after.worker_id) == ("queued", 2, None)


def test_a_job_that_moved_on_is_not_put_back(worker_row, submit, steer, get):
    worker_row("wk_a")
    job = submit(None)
    run_by(job.id, "wk_a")
    steer(jobs.cancel, job.id)
    with transaction() as session:
        membership.take_over(session, "wk_a", 5)
    assert get(job.id).state == "cancelled"


def test_the_worker_takes_over_from_the_dead_and_from_nobody(worker_row, submit, log_of):
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    worker_row("wk_ended", host=membership.host(), pid=ended.pid)
    mine, orphan = submit(nothing), submit(nothing)
    run_by(mine.id, "wk_ended")
    run_by(orphan.id, "wk_never_was")
    startup.start_worker(embedded=True)
    for job in (mine, orphan):
        assert jobs.wait_for(job.id, 10).state == "completed"
    assert log_of(mine.id)[0] == "The worker died; another one goes on."
    assert log_of(orphan.id)[0] == "Its worker is gone; another one goes on."
    with reading() as session:
        assert [worker.id for worker in jobs.list_workers(session)] == [jobs.worker_id()]


def test_a_worker_that_was_taken_for_dead_drops_what_it_had_and_begins_anew(
    workbench, submit, get, connect, faulty_model
):
    connection = connect("never", timeout_s=60.0)
    attempts = []

    async def work(job):
        attempts.append(1)
        if len(attempts) == 1:
            await job.call("c", a_call(connection))
        return len(attempts)

    startup.start_worker(embedded=True)
    made = submit(work)
    until(lambda: faulty_model.history)
    before = jobs.worker_id()
    with reading() as session:
        seen = next(worker.beat for worker in jobs.list_workers(session))
    with transaction() as session:
        assert membership.take_over(session, before, seen) or membership.take_over(session, before, seen + 1)
    done = jobs.wait_for(made.id, 10)
    assert (done.state, done.result) == ("completed", 2)
    until(lambda: jobs.worker_id() != before)
    with reading() as session:
        assert [worker.id for worker in jobs.list_workers(session)] == [jobs.worker_id()]


def test_a_worker_that_is_stopped_puts_its_jobs_back_and_the_next_goes_on(workbench, submit, get, items):
    begun, attempts = threading.Event(), []

    async def work(job):
        attempts.append(1)
        await job.step("first", lambda: 1)
        if len(attempts) == 1:
            begun.set()
            await asyncio.sleep(60)
        return "done"

    startup.start_worker(embedded=True)
    made = submit(work)
    assert begun.wait(10)
    until(lambda: items(made.id)["first"].state == "completed")
    jobs.stop_worker()
    assert get(made.id).state == "queued" and jobs.worker_id() is None
    with reading() as session:
        assert jobs.list_workers(session) == []
    startup.start_worker(embedded=True)
    assert jobs.wait_for(made.id, 10).state == "completed"
    assert items(made.id)["first"].attempts == 1


def test_stopping_is_quick(workbench):
    startup.start_worker(embedded=True)
    begun = time.monotonic()
    jobs.stop_worker()
    assert time.monotonic() - begun < 4


def test_a_worker_waits_for_a_database_that_is_locked_and_then_goes_on(workbench, submit):
    if workbench.database_url:
        pytest.skip("SQLite has one writer")
    startup.start_worker(embedded=True)
    with transaction() as session:
        session.execute(text("UPDATE worker SET pid = pid"))
        time.sleep(3)
    assert jobs.wait_for(submit(nothing).id, 10).state == "completed"


def test_postgresql_ends_a_transaction_that_a_stopped_process_left_open(workbench):
    if not workbench.database_url:
        pytest.skip("SQLite frees its lock with the process only")
    with reading() as session:
        assert session.scalar(text("SHOW idle_in_transaction_session_timeout")) == "15s"
