"""Forty rounds of killed workers, a stopped one that comes back, and faults on purpose that the harness must notice.

On PostgreSQL fourteen rounds, in which every failpoint comes up twice: what differs there is the locking, not the engine.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.settings import Settings
from tests.conftest import SERVER_URL
from tests.faults.kills import END_S, Arena, plan, play, play_stopped

GROUPS, ROUNDS = (2, 7) if SERVER_URL else (4, 10)


@pytest.fixture
def arena(workbench: Settings, tmp_path: Path) -> Iterator[Callable[..., Arena]]:
    made: list[Arena] = []

    def arena(**options) -> Arena:
        made.append(Arena(workbench, tmp_path, **options))
        return made[-1]

    yield arena
    for each in made:
        each.close()


@pytest.mark.timeout(300)
@pytest.mark.parametrize("group", range(GROUPS))
def test_no_kill_loses_a_job_or_an_acknowledged_result(arena, group):
    here = arena()
    rounds = [plan(seed) for seed in range(group, GROUPS * ROUNDS, GROUPS)]
    found = [f"{each}: {violation}" for each in rounds for violation in play(here, each)]
    assert found == []
    assert here.kills >= ROUNDS * 0.7, "too few rounds killed anything, so they prove little"


@pytest.mark.timeout(240)
def test_a_worker_that_stood_still_writes_nothing_over_its_successor(arena):
    assert play_stopped(arena(stale_s=3.0)) == []


@pytest.mark.timeout(240)
def test_a_worker_that_ignores_the_epoch_is_noticed(arena):
    found = play_stopped(arena(stale_s=3.0, fault="skip_epoch_check"))
    assert any("successor" in each for each in found), found


@pytest.mark.timeout(120)
@pytest.mark.parametrize(
    ("fault", "seed", "end_s", "says"),
    [
        ("acknowledge_before_commit", 9, END_S, "acknowledged"),
        ("forget_what_is_kept", 11, END_S, "acknowledged with 2 results"),
        ("take_nothing_over", 12, 8.0, "did not reach its end"),  # only this one is never over
    ],
)
def test_a_broken_engine_is_noticed(arena, fault, seed, end_s, says):
    found = play(arena(fault=fault), plan(seed), end_s=end_s)
    assert any(says in each for each in found), found
