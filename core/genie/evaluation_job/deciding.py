"""A model as judge of what comparing rows leaves open: a call for a few cases at a time, verdicts taken over by key.

Whatever the model does not decide stays for a person, and is said.
"""

import asyncio
from typing import Any

from sqlalchemy.orm import Session

from core import jobs, library
from core.db import reading
from core.errors import WorkbenchError
from core.genie.evaluation_job.open_cases import SCHEMA, SCHEMA_NAME, batches, case_of, cases_text, verdicts_of
from core.genie.evaluation_job.recording import settled_keys
from core.genie.evaluation_job.requests import EvaluationRequest
from core.genie.judging import UndecidedCase, settle
from core.genie.keeping import get_outcome, open_outcomes, settle_outcome
from core.genie.views import OutcomeView


async def decide_open(job: jobs.JobContext, request: EvaluationRequest, measured: int) -> None:
    """Ask the judge about every open outcome. `measured` is how many questions the progress counts already.

    Which outcomes stand in which call is kept, so that an answer that was recorded before a crash finds its cases again.
    """
    seen: set[str] = set()
    number = 0
    while fresh := [each for each in await asyncio.to_thread(_open_ids, job.job_id) if each not in seen]:
        number += 1
        batched = await job.step(f"judge:{number}", lambda fresh=fresh: _batched(fresh, job.payload["salt"]))
        keys = [f"judge:{number}:{i}" for i in range(1, len(batched) + 1)]
        done = measured + len(await asyncio.to_thread(settled_keys, job.job_id, keys))
        await job.total(request.planned + len(keys), "questions and verdicts asked for", done=done)
        asked = [(key, ids) for key, ids in zip(keys, batched, strict=True) if not set(fresh).isdisjoint(ids)]
        await asyncio.gather(*(_decide(job, request, key, ids) for key, ids in asked))
        seen.update(outcome_id for batch in batched for outcome_id in batch)
        measured += len(keys)


async def _decide(job: jobs.JobContext, request: EvaluationRequest, key: str, outcome_ids: list[str]) -> None:
    views = await asyncio.to_thread(_views, outcome_ids)
    cases = {view.id: case_of(view, job.payload["salt"]) for view in views}
    try:
        execution = await job.call(key, _call(job, request, list(cases.values())))
    except WorkbenchError as error:
        await job.log(
            f"The judge could not be asked about {_questions(len(cases))}, which stay for review. {error}", "error"
        )
        return
    if execution.status != "completed":
        await job.log(f"The judge gave no verdict on {_questions(len(cases))}: {execution.error}", "error")
        return
    settled = settle(list(cases.values()), lambda _: verdicts_of(execution.parsed))

    def keep(session: Session) -> None:
        for outcome_id, case in cases.items():
            if verdict := settled.verdicts.get(case.key):
                settle_outcome(session, outcome_id, verdict)

    await job.write(keep)
    words = f"The judge “{execution.connection}” decided {len(settled.verdicts):,} of {_questions(len(cases))}"
    left = f"; {len(settled.open):,} stay for review" if settled.open else ""
    foreign = f"; {len(settled.unknown):,} verdicts were for keys that nobody asked about" if settled.unknown else ""
    await job.log(f"{words}{left}{foreign}.", "warning" if settled.open else "info")


def _call(job: jobs.JobContext, request: EvaluationRequest, cases: list[UndecidedCase]) -> library.Call:
    prompt: dict[str, Any] = job.payload["judge_prompt"]
    return library.Call(
        **prompt | {"content": library.from_json(prompt["content"])},
        values={"cases": cases_text(cases, job.payload["salt"])},
        overrides={"connection": request.judge, "response_schema": {"name": SCHEMA_NAME, "schema": SCHEMA}},
        source="genie",
        person=job.person,
    )


def _open_ids(job_id: str) -> list[str]:
    with reading() as session:
        return [each.id for each in open_outcomes(session, job_id)]


def _views(outcome_ids: list[str]) -> list[OutcomeView]:
    with reading() as session:
        return [get_outcome(session, each) for each in outcome_ids]


def _batched(outcome_ids: list[str], salt: str) -> list[list[str]]:
    """The ids as they are asked about together."""
    ids = {case_of(view, salt).key: view for view in _views(outcome_ids)}
    return [[ids[case.key].id for case in batch] for batch in batches([case_of(view, salt) for view in ids.values()])]


def _questions(count: int) -> str:
    return "1 open question" if count == 1 else f"{count:,} open questions"
