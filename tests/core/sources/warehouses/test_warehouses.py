"""A warehouse read by the real SDK: the same figures as a database, nothing that writes, clear sentences."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from core import sources
from core.clock import now
from core.errors import AuthError, InputError, NotFoundError, ServiceError, ServiceTimeoutError
from core.settings import Settings, configure
from core.sources.warehouses import WarehouseReader
from tests.servers.statement_execution import TOKEN, StatementServer


@pytest.fixture(autouse=True)
def configured(tmp_path: Path) -> Settings:
    settings = Settings(data_dir=tmp_path / "data", person="ann")
    configure(settings)
    return settings


@pytest.fixture
def server() -> Iterator[StatementServer]:
    with StatementServer() as running:
        running.run(
            "ATTACH ':memory:' AS lake",
            "CREATE SCHEMA lake.sales",
            'CREATE SCHEMA lake."odd ""schema"',
            "CREATE TABLE lake.sales.trips AS SELECT i::INTEGER AS id, TIMESTAMP '2024-01-01' + to_hours(i::INTEGER) AS at, "
            "CASE WHEN i % 17 <> 0 THEN (i * 7919 % 1009) / 13.7 END AS distance, (i % 50)::DECIMAL(9, 2) / 4 AS fare, "
            "['cash', 'card', NULL][1 + i % 3] AS payment, i % 2 = 0 AS paid FROM range(1200) r(i)",
            'CREATE TABLE lake."odd ""schema"."a.b ` 🎉" AS SELECT 7 AS "select ` ""x"" :p1", [1, 2] AS many, \'x\'::BLOB AS data',
        )
        yield running


def reader(server: StatementServer, **options: Any) -> WarehouseReader:
    given = {"host": server.host, "warehouse_id": "wh1"} | options
    view = sources.SourceView("src_1", "lake", "warehouse", "The warehouse wh1", given, None, False, now(), "ann")
    return WarehouseReader(view, TOKEN)


def test_tables_are_listed_with_their_catalog_and_schema(server: StatementServer):
    with reader(server) as warehouse:
        tables = {table.name: table for table in warehouse.tables()}
    assert set(tables) == {"lake.sales.trips", 'lake.odd "schema.a.b ` 🎉'}
    kinds = {column.name: column.type for column in tables["lake.sales.trips"].columns}
    assert kinds == {
        "id": "integer", "at": "timestamp", "distance": "decimal", "fare": "decimal", "payment": "text", "paid": "boolean"
    }  # fmt: skip


def test_figures_agree_with_those_of_sqlite(server: StatementServer, tmp_path: Path):
    import sqlite3

    from core.sources.databases import DatabaseReader, read_url
    from tests.core.sources.databases.test_portable import assert_alike, without_sources

    rows = server.names('SELECT id, "at", distance, fare, payment, paid FROM lake.sales.trips ORDER BY id')
    with sqlite3.connect(tmp_path / "t.db") as connection:
        connection.execute(
            'CREATE TABLE "lake.sales.trips" (id integer, at timestamp, distance real, fare decimal(9, 2), payment text, paid boolean)'
        )
        plain = [
            (row[0], row[1].isoformat(), row[2], None if row[3] is None else float(row[3]), row[4], row[5])
            for row in rows
        ]
        connection.executemany('INSERT INTO "lake.sales.trips" VALUES (?, ?, ?, ?, ?, ?)', plain)
    place, _ = read_url(f"sqlite:///{tmp_path / 't.db'}")
    view = sources.SourceView("s", "s", "database", "", {"url": place.url}, None, False, now(), "ann")
    found = []
    for each in (reader(server), DatabaseReader(view, None)):
        with each:
            profile = each.full_profile("lake.sales.trips")
            found.append((profile, each.measures("lake.sales.trips", profile)))
    (one, one_measures), (other, other_measures) = found
    assert one.rows == 1200 and len(one.sample) == 50
    assert_alike(without_sources(one), without_sources(other))
    assert_alike(one_measures.__dict__["correlations"][0].__dict__, other_measures.__dict__["correlations"][0].__dict__)
    assert one_measures.outliers == other_measures.outliers
    assert one_measures.duplicate_rows == other_measures.duplicate_rows == 0
    assert one_measures.segments.keys() == other_measures.segments.keys()
    assert [point.rows for each in one_measures.series for point in each.points] == [
        point.rows for each in other_measures.series for point in each.points
    ]


def test_values_go_beside_the_statement_never_inside_it(server: StatementServer):
    with reader(server) as warehouse:
        trips = warehouse.clause("lake.sales.trips")
        nasty = "x' OR '1'='1"
        count = select(func.count()).select_from(trips)
        assert warehouse.select(count.where(trips.c.payment == nasty)) == [(0,)]
        assert warehouse.select(count.where(trips.c.payment.in_(["cash", "card"]))) == [(800,)]
        assert warehouse.select(count.where(trips.c.at >= datetime(2024, 1, 2), trips.c.fare < 2.5)) == [(230,)]
        rows = warehouse.select(select(trips.c.at, trips.c.paid).order_by(trips.c.id).limit(1))
    assert rows == [(datetime(2024, 1, 1), True)]
    asked = server.statements[0]
    assert nasty not in asked["statement"] and asked["parameters"] == [{"name": "p1", "value": nasty, "type": "STRING"}]


def test_odd_names_are_quoted(server: StatementServer):
    with reader(server) as warehouse:
        name = next(table.name for table in warehouse.tables() if "odd" in table.name)
        profile = warehouse.full_profile(name)
    assert [(column.type, column.maximum) for column in profile.columns] == [
        ("integer", 7),
        ("other", None),
        ("other", None),
    ]


def test_results_come_in_parts_and_are_capped(server: StatementServer):
    with reader(server) as warehouse:
        trips = warehouse.clause("lake.sales.trips")
        assert len(warehouse.select(select(trips.c.id))) == 1200
        answer = warehouse.run_sql("SELECT id, fare, `at` FROM lake.sales.trips ORDER BY id;", max_rows=700)
    assert (len(answer.rows), answer.more, answer.columns) == (700, True, ("id", "fare", "at"))
    assert answer.rows[1] == (1, 0.25, "2024-01-01T01:00:00")
    json.dumps(answer.rows)


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM lake.sales.trips",
        "WITH x AS (SELECT 1) INSERT INTO lake.sales.trips SELECT * FROM x",
        "FROM lake.sales.trips INSERT INTO t SELECT *",
        "SELECT 1; DROP TABLE lake.sales.trips",
        "CREATE TABLE t AS SELECT 1",
        "BEGIN DELETE FROM t; END",
        "EXECUTE IMMEDIATE 'DROP TABLE t'",
        "SET x = 1",
        "SELECT 1 /*! drop */",
        "explain insert into t select 1",
    ],
)
def test_a_statement_that_may_write_is_never_sent(sql: str, server: StatementServer):
    with reader(server) as warehouse, pytest.raises(InputError):
        warehouse.run_sql(sql)
    assert server.statements == []


def test_words_in_quotes_are_only_words(server: StatementServer):
    with reader(server) as warehouse:
        assert warehouse.run_sql("SELECT 'insert; delete' AS `update` -- drop").rows == (("insert; delete",),)


def test_a_slow_statement_is_cancelled_at_the_deadline(server: StatementServer):
    server.slow_s = 30
    with reader(server) as warehouse, pytest.raises(ServiceTimeoutError, match="was cancelled"):
        warehouse.run_sql("SELECT 1", deadline_s=0.5)
    assert len(server.cancelled) == 1


def test_a_statement_that_takes_its_time_is_waited_for(server: StatementServer):
    server.slow_s = 0.6
    with reader(server) as warehouse:
        assert warehouse.run_sql("SELECT 1 AS one").rows == ((1,),)


def test_a_table_that_vanishes_is_a_sentence(server: StatementServer):
    with reader(server) as warehouse:
        warehouse.tables()
        clause = warehouse.clause("lake.sales.trips")
        server.run("DROP TABLE lake.sales.trips")
        for read in (lambda: warehouse.select(select(clause.c.id)), lambda: warehouse.table("lake.sales.trips")):
            with pytest.raises(NotFoundError, match=r"'lake\.sales\.trips' no longer exists"):
                read()


def test_errors_are_sentences(server: StatementServer):
    with reader(server) as warehouse, pytest.raises(InputError, match="refuses the query"):
        warehouse.run_sql("SELECT nothing FROM nowhere")
    with reader(server, warehouse_id="other") as warehouse, pytest.raises(ServiceError, match="Check the warehouse id"):
        warehouse.powers()
    stranger = WarehouseReader(reader(server).source, "wrong")
    with pytest.raises(AuthError, match="refuses the login"):
        stranger.tables()
