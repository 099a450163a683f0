"""Where a database is, read from a SQLAlchemy URL; and whether this instance may go there.

The password is taken out at once and travels apart. Only options that cannot make a driver read other files, other
hosts or other settings are let through.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from sqlalchemy import URL, make_url

from core import llm
from core.errors import InputError, ServiceError
from core.settings import current

DialectName = Literal["sqlite", "postgresql", "mysql"]

_DIALECTS: dict[str, DialectName] = {
    "sqlite": "sqlite",
    "postgres": "postgresql",
    "postgresql": "postgresql",
    "mysql": "mysql",
    "mariadb": "mysql",
}
_DRIVERS = {"sqlite": ("", "pysqlite"), "postgresql": ("", "psycopg"), "mysql": ("", "pymysql")}
_KNOWN_ELSEWHERE = {
    "mssql": "pymssql or pyodbc",
    "oracle": "oracledb",
    "snowflake": "snowflake-sqlalchemy",
    "bigquery": "sqlalchemy-bigquery",
    "redshift": "sqlalchemy-redshift",
    "duckdb": "duckdb-engine",
    "clickhouse": "clickhouse-sqlalchemy",
    "trino": "trino",
    "cockroachdb": "sqlalchemy-cockroachdb",
}
_PORTS: dict[DialectName, int] = {"sqlite": 0, "postgresql": 5432, "mysql": 3306}
_TITLES: dict[DialectName, str] = {"sqlite": "SQLite", "postgresql": "PostgreSQL", "mysql": "MariaDB or MySQL"}
_OPTIONS: dict[DialectName, frozenset[str]] = {
    "sqlite": frozenset({"mode", "uri"}),
    "postgresql": frozenset({"sslmode"}),
    "mysql": frozenset({"charset", "ssl_disabled"}),
}
_FORMS = "postgresql://user:password@host/name, mysql://user:password@host/name or sqlite:///path/to/file.db"


@dataclass(frozen=True)
class Place:
    """A database without its password. `path` is set for SQLite, the rest for servers; `url` is what may be stored."""

    dialect: DialectName
    url: str
    host: str = ""
    port: int = 0
    database: str = ""
    user: str = ""
    path: str = ""
    options: tuple[tuple[str, str], ...] = ()

    @property
    def origin(self) -> str:
        """What a kept password is bound to."""
        return f"{self.dialect}://{self.host}:{self.port}"

    @property
    def words(self) -> str:
        if self.dialect == "sqlite":
            return f"SQLite file {self.path}"
        return f"{_TITLES[self.dialect]} database '{self.database}' on {self.host}"

    def option(self, name: str) -> str | None:
        return dict(self.options).get(name)


def read_url(text: str) -> tuple[Place, str | None]:
    """The place and the password of a SQLAlchemy URL.

    Raises:
        InputError: not a URL of a database that can be read here, or with options that cannot be used.
    """
    try:
        url = make_url(text.strip())
    except Exception:  # the parser raises several kinds, and its texts repeat the URL with its password
        raise InputError(f"That is not a database URL. Write it as {_FORMS}.") from None
    backend, _, driver = url.drivername.partition("+")
    dialect = _DIALECTS.get(backend.lower())
    if dialect is None:
        raise InputError(_no_driver(backend))
    if driver.lower() not in _DRIVERS[dialect]:
        raise InputError(
            f"{_TITLES[dialect]} is read by the driver {_DRIVERS[dialect][1]}, not by {driver[:40]}. Leave '+{driver[:40]}' out of the URL."
        )
    unknown = sorted(set(url.query) - _OPTIONS[dialect])
    if unknown:
        allowed = ", ".join(sorted(_OPTIONS[dialect])) if dialect != "sqlite" else "none"
        raise InputError(
            f"The option '{unknown[0][:60]}' of the database URL is not supported. Take it out; {_TITLES[dialect]} takes {allowed}."
        )
    if dialect == "sqlite":
        return _sqlite_place(url), None
    return _server_place(dialect, url), str(url.password) if url.password else None


def check_reach(place: Place) -> str:
    """The address to connect to, judged now; for SQLite the file's real path.

    Raises:
        InputError: this instance may not go there. ServiceError: the host has no address. NotFoundError: no such file.
    """
    settings = current()
    if place.dialect == "sqlite":
        return str(_checked_file(place.path, hosted=settings.hosted, data_dir=settings.data_dir))
    try:
        addresses = llm.system_lookup(place.host)
    except (OSError, UnicodeError) as error:
        raise ServiceError(
            f"The host {place.host} cannot be found. Check the database URL, or the network of this machine.",
            service=place.words,
            retryable=True,
        ) from error
    for address in addresses:
        llm.judge(address, place.host, hosted=settings.hosted, allow_private=settings.allow_private_hosts)
    return addresses[0]


def _server_place(dialect: DialectName, url: URL) -> Place:
    host = (url.host or "").strip().lower()
    if not host:
        raise InputError(f"The database URL names no host. Write it as {_FORMS}.")
    if any(char in host for char in ",/\\@ ") or not host.isascii():
        raise InputError("The database URL has to name one host, by its name or address.")
    if not url.database:
        raise InputError(f"The database URL names no database. Write it as {_FORMS}.")
    if not url.username:
        raise InputError(f"The database URL names no user. Write it as {_FORMS}.")
    options = tuple((name, value if isinstance(value, str) else value[-1]) for name, value in sorted(url.query.items()))
    kept = URL.create(
        dialect,
        username=url.username,
        host=host,
        port=url.port,
        database=url.database,
        query=dict(options),
    )
    return Place(
        dialect,
        kept.render_as_string(hide_password=False),
        host,
        url.port or _PORTS[dialect],
        url.database,
        url.username,
        options=options,
    )


def _sqlite_place(url: URL) -> Place:
    path = url.database or ""
    if not path or path == ":memory:" or path.startswith("file:"):
        raise InputError("The database URL names no SQLite file. Write it as sqlite:///path/to/file.db.")
    if "\0" in path:
        raise InputError("The path of the SQLite file holds a NUL character. Correct it.")
    whole = str(Path(path).expanduser().absolute())
    return Place("sqlite", URL.create("sqlite", database=whole).render_as_string(), path=whole)


def _checked_file(path: str, *, hosted: bool, data_dir: Path) -> Path:
    file = Path(path).resolve()
    if hosted and not file.is_relative_to(data_dir.resolve()):
        raise InputError(
            "On a hosted instance a SQLite file is read only from the data folder of the instance. Ask whoever runs it to "
            "put the file there, or upload the tables as files."
        )
    if file.name in ("whetstone.db", "jobs.db") and file.parent == data_dir.resolve():
        raise InputError("That file is Whetstone's own database. Choose another one.")
    if not file.is_file():
        raise InputError(f"There is no file {path}. Check the path of the SQLite database.")
    return file


def _no_driver(backend: str) -> str:
    driver = _KNOWN_ELSEWHERE.get(backend.lower())
    missing = (
        f"the driver {driver}, which Whetstone does not bring along" if driver else "no driver that Whetstone knows"
    )
    return (
        f"A database '{backend[:40]}' needs {missing}. SQLite, PostgreSQL, MariaDB and MySQL can be read; export the tables "
        "of another one as files, such as Parquet."
    )
