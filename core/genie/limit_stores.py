"""Where taken places are kept: in this process, or in a SQLite file that several processes share."""

import contextlib
import sqlite3
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

from core.genie.limiting import Place, Taken, outdated, wait_for_place


class MemoryPlaces:
    """For one process; tests may set its clock."""

    def __init__(self, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._places: dict[str, list[Place]] = defaultdict(list)
        self._held: dict[str, float] = {}

    def take(self, key: str, limit: int, window_s: float) -> Taken:
        with self._lock:
            now = self._clock()
            places = [each for each in self._places[key] if not outdated(each, now, window_s)]
            self._places[key] = places
            wait_s = wait_for_place(places, self._held.get(key, 0.0), now, limit=limit, window_s=window_s)
            if wait_s > 0:
                return Taken(None, wait_s)
            place = Place(uuid4().hex, now, landed=False)
            places.append(place)
            return Taken(place.id, 0.0)

    def land(self, key: str, place_id: str) -> None:
        with self._lock:
            now = self._clock()
            self._places[key] = [
                replace(each, at=now, landed=True) if each.id == place_id else each for each in self._places[key]
            ]

    def give_back(self, key: str, place_id: str) -> None:
        with self._lock:
            self._places[key] = [each for each in self._places[key] if each.id != place_id]

    def hold(self, key: str, seconds: float) -> None:
        with self._lock:
            self._held[key] = max(self._held.get(key, 0.0), self._clock() + seconds)


class SQLitePlaces:
    """For the processes of one machine. Each call opens the file, so that it may be used from any thread and after a fork."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        self._path, self._clock = path, clock
        with self._writing() as connection:
            connection.execute(
                "CREATE TABLE IF NOT EXISTS place (key TEXT, id TEXT PRIMARY KEY, at REAL, landed INTEGER) WITHOUT ROWID"
            )
            connection.execute("CREATE TABLE IF NOT EXISTS hold (key TEXT PRIMARY KEY, until REAL) WITHOUT ROWID")

    def take(self, key: str, limit: int, window_s: float) -> Taken:
        with self._writing() as connection:
            now = self._clock()
            rows = connection.execute("SELECT id, at, landed FROM place WHERE key = ?", (key,)).fetchall()
            places = [Place(id_, at, bool(landed)) for id_, at, landed in rows]
            gone = [(each.id,) for each in places if outdated(each, now, window_s)]
            connection.executemany("DELETE FROM place WHERE id = ?", gone)
            held = connection.execute("SELECT until FROM hold WHERE key = ?", (key,)).fetchone()
            left = [each for each in places if (each.id,) not in gone]
            wait_s = wait_for_place(left, held[0] if held else 0.0, now, limit=limit, window_s=window_s)
            if wait_s > 0:
                return Taken(None, wait_s)
            place_id = uuid4().hex
            connection.execute("INSERT INTO place VALUES (?, ?, ?, 0)", (key, place_id, now))
            return Taken(place_id, 0.0)

    def land(self, key: str, place_id: str) -> None:
        with self._writing() as connection:
            connection.execute(
                "UPDATE place SET at = ?, landed = 1 WHERE key = ? AND id = ?", (self._clock(), key, place_id)
            )

    def give_back(self, key: str, place_id: str) -> None:
        with self._writing() as connection:
            connection.execute("DELETE FROM place WHERE key = ? AND id = ?", (key, place_id))

    def hold(self, key: str, seconds: float) -> None:
        until = self._clock() + seconds
        with self._writing() as connection:
            connection.execute(
                "INSERT INTO hold VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET until = max(until, excluded.until)",
                (key, until),
            )

    @contextlib.contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        connection = sqlite3.connect(self._path, timeout=10, isolation_level=None)
        try:
            connection.execute("BEGIN IMMEDIATE")  # the decision and its row are one step
            yield connection
            connection.execute("COMMIT")
        finally:
            connection.close()
