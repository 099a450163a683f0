"""What an evaluation is asked for with, and what is refused before a question is spent."""

from dataclasses import replace

import pytest

from core import jobs
from core.db import reading
from core.errors import InputError, NotFoundError
from core.genie import EvaluationRequest, get_evaluation
from core.genie.evaluation_job.requests import payload_of, request_of


@pytest.fixture
def request_(benchmark):
    return EvaluationRequest("local", "a" * 32, (benchmark(1, tags=("a",), extra={"x": [1]}), benchmark(2, sql=None)))


def test_a_request_survives_the_jobs_payload(request_):
    assert request_of(payload_of(request_)) == request_


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"benchmarks": ()}, "no benchmark to ask"),
        ({"repeats": 0}, "1 to 10 times"),
        ({"repeats": 11}, "1 to 10 times"),
        ({"route": "guess"}, "no route 'guess'"),
        ({"name": "x" * 301}, "301 characters"),
        ({"tags": ("t" * 61,)}, "61 characters"),
        ({"space_id": "../warehouses"}, "space"),
        ({"space_id": ""}, "space"),
    ],
)
def test_what_cannot_be_done_is_refused(genie, submit, request_, change, says):
    changed = replace(request_, **change)
    with pytest.raises(InputError, match=says):
        fields = {name: getattr(changed, name) for name in ("space_id", "route", "repeats", "name", "tags")}
        submit(changed.benchmarks, **fields)
    assert genie.history == []


def test_double_missing_and_too_many_ids_are_refused(submit, benchmark):
    with pytest.raises(InputError, match="stands at benchmarks 1 and 2"):
        submit([benchmark(1), benchmark(1, "Another?")])
    with pytest.raises(InputError, match="Benchmark 2 has no id"):
        submit([benchmark(1), replace(benchmark(2), id=" ")])
    with pytest.raises(InputError, match="501 benchmarks"):
        submit([benchmark(i) for i in range(501)])
    with pytest.raises(InputError, match="NUL"):
        submit([benchmark(1, "What\0?")])


def test_an_unknown_workspace_is_refused(workbench, request_):
    from core.db import transaction
    from core.genie import submit_evaluation

    with pytest.raises(NotFoundError, match="no workspace 'elsewhere'"), transaction() as session:
        submit_evaluation(session, replace(request_, workspace="elsewhere"), person="ann")


def test_what_was_asked_for_stands_beside_the_job(evaluate, benchmark):
    ones = [benchmark(1, "Eight??", "SELECT 7", held_out=True), benchmark(2, "Nine?", "SELECT 5")]
    done = evaluate(ones, name="  Mine  ", repeats=2, origin="a file")
    with reading() as session:
        found = get_evaluation(session, done.id)
        job = jobs.get_job(session, done.id)
    assert (found.title, found.route, found.repeats, found.judge) == ("Mine", "chat", 2, None)
    assert (found.benchmark_count, found.held_out_count, found.planned, found.asked) == (2, 1, 4, 4)
    assert found.benchmarks_origin == "a file" and job.kind == "genie_evaluation"
