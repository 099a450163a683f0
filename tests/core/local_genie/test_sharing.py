"""Several processes serve one data folder at once: all see the same, none takes over from a living one, any may be killed."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from core.errors import InputError
from core.local_genie import LocalGenie, serve
from core.local_genie.owners import Owner
from core.local_genie.state import Store
from core.local_genie.writing import Writer, WriterError, Written
from tests.core.local_genie.standins import ORDERS, standin, wait_for

SERVER = """
import sys
from pathlib import Path
from core.local_genie import serve
from core.local_genie.faults import FaultSettings
from tests.core.local_genie.standins import standin
server = serve(Path(sys.argv[1]), writer=standin)
server.set_faults(FaultSettings(latency_s=float(sys.argv[2])))
print(server.base_url, server.token, flush=True)
sys.stdin.read()
server.close()
"""


class Elsewhere:
    """A local Genie of another process."""

    def __init__(self, folder: Path, latency_s: float) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", SERVER, str(folder), str(latency_s)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        self.base_url, self.token = self.process.stdout.readline().split()

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.communicate()


@contextmanager
def elsewhere(folder: Path, latency_s: float = 0.0) -> Iterator[Elsewhere]:
    other = Elsewhere(folder, latency_s)
    try:
        yield other
    finally:
        if other.process.poll() is None:
            other.process.communicate("", timeout=20)


def test_a_space_made_through_one_process_is_seen_and_asked_through_another_until_that_is_killed(
    tmp_path: Path, tables_dir: Path, definition: Callable, connect: Callable
):
    # the other is slow, so what it has under way stays under way
    with serve(tmp_path, writer=standin) as own, elsewhere(tmp_path, latency_s=60) as other:
        here, there = connect(own), connect(other)
        space = own.load(tables_dir, definition(((f"SQL:SELECT 1 AS n FROM {ORDERS}", "SELECT 1 AS n"),)), "Shared")
        assert [each.space_id for each in there.genie.list_spaces().spaces] == [space]
        asked = there.genie.start_conversation(space, "how many?").response
        run = there.genie.genie_create_eval_run(space)
        with serve(tmp_path, writer=standin) as third:  # its start takes up what ended servers left
            for client in (here, connect(third)):
                message = client.genie.get_message(space, asked.conversation_id, asked.message_id)
                assert message.status.value in ("SUBMITTED", "FETCHING_METADATA", "FILTERING_CONTEXT", "ASKING_AI")
                assert client.genie.genie_get_eval_run(space, run.eval_run_id).num_done == 0
        with Readable(tmp_path) as rows:
            assert rows(
                "SELECT count(DISTINCT owner) AS n FROM (SELECT owner FROM messages UNION SELECT owner FROM eval_runs)"
            ) == [{"n": 1}]
        other.kill()
        message = wait_for(here, space, asked.conversation_id, asked.message_id)
        assert message.status.value == "COMPLETED"
        own_question = here.genie.start_conversation_and_wait(space, "how many?")
        assert own_question.status.value == "COMPLETED"


class Readable:
    """The store's rows, while servers have it open."""

    def __init__(self, folder: Path) -> None:
        self.store = Store(folder / "local_genie.db")

    def __enter__(self) -> Callable[[str], list[dict[str, Any]]]:
        return self.store.rows

    def __exit__(self, *failure: object) -> None:
        self.store.close()


def test_an_owner_lives_as_long_as_its_lock_whatever_process_has_its_number(tmp_path: Path):
    living, other = Owner(tmp_path), Owner(tmp_path)
    assert not other.is_gone(living.name)
    assert other.is_gone(f"{os.getpid()}-{'0' * 16}")
    assert other.is_gone(f"{os.getpid()}:abc"), "as older releases wrote it"
    left_over = tmp_path / f"{os.getpid()}-left.lock"
    left_over.touch()
    other.forget_others()
    assert not left_over.exists()
    assert not other.is_gone(living.name)
    living.leave()
    living.leave()
    assert other.is_gone(living.name)
    other.leave()
    assert list(tmp_path.iterdir()) == []


def test_of_servers_that_start_together_one_loads_what_is_loaded_once(
    tmp_path: Path, tables_dir: Path, definition: Callable
):
    def load(server: LocalGenie) -> str:
        return server.load_once("demo", tables_dir, definition(), "Demo")

    servers = [serve(tmp_path, writer=standin) for _ in range(4)]
    try:
        with ThreadPoolExecutor(4) as pool:
            ids = set(pool.map(load, servers))
    finally:
        for each in servers:
            each.close()
    assert len(ids) == 1
    with Readable(tmp_path) as rows:
        assert [row["id"] for row in rows("SELECT id FROM spaces")] == [*ids]
    with serve(tmp_path, writer=standin) as later:
        assert {load(later)} == ids


def test_a_load_that_fails_leaves_nothing(tmp_path: Path, tables_dir: Path, definition: Callable):
    folder = tmp_path / "tables"
    folder.mkdir()
    for name in ("orders.csv", "customers.csv"):
        (folder / name).symlink_to(tables_dir / name)
    (folder / "broken.yaml").write_text("version: 1.1\nsource: main.sales.none\n")
    space = definition()
    space["data_sources"]["metric_views"] = [{"identifier": "main.sales.broken"}]
    with serve(tmp_path / "data", writer=standin) as server:
        with pytest.raises(Exception, match=r"main\.sales\.broken"):
            server.load(folder, space, "Broken")
        with Readable(tmp_path / "data") as rows:
            assert rows("SELECT identifier FROM tables") == []


def test_all_servers_follow_the_chosen_writer(
    tmp_path: Path, tables_dir: Path, definition: Callable, connect: Callable
):
    def model_writer(connection: str) -> Writer:
        if connection == "none":
            raise InputError("There is no connection 'none'. Choose another.")

        def write(*given: Any) -> Written:
            if connection == "busy":
                raise WriterError("The service asks to wait.", "RATE_LIMIT_EXCEEDED_GENERIC_EXCEPTION")
            return Written("SELECT 42 AS n", None, f"By {connection}")

        return write

    def choose(server: LocalGenie, **body: Any) -> Any:
        return connect(server).api_client.do("PUT", "/api/local/writer", body=body)

    def ask(server: LocalGenie) -> Any:
        client = connect(server)
        started = client.genie.start_conversation(space, "how many?").response
        return wait_for(client, space, started.conversation_id, started.message_id)

    with (
        serve(tmp_path, writer=standin, model_writer=model_writer) as one,
        serve(tmp_path, writer=standin, model_writer=model_writer) as other,
        serve(tmp_path, writer=standin) as bare,
    ):
        space = one.load(tables_dir, definition(), "Shared")
        assert connect(one).api_client.do("GET", "/api/local/writer") == {"writer": "rules", "connection": None}
        choose(one, writer="model", connection="mine")
        assert connect(other).api_client.do("GET", "/api/local/writer") == {"writer": "model", "connection": "mine"}
        assert ask(other).attachments[0].query.description == "By mine"
        failed = ask(bare)
        assert (failed.status.value, failed.error.type.value) == ("FAILED", "GENERIC_CHAT_COMPLETION_EXCEPTION")
        for body, says in (
            ({"writer": "model", "connection": "none"}, "no connection 'none'"),
            ({"writer": "model"}, "connection must be"),
            ({"writer": "poet"}, "writer must be"),
            ({"writer": "rules", "connection": "mine"}, "writer must be"),
        ):
            with pytest.raises(Exception, match=says):
                choose(one, **body)
        choose(other, writer="model", connection="busy")
        assert ask(one).error.type.value == "RATE_LIMIT_EXCEEDED_GENERIC_EXCEPTION"
        choose(one, writer="rules")
        assert ask(other).attachments[0].query.query.startswith("SELECT count(*)")
    with serve(tmp_path, writer=standin) as later:
        assert connect(later).api_client.do("GET", "/api/local/writer")["writer"] == "rules"
