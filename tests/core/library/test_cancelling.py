"""What ends a run before its answer is whole, and what is kept of it."""

import json
import os
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import update

from core import library, llm
from core.clock import now
from core.db import reading, transaction
from core.db.models import Execution
from core.library.recording import Outcome, record_outcome
from core.settings import ROOT
from tests.core.library.runs import direct, recorded, wait_until


@pytest.fixture(scope="module")
def workbench(shared_workbench):
    return shared_workbench


@contextmanager
def stream_that_stalls():
    """A server that streams two words and then waits. Yields its base URL, and an event that says the client hung up."""
    hung_up = threading.Event()
    listening = socket.create_server(("127.0.0.1", 0))
    chunk = {"id": "c", "object": "chat.completion.chunk", "created": 0, "model": "m"}
    chunk |= {"choices": [{"index": 0, "delta": {"content": "Two words"}, "finish_reason": None}]}
    head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n"

    def serve() -> None:
        client, _ = listening.accept()
        with client:
            client.recv(65536)
            client.sendall(head + f"data: {json.dumps(chunk)}\n\n".encode())
            while client.recv(65536):
                pass
            hung_up.set()

    threading.Thread(target=serve, daemon=True).start()
    with listening:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/v1", hung_up


@contextmanager
def loop_held():
    """Keeps the background loop busy, so that nothing new begins on it."""
    release = threading.Event()

    async def hold() -> None:
        release.wait(10)

    llm.submit(hold())
    try:
        yield
    finally:
        release.set()


def test_cancelling_ends_the_request_and_keeps_what_had_come(connect):
    with stream_that_stalls() as (url, hung_up):
        paid = connect("ok", base_url=url, input_usd_per_mtok=10.0, output_usd_per_mtok=10.0)
        run = library.start(replace(direct("Hello", connection=paid), stream=True))
        wait_until(lambda: run.text)
        assert not hung_up.is_set()
        run.cancel()
        execution = run.wait(10)
        assert hung_up.wait(10), "the request went on at the server"
    assert (execution.status, execution.response, execution.error) == ("cancelled", "Two words", None)
    assert execution.tokens_estimated and execution.output_tokens > 0 and execution.cost_usd > 0


def test_cancelling_a_slow_stream_keeps_the_start_of_its_text(connect, faulty_model):
    run = library.start(replace(direct("Hello", connection=connect("slow-stream-150")), stream=True))
    wait_until(lambda: run.text)
    run.cancel()
    execution = run.wait(10)
    assert execution.status == "cancelled" and execution.response
    assert faulty_model.content.startswith(execution.response) and execution.response != faulty_model.content


def test_a_late_result_never_overwrites_a_cancelled_one(connect):
    run = library.start(direct("Hello", connection=connect("never")))
    run.cancel()
    run.wait(10)
    record_outcome(run.execution_id, Outcome("completed", response="late", cost_usd=1.0))
    assert (recorded(run.execution_id).status, recorded(run.execution_id).response) == ("cancelled", None)


def test_a_run_cancelled_before_it_began_is_recorded_and_never_sent(connect, faulty_model):
    asked = direct("Hello", connection=connect("ok"))
    with loop_held():
        run = library.start(asked)
        run.cancel()
    assert run.wait(10).status == "cancelled"
    assert run.done and library.find(run.execution_id) is None
    assert faulty_model.history == []


def test_cancelling_again_does_not_say_done_before_it_is_recorded(connect):
    run = library.start(replace(direct("Hello", connection=connect("slow-stream-150")), stream=True))
    wait_until(lambda: run.text)
    with transaction() as session:  # holds the row (on SQLite: the database), so that recording has to wait
        session.execute(update(Execution).where(Execution.id == run.execution_id).values(rating_note="held"))
        run.cancel()
        assert not run._done.wait(0.2)
        run.cancel()
        assert not run._done.wait(0.3)
    assert run.wait(10).status == "cancelled"


def test_cancelling_what_is_done_changes_nothing(connect):
    run = library.start(direct("Hello", connection=connect("ok")))
    run.wait(10)
    run.cancel()
    assert run.wait().status == "completed"


def test_stop_all_cancels_and_records_everything_under_way(connect):
    never = connect("never")
    runs = [library.start(direct(f"Hello {n}", connection=never)) for n in range(5)]
    library.stop_all()
    assert all(run.done and library.find(run.execution_id) is None for run in runs)
    assert {recorded(run.execution_id).status for run in runs} == {"cancelled"}
    late = library.start(direct("Hello", connection=never))
    assert late.wait(10).status == "cancelled", "what begins while the others are stopped would be waited for"
    library.accept_calls()
    assert library.run(direct("Hello", connection=connect("ok"))).status == "completed"


def test_a_process_killed_in_the_middle_leaves_a_row_that_reads_interrupted(workbench, connect, faulty_model):
    name = connect("never")
    script = (
        "import time\nfrom core import library, startup\nstartup.open_workbench()\n"
        f"content = library.Content('', 'Hello', connection={name!r})\n"
        "print(library.start(library.Call(content, None)).execution_id, flush=True)\ntime.sleep(60)\n"
    )
    environment = os.environ | {"WHETSTONE_DATA_DIR": str(workbench.data_dir)}
    if workbench.database_url:
        environment["WHETSTONE_DATABASE_URL"] = workbench.database_url
    child = subprocess.Popen(
        [sys.executable, "-c", script], env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    try:
        execution_id = child.stdout.readline().strip()
        wait_until(lambda: faulty_model.counts["never"] == 1)
    finally:
        child.kill()
        child.wait()
        child.stdout.close()
    assert recorded(execution_id).status == "running", "its time is not up yet"

    with transaction() as session:
        session.execute(update(Execution).where(Execution.id == execution_id).values(deadline_at=now()))
    assert recorded(execution_id).status == "interrupted"
    with reading() as session:
        for status, there in (("interrupted", True), ("running", False)):
            rows = library.list_executions(session, library.ExecutionFilter(status=status)).rows
            assert (execution_id in [row.id for row in rows]) == there
        assert library.count_running(session) == 0
    assert library.run(direct("Hello", connection=connect("ok"))).status == "completed"
