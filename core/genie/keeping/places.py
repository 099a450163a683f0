"""Taken places of the questions per minute in the database: one limit for all processes and hosts that share it."""

import contextlib
from collections.abc import Iterator
from uuid import uuid4

from sqlalchemy import delete, select, text, update
from sqlalchemy.orm import Session

from core.db import transaction
from core.db.models import GenieHold, GeniePlace
from core.errors import WorkbenchError
from core.genie.keeping.inserting import insert_new
from core.genie.limiting import Place, Taken, outdated, wait_for_place

_NOW = {
    "sqlite": text("SELECT (julianday('now') - 2440587.5) * 86400.0"),
    "postgresql": text("SELECT extract(epoch FROM clock_timestamp())::float8"),
}
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))")


class DatabasePlaces:
    """A `PlaceStore` over the tables. Each method is one short transaction; the time is the database's.

    `take` and `hold` raise what `transaction()` does. `land` and `give_back` do not: the question was answered, or never
    asked, and a place that is not reported frees itself later.
    """

    def take(self, key: str, limit: int, window_s: float) -> Taken:
        with _alone(key) as (session, now):
            rows = session.execute(select(GeniePlace.id, GeniePlace.at, GeniePlace.landed).where(GeniePlace.key == key))
            places = [Place(*row) for row in rows]
            gone = [each.id for each in places if outdated(each, now, window_s)]
            if gone:
                session.execute(delete(GeniePlace).where(GeniePlace.key == key, GeniePlace.id.in_(gone)))
            held = session.scalar(select(GenieHold.until).where(GenieHold.key == key)) or 0.0
            left = [each for each in places if each.id not in set(gone)]
            wait_s = wait_for_place(left, held, now, limit=limit, window_s=window_s)
            if wait_s > 0:
                return Taken(None, wait_s)
            place_id = uuid4().hex
            insert_new(session, GeniePlace, key=key, id=place_id, at=now, landed=False)
            return Taken(place_id, 0.0)

    def land(self, key: str, place_id: str) -> None:
        with contextlib.suppress(WorkbenchError), _alone(key) as (session, now):
            session.execute(
                update(GeniePlace).where(GeniePlace.key == key, GeniePlace.id == place_id).values(at=now, landed=True)
            )

    def give_back(self, key: str, place_id: str) -> None:
        with contextlib.suppress(WorkbenchError), _alone(key) as (session, _):
            session.execute(delete(GeniePlace).where(GeniePlace.key == key, GeniePlace.id == place_id))

    def hold(self, key: str, seconds: float) -> None:
        with _alone(key) as (session, now):
            insert_new(session, GenieHold, key=key, until=0.0)
            until = now + seconds
            session.execute(update(GenieHold).where(GenieHold.key == key, GenieHold.until < until).values(until=until))


@contextlib.contextmanager
def _alone(key: str) -> Iterator[tuple[Session, float]]:
    """A transaction that nobody else has for that key, and the time within it, in seconds since 1970."""
    with transaction() as session:
        dialect = session.get_bind().dialect.name
        if dialect == "postgresql":
            session.execute(_LOCK, {"key": key})
        yield session, float(session.scalar(_NOW[dialect]))
