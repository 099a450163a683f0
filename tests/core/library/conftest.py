"""One workbench for a whole file of tests, where each test brings its own names: opening one takes longer than a test."""

import uuid
from collections.abc import Iterator

import pytest
from sqlalchemy import create_engine, make_url, text

from core import startup
from core.settings import Settings
from tests.conftest import SERVER_URL


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
    startup.close_workbench()
    if server is not None:
        with server.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        server.dispose()
