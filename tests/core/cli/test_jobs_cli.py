"""`job …` and `worker`: what they print, and how they end."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from core import jobs
from core.db import reading, transaction
from core.db.models import Job
from core.jobs.lines import add_line
from core.settings import ROOT


@pytest.fixture
def submit(opened):
    """Commits a job, in a state; returns its id."""

    def submit(title: str = "A job", state: str = "queued", **values) -> str:
        with opened():
            with transaction() as session:
                job = jobs.submit(session, "some-kind", title, {"tables": ["t"]}, person="tess", tags=["red"])
                add_line(session, job.id, "Looking at it.")
                add_line(session, job.id, "Careful.", "warning")
            with transaction() as session:
                session.query(Job).filter_by(id=job.id).update({"state": state, **values})
        return job.id

    return submit


def test_lists_jobs_by_state_kind_tag_person_and_words(cli, submit):
    first, second = submit("Sales"), submit("Stock", "failed", error="It broke.")
    every = cli("job", "list", "--json").json
    assert [row["job_id"] for row in every["jobs"]] == [second, first] and (every["total"], every["more"]) == (2, False)
    assert every["jobs"][0]["error"] == "It broke." and every["jobs"][0]["tags"] == ["red"]
    for options in (
        ("--state", "queued"),
        ("--text", "sal"),
        ("--text", "SALES", "--kind", "some-kind", "--tag", "red"),
    ):
        assert [row["job_id"] for row in cli("job", "list", *options, "--json").json["jobs"]] == [first]
    assert cli("job", "list", "--person", "nobody").stdout == "No jobs.\n"
    assert "1 of 2" not in cli("job", "list", "--limit", "1").stderr
    assert "The newest 1 of 2" in cli("job", "list", "--limit", "1").stdout


def test_shows_a_job_with_its_pieces_and_its_question(cli, submit):
    job_id = submit(state="waiting", question={"text": "Go on?"})
    shown = cli("job", "show", job_id)
    assert shown.code == 0 and "waiting" in shown.stdout and "Go on?" in shown.stdout
    document = cli("job", "show", job_id, "--json").json
    assert (document["job_id"], document["payload"], document["items"]) == (job_id, {"tables": ["t"]}, [])


def test_prints_the_log_from_an_offset(cli, submit):
    job_id = submit()
    assert cli("job", "log", job_id).stdout.splitlines()[1].endswith("WARNING Careful.")
    lines = cli("job", "log", job_id, "--json").json["lines"]
    assert [line["text"] for line in lines] == ["Looking at it.", "Careful."]
    rest = cli("job", "log", job_id, "--after", str(lines[0]["seq"]), "--json").json["lines"]
    assert rest == lines[1:]


def test_follows_the_log_until_the_job_is_over(cli, submit):
    assert cli("job", "log", submit(state="failed"), "--follow").stdout.count("\n") == 2
    refused = cli("job", "log", "job_x", "--follow", "--json")
    assert refused.code == 2 and "--follow" in refused.json["error"]["message"]


def test_steers_a_job_and_refuses_what_its_state_does_not_allow(cli, submit):
    job_id = submit()
    assert cli("job", "pause", job_id).stdout == f"{job_id} is paused.\n"
    assert cli("job", "resume", job_id, "--json").json["state"] == "queued"
    assert cli("job", "cancel", job_id, "--json").json["state"] == "cancelled"
    refused = cli("job", "pause", job_id)
    assert refused.code == 2 and "only a queued or running job can be paused" in refused.stderr
    assert cli("job", "retry", job_id, "--json").json["state"] == "queued"
    assert cli("job", "delete", job_id).code == 2
    cli("job", "cancel", job_id)
    assert cli("job", "delete", job_id, "--json").json == {"job_id": job_id, "deleted": True}
    gone = cli("job", "show", job_id)
    assert gone.code == 2 and "There is no job" in gone.stderr


def test_a_decision_is_a_json_object(cli, submit):
    job_id = submit(state="waiting", question={"text": "Go on?"})
    for wrong in ("yes", "[1]"):
        refused = cli("job", "decide", job_id, wrong)
        assert refused.code == 2 and "JSON" in refused.stderr
    decided = cli("job", "decide", job_id, '{"go": true}', "--json").json
    assert (decided["state"], decided["decision"], decided["question"]) == ("queued", {"go": True}, None)


def test_says_so_when_no_worker_is_there(cli):
    assert "No worker." in cli("job", "workers").stdout
    assert cli("job", "workers", "--json").json == {"workers": []}


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_a_worker_works_until_it_is_told_to_end(environment, opened, sign):
    worker = subprocess.Popen(
        [sys.executable, "-m", "core", "worker", "--json"], env=environment, cwd=ROOT,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert worker.stdout is not None and worker.stderr is not None
    try:
        worker_id = json.loads(worker.stdout.readline())["worker_id"]
        with opened(), reading() as session:
            found = jobs.list_workers(session)
        assert [(each.id, each.pid, each.is_embedded) for each in found] == [(worker_id, worker.pid, False)]
        time.sleep(0.3)
        os.kill(worker.pid, sign)
        assert worker.wait(15) == 0
        assert worker.stdout.read() == ""
        assert "go back to the queue" in worker.stderr.read()
        with opened(), reading() as session:
            assert jobs.list_workers(session) == []
    finally:
        worker.kill()
