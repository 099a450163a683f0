"""Fixtures for all tests: a workbench of its own for each test, on SQLite or on PostgreSQL.

`WHETSTONE_TEST_DATABASE_URL` names a PostgreSQL server; then each test gets a database of its own there.
"""

import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import streamlit as st
from sqlalchemy import Connection, create_engine, make_url, text

from core import jobs, library, sources, startup
from core.db import transaction
from core.settings import Settings
from tests.servers.faulty_model import FaultyModel

SERVER_URL = os.environ.get("WHETSTONE_TEST_DATABASE_URL")
_numbers = itertools.count()


_READING_FILES = Path(__file__).parent / "core" / "sources" / "files"
"""Its tests open a workbench for its data folder; the database plays no part beyond `test_adding.py`."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL only tests that open a database are run: the others would say the same once more."""
    if not SERVER_URL:
        return
    kept = [item for item in items if _needs_a_database(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
    items[:] = kept


def _needs_a_database(item: pytest.Item) -> bool:
    opening = {"database_url", "workbench", "shared_workbench"} & set(getattr(item, "fixturenames", ()))
    return bool(opening) and (_READING_FILES not in item.path.parents or item.path.name == "test_adding.py")


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str | Path]:
    """A migrated and seeded database to copy, since making one takes longer than most tests: a file, or a name."""
    folder = tmp_path_factory.mktemp("seeded")
    if not SERVER_URL:
        startup.open_workbench(Settings(data_dir=folder, log_level="ERROR"))
        startup.close_workbench(keep_helpers=True)
        yield folder / "whetstone.db"
        return
    name = f"seeded_{os.getpid()}"
    with server_connection() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    startup.open_workbench(Settings(data_dir=folder, database_url=url_of(name), log_level="ERROR"))
    startup.close_workbench(keep_helpers=True)
    yield name
    with server_connection() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@contextmanager
def server_connection() -> Iterator[Connection]:
    """A connection to the PostgreSQL server that may create and drop databases."""
    assert SERVER_URL is not None
    engine = create_engine(SERVER_URL, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def url_of(database: str) -> str:
    assert SERVER_URL is not None
    return make_url(SERVER_URL).set(database=database).render_as_string(hide_password=False)


@pytest.fixture
def database_url(request: pytest.FixtureRequest) -> Iterator[str | None]:
    """A new, empty database on the PostgreSQL server, or None for SQLite in the data folder.

    With the fixture `seeded` in force it is a copy of that one.
    """
    if not SERVER_URL:
        yield None
        return
    name = f"test_{os.getpid()}_{next(_numbers)}"
    copied = f" TEMPLATE {request.getfixturevalue('seeded')}" if "workbench" in request.fixturenames else ""
    with server_connection() as connection:
        connection.execute(text(f"CREATE DATABASE {name}{copied}"))
    yield url_of(name)
    startup.close_workbench(keep_helpers=True)
    with server_connection() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture
def settings(tmp_path: Path, database_url: str | None) -> Settings:
    return Settings(
        data_dir=tmp_path / "data", database_url=database_url, person="ann", plain_editor=True, log_level="ERROR"
    )


@pytest.fixture
def workbench(settings: Settings, seeded: str | Path) -> Iterator[Settings]:
    """An open, seeded workbench in this process."""
    if isinstance(seeded, Path):
        settings.data_dir.mkdir()
        shutil.copy(seeded, settings.data_dir)
    st.cache_data.clear()
    st.cache_resource.clear()
    startup.open_workbench(settings)
    yield settings
    startup.close_workbench(keep_helpers=True)


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


@pytest.fixture
def make_source(workbench: Settings, tmp_path: Path) -> Callable[..., sources.SourceView]:
    """Makes a source of CSV files out of texts by table name; without any, of a small shop with known defects."""

    def make(name: str = "shop", **tables: str) -> sources.SourceView:
        choices = []
        for table, rows in (tables or SHOP).items():
            path = tmp_path / f"{table}.csv"
            path.write_text(rows, encoding="utf-8")
            choices.append(sources.FileChoice(sources.inspect_file(path), table))
        with transaction() as session:
            return sources.add_files(session, name, choices, person="ann")

    return make


SHOP = {
    "orders": "order_id,day,channel,items,amount\n"
    + "".join(
        f"{n},2024-{1 + n // 10:02}-{1 + n % 28:02},{'web' if n % 3 else 'shop'},{1 + n % 5},"
        f"{'' if n % 12 == 0 else round(10 + n * 0.5, 2)}\n"
        for n in range(1, 120)
    ),
    "customers": "customer,email\n1,ann@example.com\n2,bob@example.org\n3,\n",
}


@pytest.fixture
def worker(workbench: Settings) -> Iterator[None]:
    """Background jobs are done by this process while the test runs."""
    startup.start_worker(embedded=True)
    yield
    jobs.stop_worker()


@pytest.fixture(scope="session")
def faulty_model() -> Iterator[FaultyModel]:
    with FaultyModel() as server:
        yield server
