"""SQL that comes from a question or a statement reads tables of the catalog and nothing else, and ends in time."""

import threading
import time
from pathlib import Path
from typing import Any

import pytest

from core.local_genie.catalog import Catalog
from core.local_genie.sql_errors import SqlCancelledError, SqlError, SqlTimeoutError
from core.local_genie.tables import Engine, Limits, StoredTable, find_file, store_table

# {d} is a scratch folder with ok/ and no/. Examples of classes, not a list to be caught by name.
ATTACKS = (Path(__file__).parents[2] / "hostile" / "duckdb_attacks.sql").read_text(encoding="utf-8").splitlines()
# They end by themselves or are cut off, and give away nothing
HARMLESS = ("select repeat(", "select list(a)", "select array_agg(", "select regexp_matches(", "select write_log(")
LIMITS = Limits(deadline_s=1.0, max_rows=100, memory="200MB")


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory, tables_dir: Path) -> dict[str, StoredTable]:
    folder = tmp_path_factory.mktemp("security")
    return {f"main.sales.{n}": store_table(find_file(tables_dir, n), folder) for n in ("orders", "customers")}


@pytest.fixture(scope="module")
def catalog(stored: dict[str, StoredTable]) -> Catalog:
    return Catalog(stored, Engine(LIMITS))


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    for name in ("ok", "no"):
        (tmp_path / name).mkdir()
    (tmp_path / "no" / "secret.csv").write_text("word\nhidden\n")
    (tmp_path / "ok" / "link.csv").symlink_to(tmp_path / "no" / "secret.csv")
    return tmp_path


def files_below(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*")}


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_attack_reads_writes_or_changes_anything(catalog: Catalog, scratch: Path, attack: str):
    sql = attack.replace("{d}", str(scratch))
    before = files_below(scratch)
    try:
        found: Any = catalog.query(sql)
    except SqlError:
        found = None
    assert found is None or sql.startswith(HARMLESS), found
    assert files_below(scratch) == before
    assert catalog.query("SELECT count(*) FROM main.sales.orders").rows == [(100,)]


@pytest.mark.parametrize("attack", ATTACKS)
def test_the_engine_holds_without_the_parser_in_front(stored: dict[str, StoredTable], scratch: Path, attack: str):
    engine = Engine(LIMITS)
    before = files_below(scratch)
    try:
        text = str(engine.run(attack.replace("{d}", str(scratch)), stored.values()).rows)
    except SqlError:
        text = ""
    finally:
        engine.close()
    assert "hidden" not in text
    assert "root:" not in text
    assert files_below(scratch) == before
    fresh = Engine(LIMITS)
    counted = fresh.run(f"SELECT count(*) FROM {stored['main.sales.orders'].alias}.data", stored.values())
    assert counted.rows == [(100,)]
    fresh.close()


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM csv.`/etc/passwd`",
        "SELECT * FROM parquet.`/tmp/x`",
        "SELECT * FROM read_files('/etc/passwd')",
        "SELECT * FROM information_schema.tables",
        "SELECT * FROM main.information_schema.tables",
        "SELECT * FROM duckdb_databases()",
        "SELECT * FROM duckdb_tables()",
        "SELECT * FROM query('select 1')",
        "SELECT * FROM query_table('x')",
        "SELECT * FROM main.sales.orders, LATERAL (SELECT * FROM read_csv('/etc/passwd'))",
        "SELECT (SELECT content FROM read_text('/etc/passwd'))",
        "SELECT * FROM (FROM read_text('/etc/passwd'))",
        "WITH orders AS (SELECT * FROM glob('*')) SELECT * FROM orders",
        "SELECT * FROM sqlite_master",
        "SELECT 1; DROP VIEW x",
        "EXPLAIN SELECT 1",
        "SET x = 1",
        "",
        ";",
        "-- only a comment",
    ],
)
def test_what_is_no_table_of_the_catalog_is_refused(catalog: Catalog, sql: str):
    with pytest.raises(SqlError):
        catalog.query(sql)


def test_the_physical_names_of_tables_reach_nothing(catalog: Catalog, stored: dict[str, StoredTable]):
    alias = stored["main.sales.orders"].alias
    for sql in (f"SELECT * FROM {alias}.main.data", f"SELECT * FROM {alias}.data", "SELECT * FROM data"):
        with pytest.raises(SqlError, match="TABLE_OR_VIEW_NOT_FOUND"):
            catalog.query(sql)


def test_messages_do_not_show_where_tables_lie(catalog: Catalog, stored: dict[str, StoredTable]):
    for sql in (
        "SELECT nope FROM main.sales.orders",
        "SELECT orders.nope FROM main.sales.orders",
        "SELECT CAST(status AS INT) FROM main.sales.orders",
        "SELECT sum(status) FROM main.sales.orders",
    ):
        with pytest.raises(SqlError) as refused:
            catalog.query(sql)
        assert stored["main.sales.orders"].digest not in str(refused.value)
        assert str(stored["main.sales.orders"].path.parent) not in str(refused.value)


@pytest.mark.parametrize(
    "sql",
    [
        "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT count(*) FROM r",
        "SELECT count(*) FROM range(100000000) a, range(100000000) b",
        "SELECT sum(a.amount * b.amount * c.amount * d.amount * e.amount) FROM main.sales.orders a, main.sales.orders b, "
        "main.sales.orders c, main.sales.orders d, main.sales.orders e",
    ],
)
def test_sql_that_loops_is_cut_off_at_its_deadline(catalog: Catalog, sql: str):
    begun = time.monotonic()
    with pytest.raises(SqlTimeoutError, match="stopped after 1 s"):
        catalog.query(sql)
    assert time.monotonic() - begun < 4


def test_a_million_rows_are_cut_without_being_read(catalog: Catalog):
    begun = time.monotonic()
    found = catalog.query("SELECT a.id FROM range(1000000) a")
    assert (len(found.rows), found.truncated) == (100, True)
    assert time.monotonic() - begun < 1


def test_more_memory_than_allowed_ends_in_an_error(catalog: Catalog):
    with pytest.raises(SqlError):
        catalog.query("SELECT collect_list(repeat('x', 1000000)) FROM range(100000)")


def test_a_query_is_stopped_on_request(catalog: Catalog):
    stop = threading.Event()
    threading.Timer(0.2, stop.set).start()
    begun = time.monotonic()
    with pytest.raises(SqlCancelledError):
        catalog.query("SELECT count(*) FROM range(100000000) a, range(100000000) b", stop=stop)
    assert time.monotonic() - begun < 1


def test_a_cut_query_leaves_the_engine_usable(catalog: Catalog):
    with pytest.raises(SqlTimeoutError):
        catalog.query("SELECT count(*) FROM range(100000000) a, range(100000000) b", deadline_s=0.1)
    assert catalog.query("SELECT 1 AS n").rows == [(1,)]


def test_sql_that_nests_without_end_is_an_error_and_no_crash(catalog: Catalog):
    for sql in ("(" * 20_000, "SELECT " + "1+" * 20_000 + "1", "SELECT " + "(SELECT " * 2_000 + "1" + ")" * 2_000):
        try:
            catalog.query(sql)
        except SqlError as error:
            assert error.kind


def test_two_spaces_do_not_see_each_other_s_tables(stored: dict[str, StoredTable]):
    engine = Engine(LIMITS)
    catalog = Catalog({"main.sales.customers": stored["main.sales.customers"]}, engine)
    Catalog(stored, engine).query("SELECT 1 FROM main.sales.orders")
    with pytest.raises(SqlError, match="TABLE_OR_VIEW_NOT_FOUND"):
        catalog.query("SELECT * FROM main.sales.orders")
    engine.close()
