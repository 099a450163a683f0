"""The command line as a person calls it: `cli("run", "chat_assistant", …)` in this process, `shell(…)` in one of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from core import startup
from core.cli.root import cli as root
from core.settings import ROOT, Settings
from tests.conftest import copy_seeded
from tests.servers.faulty_model import FaultyModel

RUN_KEYS = [
    "execution_id",
    "status",
    "response",
    "rendered",
    "tokens",
    "cost_usd",
    "duration_ms",
    "connection",
    "model",
]
"""What the document of `run` holds, in this order."""


@dataclass(frozen=True)
class Outcome:
    """How one call ended."""

    code: int
    stdout: str
    stderr: str

    @property
    def json(self) -> Any:
        """The one document on stdout; fails if there is anything beside it."""
        return json.loads(self.stdout)


@pytest.fixture
def environment(tmp_path: Path, database_url: str | None, seeded: str | Path) -> dict[str, str]:
    """The variables of a workbench that is made and seeded."""
    copy_seeded(seeded, tmp_path / "data")
    return variables(tmp_path / "data", database_url)


def variables(data_dir: Path, database_url: str | None) -> dict[str, str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("WHETSTONE_")}
    clean |= {"WHETSTONE_DATA_DIR": str(data_dir), "WHETSTONE_PERSON": "tess"}
    return clean | ({"WHETSTONE_DATABASE_URL": database_url} if database_url else {})


@pytest.fixture
def fresh_environment(tmp_path: Path, database_url: str | None) -> dict[str, str]:
    """The variables of a workbench that the first verb makes. A file of tests about that overrides `environment` with it."""
    return variables(tmp_path / "data", database_url)


@pytest.fixture
def cli(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Outcome]:
    """Call a verb in this process. `env` adds variables, `stdin` is what it may read.

    The rendering workers and the offline model stay for the next verb, as this process goes on after the first.
    """
    monkeypatch.setattr(startup, "close_workbench", partial(startup.close_workbench, keep_helpers=True))

    def cli(*args: str, stdin: str | bytes | None = None, env: dict[str, str] | None = None) -> Outcome:
        gone = {name: None for name in os.environ if name.startswith("WHETSTONE_")}
        ours = {name: value for name, value in environment.items() if name.startswith("WHETSTONE_")}
        result = CliRunner().invoke(root, args, input=stdin, env=gone | ours | (env or {}), catch_exceptions=False)
        return Outcome(result.exit_code, result.stdout, result.stderr)

    return cli


@pytest.fixture
def shell(environment: dict[str, str]) -> Callable[..., Outcome]:
    """Call a verb in a process of its own."""

    def shell(*args: str, env: dict[str, str] | None = None) -> Outcome:
        done = subprocess.run(
            [sys.executable, "-m", "core", *args],
            env=environment | (env or {}),
            cwd=ROOT,
            capture_output=True,
            timeout=60,
            check=False,
        )
        return Outcome(done.returncode, done.stdout.decode(), done.stderr.decode(errors="replace"))

    return shell


@pytest.fixture
def opened(environment: dict[str, str]) -> Callable[[], AbstractContextManager[None]]:
    """`with opened():` reaches what the verbs see by Python, for what no verb makes."""

    @contextmanager
    def opened() -> Iterator[None]:
        folder, url = Path(environment["WHETSTONE_DATA_DIR"]), environment.get("WHETSTONE_DATABASE_URL")
        startup.open_workbench(Settings(data_dir=folder, database_url=url, person="tess"))
        yield
        startup.close_workbench(keep_helpers=True)

    return opened


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., str]:
    """Write a file; returns its path."""

    def write(name: str, content: str | bytes) -> str:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    return write


@pytest.fixture
def create(cli: Callable[..., Outcome], write: Callable[..., str]) -> Callable[..., dict[str, Any]]:
    """Make a template by the command line; returns its document."""

    def create(name: str = "greeting", system: str = "You greet.", user: str = "Greet {{ who }}.", *options: str):
        made = cli(
            *("template", "create", name, *options, "--json"),
            *("--system-file", write("system.txt", system), "--user-file", write("user.txt", user)),
        )
        assert made.code == 0, made.stderr
        return made.json

    return create


@pytest.fixture
def add_connection(cli: Callable[..., Outcome], faulty_model: FaultyModel) -> Callable[..., str]:
    """Add a connection to the faulty model that behaves so, as the default; returns its name."""

    def add_connection(behaviour: str, *options: str) -> str:
        added = cli(
            *("connection", "add", behaviour, "--base-url", faulty_model.url(behaviour), "--model", "m"),
            *("--max-retries", "0", "--timeout-s", "5", *options),
        )
        assert added.code == 0, added.stderr
        return behaviour

    return add_connection
