"""`genie evaluate`: ask every benchmark of a space and judge the answers, as a job that is done here and now."""

from typing import Any

import click

from core import genie
from core.cli import output
from core.cli.genie_places import (
    benchmarks_option,
    choose_benchmarks,
    connection_option,
    find_place,
    find_space,
    space_option,
)
from core.cli.invocation import Invocation, Verb
from core.cli.root import FAILED, NEGATIVE, STOPPED
from core.db import reading, transaction


@click.command(cls=Verb)
@connection_option
@space_option()
@benchmarks_option
@click.option(
    "--repeats", type=click.IntRange(1, 10), default=1, show_default=True, help="Ask every question so often."
)
@click.option(
    "--route",
    type=click.Choice(["chat", "official"]),
    default="chat",
    show_default=True,
    help="Ask by chat and compare rows here, or let the service run its own evaluation.",
)
@click.option("--judge", metavar="C", help="A connection to a model that decides what comparing rows leaves undecided.")
@click.option(
    "--min-score", type=click.FloatRange(0, 1), metavar="X", help="Exit with 1 when the score is below, 0 to 1."
)
@click.option("--name", default="", metavar="NAME", help="Of the job; made from the space if not given.")
@click.option("--tag", "tags", metavar="TAG", multiple=True)
@click.pass_obj
def evaluate(
    invocation: Invocation,
    connection: str | None,
    space: str,
    benchmarks_file: str | None,
    repeats: int,
    route: str,
    judge: str | None,
    min_score: float | None,
    name: str,
    tags: tuple[str, ...],
) -> int:
    """Ask a space all its benchmarks and score it.

    It is a job that is done here and now: its log goes to stderr, and Ctrl-C cancels it.

    Exit codes: 0 measured · 1 below --min-score · 3 the job failed, or nothing was measured to hold against --min-score.
    """
    from core.cli.analysing import await_job  # brings the analyses and the worker, which no other verb of genie needs

    invocation.open()
    place = find_place(connection)
    space_id = find_space(place, space)
    chosen = choose_benchmarks(place, space_id, benchmarks_file)
    request = genie.EvaluationRequest(
        workspace=place.id,
        space_id=space_id,
        benchmarks=chosen.benchmarks,
        name=name,
        route=route,
        repeats=repeats,
        judge=judge,
        origin=chosen.origin,
        tags=tags,
    )
    with transaction() as session:
        job = genie.submit_evaluation(session, request, person=invocation.settings.person)
    job = await_job(invocation, job.id)
    with reading() as session:
        found = genie.evaluation_document(session, job.id)
        view = genie.get_evaluation(session, job.id)
    if job.error:
        found |= {"error": {"kind": "WorkbenchError", "message": job.error}}
    invocation.put(found, _text(found, view))
    if job.state in ("failed", "cancelled"):
        return FAILED if job.state == "failed" else STOPPED
    return _against(min_score, view)


def _against(min_score: float | None, view: genie.EvaluationView) -> int:
    if min_score is None:
        return 0
    if view.mean is None:
        output.say("Nothing was measured, so there is no score to hold against --min-score.")
        return FAILED
    if view.mean < min_score:
        output.say(f"The score {view.mean:.1%} is below {min_score:.1%}.")
        return NEGATIVE
    return 0


def _text(found: dict[str, Any], view: genie.EvaluationView) -> str:
    rows = [
        (
            each["verdict"].replace("_", " "),
            output.short(each["question"], 60),
            output.short(", ".join(each["reasons"]), 60),
        )
        for each in found["questions"]
    ]
    head = f"{view.job_id} · {view.state} · {output.harmless(view.space_title or view.space_id)}"
    parts = [head, output.table(("verdict", "question", "reasons"), rows), "\n".join(_scores(found, view))]
    return "\n\n".join(parts + ([view.error] if view.error else []))


def _scores(found: dict[str, Any], view: genie.EvaluationView) -> list[str]:
    if view.mean is None:
        return ["Nothing measured."]
    if len(view.rounds) == 1:
        lines = [f"Score: {view.rounds[0]}"]
    else:
        flaky = found["stability"]["flaky"]
        lines = [f"Round {number}: {score}" for number, score in enumerate(view.rounds, start=1)]
        lines.append(f"Score: mean {view.mean:.1%} of {len(view.rounds)} rounds; {flaky} flaky")
    return lines + ([f"Held out: {view.held_out}"] if view.held_out and view.held_out.total else [])
