"""Steps that write rows of their own: in the commit that ends them, or not at all."""

import threading

import pytest

from core import jobs
from core.db.models import JobTag
from core.errors import InputError
from tests.core.jobs.conftest import nothing, until


@pytest.fixture(scope="module")
def workbench(working):
    return working


def tag(job, value):
    return lambda session, made: session.add(JobTag(job_id=job.job_id, tag=f"{value} {made[0]}")) or {"kept": value}


def test_what_a_step_stores_is_written_once_with_its_end(workbench, submit, steer, get):
    attempts = []

    async def work(job):
        attempts.append(1)
        kept = await job.step("a", lambda: ("made",), store=tag(job, "one"), counts=True)
        if len(attempts) == 1:
            raise InputError("Once more.")
        return kept

    failed = jobs.wait_for(submit(work).id, 10)
    assert failed.tags == ("one made",) and failed.progress_done == 1
    steer(jobs.resume, failed.id)
    done = jobs.wait_for(failed.id, 10)
    assert (done.result, done.tags, done.progress_done) == ({"kept": "one"}, ("one made",), 1)


def test_a_store_that_fails_leaves_nothing_and_the_step_is_done_again(workbench, submit, steer, items):
    attempts = []

    async def work(job):
        def store(session, made):
            tag(job, "one")(session, made)
            session.flush()
            attempts.append(1)
            if len(attempts) == 1:
                raise InputError("The row cannot be written.")
            return "kept"

        return await job.step("a", lambda: ("made",), store=store)

    failed = jobs.wait_for(submit(work).id, 10)
    assert failed.state == "failed" and failed.tags == () and items(failed.id)["a"].state == "running"
    steer(jobs.retry, failed.id)
    done = jobs.wait_for(failed.id, 10)
    assert (done.result, done.tags) == ("kept", ("one made",)) and items(done.id)["a"].attempts == 2


def test_a_kept_failure_is_left_alone_by_a_resume_and_done_again_by_a_retry(workbench, submit, steer, items):
    made = []

    async def work(job):
        await job.total(1, "things")

        def store(session, result):
            return jobs.KeptFailure({"try": result}, "It was too busy.", "Busy") if result == 1 else {"try": result}

        kept = await job.step("a", lambda: made.append(1) or len(made), store=store, counts=True)
        if len(made) == 1 and job.job_metadata.get("seen") is None:
            await job.metadata(seen=True)
            raise InputError("Once more.")
        return kept

    first = jobs.wait_for(submit(work).id, 10)
    item = items(first.id)["a"]
    assert (item.state, item.result, item.error, item.error_kind) == ("failed", {"try": 1}, "It was too busy.", "Busy")
    steer(jobs.resume, first.id)
    second = jobs.wait_for(first.id, 10)
    assert (second.state, second.result, second.progress_words) == ("completed", {"try": 1}, "0 of 1 things")
    steer(jobs.retry, first.id)
    third = jobs.wait_for(first.id, 10)
    assert (third.result, third.progress_words, len(made)) == ({"try": 2}, "1 of 1 things", 2)
    assert (items(first.id)["a"].state, items(first.id)["a"].error) == ("completed", None)


@pytest.mark.parametrize("change", [jobs.cancel, jobs.pause])
def test_the_work_of_a_step_learns_that_nobody_waits_for_it(workbench, submit, steer, get, change):
    begun, heard = threading.Event(), threading.Event()

    async def work(job):
        def wait():
            begun.set()
            until(lambda: job.is_stopped)
            heard.set()
            return ("late",)

        assert not job.is_stopped
        await job.step("a", wait, store=tag(job, "never"))

    made = submit(work)
    assert begun.wait(5)
    steer(change, made.id)
    assert heard.wait(2)
    jobs.wait_for(submit(nothing).id, 10)
    assert get(made.id).tags == ()


def test_work_that_counts_otherwise_says_how_much_is_done(workbench, submit):
    async def work(job):
        await job.total(5, "questions", done=3)

    assert jobs.wait_for(submit(work).id, 10).progress_words == "3 of 5 questions"
