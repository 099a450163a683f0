"""The local Genie of a workbench: started by its first use, once, ended with the workbench, shared with other processes."""

import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from core import genie, llm, startup
from core.db import reading
from core.errors import ConfigError
from core.genie.demo import DEMO

OTHER = """
import os, signal, sys
from pathlib import Path
from core import genie, startup
from core.db import reading
from core.settings import Settings
startup.open_workbench(Settings(data_dir=Path(sys.argv[1]), database_url=sys.argv[2] or None, log_level="ERROR"))
with reading() as session:
    client = genie.client_of(session, "local")
print(*(each.id for each in client.list_spaces()))
made = genie.load_local(Path(sys.argv[3]), genie.demo_space(), title="Made elsewhere")
print(made.space_id, flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def client() -> genie.GenieClient:
    with reading() as session:
        return genie.client_of(session, "local")


def threads() -> set[threading.Thread]:
    return {each for each in threading.enumerate() if "genie" in each.name or "loopback" in each.name}


def test_it_starts_by_its_first_use_within_a_second_once_and_ends_with_the_workbench(workbench):
    before = threads()
    assert not (workbench.data_dir / "local_genie.db").exists()
    begun = time.perf_counter()
    address = startup.local_genie()
    assert time.perf_counter() - begun < 5, "1 s on a machine that does nothing else"
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda _: startup.local_genie(), range(16))) == {address}
    first = client()
    assert [each.id for each in first.list_spaces()] == [address.demo]
    startup.close_workbench(keep_helpers=True)
    assert threads() <= before
    with pytest.raises(ConfigError, match="not open"):
        startup.local_genie()
    startup.open_workbench(workbench)
    again = client()
    assert (again is first, again.workspace.host == first.workspace.host) == (False, False)
    assert [each.id for each in again.list_spaces()] == [address.demo], "the demo is loaded once"


def test_a_trashed_demo_does_not_come_back(workbench):
    first = client()
    first.trash_space(first.list_spaces()[0].id)
    startup.close_workbench(keep_helpers=True)
    startup.open_workbench(workbench)
    assert client().list_spaces() == ()


def test_its_token_is_masked_wherever_it_may_come_up(workbench):
    address = startup.local_genie()
    assert address.token not in repr(address)
    assert address.token not in llm.mask_secrets(f"Authorization: Bearer {address.token}, or {address.token} alone")


def test_two_processes_see_the_same_spaces_and_one_may_be_killed(workbench):
    own = client()
    demo = own.list_spaces()[0].id
    command = [sys.executable, "-c", OTHER, str(workbench.data_dir), workbench.database_url or "", str(DEMO / "tables")]
    other = subprocess.run(command, capture_output=True, text=True, timeout=60)
    seen, made = other.stdout.split()
    assert seen == demo, other.stderr
    assert {each.title for each in own.list_spaces()} == {"Sales", "Made elsewhere"}
    assert genie.ask(own, made, "How many orders are there?").table.rows == (("30000",),)


def test_closing_does_not_wait_for_a_model_that_is_writing_sql(workbench, connect, faulty_model):
    own = client()
    demo = own.list_spaces()[0].id
    genie.set_local_writer(own, connect("never", timeout_s=60.0))
    asked = genie.start_question("local", demo, "How many orders are there?", person="ann")
    abandoned = own.calls.client().genie.start_conversation(demo, "How many orders are there?").response
    deadline = time.monotonic() + 10
    while len(faulty_model.history) < 2 and time.monotonic() < deadline:
        time.sleep(0.01)
    begun = time.monotonic()
    startup.close_workbench(keep_helpers=True)
    assert time.monotonic() - begun < 6
    assert asked.view.failure_kind == "stopped"
    startup.open_workbench(workbench)
    again = client()
    message = again.calls.client().genie.get_message(demo, abandoned.conversation_id, abandoned.message_id)
    assert message.status.value == "ASKING_AI", "the next server takes it up"
    with reading() as session:
        assert {each.conversation_id for each in genie.open_conversations(session)} == set()
