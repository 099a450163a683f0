"""Fixtures for all tests: a workbench of its own for each test, on SQLite or on PostgreSQL.

`WHETSTONE_TEST_DATABASE_URL` names a PostgreSQL server; then each test gets a database of its own there.
"""

import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from sqlalchemy import create_engine, make_url, text

from core import library, startup
from core.db import close, transaction
from core.settings import Settings
from tests.servers.faulty_model import FaultyModel

SERVER_URL = os.environ.get("WHETSTONE_TEST_DATABASE_URL")
_numbers = itertools.count()


@pytest.fixture
def database_url(tmp_path: Path) -> Iterator[str | None]:
    """A new, empty database on the PostgreSQL server, or None for SQLite in the data folder."""
    if not SERVER_URL:
        yield None
        return
    name = f"test_{os.getpid()}_{next(_numbers)}"
    server = create_engine(SERVER_URL, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    yield make_url(SERVER_URL).set(database=name).render_as_string(hide_password=False)
    startup.close_workbench()
    close()
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
    server.dispose()


@pytest.fixture
def settings(tmp_path: Path, database_url: str | None) -> Settings:
    return Settings(
        data_dir=tmp_path / "data", database_url=database_url, person="ann", plain_editor=True, log_level="ERROR"
    )


@pytest.fixture
def workbench(settings: Settings) -> Iterator[Settings]:
    """An open, seeded workbench in this process."""
    st.cache_data.clear()
    st.cache_resource.clear()
    startup.open_workbench(settings)
    yield settings
    startup.close_workbench()


@pytest.fixture
def make_template(workbench: Settings) -> Callable[..., library.TemplateView]:
    """Makes a template, with as many versions as asked for; their user texts end in the version's number."""

    def make(
        name: str = "greeting", *, versions: int = 1, user: str = "Hello {{ name }}", **fields
    ) -> library.TemplateView:
        with transaction() as session:
            made = library.create_template(
                session, name, library.Content("You greet people.", user), person="ann", **fields
            )
            for number in range(2, versions + 1):
                content = library.Content("You greet people.", f"{user} {number}")
                rev = library.get_template(session, made.id).rev
                library.save_version(session, made.id, content, expected_rev=rev, person="ann", note=f"note {number}")
            return library.get_template(session, made.id)

    return make


@pytest.fixture(scope="session")
def faulty_model() -> Iterator[FaultyModel]:
    with FaultyModel() as server:
        yield server
