"""The local Genie, a question, an evaluation as a job beside its bare route, the limiter, what is left behind, cold starts.

Run: python -m bench.bench_genie [--quick]. The limiter is held against the local server's own limit, in a shorter window.
"""

import math
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # also runnable as a file

from bench import measuring
from core import genie, jobs, startup
from core.db import reading, transaction
from core.local_genie import LocalGenie, serve
from core.local_genie.faults import FaultSettings
from core.settings import ROOT

DEMO = ROOT / "data" / "samples" / "sales"
PER_WINDOW, WINDOW_S, WINDOWS = 5, 6.0, 6
ROUNDS, EVALUATIONS, STARTS = 5, 100, 5


@dataclass(frozen=True)
class Place:
    """The demo space of the local Genie of an open workbench."""

    client: genie.GenieClient
    space_id: str
    benchmarks: tuple[genie.Benchmark, ...]


def demo() -> Place:
    with reading() as session:
        client = genie.client_of(session, "local")
    [space] = client.list_spaces()
    definition = client.get_space(space.id).definition
    assert definition is not None
    return Place(client, space.id, genie.from_space(definition))


def starts() -> tuple[list[float], float]:
    """ms to start a server on a folder that has the demo, and ms for the very first, which imports what it needs."""
    with tempfile.TemporaryDirectory(prefix="whetstone-bench-") as name:
        folder = Path(name)
        begun = time.perf_counter()
        with serve(folder) as server:
            first = (time.perf_counter() - begun) * 1000
            space = genie.parse((DEMO / "bare.geniespace.json").read_text())
            server.load(DEMO / "tables", space.copy(), "Sales")
        taken = []
        for _ in range(STARTS):
            begun = time.perf_counter()
            with serve(folder):
                taken.append((time.perf_counter() - begun) * 1000)
    return taken, first


def questions(place: Place) -> list[float]:
    """ms of each question of the demo by itself, rows fetched and conversation deleted."""
    taken = []
    for number in range(ROUNDS + 1):
        for each in place.benchmarks:
            begun = time.perf_counter()
            genie.ask(place.client, place.space_id, each.question)
            if number:  # the first round warms
                taken.append((time.perf_counter() - begun) * 1000)
    return taken


def route(place: Place) -> tuple[float, list[float], genie.Score]:
    """s for all benchmarks by the route alone, ms of each question in it, and the score."""
    begun = time.perf_counter()
    found = genie.ChatRoute(place.client).measure(place.space_id, place.benchmarks)
    return time.perf_counter() - begun, [each.duration_s * 1000 for each in found], genie.score(found)


def job(place: Place, benchmarks: tuple[genie.Benchmark, ...]) -> tuple[float, genie.EvaluationView]:
    """s from begin to end of an evaluation as a job."""
    request = genie.EvaluationRequest("local", place.space_id, benchmarks, name="bench")
    with transaction() as session:
        queued = genie.submit_evaluation(session, request, person="bench")
    done = jobs.wait_for(queued.id, 120)
    assert done.state == "completed" and done.started_at and done.finished_at, done
    with reading() as session:
        view = genie.get_evaluation(session, queued.id)
    return (done.finished_at - done.started_at).total_seconds(), view


def limited(settings_dir: Path) -> tuple[float, float, int, int]:
    """s for so many questions under the server's limit, the least that it allows, questions, and refusals."""
    count = PER_WINDOW * WINDOWS
    with serve(settings_dir) as server:
        client = _limited_client(server)
        [space] = client.list_spaces()
        genie.ask(client, space.id, "How many customers are there?")  # what the first question imports
        time.sleep(WINDOW_S)  # until the server has forgotten it
        server.set_faults(FaultSettings(questions_per_minute=PER_WINDOW, window_s=WINDOW_S))
        client.limiter = genie.QuestionLimiter(
            genie.DatabasePlaces(), "bench", per_window=PER_WINDOW, window_s=WINDOW_S
        )
        begun = time.perf_counter()
        with ThreadPoolExecutor(4) as pool:
            answers = list(
                pool.map(lambda _: genie.ask(client, space.id, "How many customers are there?"), range(count))
            )
        taken = time.perf_counter() - begun
    assert all(each.failure is None for each in answers), [each.failure for each in answers]
    return taken, (WINDOWS - 1) * WINDOW_S, count, sum(each.attempts - 1 for each in answers)


def _limited_client(server: LocalGenie) -> genie.GenieClient:
    workspace = genie.Workspace(
        "bench", server.base_url, server.token, warehouse_id=server.warehouse_id, local=True, timing=genie.LOCAL
    )
    return genie.GenieClient(workspace)


def left_behind(place: Place) -> tuple[int, int]:
    """Evaluations done, and the conversations that the space holds afterwards."""
    for number in range(EVALUATIONS):
        first = number % len(place.benchmarks)
        job(place, (place.benchmarks * 2)[first : first + 2])
    return EVALUATIONS, len(genie.list_conversations(place.client, place.space_id))


def verbs(folder: Path) -> list[tuple[str, float, float, int]]:
    """s of a verb in a process of its own, medians of wall and CPU time, on a folder that is made already."""
    found = []
    for name, arguments in (
        ("source list", ["source", "list"]),
        ("genie validate FILE", ["genie", "validate", str(DEMO / "bare.geniespace.json")]),
        ("genie spaces", ["genie", "spaces"]),
        ("genie ask", ["genie", "ask", "--space", "Sales", "How many customers are there?"]),
    ):
        taken, busy = [], []
        for _ in range(STARTS):
            begun, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
            command = [sys.executable, "-m", "core", *arguments, "--data-dir", str(folder)]
            subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
            taken.append(time.perf_counter() - begun)
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            busy.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
        found.append((name, statistics.median(taken), statistics.median(busy), len(taken)))
    return found


def main() -> None:
    global ROUNDS, EVALUATIONS, STARTS, WINDOWS, WINDOW_S
    if measuring.is_quick(__doc__):
        ROUNDS, EVALUATIONS, STARTS, WINDOWS, WINDOW_S = 1, 5, 2, 3, 2.0
    cold, very_first = starts()
    with measuring.workbench() as settings:
        place = demo()
        asked = questions(place)
        startup.start_worker(embedded=True)
        job(place, place.benchmarks)  # warms the worker
        alone, by_job = [], []
        for _ in range(ROUNDS):
            alone.append(route(place))
            by_job.append(job(place, place.benchmarks))
        done, left = left_behind(place)
        taken, least, count, refused = limited(settings.data_dir)
        processes = verbs(settings.data_dir)
    each = [ms for _, durations, _ in alone for ms in durations]
    route_s, job_s = statistics.median(s for s, _, _ in alone), statistics.median(s for s, _ in by_job)
    measuring.table(
        "The local Genie starts, ms", ("", "p50", "longest", "n"),
        [("on a folder with the demo", measuring.p50(cold), max(cold), len(cold)),
         ("the first of a process, with its imports", very_first, very_first, 1)],
    )  # fmt: skip
    measuring.table(
        "One question, ms", ("", "p50", "p95", "n"),
        [("alone, as a person asks", measuring.p50(asked), measuring.p95(asked), len(asked)),
         ("within an evaluation, 4 at once", measuring.p50(each), measuring.p95(each), len(each))],
    )  # fmt: skip
    measuring.table(
        f"{len(place.benchmarks)} benchmarks, s", ("", "median", "longest", "score", "n"),
        [("the route alone", route_s, max(s for s, _, _ in alone), str(alone[0][2]), ROUNDS),
         ("as a job", job_s, max(s for s, _ in by_job), str(by_job[0][1].rounds[0]), ROUNDS),
         ("ratio", job_s / route_s, "", "", "")],
    )  # fmt: skip
    measuring.table(
        f"{count} questions at {PER_WINDOW} in {WINDOW_S:g} s", ("s", "least possible s", "share of the rate", "refused (429)"),
        [(taken, least, least / taken, refused)],
    )  # fmt: skip
    measuring.table("Evaluations", ("done", "conversations left"), [(done, left)])
    measuring.table("A verb in a process of its own, s", ("verb", "wall", "CPU", "n"), processes)
    assert math.isclose(alone[0][2].value or 0, by_job[0][1].mean or 0), "the job and its route disagree"


if __name__ == "__main__":
    main()
