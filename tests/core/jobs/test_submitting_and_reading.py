"""Submitting jobs and reading them back, without a worker."""

from dataclasses import fields
from datetime import timedelta

import pytest

from core import jobs
from core.clock import now
from core.db import reading, transaction
from core.db.models import Job, JobItem
from core.errors import InputError, NotFoundError
from core.jobs.lines import add_line


@pytest.fixture(scope="module")
def workbench(shared_workbench):
    return shared_workbench


def listed(**filters):
    with reading() as session:
        return jobs.list_jobs(session, jobs.JobFilter(**filters))


def test_a_submitted_job_is_queued_with_what_was_asked_for(workbench, submit, get):
    made = submit(None, {"tables": ["a"]}, title=" Look  at it ", tags=["x", " y ", "x", ""], job_metadata={"m": 1})
    job = get(made.id)
    assert job == made
    assert (job.state, job.title, job.tags, job.payload, job.job_metadata) == (
        "queued", "Look at it", ("x", "y"), {"tables": ["a"]}, {"m": 1},
    )  # fmt: skip
    assert (job.progress_words, job.epoch, job.started_at, job.is_over) == ("0 steps", 0, None, False)


def test_a_job_of_a_transaction_that_failed_does_not_exist(workbench):
    with pytest.raises(RuntimeError), transaction() as session:
        made = jobs.submit(session, "some", "Never", {}, person="ann")
        raise RuntimeError
    with reading() as session, pytest.raises(NotFoundError, match="There is no job"):
        jobs.get_job(session, made.id)


@pytest.mark.parametrize(
    ("given", "says"),
    [({"title": "  "}, "needs a name"), ({"title": "x" * 301}, "at most 300"), ({"tags": ["t" * 61]}, "at most 60"),
     ({"tags": [str(n) for n in range(21)]}, "at most 20")],
)  # fmt: skip
def test_refuses_what_cannot_be_kept(workbench, submit, given, says):
    with pytest.raises(InputError, match=says):
        submit(None, **given)


def test_lists_the_newest_first_in_pages_and_counts_them_all(workbench, submit):
    made = [submit(None, title=f"paged {number}", person="pager").id for number in range(5)]
    with reading() as session:
        first = jobs.list_jobs(session, jobs.JobFilter(person="pager"), page=1, size=2)
        last = jobs.list_jobs(session, jobs.JobFilter(person="pager"), page=3, size=2)
    assert [row.id for row in first.rows] == [made[4], made[3]] and first.more and first.total == 5
    assert [row.id for row in last.rows] == [made[0]] and not last.more


def test_filters_narrow_by_state_kind_tag_person_parent_and_words_of_the_title(workbench, submit, steer):
    one = submit(None, title="Sales 100% of it", tags=["red"], person="cy")
    two = submit(None, title="sales 1000", tags=["blue"], person="dee", parent_id=one.id)
    steer(jobs.cancel, two.id)
    assert [row.id for row in listed(search="SALES").rows] == [two.id, one.id]
    assert [row.id for row in listed(search="100% of").rows] == [one.id]
    assert [row.id for row in listed(tag="blue").rows] == [two.id]
    assert [row.id for row in listed(person="cy").rows] == [one.id]
    assert [row.id for row in listed(parent_id=one.id).rows] == [two.id]
    assert [row.id for row in listed(kind=one.kind).rows] == [one.id]
    assert [row.id for row in listed(search="sales", state="cancelled").rows] == [two.id]
    with reading() as session:
        assert {"red", "blue"} <= set(jobs.tags(session)) and {"cy", "dee"} <= set(jobs.persons(session))
        assert one.kind in jobs.kinds(session)
        counts = jobs.count_by_state(session)
    assert set(counts) == set(jobs.STATES) and counts["cancelled"] >= 1 and counts["waiting"] == 0


def test_a_row_of_the_list_is_light_and_says_the_same_as_the_job(workbench, submit, get):
    made = submit(None, {"big": "x" * 1000}, title="light", tags=["a", "b"])
    row = listed(search="light").rows[0]
    assert all(getattr(row, field.name) == getattr(made, field.name) for field in fields(row))
    assert not hasattr(row, "payload")


def test_the_log_is_read_on_from_an_offset_and_from_its_end(workbench, submit):
    made = submit(None)
    with transaction() as session:
        for number in range(5):
            add_line(session, made.id, f"line {number}", "warning" if number == 3 else "info")
    with reading() as session:
        lines = jobs.read_log(session, made.id, limit=2)
        rest = jobs.read_log(session, made.id, after=lines[-1].seq)
        tail = jobs.tail_log(session, made.id, 2)
    assert [line.text for line in lines + rest] == [f"line {number}" for number in range(5)]
    assert [(line.text, line.level) for line in tail] == [("line 3", "warning"), ("line 4", "info")]


def test_a_line_of_the_log_holds_no_key_and_nothing_that_cannot_be_stored(workbench, submit):
    made = submit(None)
    with transaction() as session:
        add_line(session, made.id, "key sk-live-0123456789abcdefWXYZ and \0 and \ud800 and " + "x" * 20_000)
    with reading() as session:
        text = jobs.read_log(session, made.id)[0].text
    assert "0123456789" not in text and "WXYZ" in text and "\0" not in text and len(text) == 10_000


def test_the_estimate_of_the_time_left_leaves_out_a_night_on_pause(workbench, submit, get):
    made = submit(None)
    at = now()
    with transaction() as session:
        session.query(Job).filter_by(id=made.id).update({"state": "running", "progress_total": 10, "progress_done": 4})
        for number, begun in enumerate((at - timedelta(hours=9), at - timedelta(seconds=30))):
            for half in (0, 1):  # two at once, ten seconds each
                session.add(
                    JobItem(job_id=made.id, key=f"{number}-{half}", state="completed", started_at=begun, finished_at=begun + timedelta(seconds=10))
                )  # fmt: skip
    assert get(made.id).seconds_left == pytest.approx(20 / 4 * 6)


def test_nothing_is_said_about_the_time_left_of_what_does_not_run(workbench, submit, get):
    assert get(submit(None).id).seconds_left is None
