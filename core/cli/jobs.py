"""`job …`: background jobs. They are done by the web server's worker or by `worker`, not by these verbs."""

import dataclasses
import json
import time
import typing
from typing import Any

import click

from core import jobs
from core.cli import output
from core.cli.invocation import Invocation, VerbGroup
from core.cli.rerunning import rerun
from core.db import reading, transaction
from core.errors import InputError
from core.jobs import Item, JobFilter, JobRow, JobView, LogLine, State

_FOLLOW_S = 1.0


@click.group(cls=VerbGroup)
def job() -> None:
    """List, show and steer background jobs."""


@job.command("list")
@click.option("--state", type=click.Choice(typing.get_args(State)))
@click.option("--kind", metavar="K", help="Only jobs of this kind, such as analysis.")
@click.option("--tag", metavar="TAG")
@click.option("--person", metavar="P")
@click.option("--text", default="", help="In the name.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=20, show_default=True)
@click.pass_obj
def list_(
    invocation: Invocation,
    state: State | None,
    kind: str | None,
    tag: str | None,
    person: str | None,
    text: str,
    limit: int,
) -> None:
    """List jobs, newest first."""
    invocation.open()
    with reading() as session:
        filters = JobFilter(search=text, state=state, kind=kind, tag=tag, person=person)
        found = jobs.list_jobs(session, filters, size=limit)
    rest = f"\nThe newest {limit} of {found.total:,}; --limit shows more." if found.more else ""
    invocation.put(
        {"jobs": [_row_document(row) for row in found.rows], "total": found.total, "more": found.more},
        _rows_table(found.rows) + rest,
    )


@job.command()
@click.argument("job_id", metavar="ID")
@click.pass_obj
def show(invocation: Invocation, job_id: str) -> None:
    """Show one job: its state, its pieces and its result."""
    invocation.open()
    with reading() as session:
        found = jobs.get_job(session, job_id)
        items = jobs.list_items(session, job_id)
    invocation.put(document(found) | {"items": items}, _readable(found, items))


@job.command("log")
@click.argument("job_id", metavar="ID")
@click.option(
    "--after", type=click.IntRange(min=0), default=0, metavar="N", help="Only lines after this offset (`seq`)."
)
@click.option("--follow", is_flag=True, help="Go on until the job is over, waits or is paused. Not with --json.")
@click.pass_obj
def log_(invocation: Invocation, job_id: str, after: int, follow: bool) -> None:
    """Show the log of a job."""
    if follow and invocation.as_json:
        raise InputError("--follow prints lines as they come, which is not one document. Leave out --json or --follow.")
    invocation.open()
    lines: list[LogLine] = []
    while True:
        with reading() as session:
            found = jobs.get_job(session, job_id)  # before the lines, so that the last ones are not missed
            fresh = jobs.read_log(session, job_id, after=lines[-1].seq if lines else after)
        lines += fresh
        if follow and fresh:
            output.put_text("\n".join(map(_line, fresh)))
        if fresh:
            continue
        if not follow or found.state not in ("queued", "running"):
            break
        time.sleep(_FOLLOW_S)
    if not follow:
        invocation.put({"job_id": job_id, "lines": lines}, "\n".join(map(_line, lines)) or "No lines yet.")


@job.command()
@click.argument("job_id", metavar="ID")
@click.pass_obj
def cancel(invocation: Invocation, job_id: str) -> None:
    """End a job now; calls under way are cut."""
    _steer(invocation, job_id, jobs.cancel)


@job.command()
@click.argument("job_id", metavar="ID")
@click.pass_obj
def pause(invocation: Invocation, job_id: str) -> None:
    """Let a job begin nothing more, until it is resumed."""
    _steer(invocation, job_id, jobs.pause)


@job.command()
@click.argument("job_id", metavar="ID")
@click.pass_obj
def resume(invocation: Invocation, job_id: str) -> None:
    """Go on where a paused, failed or cancelled job was."""
    _steer(invocation, job_id, jobs.resume)


@job.command()
@click.argument("job_id", metavar="ID")
@click.pass_obj
def retry(invocation: Invocation, job_id: str) -> None:
    """Repeat what failed in a job, and only that."""
    _steer(invocation, job_id, jobs.retry)


@job.command()
@click.argument("job_id", metavar="ID")
@click.argument("decision", metavar="JSON")
@click.pass_obj
def decide(invocation: Invocation, job_id: str, decision: str) -> None:
    """Answer the question of a waiting job with a JSON object. `job show` prints the question."""
    try:
        given = json.loads(decision)
    except ValueError as error:
        raise InputError(
            f'The decision is not JSON ({error}). Write an object such as \'{{"choice": "yes"}}\'.'
        ) from error
    if not isinstance(given, dict):
        raise InputError('The decision must be a JSON object, such as \'{"choice": "yes"}\'.')
    _steer(invocation, job_id, lambda session, job_id, *, person: jobs.decide(session, job_id, given, person=person))


@job.command()
@click.argument("job_id", metavar="ID")
@click.pass_obj
def delete(invocation: Invocation, job_id: str) -> None:
    """Remove a job that is over or paused, with its log. Recorded calls stay."""
    invocation.open()
    with transaction() as session:
        jobs.delete_job(session, job_id)
    invocation.put({"job_id": job_id, "deleted": True}, f"Deleted {job_id}.")


@job.command()
@click.pass_obj
def workers(invocation: Invocation) -> None:
    """List the workers that do jobs."""
    invocation.open()
    with reading() as session:
        found = jobs.list_workers(session)
    rows = [
        (each.id, each.host.split()[0], each.pid, each.is_embedded, each.jobs, output.when(each.started_at))
        for each in found
    ]
    shown = output.table(("id", "host", "pid", "embedded", "jobs", "since"), rows)
    invocation.put(
        {"workers": found}, shown if found else "No worker. Start the workbench, or `python -m core worker`."
    )


def document(found: JobView) -> dict[str, Any]:
    """The whole job, as every verb that ends in one shows it."""
    values = {field.name: getattr(found, field.name) for field in dataclasses.fields(found)}
    return {"job_id": values.pop("id"), **values}


def _steer(invocation: Invocation, job_id: str, change: Any) -> None:
    invocation.open()
    with transaction() as session:
        found = change(session, job_id, person=invocation.settings.person)
    invocation.put(document(found), f"{found.id} is {found.state}.")


def _row_document(row: JobRow) -> dict[str, Any]:
    values = {field.name: getattr(row, field.name) for field in dataclasses.fields(row)}
    return {"job_id": values.pop("id"), **values}


def _rows_table(rows: tuple[JobRow, ...]) -> str:
    if not rows:
        return "No jobs."
    columns = ("id", "when", "kind", "state", "done", "USD", "name")
    return output.table(
        columns,
        [
            (
                row.id,
                output.when(row.created_at),
                row.kind,
                row.state,
                row.progress_words,
                _cost(row),
                output.short(row.title, 50),
            )
            for row in rows
        ],
    )


def _readable(found: JobView, items: list[Item]) -> str:
    head = output.pairs(
        {
            "id": found.id,
            "name": found.title,
            "kind": found.kind,
            "state": found.state,
            "done": found.progress_words,
            "left": None if found.seconds_left is None else f"about {found.seconds_left:,.0f} s",
            "cost": f"{_cost(found)} USD",
            "tags": ", ".join(found.tags),
            "submitted": f"{output.when(found.created_at)} by {found.person}",
            "begun": output.when(found.started_at),
            "ended": output.when(found.finished_at),
            "parent": found.parent_id,
        }
    )
    parts = [head]
    if items:
        rows = [
            (each.key, each.state, each.attempts, each.execution_id, output.short(each.error or "", 60))
            for each in items
        ]
        parts.append("--- pieces ---\n" + output.table(("key", "state", "attempts", "execution", "error"), rows))
    for title, value in (("question", found.question), ("result", found.result)):
        if value is not None:
            parts.append(f"--- {title} ---\n{json.dumps(value, ensure_ascii=False, indent=2)}")
    if found.error:
        parts.append(f"--- error ---\n{found.error}")
    return "\n".join(parts)


def _cost(row: JobRow) -> str:
    unknown = f" + {row.unknown_cost_calls} unknown" if row.unknown_cost_calls else ""
    return f"{row.cost_usd:.4f}{unknown}"


def _line(line: LogLine) -> str:
    level = "" if line.level == "info" else f" {line.level.upper()}"
    return f"{line.at:%Y-%m-%d %H:%M:%S}{level} {line.text}"


job.add_command(rerun)
