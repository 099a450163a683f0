"""A person's SQL reads and does nothing else: every attack of the lists, on real databases, changes nothing."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from core.errors import InputError, ServiceError, ServiceTimeoutError, WorkbenchError
from core.settings import ROOT
from tests.core.sources.databases.conftest import Database

HOSTILE = ROOT / "tests" / "hostile"


def attacks(name: str) -> list[str]:
    return [line for line in (HOSTILE / name).read_text(encoding="utf-8").splitlines() if line.strip()]


def snapshot(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def filled(database: Database) -> Database:
    database.run("CREATE TABLE t (i integer)", "INSERT INTO t VALUES (1), (2)")
    database.run("CREATE INDEX by_i ON t (i)")
    database.run("CREATE TABLE secrets (k varchar(20))", "INSERT INTO secrets VALUES ('k')")
    return database


@pytest.mark.parametrize("attack", attacks("sqlite_attacks.sql"))
def test_an_attack_on_sqlite_leaves_every_file_as_it_was(attack: str, make_database, tmp_path: Path):
    database = filled(make_database("sqlite"))
    database.close()
    before = snapshot(tmp_path)
    started = time.monotonic()
    with database.reader() as reader:
        try:
            answer = reader.run_sql(attack.replace("{d}", str(tmp_path)), deadline_s=1)
            assert len(answer.rows) <= 1000
            assert "root:" not in str(answer.rows)
        except (InputError, ServiceTimeoutError) as refusal:
            assert str(refusal).endswith(".")
    assert time.monotonic() - started < 6
    assert snapshot(tmp_path) == before
    assert not Path("/tmp/x").exists()


def test_the_lock_holds_without_the_look_at_the_words(make_database, tmp_path: Path):
    """The authorizer and the read-only file are the boundary; the words that are refused before are a message."""
    import sqlite3

    from core.db import sqlite_module
    from core.sources.databases.sqlite import Sqlite
    from core.sources.databases.urls import check_reach

    database = filled(make_database("sqlite"))
    database.close()
    before = snapshot(tmp_path)
    place = database.reader().place
    done = []
    for attack in attacks("sqlite_attacks.sql"):
        if "recursive" in attack or "1000000000" in attack:
            continue  # time and memory are the child's to end
        connection = Sqlite().connect(place, None, check_reach(place), deadline_s=1)
        for statement in attack.replace("{d}", str(tmp_path)).split(";"):
            try:
                connection.execute(statement).fetchall()
                done.append(statement.strip().split()[0].lower())
            except (sqlite3.Error, sqlite_module().Error):
                pass
        connection.close()
    assert set(done) <= {"select"}
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize("user", ["reader", "owner"])
@pytest.mark.parametrize("kind", ["postgresql", "mysql"])
def test_no_attack_on_a_server_changes_anything(kind: str, user: str, make_database, tmp_path: Path):
    database = filled(make_database(kind))
    if kind == "postgresql":
        database.run("CREATE SEQUENCE s")
        database.run(
            "CREATE FUNCTION f_with_side_effects() RETURNS integer LANGUAGE sql AS 'INSERT INTO t VALUES (9) RETURNING i'"
        )
    extra = [
        "select 1; delete from t",
        "delete from t",
        "with gone as (delete from t returning i) select * from gone",
        "commit; begin read write; delete from t",
        "select 1; commit; begin read write; delete from t; commit",
        "explain analyze delete from t",
        "select /* ; */ 1 --",
        "/*! delete from t */ select 1",
        "select 1 /*!50000 into outfile '/tmp/x' */",
        "select 'a' into dumpfile '/tmp/x'",
        "create table z (a integer)",
        "select load_file('/etc/passwd')",
        "set session transaction read write",
        "select set_config('default_transaction_read_only', 'off', false)",
        "select * from t for update",
        "call f_with_side_effects()",
        "copy (select 1) to '/tmp/x'",
        "select query_to_xml('delete from t', true, true, '')",
        "select pg_advisory_lock(1)",
    ]
    with database.reader(user) as reader:
        # The owner may do all that the reader may; each statement runs in a process of its own, which takes its time.
        for attack in attacks("postgres_mysql_attacks.sql") + (extra if user == "owner" else extra[:2]):
            try:
                answer = reader.run_sql(attack.replace("{d}", str(tmp_path)), deadline_s=3)
                assert "root:" not in str(answer.rows), attack
            except WorkbenchError as refusal:
                assert str(refusal).endswith("."), attack
        assert reader.run_sql("select count(*) from t").rows == ((2,),)
        assert {table.name for table in reader.tables()} >= {"t", "secrets"}
        assert "z" not in {table.name for table in reader.tables()}
        if kind == "postgresql":
            assert reader.run_sql("select is_called from s" if user == "owner" else "select false").rows == ((False,),)
    assert not Path("/tmp/x").exists()


@pytest.mark.parametrize(("kind", "user"), [("postgresql", "super"), ("mysql", "filer")])
def test_a_login_that_reaches_the_servers_files_runs_no_sql_of_a_person(kind: str, user: str, make_database):
    database = filled(make_database(kind))
    with database.reader(user) as reader:
        with pytest.raises(InputError, match="may read and write files of the database server"):
            reader.run_sql("select 1")
        assert reader.full_profile("t").rows == 2


def test_a_query_without_end_is_stopped_at_the_deadline(database: Database):
    filled(database)
    endless = {
        "sqlite": "with recursive r(a) as (select 1 union all select a+1 from r) select count(*) from r",
        "postgresql": "select pg_sleep(60)",
        "mysql": "select sleep(60) from t",
    }[database.kind]
    started = time.monotonic()
    with database.reader() as reader:
        # MariaDB's sleep() ends early without an error when its time is up.
        try:
            reader.run_sql(endless, deadline_s=1)
            assert database.kind == "mysql"
        except ServiceTimeoutError as error:
            assert "took longer than 1 s and was stopped" in str(error)
    assert time.monotonic() - started < 5


def test_memory_is_bounded(make_database):
    with filled(make_database("sqlite")).reader() as reader:
        for hungry in ("select zeroblob(1000000000)", "select group_concat(zeroblob(900000000)) from t"):
            with pytest.raises(InputError, match=r"memory|too big"):
                reader.run_sql(hungry, deadline_s=5)


def test_the_rows_are_capped_and_huge_cells_are_cut(database: Database):
    database.run(
        "CREATE TABLE t (i integer, s text)" if database.kind != "mysql" else "CREATE TABLE t (i integer, s longtext)"
    )
    many = ", ".join(f"({n}, 'x')" for n in range(1_200))
    database.run(f"INSERT INTO t VALUES {many}")
    database.run(f"INSERT INTO t VALUES (-1, '{'y' * 1_000_000}')")
    with database.reader() as reader:
        answer = reader.run_sql("select i from t order by i")
        assert (len(answer.rows), answer.more, answer.columns) == (1000, True, ("i",))
        (row,) = reader.run_sql("select s from t where i = -1").rows
        assert len(row[0]) == 100_001 and row[0].endswith("…")
        profile = reader.full_profile("t")
        assert len(profile.column("s").maximum) == 1_001
        assert max(len(each["s"]) for each in profile.sample) <= 1_001


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("", "is empty"),
        ("-- nothing", "is empty"),
        ("select 1; select 2", "Only one statement"),
        ("insert into t values (1)", "starts with INSERT"),
        ("select 'open", "does not end"),
        ("select * from nowhere", "refuses the query"),
        ("selec 1", "starts with SELEC"),
    ],
)
def test_a_statement_that_cannot_run_gets_a_sentence(sql: str, says: str, database: Database):
    filled(database)
    with database.reader() as reader, pytest.raises(InputError, match=says):
        reader.run_sql(sql)


def test_quotes_comments_and_semicolons_are_no_second_statement(database: Database):
    filled(database)
    with database.reader() as reader:
        assert reader.run_sql("select ';' as a, 'it''s' as b /* ; */ -- ;\n;").rows == ((";", "it's"),)
        if database.kind == "postgresql":
            assert reader.run_sql("select $$; delete$$, E'\\';'").rows == (("; delete", "';"),)
        if database.kind == "mysql":
            assert reader.run_sql("select '\\';', \"a;b\" # ;").rows == (("';", "a;b"),)


def test_values_come_as_json_knows_them(make_database):
    database = make_database("postgresql")
    with database.reader() as reader:
        (row,) = reader.run_sql(
            "select 1.50::numeric, 12345678901234567890.123456789::numeric, 'NaN'::float8, '\\x00ff'::bytea, date '2024-02-29',"
            " timestamptz '2024-01-01 12:00+02', '[1, 2]'::jsonb, array[1, 2], null, true, interval '1 day', 'infinity'::date"
        ).rows
    assert row[:6] == (
        1.5,
        "12345678901234567890.123456789",
        "nan",
        "0x00ff",
        "2024-02-29",
        "2024-01-01T10:00:00+00:00",
    )
    assert row[6:10] == ("[1, 2]", "[1, 2]", None, True)
    assert row[11] == "infinity"


def test_the_password_is_on_no_command_line_and_in_no_environment(
    make_database: Callable[[str], Database], monkeypatch
):
    """The child is looked at while it runs."""
    import threading

    database = filled(make_database("postgresql"))
    seen: list[str] = []

    def look() -> None:
        end = time.monotonic() + 4
        while time.monotonic() < end and not seen:
            for process in Path("/proc").glob("[0-9]*"):
                try:
                    line = (process / "cmdline").read_bytes()
                    if b"core.sources.databases.child" in line:
                        seen.append((line + (process / "environ").read_bytes()).decode(errors="replace"))
                except OSError:
                    continue

    monkeypatch.setenv("PGPASSWORD", "of-the-operator")
    watcher = threading.Thread(target=look)
    watcher.start()
    with database.reader() as reader:
        reader.run_sql("select pg_sleep(0.5)")
    watcher.join()
    if not Path("/proc/self/environ").exists():
        pytest.skip("no /proc here")
    assert seen and "only-on-loopback" not in seen[0] and "of-the-operator" not in seen[0]
    assert os.environ["PGPASSWORD"]


def test_a_server_that_is_gone_is_a_sentence(make_database):
    database = make_database("postgresql")
    reader = database.reader()
    reader._place = type(reader.place)(**{**reader.place.__dict__, "port": 1})
    with pytest.raises(ServiceError, match="cannot be reached"):
        reader.run_sql("select 1")
    with pytest.raises(ServiceError, match="cannot be reached"):
        reader.tables()
