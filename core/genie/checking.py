"""The quality check of a space's benchmarks as a durable job: each expected SQL is run, a few at a time, and what is found kept.

What was checked stays checked over an interruption; a benchmark that changed meanwhile is checked as it is now.
"""

import asyncio
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from core import jobs
from core.db import reading
from core.db.models import Job
from core.errors import AuthError, InputError, NotFoundError
from core.genie.benchmarks import Benchmark, Finding, QualityReport, check_quality, duplicates, fresh_id
from core.genie.client import GenieClient
from core.genie.connecting import client_of
from core.genie.keeping import get_benchmarks, keep_quality
from core.genie.spaces import Space, parse, write
from core.genie.statements import run_sql

KIND = "genie_quality"
_AT_ONCE = 4


def submit_check(session: Session, workspace: str, space_id: str, *, title: str, person: str) -> jobs.JobView:
    """Queue a check of the benchmarks that are kept for the space; `title` is the space's.

    Raises:
        InputError: none are kept.
    """
    kept = get_benchmarks(session, workspace, space_id)
    if kept is None or not kept.benchmarks:
        raise InputError("No benchmarks are kept for this space. Take over those of the space, or import a file.")
    payload = {"workspace": workspace, "space_id": space_id}
    return jobs.submit(session, KIND, f"Check of the benchmarks: {title}"[:300], payload, person=person)


def latest_check(session: Session, workspace: str, space_id: str) -> jobs.JobView | None:
    """The newest check of the space's benchmarks, whatever its state."""
    found = session.scalar(
        select(Job.id)
        .where(
            Job.kind == KIND,
            Job.payload["workspace"].as_string() == workspace,
            Job.payload["space_id"].as_string() == space_id,
        )
        .order_by(Job.seq.desc())
        .limit(1)
    )
    return None if found is None else jobs.get_job(session, found)


async def check(job: jobs.JobContext) -> dict[str, Any]:
    """Do the job; returns how many benchmarks there are and how many have no error.

    Raises:
        ConflictError: a question or its SQL changed while it was checked.
        NotFoundError: the benchmarks are gone.
        WorkbenchError: the workspace cannot be reached at all.
    """
    workspace, space_id = job.payload["workspace"], job.payload["space_id"]
    with reading() as session:
        kept = get_benchmarks(session, workspace, space_id)
        client = client_of(session, workspace)
    if kept is None:
        raise NotFoundError("The benchmarks of this space are gone. Take over those of the space, or import a file.")
    await job.total(len(kept.benchmarks), "benchmarks")
    space = await _definition(job, client, space_id)
    places = asyncio.Semaphore(_AT_ONCE)

    async def one(benchmark: Benchmark) -> dict[str, Any]:
        async with places:
            content = fresh_id(benchmark.question, benchmark.expected_sql)
            key = f"check:{benchmark.id}:{content}"
            return await job.step(key, lambda: _checked(client, benchmark, space), counts=True)

    checked = await asyncio.gather(*(one(each) for each in kept.benchmarks))
    report = _report(kept.benchmarks, checked)
    await job.write(lambda session: keep_quality(session, workspace, space_id, report, rev=kept.rev))
    return {"total": report.total, "usable": report.usable}


async def _definition(job: jobs.JobContext, client: GenieClient, space_id: str) -> Space | None:
    """Where examples are looked for that copy a benchmark; None, and said, without the right to read it."""

    def read() -> dict[str, str | None]:
        try:
            definition = client.get_space(space_id).definition
        except AuthError as error:
            return {"definition": None, "why": str(error)}
        return {"definition": None if definition is None else write(definition), "why": None}

    found = await job.step("space", read)
    if found["definition"] is None:
        why = found["why"] or "The service does not show the space's definition."
        await job.log(f"Copies among the space's examples were not looked for. {why}", "warning")
        return None
    return parse(found["definition"])


def _checked(client: GenieClient, benchmark: Benchmark, space: Space | None) -> dict[str, Any]:
    report = check_quality([benchmark], lambda sql: run_sql(client, sql), space=space)
    found = [[each.check, each.level, each.sentence] for each in report.findings]
    return {"findings": found, "rows": report.rows.get(benchmark.id)}


def _report(benchmarks: tuple[Benchmark, ...], checked: list[dict[str, Any]]) -> QualityReport:
    """Each benchmark's own findings, and those that only the whole set shows."""
    twins = duplicates(benchmarks)
    findings: list[Finding] = []
    for benchmark, found in zip(benchmarks, checked, strict=True):
        findings += [Finding(benchmark.id, *each) for each in found["findings"]]
        findings += twins.get(benchmark.id, [])
    rows = {
        each.id: found["rows"] for each, found in zip(benchmarks, checked, strict=True) if found["rows"] is not None
    }
    return QualityReport(tuple(findings), rows, len(benchmarks))


jobs.register(KIND, check)
