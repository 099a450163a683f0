"""`source …` from a person's side: add, look, ask, decide what may leave, delete."""

import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.core.cli.conftest import Outcome
from tests.servers import postgres
from tests.servers.statement_execution import TOKEN, StatementServer

Cli = Callable[..., Outcome]


@pytest.fixture
def shop(tmp_path: Path) -> str:
    """The URL of a SQLite database with one table."""
    with sqlite3.connect(tmp_path / "shop.db") as connection:
        connection.execute("CREATE TABLE orders (id integer, email text, amount real, placed date)")
        rows: list[tuple[Any, ...]] = [
            (n, f"p{n % 7}@example.org", None if n % 5 == 0 else n / 4, f"2024-01-{1 + n % 28:02}") for n in range(100)
        ]
        connection.executemany("INSERT INTO orders VALUES (?, ?, ?, ?)", rows)
    return f"sqlite:///{tmp_path / 'shop.db'}"


def test_a_database_is_added_listed_profiled_queried_and_deleted(cli: Cli, shop: str):
    added = cli("source", "add", "Shop", "--url", shop, "--json")
    assert added.code == 0, added.stderr
    assert (added.json["kind"], added.json["can_write"]) == ("database", False)
    assert [table["name"] for table in added.json["tables"]] == ["orders"]
    assert cli("source", "list", "--json").json["sources"][0]["name"] == "Shop"
    (table,) = cli("source", "tables", "shop", "--json").json["tables"]
    assert {column["name"]: column["type"] for column in table["columns"]} == {
        "id": "integer", "email": "text", "amount": "decimal", "placed": "date"
    }  # fmt: skip
    quick = cli("source", "profile", "Shop", "orders", "--json").json
    assert (quick["kind"], quick["rows"]) == ("quick", 100)
    full = cli("source", "profile", "Shop", "orders", "--full")
    assert "amount" in full.stdout and "full profile" in full.stdout and "20" in full.stdout
    answer = cli("source", "sql", "Shop", "SELECT count(*) AS n FROM orders", "--json").json
    assert (answer["columns"], answer["rows"], answer["more"]) == (["n"], [[100]], False)
    capped = cli("source", "sql", "Shop", "-", "--max-rows", "3", stdin="SELECT id FROM orders")
    assert "Only the first 3 rows" in capped.stderr and len(capped.stdout.strip().splitlines()) == 4
    assert cli("source", "rename", "Shop", "Store", "--json").json["name"] == "Store"
    assert cli("source", "delete", "Store", stdin="n\n").code == 130
    assert cli("source", "delete", "Store", "--yes").code == 0
    assert cli("source", "list", "--json").json["sources"] == []


def test_what_may_leave_is_shown_with_reasons_and_decided(cli: Cli, shop: str):
    cli("source", "add", "Shop", "--url", shop)
    shown = {
        each["column"]: each for each in cli("source", "disclosure", "get", "Shop", "orders", "--json").json["columns"]
    }
    assert (shown["email"]["policy"], shown["email"]["decided"]) == ("hash", False)
    assert "mail" in shown["email"]["reason"] and shown["amount"]["policy"] == "send"
    decided = cli("source", "disclosure", "set", "Shop", "orders", "email=never", "amount=statistics", "--json").json
    assert {each["column"]: (each["policy"], each["decided"]) for each in decided["columns"]} == {
        "id": ("send", False), "email": ("never", True), "amount": ("statistics", True), "placed": ("send", False)
    }  # fmt: skip
    taken_back = cli("source", "disclosure", "set", "Shop", "orders", "email=suggested", "--json").json
    assert {each["column"]: each["policy"] for each in taken_back["columns"]}["email"] == "hash"
    assert cli("source", "disclosure", "set", "Shop", "orders", "email=maybe").code == 2
    unknown = cli("source", "disclosure", "set", "Shop", "orders", "mail=never")
    assert unknown.code == 2 and "has no column 'mail'" in unknown.stderr


def test_files_are_added_with_the_types_that_were_inferred(cli: Cli, tmp_path: Path):
    (tmp_path / "a.csv").write_text("code,n\n007,1\n008,2\n", encoding="utf-8")
    (tmp_path / "b.csv").write_text("word\nx\ny\n", encoding="utf-8")
    added = cli(
        "source", "add", "Files", "--files", str(tmp_path / "a.csv"), str(tmp_path / "b.csv"), "--header", "--json"
    )
    assert added.code == 0, added.stderr
    assert [(table["name"], table["rows"]) for table in added.json["tables"]] == [("a", 2), ("b", 2)]
    assert [column["type"] for column in added.json["tables"][0]["columns"]] == ["text", "integer"]
    assert cli("source", "sql", "Files", "SELECT code FROM a ORDER BY n", "--json").json["rows"] == [["007"], ["008"]]
    refused = cli("source", "add", "More", "--files", str(tmp_path / "missing.csv"))
    assert refused.code == 2 and "no file" in refused.stderr.lower()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "Give one of --files"),
        (("--url", "sqlite:///x.db", "--warehouse", "1"), "Give one of --files"),
        (("--url", "sqlite:///x.db", "stray.csv"), "has no use here"),
        (("--url", "oracle://u@h/d"), "needs the driver oracledb"),
        (("--url", "sqlite:////nowhere/at/all.db"), "There is no file"),
        (("--warehouse", "wh1", "--token-env", "NOT_SET_ANYWHERE"), "Give the workspace's host"),
        (("--warehouse", "w h", "--host", "https://example.org"), "warehouse id"),
        (("--url", "postgresql://u@localhost/d", "--password-env", "NOT_SET_ANYWHERE"), "is not set"),
    ],
)
def test_what_cannot_be_added_is_a_sentence(cli: Cli, arguments: tuple[str, ...], says: str):
    outcome = cli("source", "add", "X", *arguments)
    assert outcome.code == 2 and says in outcome.stderr
    assert cli("source", "list", "--json").json["sources"] == []


def test_a_database_that_does_not_answer_is_not_kept(cli: Cli):
    outcome = cli("source", "add", "Gone", "--url", "postgresql://u:secret-word@127.0.0.1:1/d")
    assert outcome.code == 3 and "cannot be reached" in outcome.stderr and "Nothing was added" in outcome.stderr
    assert "secret-word" not in outcome.stderr
    assert cli("source", "list", "--json").json["sources"] == []


@pytest.mark.skipif(postgres.binaries() is None, reason=postgres.MISSING)
def test_a_login_that_can_write_is_warned_of_and_its_password_shown_nowhere(cli: Cli, environment: dict[str, str]):
    from sqlalchemy import create_engine, text

    with postgres.Cluster() as cluster:
        with create_engine(cluster.url, isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text("CREATE ROLE writer LOGIN PASSWORD 'pass-of-writer'"))
            connection.execute(text("CREATE TABLE t AS SELECT 1 AS i"))
            connection.execute(text("GRANT SELECT, INSERT ON t TO writer"))
        url = cluster.url.replace("+psycopg", "").replace("whetstone@", "writer@")
        added = cli("source", "add", "Pg", "--url", url, "--password-env", "PG_WORD", env={"PG_WORD": "pass-of-writer"})
        assert added.code == 0, added.stderr
        assert "can write" in added.stderr
        listed = cli("source", "list", "--json")
        assert listed.json["sources"][0]["can_write"] is True
        assert cli("source", "sql", "Pg", "SELECT i FROM t", "--json").json["rows"] == [[1]]
        refused = cli("source", "sql", "Pg", "WITH x AS (INSERT INTO t VALUES (2) RETURNING i) SELECT * FROM x")
        assert refused.code == 2
    kept = b"".join(path.read_bytes() for path in Path(environment["WHETSTONE_DATA_DIR"]).rglob("*") if path.is_file())
    assert b"pass-of-writer" not in kept
    assert "pass-of-writer" not in added.stdout + added.stderr + listed.stdout


def test_a_warehouse_is_read_with_a_token_from_the_environment(cli: Cli):
    with StatementServer() as server:
        server.run(
            "ATTACH ':memory:' AS lake", "CREATE SCHEMA lake.sales", "CREATE TABLE lake.sales.t AS SELECT 1 AS i"
        )
        env = {"LAKE_TOKEN": TOKEN}
        added = cli(
            "source",
            "add",
            "Lake",
            "--warehouse",
            "wh1",
            "--host",
            server.host,
            "--token-env",
            "LAKE_TOKEN",
            "--json",
            env=env,
        )
        assert added.code == 0, added.stderr
        assert [table["name"] for table in added.json["tables"]] == ["lake.sales.t"]
        assert "is not known" in added.stderr and TOKEN not in added.stdout
        assert cli("source", "sql", "Lake", "SELECT i FROM lake.sales.t", "--json", env=env).json["rows"] == [[1]]
        missing = cli("source", "tables", "Lake")
        assert missing.code == 2 and "LAKE_TOKEN is not set" in missing.stderr
