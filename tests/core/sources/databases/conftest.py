"""Real databases of every kind, filled by SQLAlchemy; and readers over them."""

import itertools
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, Engine, MetaData, Table, create_engine, make_url, quoted_name, text
from sqlalchemy.types import TypeEngine

from core import sources
from core.clock import now
from core.settings import Settings, configure
from core.sources.databases import DatabaseReader, read_url
from tests.servers import mariadb, postgres

KINDS = ("sqlite", "postgresql", "mysql")
PASSWORD = "only-on-loopback"

_numbers = itertools.count(1)


@pytest.fixture(autouse=True)
def configured(tmp_path: Path) -> Settings:
    """Local settings with a data folder of the test's own."""
    settings = Settings(data_dir=tmp_path / "data", person="ann")
    configure(settings)
    return settings


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The superuser's URL of a throw-away cluster, on which every test makes a database of its own."""
    if postgres.binaries() is None:
        pytest.skip(postgres.MISSING)
    with postgres.Cluster() as cluster:
        with create_engine(cluster.url, isolation_level="AUTOCOMMIT").connect() as connection:
            for role in ("owner", "reader"):
                connection.execute(text(f"CREATE ROLE {role} LOGIN PASSWORD '{PASSWORD}'"))
        yield cluster.url


@pytest.fixture(scope="session")
def mariadb_cluster() -> Iterator[mariadb.Cluster]:
    if not mariadb.installed():
        pytest.skip(mariadb.MISSING)
    with mariadb.Cluster() as cluster:
        yield cluster


class Database:
    """One empty database. `url(user)` is what a person would enter; `engine` belongs to its owner."""

    def __init__(self, kind: str, urls: dict[str, str]) -> None:
        self.kind = kind
        self._urls = urls
        owner = make_url(urls["owner"])
        drivers = {"sqlite": "sqlite", "postgresql": "postgresql+psycopg", "mysql": "mysql+pymysql"}
        query = {"charset": "utf8mb4"} if kind == "mysql" else {}
        self.engine: Engine = create_engine(owner.set(drivername=drivers[kind]).update_query_dict(query))

    def url(self, user: str = "reader") -> str:
        return self._urls.get(user, self._urls["owner"])

    def run(self, *statements: str) -> None:
        with self.engine.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement, execution_options={"no_parameters": True})
        self.grant()

    def fill(self, name: str, columns: dict[str, TypeEngine[Any]], rows: list[tuple[Any, ...]], **more: Any) -> None:
        table = Table(
            quoted_name(name, True),
            MetaData(),
            *(Column(quoted_name(each, True), kind) for each, kind in columns.items()),
            **more,
        )
        table.create(self.engine)
        with self.engine.begin() as connection:
            for start in range(0, len(rows), 1000):
                part = rows[start : start + 1000]
                connection.execute(table.insert(), [dict(zip(columns, row, strict=True)) for row in part])
        self.grant()

    def grant(self) -> None:
        if self.kind == "postgresql":
            with self.engine.begin() as connection:
                connection.execute(text("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader"))

    def reader(self, user: str = "reader") -> DatabaseReader:
        place, password = read_url(self.url(user))
        options = {"url": place.url}
        view = sources.SourceView("src_1", "shop", "database", place.words, options, None, False, now(), "ann")
        return DatabaseReader(view, password)

    def close(self) -> None:
        self.engine.dispose()


@pytest.fixture
def make_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], Database]]:
    """Makes an empty database of a kind; skips where its server is not installed."""
    with ExitStack() as stack:

        def make(kind: str) -> Database:
            name = f"test_{next(_numbers)}"
            if kind == "sqlite":
                database = Database(kind, {"owner": f"sqlite:///{tmp_path / name}.db"})
            elif kind == "postgresql":
                server = request.getfixturevalue("postgres_url")
                admin = create_engine(server, isolation_level="AUTOCOMMIT")
                with admin.connect() as connection:
                    connection.execute(text(f"CREATE DATABASE {name} OWNER owner"))
                database = Database(kind, _postgres_urls(server, name))
                stack.callback(_drop, admin, f"DROP DATABASE {name} WITH (FORCE)")
            else:
                cluster = request.getfixturevalue("mariadb_cluster")
                users = ("owner", "reader", "filer")
                database = Database(kind, {user: cluster.url(user) for user in users})
                stack.callback(_empty, database.engine)
            stack.callback(database.close)
            return database

        yield make


@pytest.fixture(params=KINDS)
def database(request: pytest.FixtureRequest, make_database: Callable[[str], Database]) -> Database:
    return make_database(request.param)


def _postgres_urls(server: str, name: str) -> dict[str, str]:
    url = make_url(server).set(drivername="postgresql", database=name)
    users = {user: url.set(username=user, password=PASSWORD) for user in ("owner", "reader")}
    return {user: each.render_as_string(hide_password=False) for user, each in (users | {"super": url}).items()}


def _drop(admin: Engine, statement: str) -> None:
    with admin.connect() as connection:
        connection.execute(text(statement))
    admin.dispose()


def _empty(engine: Engine) -> None:
    """MariaDB's tests share two databases: a database of one's own takes a login that may make one."""
    with engine.begin() as connection:
        found = connection.execute(
            text(
                "SELECT table_schema, table_name, table_type FROM information_schema.tables WHERE table_schema IN ('shop', 'other')"
            )
        ).all()
        for schema, name, kind in found:
            word = "VIEW" if kind == "VIEW" else "SEQUENCE" if kind == "SEQUENCE" else "TABLE"
            quoted = name.replace("`", "``")
            connection.exec_driver_sql(f"DROP {word} `{schema}`.`{quoted}`", execution_options={"no_parameters": True})
