"""The limiter keeps the allowed rate and never asks too early, over threads and processes."""

import multiprocessing
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import CancelledError
from core.genie.asking import ask
from core.genie.limit_stores import MemoryPlaces, SQLitePlaces
from core.genie.limiting import Place, QuestionLimiter, limiter_of, outdated, wait_for_place
from core.genie.workspaces import Workspace


class Clock:
    def __init__(self):
        self.now = 1_000.0

    def __call__(self):
        return self.now


@pytest.fixture(params=["memory", "sqlite"])
def make_store(request, tmp_path):
    return (
        (lambda clock: MemoryPlaces(clock))
        if request.param == "memory"
        else (lambda clock: SQLitePlaces(tmp_path / "limits.db", clock))
    )


def test_so_many_at_once_and_then_one_window_later(make_store):
    clock = Clock()
    store = make_store(clock)
    taken = [store.take("k", 5, 60.0) for _ in range(5)]
    assert all(each.id for each in taken) and store.take("k", 5, 60.0).id is None
    assert store.take("other", 5, 60.0).id is not None, "another workspace has its own"
    clock.now += 2
    for each in taken:
        store.land("k", each.id)
    assert store.take("k", 5, 60.0).wait_s == pytest.approx(60)
    clock.now += 59.9
    assert store.take("k", 5, 60.0).id is None
    clock.now += 0.2
    assert store.take("k", 5, 60.0).id is not None, "a place counts from when its request came back"


def test_a_place_given_back_is_free_at_once(make_store):
    store = make_store(Clock())
    taken = store.take("k", 1, 60.0)
    store.give_back("k", taken.id)
    assert store.take("k", 1, 60.0).id is not None


def test_a_hold_stops_everybody(make_store):
    clock = Clock()
    store = make_store(clock)
    store.hold("k", 30)
    store.hold("k", 10)
    assert store.take("k", 5, 60.0).wait_s == pytest.approx(30)
    clock.now += 30.1
    assert store.take("k", 5, 60.0).id is not None


def test_a_request_that_never_came_back_frees_its_place_in_the_end(make_store):
    clock = Clock()
    store = make_store(clock)
    store.take("k", 1, 60.0)
    clock.now += 100
    assert store.take("k", 1, 60.0).id is None
    clock.now += 100
    assert store.take("k", 1, 60.0).id is not None


def test_a_clock_set_back_does_not_stop_everything(make_store):
    clock = Clock()
    store = make_store(clock)
    store.land("k", store.take("k", 1, 60.0).id)
    clock.now -= 3_600
    assert store.take("k", 1, 60.0).wait_s <= 60


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 30), st.floats(0, 5)), min_size=1, max_size=60),
    st.integers(1, 6),
)
def test_no_window_of_the_service_sees_more_than_the_limit(steps, limit):
    """Whenever somebody wants to ask, and however long requests take, arrivals keep the limit."""
    clock, window = Clock(), 60.0
    store = MemoryPlaces(clock)
    arrivals: list[float] = []
    flying: list[tuple[float, str]] = []
    for pause_s, round_trip_s in steps:
        clock.now += pause_s
        for back, id_ in [each for each in flying if each[0] <= clock.now]:
            at, clock.now = clock.now, back
            store.land("k", id_)
            clock.now = at
            flying.remove((back, id_))
        taken = store.take("k", limit, window)
        if taken.id is not None:
            arrivals.append(clock.now + round_trip_s)  # the worst case: it arrives as late as can be
            flying.append((clock.now + round_trip_s, taken.id))
        else:
            assert 0 < taken.wait_s <= window + 5
    arrivals.sort()
    for first, later in zip(arrivals, arrivals[limit:], strict=False):
        assert later - first >= window - 1e-6


def test_the_rule_needs_only_rows():
    places = [Place("a", 100.0, True), Place("b", 130.0, True)]
    assert wait_for_place(places, 0.0, 140.0, limit=2, window_s=60.0) == pytest.approx(20)
    assert wait_for_place(places, 0.0, 140.0, limit=3, window_s=60.0) == 0
    assert outdated(places[0], 160.0, 60.0) and not outdated(places[1], 160.0, 60.0)


def test_the_local_genie_has_no_limit_and_a_workspace_has_one_by_its_address():
    limiter = limiter_of(Workspace("local", host="http://127.0.0.1:1", local=True), MemoryPlaces())
    assert all(limiter.acquire().waited_s == 0 for _ in range(100)) and not limiter.hold(5)
    store = MemoryPlaces(Clock())
    one, other = (
        limiter_of(Workspace(name, host=host), store) for name, host in (("a", "https://x.net/"), ("b", "X.net"))
    )
    for limiter in (one, one, other, other, one):
        limiter.acquire()
    with pytest.raises(CancelledError):
        other.acquire(lambda: True)


def test_half_a_question_a_minute_is_one_in_two_minutes():
    clock = Clock()
    store = MemoryPlaces(clock)
    limiter = QuestionLimiter(store, "k", per_window=0.5)
    limiter.acquire().land()
    assert store.take("k", 1, 120.0).wait_s == pytest.approx(120)
    with pytest.raises(ValueError, match="no questions"):
        QuestionLimiter(store, "k", per_window=0)


def test_waiting_is_told_and_can_be_stopped():
    limiter = QuestionLimiter(MemoryPlaces(), "k", per_window=1)
    told: list[str] = []
    limiter.acquire(on_wait=lambda: told.append("at once"))
    stopping = threading.Event()
    threading.Timer(0.2, stopping.set).start()
    begun = time.monotonic()
    with pytest.raises(CancelledError):
        limiter.acquire(stopping.is_set, on_wait=lambda: told.append("full"))
    assert time.monotonic() - begun < 1 and set(told) == {"full"}


@pytest.mark.parametrize("jitter", ["", "+start.slow-80"])
def test_a_limited_service_is_asked_without_one_avoidable_429(genie, connect, jitter):
    """A service of 5 questions in 2 s, as 5 a minute in little: several threads, a window and a bit for each burst."""
    window_s, rounds = 2.0, 4
    limiter = QuestionLimiter(MemoryPlaces(), "k", per_window=5, window_s=window_s)
    client = connect(f"start.limit-5-per-{window_s:g}{jitter}", limiter=limiter)
    space = genie.genie.make_space({"version": 2})
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda i: ask(client, space, f"Question {i}?"), range(5 * rounds)))
    assert all(each.failure is None for each in answers)
    asked = genie.requests("start")
    assert [each.status for each in asked] == [200] * 20, "no 429"


@pytest.mark.parametrize("round_trip_s", [0.02, 0.5, 1.0, 2.0])
def test_at_least_95_percent_of_the_allowed_rate_is_used(round_trip_s):
    """Ten minutes at 5 a minute, on a clock of its own: as many askers as there is work, each request a round trip long."""
    clock, minutes, limit = Clock(), 10, 5
    store = MemoryPlaces(clock)
    begun, arrivals, flying = clock.now, [], []
    while clock.now < begun + 60 * minutes:
        taken = store.take("k", limit, 60.0 * 1.005)
        if taken.id is not None:
            arrivals.append(clock.now + round_trip_s / 2)
            flying.append((clock.now + round_trip_s, taken.id))
            continue
        back = min((each for each in flying), default=None)
        if back and back[0] <= clock.now + taken.wait_s:
            clock.now = back[0]
            store.land("k", back[1])
            flying.remove(back)
        else:
            clock.now += taken.wait_s
    assert len(arrivals) / (limit * minutes) >= 0.95
    assert all(later - first >= 60 for first, later in zip(arrivals, arrivals[limit:], strict=False))
    steady = [each for each in arrivals if each >= arrivals[limit]]  # without the first burst, which is free
    assert (len(steady) - 1) / ((steady[-1] - steady[0]) / 60 * limit) >= 0.95


def _asks(path, n, results):
    limiter = QuestionLimiter(SQLitePlaces(path), "k", per_window=4, window_s=1.0)
    for _ in range(n):
        ticket = limiter.acquire()
        results.put(time.time())
        ticket.land()


def test_processes_share_the_limit(tmp_path):
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    path = tmp_path / "limits.db"
    SQLitePlaces(path)
    workers = [context.Process(target=_asks, args=(path, 4, results)) for _ in range(3)]
    for worker in workers:
        worker.start()
    times = sorted(results.get(timeout=60) for _ in range(12))
    for worker in workers:
        worker.join(20)
    assert all(later - first >= 1.0 - 0.001 for first, later in zip(times, times[4:], strict=False))
    assert times[-1] - times[0] < 6, "and waste little of it"


def test_threads_never_share_a_place(make_store):
    store = make_store(time.time)
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(lambda _: store.take("k", 10, 60.0).id, range(40)))
    got = [each for each in taken if each]
    assert len(got) == len(set(got)) == 10


def test_a_429_of_others_holds_everybody_and_the_question_is_asked_again(genie, connect):
    limiter = QuestionLimiter(MemoryPlaces(), "k", per_window=100, window_s=10.0)
    client = connect("start.429-after-2-x1-then-ok", limiter=limiter)
    answer = ask(client, genie.genie.make_space({"version": 2}), "How many?")
    assert answer.failure is None and answer.attempts == 2 and answer.waited_s >= 1.9 and answer.duration_s < 1
    first, second = genie.requests("start")
    assert second.at - first.at >= 2.0
