"""Files on their way in: uploads, names, transactions that fail, children that die, what is left behind."""

import os
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from core import sources
from core.db import reading, transaction
from core.errors import ConflictError, InputError, NotFoundError, ServiceError
from core.sources.files import child_pids, pool
from core.sources.files.folders import source_folder


def add_all(name: str, *choices: sources.FileChoice) -> sources.SourceView:
    with transaction() as session:
        return sources.add_files(session, name, choices, person="ann")


@pytest.fixture
def choice(write: Callable) -> Callable[..., sources.FileChoice]:
    def choice(table: str = "t", text: str = "a\n1\n", file: str | None = None) -> sources.FileChoice:
        return sources.FileChoice(sources.inspect_file(write(text, file or f"{abs(hash(table))}.csv")), table)

    return choice


def folders(workbench) -> set[str]:
    folder = workbench.data_dir / "sources"
    return {path.name for path in folder.iterdir()} if folder.exists() else set()


def test_several_files_become_the_tables_of_one_source(workbench, choice):
    source = add_all("two files", choice("b", "x\n1\n", "b.csv"), choice("a", "y\n1\n2\n", "a.csv"))
    assert (source.kind, source.can_write, source.options) == ("files", False, {"files": ["b.csv", "a.csv"]})
    with sources.open_source(source) as reader:
        assert [(table.name, table.rows) for table in reader.tables()] == [("b", 1), ("a", 2)]
        assert reader.run_sql("SELECT count(*) FROM a, b").rows == ((2,),)
        assert reader.table("a").origin["file"] == "a.csv"


@pytest.mark.parametrize("table", ["", " ", "x\ny", "a ", "\u202ex", "x" * 201])
def test_refuses_table_names_that_cannot_be_seen(workbench, choice, table: str):
    with pytest.raises(InputError, match="is no name for a table"):
        add_all("bad names", choice(table))


def test_refuses_the_same_name_for_two_tables_or_sources(workbench, choice):
    with pytest.raises(InputError, match="Two tables are called 'T'"):
        add_all("same tables", choice("t"), choice("T"))
    add_all("taken", choice())
    before = folders(workbench)
    with pytest.raises(ConflictError):
        add_all("Taken", choice())
    assert folders(workbench) == before


def test_refuses_a_file_that_changed_since_it_was_looked_at(workbench, choice):
    chosen = choice()
    chosen.inspection.path.write_text("a\n1\n2\n")
    with pytest.raises(InputError, match="changed since it was looked at"):
        add_all("changed", chosen)
    chosen.inspection.path.unlink()
    with pytest.raises(InputError, match="is gone"):
        add_all("changed", chosen)


def test_a_transaction_that_fails_later_leaves_no_files(workbench, choice):
    before = folders(workbench)
    with pytest.raises(ZeroDivisionError), transaction() as session:
        made = sources.add_files(session, "undone", [choice()], person="ann")
        assert source_folder(made.id).is_dir()
        raise ZeroDivisionError
    assert folders(workbench) == before
    with reading() as session, pytest.raises(NotFoundError):
        sources.get_source(session, made.id)


def test_deleting_a_source_removes_its_files(workbench, choice):
    source = add_all("to go", choice())
    assert source.id in folders(workbench)
    with transaction() as session:
        sources.delete_source(session, source.id, person="ann")
    assert source.id not in folders(workbench)


def test_nobody_waits_for_a_file_to_be_stored(workbench, choice, monkeypatch):
    """Another writer gets its turn while the child is still writing."""
    chosen, storing, done = choice(), threading.Event(), threading.Event()
    ask = pool.ask

    def slow(operation: str, **parts):
        if operation == "store":
            storing.set()
            assert done.wait(10)
        return ask(operation, **parts)

    monkeypatch.setattr(pool, "ask", slow)
    adding = threading.Thread(target=add_all, args=("slow", chosen))
    adding.start()
    assert storing.wait(10)
    started = time.monotonic()
    with transaction() as session:
        sources.set_policies(session, add_free_source(session).id, "t", {}, person="ann")
    assert time.monotonic() - started < 2
    done.set()
    adding.join()


def add_free_source(session) -> sources.SourceView:
    from core.sources.keeping import add_source

    return add_source(session, "beside it", "files", "nothing", {}, person="ann")


@pytest.mark.parametrize(
    "name", ["../../etc/passwd.csv", "C:\\x\\..\\a b.csv", ".hidden", "ü" * 300 + ".csv", "", "a\x00b.csv"]
)
def test_an_upload_lies_in_its_folder_whatever_it_is_called(workbench, name: str):
    path = sources.save_upload(name, b"a\n1\n")
    assert path.parent == workbench.data_dir / "uploads"
    assert path.read_bytes() == b"a\n1\n"
    assert path.name.isascii() and not path.name.startswith(".") and len(path.name) < 200
    assert sources.inspect_file(path, name="shown.csv").table_name == "shown"
    sources.forget_upload(path)
    assert not path.exists()


def test_only_uploads_are_forgotten(workbench, write):
    path = write("a\n")
    sources.forget_upload(path)
    assert path.exists()


def test_a_path_that_is_none_is_said_to_be_missing(workbench, tmp_path: Path):
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(InputError, match="There is no file"):
            sources.inspect_file(path)
    with pytest.raises(InputError, match=r"Files that end in \.docx are not read"):
        (tmp_path / "a.docx").write_text("x")
        sources.inspect_file(tmp_path / "a.docx")


def test_a_child_that_dies_is_replaced(workbench, write):
    path = write("a\n1\n")
    sources.inspect_file(path)
    for pid in child_pids():
        os.kill(pid, 9)
    time.sleep(0.2)
    assert sources.inspect_file(path).rows == 1


def kill_at_work(after_s: float) -> threading.Thread:
    """Kills the first child that is there, `after_s` after it has been seen."""

    def kill() -> None:
        while not child_pids():
            time.sleep(0.01)
        time.sleep(after_s)
        for pid in child_pids():
            os.kill(pid, 9)

    thread = threading.Thread(target=kill)
    thread.start()
    return thread


def test_a_fresh_child_that_dies_at_work_is_a_failed_service(workbench, write):
    path = write("a\n" + "1\n" * 10_000_000)
    sources.close()
    killer = kill_at_work(0.3)
    with pytest.raises(ServiceError, match="was stopped"):
        sources.inspect_file(path)
    killer.join()
    assert sources.inspect_file(write("a\n1\n", "small.csv")).rows == 1


def test_what_a_used_child_did_not_live_to_answer_is_asked_again(workbench, write):
    path = write("a\n" + "1\n" * 3_000_000)
    sources.inspect_file(write("a\n1\n", "small.csv"))
    killer = kill_at_work(0.2)
    assert sources.inspect_file(path).rows == 3_000_000
    killer.join()


def test_many_threads_share_two_children(workbench, write):
    path = write("a\n" + "1\n" * 1_000)
    found: list[int] = []
    threads = [threading.Thread(target=lambda: found.append(sources.inspect_file(path).rows)) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [1_000] * 12
    assert len(child_pids()) <= 3


def test_leftovers_of_dead_processes_are_removed_after_a_day(workbench, choice):
    kept = add_all("kept", choice())
    folder = workbench.data_dir / "sources"
    for name in ("src_old", "src_new"):
        (folder / name).mkdir()
        (folder / name / "1.parquet").write_bytes(b"x")
    old_upload = sources.save_upload("old.csv", b"x")
    yesterday = time.time() - 90_000
    for path in (folder / "src_old", folder / kept.id, old_upload):
        os.utime(path, (yesterday, yesterday))
    sources.remove_leftovers({kept.id})
    assert {kept.id, "src_new"} <= folders(workbench)
    assert "src_old" not in folders(workbench)
    assert not old_upload.exists()


def test_the_sample_source_is_added_once(workbench):
    with transaction() as session:
        first = sources.add_sample(session, person="ann")
    with transaction() as session:
        assert sources.add_sample(session, person="ann") == first
    assert first.is_sample
    with sources.open_source(first) as reader:
        assert [table.name for table in reader.tables()] == ["bookings", "customers", "maintenance", "piers"]


def test_add_files_imports_no_heavy_library():
    import subprocess
    import sys

    code = (
        "import sys, core.sources; print([m for m in ('duckdb', 'pyarrow', 'openpyxl', 'numpy') if m in sys.modules])"
    )
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.strip() == "[]"
    )


def test_a_child_whose_folder_was_removed_is_replaced(workbench, write):
    import shutil

    path = write("a\n1\n")
    sources.inspect_file(path)
    shutil.rmtree(workbench.data_dir / "temporary")
    assert sources.inspect_file(path).rows == 1
