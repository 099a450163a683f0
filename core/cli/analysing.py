"""`analyze`: start an analysis of tables; and what `job rerun` shares with it: waiting for a job and printing its result."""

import time
from typing import Any

import click

from core import analysis, jobs, sources, startup
from core.cli import output
from core.cli.invocation import Invocation, Verb
from core.cli.root import FAILED, STOPPED
from core.db import reading, transaction
from core.errors import InputError

_POLL_S = 0.2
_SILENCE_S = 5.0


@click.command(cls=Verb)
@click.option("--source", "source_name", metavar="S", required=True, help="The source, by name or id.")
@click.option("--table", "tables", metavar="T", multiple=True, required=True, help="A table; up to ten.")
@click.option(
    "--type", "types", metavar="TYPE", multiple=True, required=True, help=f"One of {', '.join(analysis.TYPES)}."
)
@click.option(
    "--recipe", "recipes", metavar="R", multiple=True, help="A recipe by name, title or id; it serves its own type."
)
@click.option("--connection", metavar="C", help="Instead of the recipe's, or the default one.")
@click.option("--model", metavar="M", help="Instead of the recipe's, or the connection's.")
@click.option("--context", default="", metavar="TEXT", help="Business context, sent as it stands.")
@click.option("--name", metavar="NAME", help="Of the job; made from tables and types if not given.")
@click.option("--tag", "tags", metavar="TAG", multiple=True)
@click.option("--token-limit", type=click.IntRange(min=500), help="At most so many tokens of summary and samples.")
@click.option("--wait", is_flag=True, help="Do the job here and now, and print what it found.")
@click.pass_obj
def analyze(
    invocation: Invocation,
    source_name: str,
    tables: tuple[str, ...],
    types: tuple[str, ...],
    recipes: tuple[str, ...],
    connection: str | None,
    model: str | None,
    context: str,
    name: str | None,
    tags: tuple[str, ...],
    token_limit: int | None,
    wait: bool,
) -> int:
    """Start an analysis job over tables of a source.

    Without --wait it is queued for the next free worker. Exit code 3 if the job fails.
    """
    invocation.open()
    with transaction() as session:
        source = sources.get_source(session, source_name)
        chosen: dict[str, str | analysis.Prompt | None] = {}
        for each in recipes:
            recipe = analysis.find_recipe(session, each)
            if recipe.analysis_type not in types:
                raise InputError(
                    f"'{recipe.title}' is a recipe for {recipe.analysis_type}, which is not among the types of this job. "
                    f"Add --type {recipe.analysis_type}, or choose another recipe."
                )
            chosen[recipe.analysis_type] = recipe.id
        request = analysis.AnalysisRequest(
            source_id=source.id,
            tables=tables,
            types=types,
            name=name or f"{', '.join(tables)}: {', '.join(types)}"[:280],
            connection=connection,
            model=model,
            business_context=context,
            tags=tags,
            prompts=chosen,
            token_limit=token_limit,
        )
        job = analysis.submit_analysis(session, request, person=invocation.settings.person)
    return finish(invocation, job, wait=wait)


def finish(invocation: Invocation, job: jobs.JobView, *, wait: bool) -> int:
    """Print the job as it is, or do it first; returns the exit code."""
    if wait:
        job = await_job(invocation, job.id)
    elif not invocation.as_json:
        output.say(f"Queued. `job show {job.id}` tells how it goes; a worker does it (`worker`, or the running app).")
    found = document(job)
    invocation.put(found, _text(job, found))
    return {"failed": FAILED, "cancelled": STOPPED}.get(job.state, 0)


def await_job(invocation: Invocation, job_id: str) -> jobs.JobView:
    """Do the job in this process, or follow the worker that took it; its log goes to stderr, and where that is silent for
    long, how far the job is. Ctrl-C cancels it.
    """
    startup.start_worker(embedded=True)
    seen, told, told_at = 0, 0, time.monotonic()
    try:
        while True:
            with reading() as session:
                job = jobs.get_job(session, job_id)
                lines = jobs.read_log(session, job_id, after=seen)
            for line in lines:
                output.say(line.text)
                seen, told_at = line.seq, time.monotonic()
            if job.progress_done > told and time.monotonic() - told_at > _SILENCE_S:
                output.say(f"{job.progress_words}.")
                told, told_at = job.progress_done, time.monotonic()
            if job.is_over or job.state in ("waiting", "paused"):
                return job
            time.sleep(_POLL_S)
    except KeyboardInterrupt:
        with transaction() as session:
            jobs.cancel(session, job_id, person=invocation.settings.person)
        raise


def document(job: jobs.JobView) -> dict[str, Any]:
    """The result of an analysis for `--json`. `cost_usd` None means that the price of a call is not known."""
    with reading() as session:
        results = analysis.type_results(session, job)
        findings = analysis.list_findings(session, job.id)
    found: dict[str, Any] = {
        "job_id": job.id,
        "state": job.state,
        "title": job.title,
        "parent_id": job.parent_id,
        "tags": job.tags,
        "summary": (job.result or {}).get("summary"),
        "recommendations": (job.result or {}).get("recommendations", []),
        "results": {key: each.result for key, each in results.items()},
        "raw": {key: each.raw for key, each in results.items() if each.raw is not None},
        "errors": {key: each.error for key, each in results.items() if each.error is not None},
        "findings": findings,
        "cost_usd": None if job.unknown_cost_calls else job.cost_usd,
    }
    return found | ({"error": {"kind": "WorkbenchError", "message": job.error}} if job.error else {})


def _text(job: jobs.JobView, found: dict[str, Any]) -> str:
    lines = [f"{job.id} · {job.state} · {job.title}"]
    if found["summary"]:
        lines += ["", found["summary"]]
    findings: list[analysis.FindingView] = found["findings"]
    if findings:
        rows = [
            (each.severity, each.verdict, each.place, output.short(each.claim, 80), output.short(each.verdict_note, 60))
            for each in findings
        ]
        lines += ["", output.table(("severity", "verdict", "where", "claim", "what the data says"), rows)]
    lines += [f"{key}: {error}" for key, error in found["errors"].items()]
    if job.error:
        lines += ["", job.error]
    return "\n".join(lines)
