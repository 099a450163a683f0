"""What a person does to a job, state by state, without a worker."""

import pytest

from core import jobs
from core.clock import now
from core.db import reading, transaction
from core.db.models import Job, JobItem, JobLog, JobTag
from core.errors import ConflictError, NotFoundError

STATES_AFTER = {
    jobs.cancel: {"queued": "cancelled", "running": "cancelled", "paused": "cancelled", "waiting": "cancelled", "cancelled": "cancelled"},
    jobs.pause: {"queued": "paused", "running": "paused"},
    jobs.resume: {"paused": "queued", "failed": "queued", "cancelled": "queued"},
    jobs.retry: {"failed": "queued", "cancelled": "queued"},
}  # fmt: skip


@pytest.fixture(scope="module")
def workbench(shared_workbench):
    return shared_workbench


@pytest.fixture
def job_in(workbench, submit, get):
    """Makes a job that is in a state."""

    def job_in(state: str) -> jobs.JobView:
        made = submit(None)
        over = now() if state in jobs.TERMINAL else None
        with transaction() as session:
            values = {
                "state": state,
                "finished_at": over,
                "error": "It broke." if state == "failed" else None,
                "epoch": 7,
            }
            session.query(Job).filter_by(id=made.id).update(values)
        return get(made.id)

    return job_in


@pytest.mark.parametrize("state", jobs.STATES)
@pytest.mark.parametrize("change", STATES_AFTER, ids=lambda change: change.__name__)
def test_each_change_moves_a_job_or_says_why_not(job_in, steer, get, change, state):
    job = job_in(state)
    expected = STATES_AFTER[change].get(state)
    if expected is None:
        with pytest.raises(ConflictError, match="'A job'"):
            steer(change, job.id)
        assert get(job.id) == job
        return
    after = steer(change, job.id)
    assert after.state == expected
    assert after.epoch == (7 if state == expected else 8), "whatever a worker still brings is refused"
    assert (after.finished_at is not None) == (expected == "cancelled")
    assert after.error is None


def test_every_change_is_in_the_log_with_its_person(job_in, steer, log_of):
    job = job_in("running")
    for change in (jobs.pause, jobs.resume, jobs.cancel):
        steer(change, job.id)
    assert log_of(job.id) == ["Paused by bo.", "Resumed by bo.", "Cancelled by bo."]


def add_items(job_id: str) -> None:
    with transaction() as session:
        for key, state, execution in (
            ("a", "completed", "ex_1"),
            ("b", "failed", "ex_2"),
            ("c", "failed", None),
            ("d", "running", "ex_3"),
        ):
            session.add(
                JobItem(job_id=job_id, key=key, state=state, execution_id=execution, attempts=1, started_at=now())
            )
        session.query(Job).filter_by(id=job_id).update({"progress_done": 2})


def test_a_retry_leaves_the_completed_and_counts_the_failed_out(job_in, steer, items):
    job = job_in("failed")
    add_items(job.id)
    assert steer(jobs.retry, job.id).progress_done == 1
    assert {key: item.state for key, item in items(job.id).items()} == {
        "a": "completed", "b": "pending", "c": "pending", "d": "running",
    }  # fmt: skip


def test_a_resume_keeps_also_what_failed(job_in, steer, items):
    job = job_in("failed")
    add_items(job.id)
    assert steer(jobs.resume, job.id).progress_done == 2
    assert items(job.id)["b"].state == "failed"


def test_a_completed_job_is_retried_only_if_something_in_it_failed(job_in, steer):
    job = job_in("completed")
    add_items(job.id)
    assert steer(jobs.retry, job.id).state == "queued"


def test_a_decision_is_refused_where_nothing_is_asked(job_in):
    job = job_in("running")
    with transaction() as session, pytest.raises(ConflictError, match="waits for no decision"):
        jobs.decide(session, job.id, {"go": True}, person="bo")


def test_deleting_takes_everything_of_the_job_and_only_when_it_is_over(job_in, submit):
    job, other = job_in("cancelled"), submit(None, tags=["kept"])
    add_items(job.id)
    add_items(other.id)
    with transaction() as session:
        jobs.set_tags(session, job.id, ["one"])
        jobs.delete_job(session, job.id)
    with reading() as session:
        for model in (JobItem, JobLog, JobTag):
            assert session.query(model).filter_by(job_id=job.id).count() == 0
        assert session.query(JobItem).filter_by(job_id=other.id).count() == 4
    with transaction() as session, pytest.raises(ConflictError, match="Cancel it before"):
        jobs.delete_job(session, other.id)


def test_name_and_tags_change_without_touching_the_work(job_in, get):
    job = job_in("running")
    with transaction() as session:
        jobs.rename(session, job.id, "Another name")
        jobs.set_tags(session, job.id, ["new"])
    after = get(job.id)
    assert (after.title, after.tags, after.epoch, after.state) == ("Another name", ("new",), 7, "running")


@pytest.mark.parametrize("change", STATES_AFTER, ids=lambda change: change.__name__)
def test_what_is_gone_is_said(workbench, steer, change):
    with pytest.raises(NotFoundError, match="There is no job 'job_gone'"):
        steer(change, "job_gone")
