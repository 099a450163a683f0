"""A person's SQL reads the tables of its source and nothing else. Every attack is also tried against the lock alone."""

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core import sources
from core.errors import InputError, NotFoundError, ServiceError, ServiceTimeoutError
from core.sources.files import pool
from core.sources.files.engine import locked

ATTACKS = (Path(__file__).parents[3] / "hostile" / "duckdb_attacks.sql").read_text().splitlines()
SECRET = "the-secret-that-nobody-may-read"
HARMLESS = {"select regexp_matches(repeat('a',100000),'(a+)+$b')"}
HARMLESS_TO_THE_LOCK = (
    HARMLESS
    | {  # they reach nothing but this one empty database in memory, which ends with the query
        "attach ':memory:' as m2",
        "create table t2 as select 1",
        "vacuum",
        "checkpoint",
        "force checkpoint",
        "select * from duckdb_settings()",
        "select * from duckdb_secrets()",
        "select * from pragma_database_list",
        "select * from json_execute_serialized_sql(json_serialize_sql('select 1'))",
        "select write_log('x')",
    }
)


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    """A folder with something to steal, and something to destroy."""
    import pyarrow
    import pyarrow.parquet

    for name in ("ok", "no"):
        (tmp_path / name).mkdir()
    (tmp_path / "no" / "secret.csv").write_text(f"a\n{SECRET}\n")
    (tmp_path / "ok" / "link.csv").symlink_to(tmp_path / "no" / "secret.csv")
    pyarrow.parquet.write_table(pyarrow.table({"a": [SECRET]}), tmp_path / "no" / "x.parquet")
    return tmp_path


@pytest.fixture
def reader(write: Callable, add: Callable) -> Iterator[sources.Reader]:
    with sources.open_source(add(write("i,word\n1,a\n2,b\n3,\n"))) as opened:
        yield opened


def state(*folders: Path) -> dict[str, tuple[int, bytes]]:
    return {
        str(path): (path.stat().st_mtime_ns, path.read_bytes())
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_refused_and_touches_nothing(workbench, reader, scratch: Path, attack: str):
    stored = workbench.data_dir / "sources" / reader.source.id
    before = state(scratch, stored)
    if attack in HARMLESS:
        assert reader.run_sql(attack.replace("{d}", str(scratch))).rows == ((False,),)
    else:
        with pytest.raises(InputError) as refused:
            reader.run_sql(attack.replace("{d}", str(scratch)))
        assert SECRET not in str(refused.value)
        assert str(refused.value).endswith((".", "?"))
    assert state(scratch, stored) == before
    assert reader.run_sql("SELECT count(*) FROM t").rows == ((3,),)


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_lock_alone_stops_it_too(workbench, reader, scratch: Path, monkeypatch, attack: str):
    """Without the look at the statement: what is left is DuckDB's lock, in this very process."""
    monkeypatch.setattr(locked, "check_statement", lambda *_: None)
    here = Path.cwd()
    stored = workbench.data_dir / "sources" / reader.source.id
    before = state(scratch, stored)
    answer = None
    try:
        answer = locked.answer(stored, {"t": "1.parquet"}, attack.replace("{d}", str(scratch)), 10)
    except locked.RefusedError as refused:
        assert SECRET not in str(refused)
    finally:
        os.chdir(here)
    assert answer is None or attack in HARMLESS_TO_THE_LOCK
    assert SECRET not in str(answer)
    assert state(scratch, stored) == before


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_parquet('1.parquet')",
        "SELECT * FROM '1.parquet'",
        "SELECT * FROM glob('*')",
        "SELECT (SELECT content FROM read_text('/etc/passwd'))",
        "SELECT * FROM t WHERE word IN (SELECT content FROM read_text('/etc/passwd'))",
        "WITH x AS (SELECT * FROM '/etc/passwd') SELECT * FROM x",
        "SELECT current_setting('temp_directory')",
        "SELECT * FROM information_schema.tables",
        "SELECT * FROM duckdb_tables",
        "COPY t TO '1.parquet'",
        "EXPLAIN ANALYZE SELECT 1",
        "PREPARE p AS SELECT 1",
        "SELECT 1; SELECT 2",
        "SELECT nextval('s')",
        "",
        ";",
        "-- nothing",
    ],
)
def test_only_one_select_over_the_tables_is_run(workbench, reader, sql: str):
    with pytest.raises(InputError):
        reader.run_sql(sql)


@pytest.mark.parametrize(
    ("sql", "rows"),
    [
        ("SELECT word FROM t WHERE i = 2", (("b",),)),
        ("FROM t SELECT max(i)", ((3,),)),
        ("SELECT word FROM T ORDER BY i LIMIT 1;", (("a",),)),
        ("WITH x AS (SELECT i FROM t) SELECT sum(i) FROM x", ((6,),)),
        ("WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 3) SELECT max(n) FROM r", ((3,),)),
        ("SELECT count(*) FROM t a JOIN t b ON a.i < b.i", ((3,),)),
        ("SELECT i FROM t QUALIFY row_number() OVER (ORDER BY i DESC) = 1", ((3,),)),
        ("SELECT '; drop table t' AS x", (("; drop table t",),)),
        ("SELECT sum(range) FROM range(4)", ((6,),)),
        ("SELECT 1.5::DECIMAL(4, 2), 'NaN'::DOUBLE, DATE '2026-03-01', [1, 2], NULL", ((1.5, "nan", "2026-03-01", "[1, 2]", None),)),
    ],
)  # fmt: skip
def test_ordinary_queries_work(workbench, reader, sql: str, rows: tuple):
    assert reader.run_sql(sql).rows == rows


def test_the_row_cap_says_that_there_is_more(workbench, reader):
    answer = reader.run_sql("SELECT * FROM range(100)", max_rows=7)
    assert (answer.columns, len(answer.rows), answer.more) == (("range",), 7, True)
    assert reader.run_sql("SELECT * FROM range(7)", max_rows=7).more is False


def test_an_answer_of_giants_is_cut_before_it_fills_the_memory(workbench, reader):
    answer = reader.run_sql("SELECT repeat('x', 50000) FROM range(10000)", max_rows=10_000)
    assert answer.more
    assert 100 < len(answer.rows) < 1_000


def test_a_query_past_its_deadline_is_killed_and_the_next_one_works(workbench, reader):
    started = time.monotonic()
    with pytest.raises(ServiceTimeoutError, match="took longer than 1 s and was stopped"):
        reader.run_sql(
            "SELECT count(*) FROM range(1000000) a, range(1000000) b WHERE a.range * b.range % 7 = 3", deadline_s=1
        )
    assert time.monotonic() - started < 5
    assert reader.run_sql("SELECT 1").rows == ((1,),)


@pytest.mark.parametrize("sql", ["SELECT repeat('x', 4000000000)", "SELECT list(a) FROM range(1000000000) t(a)"])
def test_a_query_without_measure_ends_in_a_sentence(workbench, reader, sql: str):
    with pytest.raises((InputError, ServiceError), match=r"memory|string"):
        reader.run_sql(sql)
    assert reader.run_sql("SELECT 1").rows == ((1,),)


def test_the_locked_child_cannot_write_a_file(workbench, reader):
    pool.close()
    reader.run_sql("SELECT 1")
    (child,) = [pid for pid in pool.child_pids() if b"locked" in Path(f"/proc/{pid}/cmdline").read_bytes()]
    limits = Path(f"/proc/{child}/limits").read_text()
    (line,) = [line for line in limits.splitlines() if line.startswith("Max file size")]
    assert line.split()[3:5] == ["0", "0"]


def test_a_child_sees_no_variable_of_its_parent(workbench, reader, monkeypatch):
    monkeypatch.setenv("WHETSTONE_SECRET_KEY", SECRET)
    pool.close()
    reader.run_sql("SELECT 1")
    for pid in pool.child_pids():
        assert SECRET.encode() not in Path(f"/proc/{pid}/environ").read_bytes()


def test_a_syntax_error_is_said_in_words_of_duckdb(workbench, reader):
    with pytest.raises(InputError, match='syntax error at or near "selec"'):
        reader.run_sql("selec 1")
    with pytest.raises(InputError, match='"wrod"'):
        reader.run_sql("SELECT wrod FROM t")


def test_a_table_that_vanished_is_said_to_be_gone(workbench, reader):
    (workbench.data_dir / "sources" / reader.source.id / "1.parquet").unlink()
    for question in (lambda: reader.run_sql("SELECT 1"), lambda: reader.quick_profile("t"), lambda: reader.table("t")):
        with pytest.raises(NotFoundError, match="no longer exists"):
            question()
