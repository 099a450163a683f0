"""The engine: what is in force on every connection, who waits for whom, and what it says when the disk refuses."""

import os
import shutil
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sqlalchemy import text

from core import db, library, startup
from core.db import reading, transaction
from core.errors import ConfigError, NotFoundError
from core.settings import ROOT, Settings
from tests.conftest import SERVER_URL

sqlite_only = pytest.mark.skipif(bool(SERVER_URL), reason="about SQLite's file")

OPEN = """
from pathlib import Path
import sys
from core import startup
from core.errors import WorkbenchError
from core.settings import Settings
try:
    startup.open_workbench(Settings(data_dir=Path(sys.argv[1]), database_url=None, log_level="CRITICAL"))
    print("opened")
except WorkbenchError as error:
    print(f"{type(error).__name__}: {error}")
"""

FILL = """
from core import library
from core.db import transaction
kept = 0
try:
    for number in range(1000):
        with transaction() as session:
            library.create_template(session, f"t{number}", library.Content("", "x" * 50_000), person="ann")
        kept += 1
except WorkbenchError as error:
    print(f"{type(error).__name__}: {error}")
from core.db import reading
with reading() as session:
    print(kept, library.count_templates(session, builtin=False))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder with a finished database in it, closed."""
    folder = tmp_path / "kept"
    startup.open_workbench(local(folder))
    startup.close_workbench()
    return folder


def local(folder: Path) -> Settings:
    return Settings(data_dir=folder, database_url=None, person="ann", log_level="CRITICAL")


def pragma(name: str) -> object:
    with reading() as session:
        return session.scalar(text(f"PRAGMA {name}"))


def printed(code: str, folder: Path, *, prefix: tuple[str, ...] = ()) -> str:
    """What a child process prints that runs `code` on the folder."""
    ended = subprocess.run(
        [*prefix, sys.executable, "-c", code, str(folder)], cwd=ROOT, capture_output=True, text=True, timeout=100
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def bound_by_permissions() -> tuple[str, ...]:
    """What to put before a command, so that read-only files are read-only for it; root passes over permissions."""
    if os.geteuid() != 0:
        return ()
    if shutil.which("setpriv") is None:
        pytest.skip("root without setpriv: permissions do not bind")
    return ("setpriv", "--bounding-set=-dac_override,-dac_read_search", "--inh-caps=-dac_override,-dac_read_search")


def on_a_small_disk(folder: Path, size: str) -> tuple[str, ...]:
    """What to put before a command, so that `folder` is a disk of that size, for it alone."""
    script = f'mount -t tmpfs -o size={size} none "{folder}" && exec "$@"'
    as_root = () if os.geteuid() == 0 else ("--map-root-user",)
    prefix = ("unshare", *as_root, "--mount", "sh", "-c", script, "sh")
    if shutil.which("unshare") is None or subprocess.run([*prefix, "true"], capture_output=True).returncode != 0:
        pytest.skip("a small disk cannot be mounted here")
    return prefix


@sqlite_only
def test_every_connection_is_durable_and_distrusts_the_schema(workbench):
    assert pragma("journal_mode") == "wal"
    assert pragma("synchronous") == 2  # FULL
    assert pragma("foreign_keys") == 1
    assert pragma("trusted_schema") == 0
    assert pragma("busy_timeout") == 5000
    assert pragma("temp_store") == 2  # MEMORY
    assert pragma("mmap_size") in (0, None)


@sqlite_only
def test_the_bundled_sqlite_is_new_enough_to_be_safe_with_wal():
    pytest.importorskip("pysqlite3", reason="no pysqlite3 for this platform; the settings page says what that risks")
    assert db.sqlite_version() >= db.SAFE_SQLITE == (3, 51, 3)


def test_a_reader_does_not_wait_for_a_writer_and_sees_what_was_there_before(make_template):
    made = make_template()
    with transaction() as writing:
        library.describe_template(
            writing, made.id, person="ann", title="Changed", description="", category="chat", tags=()
        )
        writing.flush()  # the writer holds the lock now
        with reading() as session:
            assert library.get_template(session, made.id).title == made.title
    with reading() as session:
        assert library.get_template(session, made.id).title == "Changed"


def test_a_second_writer_waits_its_turn_and_builds_on_what_the_first_wrote(make_template):
    made = make_template()
    statement = text("UPDATE template SET usage_count = usage_count + 1 WHERE id = :id")
    began = threading.Event()

    def second() -> None:
        began.set()
        with transaction() as session:
            session.execute(statement, {"id": made.id})

    with transaction() as session:
        session.execute(statement, {"id": made.id})
        waiting = threading.Thread(target=second)
        waiting.start()
        assert began.wait(5)
        waiting.join(0.2)
        assert waiting.is_alive()
    waiting.join(10)
    with reading() as session:
        assert library.get_template(session, made.id).usage_count == 2


def test_nothing_of_a_failed_transaction_is_kept(make_template):
    made = make_template()
    with pytest.raises(NotFoundError), transaction() as session:
        library.set_active(session, made.id, False, person="ann")
        library.get_execution(session, "ex_none")
    with reading() as session:
        assert library.get_template(session, made.id).is_active


def test_a_failed_writer_lets_the_next_one_in(make_template):
    made = make_template()
    done = threading.Event()

    def second() -> None:
        with transaction() as session:
            library.set_active(session, made.id, False, person="ben")
        done.set()

    waiting = threading.Thread(target=second)
    with pytest.raises(NotFoundError), transaction() as session:
        library.describe_template(session, made.id, person="ann", title="Mine", description="", category="c", tags=())
        session.flush()
        waiting.start()
        library.get_execution(session, "ex_none")
    assert done.wait(20)
    waiting.join()
    with reading() as session:
        after = library.get_template(session, made.id)
    assert (after.title, after.is_active) == (made.title, False)


def test_without_an_open_database_it_says_how_to_start():
    startup.close_workbench()
    with pytest.raises(ConfigError, match=r"No database is open. Start Whetstone with `make run`"), transaction():
        pass


@sqlite_only
def test_a_folder_that_cannot_be_written_is_named_with_the_way_out(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    folder.chmod(0o555)
    said = printed(OPEN, folder, prefix=bound_by_permissions())
    assert said.startswith(f"ConfigError: The folder {folder} cannot be written.")
    assert "WHETSTONE_DATA_DIR" in said
    assert list(folder.iterdir()) == []


@sqlite_only
def test_a_folder_that_cannot_be_made_is_named_with_the_way_out(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ConfigError, match=r"cannot be made .* Set WHETSTONE_DATA_DIR"):
        startup.open_workbench(local(tmp_path / "file" / "data"))


@sqlite_only
def test_a_database_file_that_cannot_be_written_is_explained_and_left_alone(folder):
    prefix = bound_by_permissions()
    file = folder / "whetstone.db"
    before = file.read_bytes()
    file.chmod(0o444)
    said = printed(OPEN + FILL, folder, prefix=prefix)
    assert "ConfigError: The database cannot be written: its file or folder is read-only." in said
    assert file.read_bytes() == before


@sqlite_only
def test_a_file_that_is_no_database_is_explained_and_left_alone(tmp_path):
    file = tmp_path / "whetstone.db"
    file.write_text("These are my notes, not a database.\n" * 300)
    before = file.read_bytes()
    with pytest.raises(ConfigError, match=r"is not a SQLite database. Move it away"):
        startup.open_workbench(local(tmp_path))
    assert file.read_bytes() == before


@sqlite_only
def test_a_damaged_database_is_explained(folder):
    file = folder / "whetstone.db"
    content = bytearray(file.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    file.write_bytes(content)
    with pytest.raises(ConfigError, match=r"damaged. Restore it from a backup"):
        startup.open_workbench(local(folder))


@sqlite_only
def test_a_full_disk_loses_nothing_that_was_acknowledged(tmp_path):
    said = printed(OPEN + FILL, tmp_path, prefix=on_a_small_disk(tmp_path, "6m")).splitlines()
    assert said[0] == "opened"
    assert said[1].startswith("ConfigError: The disk that holds the database is full. Nothing of this change was kept")
    kept, there = said[2].split()
    assert kept == there and int(kept) > 0


@sqlite_only
def test_a_disk_too_small_for_an_empty_database_is_explained(tmp_path):
    said = printed(OPEN, tmp_path, prefix=on_a_small_disk(tmp_path, "128k"))
    assert said.startswith("ConfigError: The disk that holds the database")


def test_a_database_server_that_does_not_run_is_explained(tmp_path):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"postgresql+psycopg://ann@127.0.0.1:{unused.getsockname()[1]}/whetstone"
        with pytest.raises(
            ConfigError, match=r"cannot be reached. Check that it runs, and that WHETSTONE_DATABASE_URL"
        ):
            startup.open_workbench(Settings(data_dir=tmp_path, database_url=url, log_level="CRITICAL"))


@pytest.mark.parametrize("url", ["nonsense", "nosuch://host/name", "postgresql+nosuch://host/name", ""])
def test_a_database_url_that_is_none_is_refused_with_an_example(url):
    with pytest.raises(ConfigError, match="Write it as postgresql\\+psycopg://user:password@host/name"):
        db.make_engine(url)


def test_a_password_in_a_database_url_stays_out_of_the_sentence():
    with pytest.raises(ConfigError) as caught:
        db.make_engine("nosuch://ann:open-sesame@host/name")
    assert "sesame" not in str(caught.value)
