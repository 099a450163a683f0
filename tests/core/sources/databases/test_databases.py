"""Reading real databases: odd names, odd types, tables that vanish, logins that can write, addresses that are refused."""

from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import DateTime, Integer, Text, func, select

from core import sources
from core.errors import AuthError, InputError, NotFoundError, ServiceError, ServiceTimeoutError
from core.settings import Settings, configure
from core.sources import databases
from core.sources.databases import DatabaseReader, read_url
from core.sources.portable import StoredTable, shown_names
from tests.core.sources.databases.conftest import Database

ODD = [
    'we.ird "name"',
    "emoji 🎉",
    "50%s %(x)s",
    "group",
    "back`tick",
    "nothing",
    " spaces ",
    "Ünïcode",
    "a:b",
    "semi;colon",
    "x" * 60,
]


def test_names_may_hold_anything(database: Database):
    names = [name for name in ODD if not (database.kind == "mysql" and name != name.rstrip())]
    if database.kind == "mysql":
        names = [name for name in names if "🎉" not in name]  # its identifiers end at U+FFFF
    columns = {name: [name] for name in names} | {names[0]: names}
    for name in names:
        database.fill(name, {each: Integer() for each in columns[name]}, [(n,) * len(columns[name]) for n in range(5)])
    with database.reader() as reader:
        assert {table.name for table in reader.tables()} == set(names)
        for name in names:
            assert [column.name for column in reader.table(name).columns] == columns[name]
            profile = reader.full_profile(name)
            assert [column.maximum for column in profile.columns] == [4] * len(columns[name])
            assert reader.measures(name, profile).duplicate_rows == 0
            clause = reader.clause(name)
            assert reader.select(select(func.sum(clause.c[name])).where(clause.c[name] > 1)) == [(9,)]


def test_a_dot_in_a_name_is_no_schema(make_database: Callable[[str], Database]):
    database = make_database("postgresql")
    database.run(
        "CREATE SCHEMA sales",
        'CREATE SCHEMA "s.x"',
        "CREATE TABLE sales.orders AS SELECT 1 AS i",
        'CREATE TABLE "sales.orders" AS SELECT 2 AS i',
        'CREATE TABLE "s.x"."t.y" AS SELECT 3 AS i',
        "CREATE MATERIALIZED VIEW sales.seen AS SELECT 4 AS i",
        "CREATE VIEW shown AS SELECT 5 AS i",
        'GRANT USAGE ON SCHEMA sales, "s.x" TO reader',
        'GRANT SELECT ON ALL TABLES IN SCHEMA sales, "s.x" TO reader',
    )
    with database.reader() as reader:
        found = {table.name: reader.quick_profile(table.name).columns[0].maximum for table in reader.tables()}
    assert found == {"shown": 5, "sales.orders": 2, '"sales"."orders"': 1, "s.x.t.y": 3, "sales.seen": 4}


def test_tables_of_other_databases_are_named_with_them(make_database: Callable[[str], Database]):
    database = make_database("mysql")
    database.run(
        "CREATE TABLE shop.here (i int)", "CREATE TABLE other.there (i int)", "INSERT INTO other.there VALUES (7)"
    )
    with database.reader() as reader:
        assert [table.name for table in reader.tables()] == ["here", "other.there"]
        assert reader.full_profile("other.there").columns[0].maximum == 7


def test_names_that_would_be_shown_alike_stay_apart():
    one, other = StoredTable("b", (), "a", is_default=False), StoredTable("a.b", (), "public")
    assert shown_names([one, other]) == {'"a"."b"': one, "a.b": other}


def test_a_table_that_vanishes_is_a_sentence(database: Database):
    database.fill("gone", {"i": Integer()}, [(1,)])
    database.fill("stays", {"i": Integer()}, [(1,)])
    with database.reader() as reader:
        assert len(reader.tables()) == 2
        reader.table("gone")
        clause = reader.clause("gone")
        database.run("DROP TABLE gone")
        for read in (
            lambda: reader.select(select(clause.c.i)),
            lambda: reader.table("gone"),
            lambda: reader.full_profile("gone"),
            lambda: reader.sample("gone"),
        ):
            with pytest.raises(NotFoundError, match="The table 'gone' no longer exists in the source"):
                read()
        with pytest.raises(NotFoundError, match="'never'"):
            reader.quick_profile("never")
        assert reader.full_profile("stays").rows == 1, "the reader goes on"


def test_a_slow_statement_of_ours_is_stopped(make_database: Callable[[str], Database]):
    database = make_database("sqlite")
    database.fill("t", {"i": Integer()}, [(n,) for n in range(3_000)])
    with database.reader() as reader:
        one, two, three = (reader.clause("t").alias() for _ in range(3))
        crossed = select(func.count()).select_from(one.join(two, two.c.i >= 0).join(three, three.c.i >= 0))
        with pytest.raises(ServiceTimeoutError, match=r"had no answer after 0\.3 s"):
            reader.select(crossed, deadline_s=0.3)
        assert reader.full_profile("t").rows == 3_000


@pytest.mark.parametrize(("user", "can_write"), [("reader", False), ("owner", True)])
def test_whether_the_login_can_write_is_found_out_without_writing(user: str, can_write: bool, database: Database):
    if database.kind == "postgresql":
        database.run("REVOKE CREATE ON SCHEMA public FROM PUBLIC") if False else None
    database.fill("t", {"i": Integer()}, [(1,)])
    with database.reader(user) as reader:
        assert reader.powers().can_write is (can_write and database.kind != "sqlite")
        assert reader.full_profile("t").rows == 1


def test_our_own_session_cannot_write_even_as_the_owner(database: Database):
    from sqlalchemy import text
    from sqlalchemy.exc import DBAPIError

    database.fill("t", {"i": Integer()}, [(1,)])
    with database.reader("owner") as reader:
        reader.tables()
        with pytest.raises(DBAPIError):
            reader._connection.execute(text("INSERT INTO t VALUES (2)"))
    with database.reader() as reader:
        assert reader.full_profile("t").rows == 1


def test_types_of_postgresql_are_sorted(make_database: Callable[[str], Database]):
    database = make_database("postgresql")
    database.run(
        "CREATE TYPE mood AS ENUM ('sad', 'ok')",
        "CREATE DOMAIN euros AS numeric(10, 2)",
        "CREATE TABLE t (u uuid, m mood, j jsonb, a int[], b bytea, tz timestamptz, n0 numeric(9), d euros, r real, i inet,"
        " c char(5), o time, v interval, far date, mo money)",
        "INSERT INTO t VALUES ('6ecd8c99-4036-403d-bf84-cf8400f67836', 'ok', '{\"a\": 1}', '{1,2}', '\\x00', '2024-01-01 12:00+02',"
        " 7, 1.5, 'NaN', '10.0.0.1', 'ab', '12:30', '1 day', 'infinity', 3.5)",
        "INSERT INTO t DEFAULT VALUES",
    )
    with database.reader() as reader:
        kinds = {column.name: column.type for column in reader.table("t").columns}
        profile = reader.full_profile("t")
        measures = reader.measures("t", profile)
    assert kinds == {
        "u": "text", "m": "text", "j": "other", "a": "other", "b": "other", "tz": "timestamp", "n0": "integer", "d": "decimal",
        "r": "decimal", "i": "text", "c": "text", "o": "time", "v": "other", "far": "date", "mo": "decimal",
    }  # fmt: skip
    assert profile.column("tz").minimum == "2024-01-01T10:00:00"
    assert profile.column("o").maximum == "12:30:00"
    assert (profile.column("r").mean, profile.column("r").nulls) == (None, 1)
    assert profile.column("far").maximum == "infinity"
    assert (profile.column("j").distinct, profile.column("j").minimum) == (1, None)
    assert measures.duplicate_rows == 0


def test_types_of_mariadb_are_sorted(make_database: Callable[[str], Database]):
    database = make_database("mysql")
    database.run(
        "CREATE TABLE t (flag tinyint(1), digit tinyint(1), e enum('a', 'B'), y year, o time, b blob, j json, bits bit(3),"
        " d0 decimal(9, 0), d decimal(9, 2), f float, dt datetime(6), p point)",
        "INSERT INTO t VALUES (1, 5, 'B', 2024, '12:30:00', x'00ff', '[1]', b'101', 7, 1.25, 0.5, '2024-01-01 10:00:00.25',"
        " ST_PointFromText('POINT(1 2)'))",
        "INSERT INTO t (flag) VALUES (0)",
    )
    with database.reader() as reader:
        kinds = {column.name: column.type for column in reader.table("t").columns}
        profile = reader.full_profile("t")
        assert reader.measures("t", profile).duplicate_rows == 0
    assert kinds == {
        "flag": "boolean", "digit": "integer", "e": "text", "y": "integer", "o": "time", "b": "other", "j": "text",
        "bits": "integer", "d0": "integer", "d": "decimal", "f": "decimal", "dt": "timestamp", "p": "other",
    }  # fmt: skip
    assert profile.column("o").maximum == "12:30:00"
    assert profile.column("dt").minimum == "2024-01-01T10:00:00.250000"
    assert profile.column("bits").maximum == 5
    assert {row["b"] for row in profile.sample} == {"0x00FF", None}


def test_sqlite_columns_are_what_is_in_them(make_database: Callable[[str], Database]):
    database = make_database("sqlite")
    database.run(
        "CREATE TABLE t (day text, at timestamp, short text, epoch datetime, mixed integer, code text, void decimal(3),"
        " flag boolean, wrong date, data blob, caseless text COLLATE NOCASE)",
        "INSERT INTO t VALUES ('2024-02-29', '2024-02-29T10:00', '2024-02-29', 1709200000, 1, '007', NULL, 1, '2024-02-31', x'00', 'a')",
        "INSERT INTO t VALUES ('2024-03-01', '2024-03-01 10:00:00.5', '2024-03-01 10:00:00', 1709300000, 'n/a', '08', NULL, 0,"
        " '2024-03-01', x'01', 'A')",
    )
    with database.reader() as reader:
        kinds = {column.name: column.type for column in reader.table("t").columns}
        profile = reader.full_profile("t")
        at = reader.clause("t").c.at
        late = reader.select(select(func.count()).where(at > datetime(2024, 3, 1, 10, 0, 0, 400_000)))
    assert kinds == {
        "day": "date", "at": "timestamp", "short": "timestamp", "epoch": "integer", "mixed": "text", "code": "text",
        "void": "decimal", "flag": "boolean", "wrong": "text", "data": "other", "caseless": "text",
    }  # fmt: skip
    assert (profile.column("at").minimum, profile.column("at").maximum) == (
        "2024-02-29T10:00:00",
        "2024-03-01T10:00:00.500000",
    )
    assert late == [(1,)]
    assert profile.column("caseless").distinct == 2
    assert profile.column("mixed").maximum == "n/a"


def test_a_value_late_in_the_table_decides_too(make_database: Callable[[str], Database]):
    database = make_database("sqlite")
    database.fill("t", {"at": Text()}, [("2024-01-01",)] * 2_000 + [("unknown",)])
    with database.reader() as reader:
        assert reader.table("t").columns[0].type == "text"
        assert reader.full_profile("t").columns[0].maximum == "unknown"


def test_a_broken_view_breaks_nothing_else(make_database: Callable[[str], Database]):
    database = make_database("sqlite")
    database.fill("base", {"i": Integer()}, [(1,)])
    database.run("CREATE VIEW broken AS SELECT i FROM base", "CREATE TABLE fine (i integer)", "DROP TABLE base")
    with database.reader() as reader:
        assert {table.name for table in reader.tables()} == {"broken", "fine"}
        with pytest.raises((NotFoundError, ServiceError)):
            reader.full_profile("broken")
        assert reader.full_profile("fine").rows == 0


def test_a_database_in_wal_mode_is_read(make_database: Callable[[str], Database]):
    database = make_database("sqlite")
    database.run("PRAGMA journal_mode=WAL", "CREATE TABLE t (i integer)", "INSERT INTO t VALUES (1)")
    with database.reader() as reader:
        assert reader.full_profile("t").rows == 1
        assert reader.run_sql("select i from t").rows == ((1,),)
    database.close()
    with database.reader() as reader:
        assert reader.run_sql("select i from t").rows == ((1,),)


def test_a_wrong_password_is_a_login_error(make_database: Callable[[str], Database]):
    url = make_database("mysql").url("reader").replace(":loopback-only@", ":wrong@")
    place, password = read_url(url)
    view = sources.SourceView("s", "s", "database", "", {"url": place.url}, None, False, datetime(2024, 1, 1), "ann")

    with pytest.raises(AuthError, match="refuses the login of 'reader'") as refusal:
        DatabaseReader(view, password).tables()
    assert "wrong" not in str(refusal.value)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("nonsense", "not a database URL"),
        ("oracle://u:pw@h/d", "needs the driver oracledb"),
        ("mssql+pyodbc://u:pw@h/d", "needs the driver pymssql or pyodbc"),
        ("access://u:pw@h/d", "no driver that Whetstone knows"),
        ("postgresql+psycopg2://u:pw@h/d", "read by the driver psycopg"),
        ("postgresql://u:pw@h/d?host=/tmp", "option 'host'"),
        ("postgresql://u:pw@h/d?options=-c%20x", "option 'options'"),
        ("postgresql://u:pw@h/d?passfile=/etc/passwd", "option 'passfile'"),
        ("mysql://u:pw@h/d?read_default_file=/etc/passwd", "option 'read_default_file'"),
        ("mysql://u:pw@h/d?local_infile=1", "option 'local_infile'"),
        ("postgresql://u:pw@/d", "names no host"),
        ("postgresql:///d", "names no host"),
        ("postgresql://u:pw@h", "names no database"),
        ("postgresql://h/d", "names no user"),
        ("postgresql://u:pw@a,b/d", "one host"),
        ("sqlite://", "names no SQLite file"),
        ("sqlite:///:memory:", "names no SQLite file"),
        ("sqlite:///file:/etc/passwd?uri=true", "names no SQLite file"),
    ],
)
def test_a_url_that_cannot_be_used_is_refused_in_a_sentence(url: str, says: str):
    with pytest.raises(InputError, match=says) as refusal:
        read_url(url)
    assert "pw" not in str(refusal.value)


def test_the_place_holds_no_password():
    place, password = read_url("postgres://ann:s%40crét@DB.example:6000/shop?sslmode=require")
    assert password == "s@crét"
    assert place.url == "postgresql://ann@db.example:6000/shop?sslmode=require"
    assert "crét" not in repr(place)


def test_a_hosted_instance_reaches_no_private_address_and_no_foreign_file(tmp_path, make_database):
    database = make_database("sqlite")
    database.fill("t", {"at": DateTime()}, [])
    configure(Settings(data_dir=tmp_path / "data", hosted=True))
    with pytest.raises(InputError, match="only from the data folder"):
        database.reader().tables()
    configure(Settings(data_dir=tmp_path, hosted=True))
    assert [table.name for table in database.reader().tables()] == ["t"]
    place, _ = read_url("postgresql://u@127.0.0.1/d")
    with pytest.raises(InputError, match="WHETSTONE_ALLOW_PRIVATE_HOSTS"):
        databases.check_reach(place)
    configure(Settings(data_dir=tmp_path, hosted=True, allow_private_hosts=["127.0.0.0/8"]))
    assert databases.check_reach(place) == "127.0.0.1"
    metadata, _ = read_url("mysql://u@169.254.169.254/d")
    with pytest.raises(InputError, match="never connects to"):
        databases.check_reach(metadata)


def test_only_a_database_that_is_there_is_opened(tmp_path, configured: Settings):
    place, _ = read_url(f"sqlite:///{tmp_path / 'missing.db'}")
    with pytest.raises(InputError, match="There is no file"):
        databases.check_reach(place)
    assert not (tmp_path / "missing.db").exists()
    configured.data_dir.mkdir()
    own = configured.data_dir / "whetstone.db"
    own.touch()
    place, _ = read_url(f"sqlite:///{own}")
    with pytest.raises(InputError, match="Whetstone's own database"):
        databases.check_reach(place)
    (tmp_path / "text.db").write_text("no database at all, but long enough to be looked at\n" * 50)
    place, _ = read_url(f"sqlite:///{tmp_path / 'text.db'}")
    view = sources.SourceView("s", "s", "database", "", {"url": place.url}, None, False, datetime(2024, 1, 1), "ann")

    with pytest.raises(ServiceError, match="not a database"):
        DatabaseReader(view, None).tables()
