"""Fixtures for all tests: a workbench of its own for each test, on SQLite or on PostgreSQL.

`WHETSTONE_TEST_DATABASE_URL` names a PostgreSQL server; then each test gets a database of its own there.
"""

import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
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


_HERE = Path(__file__).parent
_ON_POSTGRES = {
    _HERE / "pages": ("test_frame.py", "test_settings_page.py", "test_analysis_job_pages.py"),
    _HERE / "core" / "cli": (
        *("test_first_verb.py", "test_doctor.py", "test_serving.py"),
        *("test_executions.py", "test_jobs_cli.py", "test_analysing_cli.py"),
    ),
    _HERE / "core" / "genie" / "evaluation_job": (
        *("test_submitting.py", "test_stopping.py", "test_exporting.py", "test_kills.py"),
    ),
    _HERE / "core" / "sources" / "files": ("test_adding.py",),
}
"""Below these folders a workbench is opened for what stands on the services; only these files say something of PostgreSQL."""


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The longest come first, so that no process is left with them at the end.

    On PostgreSQL only tests that open a database are run: the others would say the same once more.
    """
    items.sort(key=lambda item: item.path.name != "test_kills.py")
    if not SERVER_URL:
        return
    kept = [item for item in items if _needs_a_database(item)]
    config.hook.pytest_deselected(items=[item for item in items if item not in set(kept)])
    items[:] = kept


def _needs_a_database(item: pytest.Item) -> bool:
    opening = {"database_url", "workbench", "shared_workbench"} & set(getattr(item, "fixturenames", ()))
    files = next((files for folder, files in _ON_POSTGRES.items() if folder in item.path.parents), None)
    return bool(opening) and (files is None or item.path.name in files)


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str | Path]:
    """A migrated and seeded database to copy, since making one takes longer than most tests: a file, or a name."""
    folder = tmp_path_factory.mktemp("seeded")
    if not SERVER_URL:
        startup.open_workbench(Settings(data_dir=folder, log_level="ERROR"))
        startup.close_workbench(keep_helpers=True)
        yield folder / "whetstone.db"
        return
    with server_database() as name:
        startup.open_workbench(Settings(data_dir=folder, database_url=url_of(name), log_level="ERROR"))
        startup.close_workbench(keep_helpers=True)
        yield name


def copy_seeded(seeded: str | Path, data_dir: Path) -> None:
    """Make the data folder with the seeded file in it. On PostgreSQL there is no file; the database is the copy."""
    if isinstance(seeded, Path):
        data_dir.mkdir()
        shutil.copy(seeded, data_dir)


@contextmanager
def server_connection() -> Iterator[Connection]:
    """A connection to the PostgreSQL server that may create and drop databases."""
    assert SERVER_URL is not None
    engine = create_engine(SERVER_URL, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


@contextmanager
def server_database(template: str | None = None) -> Iterator[str]:
    """The name of a new database on the PostgreSQL server, a copy of `template` or empty, which is dropped afterwards."""
    name = f"test_{os.getpid()}_{next(_numbers)}"
    with server_connection() as connection:
        connection.execute(text(f"CREATE DATABASE {name}" + (f" TEMPLATE {template}" if template else "")))
    yield name
    with server_connection() as connection:
        connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))


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
    with server_database("seeded" in request.fixturenames and request.getfixturevalue("seeded")) as name:
        yield url_of(name)
        startup.close_workbench(keep_helpers=True)


@pytest.fixture
def settings(tmp_path: Path, database_url: str | None) -> Settings:
    return Settings(
        data_dir=tmp_path / "data", database_url=database_url, person="ann", plain_editor=True, log_level="ERROR"
    )


@pytest.fixture
def workbench(settings: Settings, seeded: str | Path) -> Iterator[Settings]:
    """An open, seeded workbench in this process."""
    copy_seeded(seeded, settings.data_dir)
    st.cache_data.clear()
    st.cache_resource.clear()
    startup.open_workbench(settings)
    yield settings
    startup.close_workbench(keep_helpers=True)


@pytest.fixture(scope="module")
def shared_workbench(tmp_path_factory: pytest.TempPathFactory, seeded: str | Path) -> Iterator[Settings]:
    """An open, seeded workbench for a whole file of tests, which overrides `workbench` with it: opening takes longer than most tests."""
    folder = tmp_path_factory.mktemp("workbench") / "data"
    copy_seeded(seeded, folder)
    with server_database(seeded) if isinstance(seeded, str) else nullcontext() as name:
        url = url_of(name) if name else None
        settings = Settings(data_dir=folder, database_url=url, person="ann", plain_editor=True, log_level="ERROR")
        startup.open_workbench(settings)
        yield settings
        startup.close_workbench(keep_helpers=True)


@pytest.fixture(scope="module")
def working(shared_workbench: Settings) -> Iterator[Settings]:
    """As `shared_workbench`, with its worker running."""
    startup.start_worker(embedded=True)
    yield shared_workbench
    jobs.stop_worker()


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
    return partial(add_source, tmp_path)


def add_source(folder: Path, **tables: str) -> sources.SourceView:
    """See `make_source`; the files are written into `folder`."""
    choices = []
    for table, rows in (tables or SHOP).items():
        path = folder / f"{table}.csv"
        path.write_text(rows, encoding="utf-8")
        choices.append(sources.FileChoice(sources.inspect_file(path), table))
    with transaction() as session:
        return sources.add_files(session, f"shop {next(_numbers)}", choices, person="ann")


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
