"""The limit over the database: never one question too many, whoever asks, and hardly one too few."""

import multiprocessing
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select, text

from core import db
from core.db import current_engine, reading, transaction
from core.db.models import GeniePlace
from core.errors import ConfigError
from core.genie.keeping import DatabasePlaces
from core.genie.limiting import PlaceStore, QuestionLimiter

_WINDOW_S, _LIMIT, _PROCESSES, _EACH = 1.5, 6, 3, 4


@pytest.fixture
def places(workbench) -> PlaceStore:
    return DatabasePlaces()


@pytest.fixture
def key(request) -> str:
    return request.node.name


def pass_by(key: str, seconds: float) -> None:
    """Let time pass for what is kept under the key."""
    with transaction() as session:
        session.execute(text("UPDATE genie_place SET at = at - :s WHERE key = :k"), {"s": seconds, "k": key})
        session.execute(text("UPDATE genie_hold SET until = until - :s WHERE key = :k"), {"s": seconds, "k": key})


def kept(key: str) -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(GeniePlace).where(GeniePlace.key == key))


def test_so_many_at_once_and_then_one_window_after_they_landed(places, key):
    taken = [places.take(key, 5, 60.0) for _ in range(5)]
    assert all(each.id for each in taken) and places.take(key, 5, 60.0).id is None
    assert places.take(f"{key} of another", 5, 60.0).id is not None
    pass_by(key, 10)
    for each in taken:
        places.land(key, each.id)
    assert places.take(key, 5, 60.0).wait_s == pytest.approx(60, abs=1), "it counts from when it landed"
    pass_by(key, 58)
    assert places.take(key, 5, 60.0).id is None
    pass_by(key, 3)
    assert places.take(key, 5, 60.0).id is not None


def test_what_counts_no_more_is_deleted_as_it_goes(places, key):
    for _ in range(5):
        places.land(key, places.take(key, 5, 60.0).id)
    pass_by(key, 61)
    places.take(key, 5, 60.0)
    assert kept(key) == 1


def test_a_place_given_back_is_free_at_once_and_one_that_never_landed_in_the_end(places, key):
    places.give_back(key, places.take(key, 1, 60.0).id)
    assert places.take(key, 1, 60.0).id is not None
    pass_by(key, 100)
    assert places.take(key, 1, 60.0).id is None
    pass_by(key, 100)
    assert places.take(key, 1, 60.0).id is not None


def test_a_hold_stops_everybody_and_the_longer_one_counts(places, key):
    places.hold(key, 30)
    places.hold(key, 10)
    assert places.take(key, 5, 60.0).wait_s == pytest.approx(30, abs=1)
    assert places.take(f"{key} of another", 5, 60.0).id is not None
    pass_by(key, 31)
    assert places.take(key, 5, 60.0).id is not None


def test_threads_never_share_a_place(places, key):
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: places.take(key, 10, 60.0).id, range(40)))
    got = [each for each in taken if each]
    assert len(got) == len(set(got)) == 10 == kept(key)


def test_a_database_that_fails_costs_no_answer(places, key, tmp_path):
    """What was asked is not lost because its place cannot be reported; taking one says what is wrong."""
    taken = places.take(key, 5, 60.0)
    engine = current_engine()
    broken = db.make_engine(f"sqlite:///{tmp_path / 'nowhere' / 'at.db'}")
    db.use(broken)
    try:
        places.land(key, taken.id)
        places.give_back(key, taken.id)
        with pytest.raises(ConfigError):
            places.take(key, 5, 60.0)
    finally:
        db.use(engine)
    assert kept(key) == 1


def _asks(url: str, key: str, start, results) -> None:
    db.use(db.make_engine(url))
    limiter = QuestionLimiter(DatabasePlaces(), key, per_window=_LIMIT, window_s=_WINDOW_S)
    start.wait(60)
    for _ in range(_EACH):
        ticket = limiter.acquire()
        results.put(time.time())
        ticket.land()
    db.close()


def test_processes_share_the_limit(workbench, key):
    context = multiprocessing.get_context("spawn")
    results, start = context.Queue(), context.Barrier(_PROCESSES)
    workers = [
        context.Process(target=_asks, args=(workbench.url, key, start, results), daemon=True) for _ in range(_PROCESSES)
    ]
    for worker in workers:
        worker.start()
    times = sorted(results.get(timeout=60) for _ in range(_PROCESSES * _EACH))
    for worker in workers:
        worker.join(20)
    apart = [later - first for first, later in zip(times, times[_LIMIT:], strict=False)]
    assert min(apart) >= _WINDOW_S - 0.001, "never more than the limit in a window"
