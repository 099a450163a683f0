"""For what stands on an open workbench: one for a whole file of tests, and connections to the faulty model in it.

Opening a workbench takes longer than most tests, so that a file whose tests bring their own names shares one.
"""

import itertools
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url, text

from core import llm, startup
from core.db import transaction
from core.settings import Settings
from tests.conftest import SERVER_URL
from tests.servers.faulty_model import FaultyModel

KEY = "sk-live-0123456789abcdefWXYZ"

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def shared_workbench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """An open, seeded workbench. A file of tests that uses it overrides `workbench` with it."""
    url = server = None
    if SERVER_URL:
        name = f"shared_{uuid.uuid4().hex}"
        server = create_engine(SERVER_URL, isolation_level="AUTOCOMMIT")
        with server.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        url = make_url(SERVER_URL).set(database=name).render_as_string(hide_password=False)
    settings = Settings(
        data_dir=tmp_path_factory.mktemp("workbench") / "data", database_url=url, person="ann", log_level="ERROR"
    )
    startup.open_workbench(settings)
    yield settings
    startup.close_workbench(keep_helpers=True)
    if server is not None:
        with server.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        server.dispose()


@pytest.fixture
def connect(workbench: Settings, faulty_model: FaultyModel) -> Iterator[Callable[..., str]]:
    """Adds a connection to the faulty model that behaves so, with a stored key; returns its name. No retries, no default."""
    faulty_model.reset()

    def connect(behaviour: str = "ok", **fields: Any) -> str:
        given: dict[str, Any] = {
            "name": f"faulty-{next(_numbers)}",
            "kind": "compatible",
            "base_url": faulty_model.url(behaviour),
            "model": "faulty-1",
            "key": KEY,
            "key_source": "stored",
            "timeout_s": 5.0,
            "max_retries": 0,
        }
        with transaction() as session:
            draft = llm.ConnectionDraft(**(given | fields))
            return llm.add_connection(session, draft, make_default=False).name

    yield connect
    faulty_model.reset()
