"""Jobs done by a real worker in this process: pieces, calls, ends, and what stops them."""

import asyncio
import threading
import time
from dataclasses import replace

import pytest

from core import jobs, library
from core.clock import now
from core.db import reading, transaction
from core.db.models import Job, JobItem
from core.errors import InputError
from core.jobs import waking
from core.jobs.starts import Stopped
from tests.core.jobs.conftest import a_call, nothing, until


@pytest.fixture(scope="module")
def workbench(working):
    return working


def test_a_job_begins_within_half_a_second_and_ends_with_its_result(workbench, submit, log_of):
    async def work(job):
        await job.total(1, "things")
        await job.log("Looking.")
        return {"payload": job.payload, "person": job.person}

    done = jobs.wait_for(submit(work, {"n": 3}).id, 10)
    assert (done.state, done.result) == ("completed", {"payload": {"n": 3}, "person": "ann"})
    assert (done.started_at - done.created_at).total_seconds() < 0.5
    assert done.finished_at is not None and done.is_over and done.progress_words == "0 of 1 things"
    lines = log_of(done.id)
    assert lines[0].startswith("Begun by worker wk_") and lines[1:] == ["Looking.", "Completed."]


def test_a_job_that_another_process_submits_is_found_by_looking(workbench, submit):
    wake, waking._wake = waking._wake, None
    try:
        done = jobs.wait_for(submit(nothing).id, 10)
    finally:
        waking.listen(wake)
    assert (done.started_at - done.created_at).total_seconds() < 0.5


def test_a_job_of_an_unknown_kind_stays_queued(workbench, submit, get):
    made = submit(None)
    jobs.wait_for(submit(nothing).id, 10)
    assert get(made.id).state == "queued"


def test_steps_and_calls_are_done_once_over_all_attempts(workbench, submit, steer, items, connect, faulty_model):
    connection, done_steps, attempts = connect("ok"), [], []

    async def work(job):
        attempts.append(1)
        await job.total(3, "calls")
        kept = await job.step("profile", lambda: done_steps.append(1) or {"rows": (1, 2)})
        calls = await asyncio.gather(*(job.call(f"call {n}", a_call(connection, f"Question {n}")) for n in range(3)))
        if len(attempts) == 1:
            raise InputError("The table is gone. Choose another one.")
        return [kept, [call.response for call in calls]]

    failed = jobs.wait_for(submit(work).id, 10)
    assert (failed.state, failed.error) == ("failed", "The table is gone. Choose another one.")
    assert failed.progress_words == "3 of 3 calls"
    steer(jobs.resume, failed.id)
    done = jobs.wait_for(failed.id, 10)
    assert done.state == "completed" and done.error is None
    assert done.result == [{"rows": [1, 2]}, ["This is the answer."] * 3]
    assert len(attempts) == 2 and len(done_steps) == 1 and len(faulty_model.history) == 3
    assert done.progress_done == 3 and done.unknown_cost_calls == 3
    assert {key: (item.state, item.attempts) for key, item in items(done.id).items()} == {
        key: ("completed", 1) for key in ("profile", "call 0", "call 1", "call 2")
    }


def test_a_call_that_fails_is_data_and_only_a_retry_repeats_it(workbench, submit, steer, items, connect, faulty_model):
    good, bad = connect("ok"), connect("500-x1-then-ok")

    async def work(job):
        calls = await asyncio.gather(job.call("good", a_call(good)), job.call("bad", a_call(bad)))
        return [call.status for call in calls]

    first = jobs.wait_for(submit(work).id, 10)
    assert (first.state, first.result, first.progress_done) == ("completed", ["completed", "failed"], 2)
    assert items(first.id)["bad"].state == "failed" and "500" in items(first.id)["bad"].error_kind
    steer(jobs.retry, first.id)
    second = jobs.wait_for(first.id, 10)
    assert (second.result, second.progress_done) == (["completed", "completed"], 2)
    assert (items(first.id)["bad"].attempts, items(first.id)["good"].attempts) == (2, 1)
    assert len(faulty_model.history) == 3


def test_a_call_refused_before_it_is_sent_raises_and_counts_for_nothing(workbench, submit, items):
    async def work(job):
        await job.call("lost", a_call("no-such-connection"))

    done = jobs.wait_for(submit(work).id, 10)
    assert done.state == "failed" and "no-such-connection" in done.error
    assert done.progress_done == 0
    item = items(done.id)["lost"]
    assert (item.state, item.execution_id) == ("failed", None)


def test_a_call_over_the_budget_is_a_failed_call(workbench, submit, connect):
    connection = connect("ok", budget_usd_per_month=0.000001, input_usd_per_mtok=5.0, output_usd_per_mtok=5.0)

    async def work(job):
        call = await job.call("dear", a_call(connection))
        return [call.status, call.error_kind]

    done = jobs.wait_for(submit(work).id, 10)
    assert done.result == ["failed", "BudgetError"] and done.unknown_cost_calls == 0


def test_known_costs_are_summed_and_unknown_ones_counted(workbench, submit, connect):
    priced, free = connect("ok", input_usd_per_mtok=1000.0, output_usd_per_mtok=1000.0), connect("ok")

    async def work(job):
        await asyncio.gather(*(job.call(str(n), a_call(priced if n < 2 else free)) for n in range(3)))

    done = jobs.wait_for(submit(work).id, 10)
    with reading() as session:
        items = jobs.list_items(session, done.id)
    assert done.cost_usd == pytest.approx(sum(item.cost_usd or 0 for item in items)) and done.cost_usd > 0
    assert done.unknown_cost_calls == 1


def test_a_defect_fails_the_job_with_a_sentence(workbench, submit):
    async def work(job):
        return {}["nothing"]

    done = jobs.wait_for(submit(work).id, 10)
    assert done.state == "failed"
    assert done.error == "Whetstone failed while working on the job (KeyError). The log has the details."


def test_a_result_that_is_no_json_fails_the_job(workbench, submit):
    async def work(job):
        return object()

    done = jobs.wait_for(submit(work).id, 10)
    assert done.state == "failed" and "(TypeError)" in done.error


def test_cancel_cuts_a_call_within_two_seconds_and_stays(workbench, submit, steer, get, items, connect, log_of):
    connection = connect("never", timeout_s=60.0)
    after = []

    async def work(job):
        try:
            await job.call("long", a_call(connection))
        except Exception:
            after.append("went on")

    made = submit(work)
    execution_id = until(lambda: (item := items(made.id).get("long")) and item.execution_id)
    until(lambda: library.find(execution_id))
    begun = time.monotonic()
    steer(jobs.cancel, made.id)
    until(lambda: library.find(execution_id) is None)
    assert time.monotonic() - begun < 2.0
    with reading() as session:
        assert library.get_execution(session, execution_id).status == "cancelled"
    time.sleep(0.3)
    assert get(made.id).state == "cancelled" and not after
    assert log_of(made.id)[-1] == "Cancelled by bo."


def test_a_late_result_never_changes_a_cancelled_job(workbench, submit, steer, get, items):
    release, begun = threading.Event(), threading.Event()
    seen = []

    async def work(job):
        try:
            await job.step("slow", lambda: (begun.set(), release.wait(5)) and "late")
        finally:
            for late in (
                job.log("late"),
                job.write(lambda session: seen.append("written")),
                job.metadata(late=True),
                job.check(),
            ):
                with pytest.raises(Stopped):
                    await late
        return "late"

    made = submit(work)
    assert begun.wait(5)
    steer(jobs.cancel, made.id)
    before = get(made.id)
    release.set()
    time.sleep(0.5)
    assert get(made.id) == before and before.state == "cancelled" and before.result is None
    assert items(made.id)["slow"].state == "running" and seen == []


def test_work_that_shrugs_off_its_cancellation_still_writes_nothing(workbench, submit, steer, get):
    began, ended = threading.Event(), threading.Event()

    async def work(job):
        began.set()
        while not ended.is_set():
            try:
                await asyncio.sleep(0.05)
            except asyncio.CancelledError:
                ended.set()
        return "I do not care"

    made = submit(work)
    assert began.wait(5)
    steer(jobs.cancel, made.id)
    assert ended.wait(5)
    time.sleep(0.2)
    assert (get(made.id).state, get(made.id).result) == ("cancelled", None)


def test_a_pause_lets_calls_end_and_the_resume_takes_them_over(
    workbench, submit, steer, get, items, connect, faulty_model
):
    connection = connect("slow-700")

    async def work(job):
        calls = await asyncio.gather(*(job.call(f"c{n}", a_call(connection)) for n in range(2)))
        return [call.status for call in calls]

    made = submit(work)
    until(lambda: len(faulty_model.history) == 2)
    steer(jobs.pause, made.id)
    time.sleep(1.2)
    assert get(made.id).state == "paused" and get(made.id).progress_done == 0
    steer(jobs.resume, made.id)
    done = jobs.wait_for(made.id, 10)
    assert done.result == ["completed", "completed"] and done.progress_done == 2
    assert len(faulty_model.history) == 2, "what was paid is not asked for again"
    assert {item.attempts for item in items(made.id).values()} == {1}


def test_a_job_resumed_while_its_call_still_runs_waits_for_that_call(workbench, submit, steer, connect, faulty_model):
    connection = connect("slow-1000")

    async def work(job):
        return (await job.call("c", a_call(connection))).status

    made = submit(work)
    until(lambda: faulty_model.history)
    steer(jobs.pause, made.id)
    time.sleep(0.3)
    steer(jobs.resume, made.id)
    assert jobs.wait_for(made.id, 10).result == "completed"
    assert len(faulty_model.history) == 1


def test_an_answer_that_was_recorded_while_the_job_was_cut_off_is_taken_over(
    workbench, submit, steer, items, connect, faulty_model
):
    connection, attempts = connect("ok"), []

    async def work(job):
        attempts.append(1)
        if len(attempts) == 1:
            raise InputError("Stop here.")
        return (await job.call("c", a_call(connection))).id

    made = jobs.wait_for(submit(work).id, 10)
    execution = library.run(replace(a_call(connection), execution_id="ex_recorded_before"))
    assert execution.id == "ex_recorded_before"
    with transaction() as session:
        session.add(
            JobItem(job_id=made.id, key="c", state="running", execution_id=execution.id, attempts=1, started_at=now())
        )
    steer(jobs.resume, made.id)
    done = jobs.wait_for(made.id, 10)
    assert done.result == execution.id and done.progress_done == 1
    assert len(faulty_model.history) == 1 and items(made.id)["c"].attempts == 1


def test_a_question_waits_without_a_worker_and_its_decision_is_kept(workbench, submit, steer, get):
    async def work(job):
        first = await job.ask({"text": "Go on?"})
        second = await job.ask({"text": "Sure?"}, key="sure")
        return [first, second]

    made = submit(work)
    waiting = jobs.wait_for(made.id, 10)
    assert (waiting.state, waiting.question) == ("waiting", {"text": "Go on?"})
    with reading() as session:
        assert all(worker.jobs == 0 for worker in jobs.list_workers(session))
    steer(jobs.decide, made.id, {"go": True})
    until(lambda: get(made.id).question == {"text": "Sure?"})
    steer(jobs.decide, made.id, {"sure": 1})
    done = jobs.wait_for(made.id, 10)
    assert (done.state, done.result, done.decision) == ("completed", [{"go": True}, {"sure": 1}], {"sure": 1})


def test_metadata_is_merged_and_own_rows_are_written_in_its_transaction(workbench, submit, get):
    async def work(job):
        await job.metadata(a=1)
        await job.metadata(b=[2])
        written = await job.write(lambda session: session.query(Job).filter_by(id=job.job_id).one().title)
        return [job.job_metadata, written]

    done = jobs.wait_for(submit(work, job_metadata={"z": 0}).id, 10)
    assert done.job_metadata == {"z": 0, "a": 1, "b": [2]}
    assert done.result == [{"z": 0, "a": 1, "b": [2]}, "A job"]


def test_one_of_several_pieces_failing_leaves_the_others(workbench, submit, items):
    def broken():
        raise InputError("The table 'x' is gone.")

    async def work(job):
        found = await asyncio.gather(
            job.step("x", broken, counts=True), job.step("y", lambda: 2, counts=True), return_exceptions=True
        )
        return [str(each) for each in found]

    done = jobs.wait_for(submit(work).id, 10)
    assert (done.state, done.result, done.progress_done) == ("completed", ["The table 'x' is gone.", "2"], 1)
    assert (items(done.id)["x"].state, items(done.id)["x"].error) == ("failed", "The table 'x' is gone.")


def test_keys_may_be_long_and_two_pieces_may_not_share_one(workbench, submit, items):
    async def work(job):
        await job.step("t" * 600 + "1", lambda: 1)
        await job.step("t" * 600 + "2", lambda: 2)
        await asyncio.gather(job.step("same", lambda: time.sleep(0.2)), job.step("same", lambda: 1))

    done = jobs.wait_for(submit(work).id, 10)
    assert done.state == "failed" and "(ValueError)" in done.error
    assert sorted(item.result for key, item in items(done.id).items() if key.startswith("t")) == [1, 2]


def test_a_worker_does_no_more_jobs_at_once_than_it_may(workbench, submit, get):
    running, most, release = [], [], threading.Event()

    async def work(job):
        running.append(job.job_id)
        most.append(len(running))
        while not release.is_set():
            await asyncio.sleep(0.02)
        running.remove(job.job_id)

    made = [submit(work) for _ in range(6)]
    until(lambda: len(running) == workbench.jobs_parallel)
    time.sleep(0.5)  # two more looks at the queue
    release.set()
    assert all(jobs.wait_for(each.id, 20).state == "completed" for each in made)
    assert max(most) == workbench.jobs_parallel


def test_a_deleted_job_leaves_no_trace_of_its_work(workbench, submit, steer, get):
    release, begun = threading.Event(), threading.Event()

    async def work(job):
        await job.step("slow", lambda: begun.set() or release.wait(5))

    made = submit(work)
    assert begun.wait(5)
    steer(jobs.cancel, made.id)
    with transaction() as session:
        jobs.delete_job(session, made.id)
    release.set()
    jobs.wait_for(submit(nothing).id, 10)
    with reading() as session:
        assert jobs.list_items(session, made.id) == [] and jobs.read_log(session, made.id) == []


def test_the_calls_of_a_job_share_one_request_id(workbench, submit, connect):
    connection = connect("ok")

    async def work(job):
        return [(await job.call(str(n), a_call(connection))).request_id for n in range(2)]

    found = jobs.wait_for(submit(work).id, 10).result
    assert found[0] == found[1] and found[0].startswith("rq_")
