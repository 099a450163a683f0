"""Twenty writers at once: nobody is told "database is locked", and nothing that was acknowledged is lost."""

import pytest

from tests.faults import writers

PROCESSES, THREADS, SECONDS = 4, 5, 2.5


@pytest.fixture
def templates(make_template) -> list[str]:
    return [make_template(name).id for name in ("greeting", "farewell", "reminder")]


@pytest.mark.slow
def test_twenty_writers_lose_nothing_and_never_meet_a_lock(workbench, templates):
    before = writers.revs(templates)
    tally = writers.write_at_once(workbench, templates, processes=PROCESSES, threads=THREADS, seconds=SECONDS)
    verdict = writers.judged(tally, before)
    assert tally.errors == []
    assert tally.locked == 0
    assert tally.saves.total() > 0 and tally.runs.total() > 0
    assert (verdict.lost_saves, verdict.lost_runs, verdict.wrong_numbers) == (0, 0, [])


@pytest.mark.slow
def test_savers_without_compare_and_set_are_caught_losing_updates(workbench, templates):
    before = writers.revs(templates)
    tally = writers.write_at_once(workbench, templates, processes=2, threads=THREADS, seconds=2, naive=True)
    assert writers.judged(tally, before).lost_saves > 0


@pytest.mark.slow
def test_an_acknowledged_run_that_is_not_in_the_database_is_caught(workbench, templates):
    before = writers.revs(templates)
    tally = writers.Tally()
    tally.runs[templates[0]] += 1
    tally.saves[templates[0]] += 1
    verdict = writers.judged(tally, before)
    assert (verdict.lost_saves, verdict.lost_runs) == (1, 1)
