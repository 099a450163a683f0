"""Opening and closing the workbench: what goes wrong says what to do, and nothing is left behind."""

import threading
import time
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from core import call_ai_chat, library, startup
from core.db import current_engine, healthy, reading, transaction
from core.errors import ConfigError
from core.library import rendering
from core.settings import Settings


def children() -> set[int]:
    """The processes that this one started and that still live."""
    found = set()
    for path in Path("/proc/self/task").glob("*/children"):
        found |= {int(pid) for pid in path.read_text().split()}
    return found


def wait_until_gone(left_over) -> None:
    deadline = time.monotonic() + 5
    while left_over() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not left_over()


def content() -> dict[str, list]:
    """Every row of every table."""
    with reading() as session:
        tables = [name for name in inspect(current_engine()).get_table_names() if "_fts" not in name]
        return {name: sorted(map(repr, session.execute(text(f"SELECT * FROM {name}")))) for name in tables}


def run(user: str = "Hello") -> library.ExecutionView:
    return library.run(library.Call(library.Content("", user), None))


def test_a_first_opening_makes_folder_schema_prompts_and_a_default_connection(workbench, settings):
    assert startup.opened() == settings
    healthy()
    assert run().connection == "offline"
    if not settings.database_url:
        assert (settings.data_dir / "whetstone.db").is_file()


def test_a_second_opening_changes_nothing_and_leaves_a_run_under_way_alone(workbench, settings, connect):
    slow = library.Call(library.Content("", "Hello", connection=connect("slow-300")), None)
    under_way = library.start(slow)
    run()
    before = content()
    assert startup.open_workbench(settings).seeded == ()
    after = content()
    assert {name: rows for name, rows in after.items() if name != "execution"} == {
        name: rows for name, rows in before.items() if name != "execution"
    }
    assert len(after["execution"]) == len(before["execution"]) == 2
    assert under_way.wait(10).status == "completed"


def test_closing_and_opening_again_finds_everything_and_works(workbench, settings, make_template):
    make_template(versions=2)
    first = run()
    before = content()
    startup.close_workbench()
    assert startup.opened() is None
    with pytest.raises(ConfigError, match="No database is open"), transaction():
        pass
    startup.open_workbench(settings)
    assert content() == before
    assert run().response == first.response
    with reading() as session:
        call = library.call_reference(session, "greeting", {"name": "Ann"})
    assert library.run(call).user == "Hello Ann 2"


def test_closing_twice_or_what_was_never_open_is_harmless():
    startup.close_workbench()
    startup.close_workbench()
    assert startup.opened() is None


def test_closing_records_what_was_under_way_as_cancelled(workbench, settings, connect):
    never = library.Call(library.Content("", "Hello", connection=connect("never")), None)
    ids = [library.start(never).execution_id for _ in range(3)]
    startup.close_workbench()
    startup.open_workbench(settings)
    with reading() as session:
        assert {library.get_execution(session, each).status for each in ids} == {"cancelled"}


def test_nothing_of_ours_is_left_after_closing(settings, faulty_model):
    rendering.close()
    threads, processes = set(threading.enumerate()), children()
    startup.open_workbench(settings)
    run()
    library.render("", "Hello {{ name }}", {"name": "Ann"})
    assert children() - processes, "rendering has workers of its own"
    assert set(threading.enumerate()) - threads
    startup.close_workbench()
    wait_until_gone(lambda: children() - processes)
    wait_until_gone(lambda: set(threading.enumerate()) - threads)


def test_the_workbench_is_opened_by_the_first_call(settings, monkeypatch):
    monkeypatch.setenv("WHETSTONE_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("WHETSTONE_PERSON", "tess")
    if settings.database_url:
        monkeypatch.setenv("WHETSTONE_DATABASE_URL", settings.database_url)
    assert startup.opened() is None
    try:
        assert call_ai_chat(user_prompt="Hi").person == "tess"
        assert startup.opened().data_dir == settings.data_dir
        healthy()
    finally:
        startup.close_workbench()


def test_a_database_of_a_newer_release_is_left_alone_with_the_way_out(workbench, settings):
    def revision(value: str) -> None:
        with transaction() as session:
            session.execute(text("UPDATE alembic_version SET version_num = :value"), {"value": value})

    with reading() as session:
        known = session.scalar(text("SELECT version_num FROM alembic_version"))
    revision("9999_future")
    before = content()
    engine = current_engine()
    startup.close_workbench()
    with pytest.raises(ConfigError, match=r"newer release .*9999_future.*Nothing was changed"):
        startup.open_workbench(settings)
    assert startup.opened() is None
    with engine.connect() as connection:
        rows = {name: sorted(map(repr, connection.execute(text(f"SELECT * FROM {name}")))) for name in before}
        assert rows == before
        connection.execute(text("UPDATE alembic_version SET version_num = :value"), {"value": known})
        connection.commit()
    engine.dispose()
    startup.open_workbench(settings)
    assert run().status == "completed"


@pytest.mark.parametrize("where", ["data", "data/below"])
def test_a_data_folder_that_is_a_file_is_named_with_the_setting(tmp_path, where):
    (tmp_path / "data").write_text("I am a file.")
    with pytest.raises(ConfigError, match=r"The folder .*data.* cannot be made.*WHETSTONE_DATA_DIR"):
        startup.open_workbench(Settings(data_dir=tmp_path / where))
    assert startup.opened() is None
    assert (tmp_path / "data").read_text() == "I am a file."


@pytest.mark.parametrize(
    "junk", [b"this is no database, but text of some length. " * 100, b"SQLite format 3\0" + b"\xff" * 5000]
)
def test_a_database_file_that_is_none_is_named_and_left_as_it_is(tmp_path, junk):
    (tmp_path / "whetstone.db").write_bytes(junk)
    with pytest.raises(ConfigError, match=r"WHETSTONE_DATA_DIR"):
        startup.open_workbench(Settings(data_dir=tmp_path))
    assert startup.opened() is None
    assert (tmp_path / "whetstone.db").read_bytes() == junk


def test_a_database_that_cannot_be_reached_or_named_says_so_without_the_password(tmp_path):
    for url in ("postgresql+psycopg://ann:s3cret-word@127.0.0.1:9/none", "nonsense://ann:s3cret-word@x"):
        with pytest.raises(ConfigError, match="WHETSTONE_DATABASE_URL") as caught:
            startup.open_workbench(Settings(data_dir=tmp_path, database_url=url))
        assert "s3cret" not in str(caught.value)


def test_after_a_failed_opening_the_next_one_works(tmp_path, settings):
    blocked = tmp_path / "blocked"
    blocked.write_text("")
    with pytest.raises(ConfigError):
        startup.open_workbench(Settings(data_dir=blocked))
    try:
        startup.open_workbench(settings)
        assert run().status == "completed"
    finally:
        startup.close_workbench()
