"""The quality check of kept benchmarks as a job, on the local Genie."""

import time
from collections.abc import Iterator

import pytest

from core import genie, jobs, startup
from core.db import reading, transaction
from core.errors import InputError
from core.settings import Settings

GOOD = "SELECT count(*) FROM shop.sales.orders"


@pytest.fixture(scope="module")
def workbench(shared_workbench: Settings) -> Iterator[Settings]:
    """An open workbench whose worker runs, for this file of tests."""
    startup.start_worker(embedded=True)
    yield shared_workbench
    jobs.stop_worker()


@pytest.fixture(scope="module")
def space_id(workbench: Settings) -> str:
    """A space with examples; what is kept for it each test replaces."""
    return genie.load_demo(curated=True, person="ann").space_id


def keep(space_id: str, *benchmarks: genie.Benchmark) -> genie.BenchmarkSet:
    with transaction() as session:
        before = genie.get_benchmarks(session, "local", space_id)
        return genie.save_benchmarks(
            session, "local", space_id, benchmarks, rev=before.rev if before else None, origin="a test", person="ann"
        )


def submit(space_id: str) -> jobs.JobView:
    with transaction() as session:
        return genie.submit_check(session, "local", space_id, title="Sales", person="ann")


def report(space_id: str) -> genie.QualityReport | None:
    with reading() as session:
        found = genie.get_benchmarks(session, "local", space_id)
    assert found is not None
    return found.quality


def test_each_benchmark_is_checked_by_itself_against_the_others_and_against_the_examples(space_id):
    example = genie.demo_space(curated=True).examples[0]
    keep(
        space_id,
        genie.Benchmark("good", "How many orders?", GOOD),
        genie.Benchmark("twin", "how many orders", "SELECT 1"),
        genie.Benchmark("broken", "How many elves?", "SELECT count(*) FROM shop.sales.elves"),
        genie.Benchmark("copied", example.question, GOOD),
        genie.Benchmark("writes", "Delete all", "DELETE FROM shop.sales.orders"),
    )
    job = jobs.wait_for(submit(space_id).id, 30)
    assert (job.state, job.result, job.progress_words) == ("completed", {"total": 5, "usable": 1}, "5 of 5 benchmarks")
    found = report(space_id)
    assert found is not None and found.rows["good"] == 1
    assert [(each.benchmark_id, each.check) for each in found.findings if each.level == "error"] == [
        ("twin", "no_duplicate"),
        ("broken", "runs"),
        ("copied", "not_an_example"),
        ("writes", "reads_only"),
    ]
    with reading() as session:
        latest = genie.latest_check(session, "local", space_id)
        assert latest is not None and latest.id == job.id
        assert genie.latest_check(session, "local", "another") is None


def test_benchmarks_that_change_while_they_are_checked_keep_no_report_of_their_old_text(space_id):
    many = [genie.Benchmark(f"b{i}", f"Question {i}?", f"SELECT {i} AS n") for i in range(60)]
    keep(space_id, *many)
    job = submit(space_id)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        with reading() as session:
            if jobs.get_job(session, job.id).progress_done:
                break
        time.sleep(0.01)
    keep(space_id, *many[1:])
    job = jobs.wait_for(job.id, 30)
    assert job.state == "failed" and "Check them again" in (job.error or "")
    assert report(space_id) is None


def test_without_benchmarks_there_is_nothing_to_check(workbench):
    with pytest.raises(InputError, match="import a file"):
        submit("0" * 32)
