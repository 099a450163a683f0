"""State survives restarts: spaces, tables, metric views, answers; and what was under way is taken up again."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from core.errors import ConfigError
from core.local_genie import LocalGenie, serve
from core.local_genie.faults import AnswerFault, FaultSettings
from core.local_genie.state import Store
from tests.core.local_genie.standins import ORDERS, standin, wait_for

VIEW = (
    "CREATE VIEW main.sales.kept WITH METRICS LANGUAGE YAML AS $$\nversion: 1.1\nsource: main.sales.orders\n"
    "measures:\n  - name: total\n    expr: SUM(amount)\n$$"
)


def test_everything_is_there_after_a_restart(tmp_path: Path, tables_dir: Path, definition: Any, connect: Callable):
    with serve(tmp_path, writer=standin) as first:
        space = first.load(tables_dir, definition(((f"SQL:SELECT 1 AS n FROM {ORDERS}", "SELECT 1 AS n"),)), "Kept")
        client = connect(first)
        before = client.genie.get_space(space, include_serialized_space=True)
        assert client.statement_execution.execute_statement(VIEW, first.warehouse_id).status.error is None
        message = client.genie.start_conversation_and_wait(space, "how many?")
    with serve(tmp_path, writer=standin) as second:
        assert second.token != first.token
        client = connect(second)
        after = client.genie.get_space(space, include_serialized_space=True)
        assert (after.etag, after.serialized_space, after.title) == (before.etag, before.serialized_space, "Kept")
        kept = client.genie.get_message_attachment_query_result(
            space, message.conversation_id, message.message_id, message.attachments[0].attachment_id
        )
        assert kept.statement_response.result.data_array == [["5"]]
        found = client.statement_execution.execute_statement(
            "SELECT MEASURE(total) FROM main.sales.kept", second.warehouse_id
        )
        assert found.result.data_array == [["7575.0"]]


def test_a_question_and_a_run_that_were_cut_off_are_taken_up(
    tmp_path: Path, tables_dir: Path, definition: Any, connect: Callable
):
    pairs = ((f"SQL:SELECT count(*) AS n FROM {ORDERS}", f"SELECT count(*) AS n FROM {ORDERS}"),) * 4
    with serve(tmp_path, writer=standin) as first:
        space = first.load(tables_dir, definition(pairs), "Cut off")
        client = connect(first)
        first.set_faults(FaultSettings(latency_s=0.3))
        asked = client.genie.start_conversation(space, "how many?").response
        run = client.genie.genie_create_eval_run(space)
        time.sleep(0.45)
    with serve(tmp_path, writer=standin) as second:
        client = connect(second)
        message = wait_for(client, space, asked.conversation_id, asked.message_id)
        assert message.status.value == "COMPLETED"
        deadline = time.monotonic() + 10
        while (now := client.genie.genie_get_eval_run(space, run.eval_run_id)).eval_run_status.value != "DONE":
            assert time.monotonic() < deadline
            time.sleep(0.02)
        assert (now.num_done, now.num_correct) == (4, 4)


def test_a_statement_that_was_cut_off_has_failed(tmp_path: Path, connect: Callable):
    endless = "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT count(*) AS n FROM r"
    with serve(tmp_path, writer=standin) as first:
        running = connect(first).statement_execution.execute_statement(endless, first.warehouse_id, wait_timeout="0s")
        time.sleep(0.2)
        begun = time.monotonic()
    assert time.monotonic() - begun < 3
    with serve(tmp_path, writer=standin) as second:
        state = connect(second).statement_execution.get_statement(running.statement_id).status.state.value
        assert state in ("FAILED", "CANCELED")


def test_two_servers_share_a_folder(tmp_path: Path, tables_dir: Path, definition: Any, connect: Callable):
    with serve(tmp_path, writer=standin) as one, serve(tmp_path, writer=standin) as other:
        space = one.load(tables_dir, definition(), "Shared")
        asked = connect(one).genie.start_conversation(space, "how many?").response
        message = wait_for(connect(other), space, asked.conversation_id, asked.message_id)
        assert message.status.value == "COMPLETED"
        never = FaultSettings(answers=(AnswerFault("never"),))
        one.set_faults(never)
        asked = connect(one).genie.start_conversation(space, "how many?").response
        time.sleep(0.2)
        # the other must not answer it while the first lives
        open_ = connect(other).genie.get_message(space, asked.conversation_id, asked.message_id)
        assert open_.status.value == "ASKING_AI"


KILLED = """
import sys, time
from pathlib import Path
from core.local_genie import serve
from core.local_genie.faults import FaultSettings
from tests.core.local_genie.standins import standin
server = serve(Path(sys.argv[1]), writer=standin)
server.set_faults(FaultSettings(latency_s=60))
print(server.base_url, server.token, flush=True)
time.sleep(60)
"""


def test_a_killed_process_leaves_nothing_unanswered(
    tmp_path: Path, tables_dir: Path, definition: Any, connect: Callable
):
    with serve(tmp_path, writer=standin) as first:
        space = first.load(tables_dir, definition(), "Killed")
    process = subprocess.Popen([sys.executable, "-c", KILLED, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    try:
        base_url, token = process.stdout.readline().split()
        other = type("Elsewhere", (), {"base_url": base_url, "token": token})
        asked = connect(other).genie.start_conversation(space, "how many?").response
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    with serve(tmp_path, writer=standin) as second:
        message = wait_for(connect(second), space, asked.conversation_id, asked.message_id)
        assert message.status.value == "COMPLETED"


def test_a_database_of_a_newer_release_is_left_alone(tmp_path: Path):
    store = Store(tmp_path / "local_genie.db")
    store.run("PRAGMA user_version=99")
    store.close()
    with pytest.raises(ConfigError, match="newer release"):
        serve(tmp_path, writer=standin)


def test_a_folder_that_cannot_be_used_is_said(tmp_path: Path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ConfigError, match="cannot open"):
        serve(tmp_path / "file", writer=standin)


def test_closing_twice_is_harmless(tmp_path: Path):
    server: LocalGenie = serve(tmp_path, writer=standin)
    server.close()
    server.close()
    assert server.closed
