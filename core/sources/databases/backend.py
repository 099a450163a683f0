"""What a kind of database has to be able to do, and what is learnt about a login."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from core.sources.databases.urls import Place
from core.sources.portable import StoredTable

Ask = Callable[..., list[tuple[Any, ...]]]
"""Runs a text of ours, with parameters by name (`:name`), and returns the rows."""


@dataclass(frozen=True)
class Powers:
    """What a login may do beyond reading tables. `reaches_files` says that its SQL may leave the database: a superuser,
    or one that may read the server's files. `can_write` None: it cannot be found out."""

    can_write: bool | None
    reaches_files: bool = False


@dataclass(frozen=True)
class Trouble:
    """An error of a driver, sorted. `text` is the server's own first line, without what it quotes from the statement."""

    kind: str
    text: str


class Backend(Protocol):
    """One kind of database. `dialect` is SQLAlchemy's name with the driver."""

    dialect: str

    def connect(self, place: Place, password: str | None, address: str, *, deadline_s: float) -> Any:
        """A DBAPI connection that can only read. `address` is what `urls.check_reach` returned."""

    def limit(self, connection: Any, seconds: float) -> None:
        """Let the connection's next statements be stopped after so long."""

    def describe(self, ask: Ask) -> list[StoredTable]:
        """All tables and views that the login can read."""

    def look_closely(self, ask: Ask, stored: StoredTable) -> StoredTable:
        """The table with types that were checked where the declared ones promise too much."""

    def powers(self, ask: Ask) -> Powers:
        """What the login may do, found out without writing anything."""

    def answer(self, connection: Any, sql: str) -> tuple[list[str], Iterable[Sequence[Any]]]:
        """Columns and rows of one statement of a person, a few at a time, on a connection made for it alone."""

    def trouble(self, error: BaseException) -> Trouble:
        """kind: unreachable, login, timeout, gone, forbidden, readonly, busy, statement (the statement's own fault)."""
