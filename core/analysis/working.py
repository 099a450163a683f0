"""The work of an analysis job: prepare the texts, one call per type at once, check what comes back, sum it up.

One type that fails leaves the others alone; it is said in the log and on the result, and a retry repeats only that.
"""

import asyncio
import hashlib
from typing import Any

from core import jobs, library, sources
from core.analysis.asking import room_for_data, type_call
from core.analysis.dictionary import store_entries
from core.analysis.findings import MOST_FINDINGS, store_findings
from core.analysis.preparing import Prepared, prepare
from core.analysis.submitting import KIND, prompt_from_json
from core.analysis.types import TYPES
from core.analysis.types.base import FindingDraft
from core.analysis.verifying import Verdict, Verifier
from core.analysis.views import Prompt
from core.db import reading
from core.errors import WorkbenchError

SUMMARY_PROMPT = "analysis/summary"
_MANY = 200


async def analyse(job: jobs.JobContext) -> dict[str, Any]:
    """Do the job; returns its result: summary, recommendations, and what became of each type and table.

    Raises:
        WorkbenchError: no type brought an answer, or no table could be read.
    """
    types: list[str] = job.payload["types"]
    await job.total(len(types) + 1, "calls")
    prepared = await _prepared(job)
    for sentence in prepared.summary.left_out:
        await job.log(f"Left out: {sentence}", "warning")
    for table in prepared.unread:
        await job.log(f"Table '{table.name}' could not be read. {table.error}", "warning")
    if len(prepared.unread) == len(prepared.tables):
        raise WorkbenchError(f"None of the tables could be read. {prepared.tables[0].error}")
    outcomes = dict(zip(types, await asyncio.gather(*(_one_type(job, prepared, key) for key in types)), strict=True))
    answered = {key: outcome for key, outcome in outcomes.items() if outcome["state"] == "completed"}
    if all(outcome["state"] == "failed" for outcome in outcomes.values()):
        reasons = list(dict.fromkeys(outcome["error"] for outcome in outcomes.values()))
        raise WorkbenchError(f"No type brought an answer. {' '.join(reasons)}")
    summary = await _summary(job, {key: outcome["result"] for key, outcome in answered.items()})
    recommendations = _recommendations({key: outcome["result"] for key, outcome in answered.items()})
    return {
        "summary": summary,
        "recommendations": recommendations,
        "types": {key: {name: outcome[name] for name in ("state", "error")} for key, outcome in outcomes.items()},
        "left_out": list(prepared.summary.left_out),
        "unread": {table.name: table.error for table in prepared.unread},
    }


async def _prepared(job: jobs.JobContext) -> Prepared:
    """The texts that were approved before the job, or those that are put together now and kept for a later attempt."""
    payload = job.payload

    def work() -> dict[str, Any]:
        prompts = [prompt_from_json(each) for each in payload["prompts"].values()]
        with reading() as session:
            room = room_for_data(
                session,
                prompts,
                connection=payload["connection"],
                model=payload["model"],
                limit=payload["token_limit"],
            )
        return prepare(payload["source_id"], payload["tables"], salt=payload["salt"], token_limit=room).to_json()

    return Prepared.from_json(await job.step("prepare", work))


async def _one_type(job: jobs.JobContext, prepared: Prepared, key: str) -> dict[str, Any]:
    """One call, its findings, and their verdicts. Never raises for what is wrong with this type alone."""
    kind, prompt = TYPES[key], prompt_from_json(job.payload["prompts"][key])
    title = kind.title
    try:
        call = type_call(
            key,
            prompt,
            prepared.summary,
            person=job.person,
            **{name: job.payload[name] for name in ("tables", "business_context", "connection", "model")},
        )
        execution = await job.call(f"type:{key}", call)
    except WorkbenchError as error:
        await job.metadata(**_sent(key, prompt, None))
        await job.log(f"{title}: {error}", "error")
        return {"state": "failed", "result": None, "error": str(error)}
    await job.metadata(**_sent(key, prompt, execution))
    if execution.status != "completed":
        raw = execution.error_kind is not None and execution.error_kind.startswith("PromptSchemaError")
        await job.log(f"{title}: {execution.error}", "warning" if raw else "error")
        return {"state": "raw" if raw else "failed", "result": None, "error": execution.error}
    result = kind.normalised(execution.parsed)
    drafts = kind.findings(result)
    if len(drafts) > MOST_FINDINGS:
        await job.log(f"{title}: {len(drafts):,} findings came; the first {MOST_FINDINGS:,} are kept.", "warning")
    if len(drafts) > _MANY:
        await job.log(f"{title}: checking {len(drafts):,} findings.")
    checked = await asyncio.to_thread(_checked, job.payload["source_id"], prepared, drafts[:MOST_FINDINGS])
    await job.write(lambda session: store_findings(session, job.job_id, key, checked))
    if key == "column_documentation":
        kept = await job.write(
            lambda session: store_entries(
                session, job.payload["source_id"], result["entries"], job_id=job.job_id, person=job.person
            )
        )
        if kept:
            await job.log(f"{title}: {len(kept):,} entries that a person wrote are left as they are.")
    wrong = sum(verdict.verdict == "contradicted" for _, verdict in checked)
    await job.log(f"{title}: {len(checked):,} findings, {wrong:,} of them contradicted by the data.")
    return {"state": "completed", "result": result, "error": None}


def _sent(key: str, prompt: Prompt, execution: library.ExecutionView | None) -> dict[str, Any]:
    """What the job keeps of a prompt: the texts as sent, and the template behind them."""
    kept: dict[str, Any] = {
        f"{key}_version_id": prompt.version_id or prompt.edited_from,
        f"{key}_system_template": prompt.content.system,
        f"{key}_user_template": prompt.content.user,
    }
    if execution is not None:
        text = f"{execution.system}\0{execution.user}".encode()
        kept |= {
            f"{key}_system_message": execution.system,
            f"{key}_user_message": execution.user,
            f"{key}_sent_sha256": hashlib.sha256(text).hexdigest(),
            f"{key}_execution_id": execution.id,
        }
    return kept


def _checked(source_id: str, prepared: Prepared, drafts: list[FindingDraft]) -> list[tuple[FindingDraft, Verdict]]:
    """Each draft with what the data says to it. A source that cannot be opened makes all of them unverifiable."""
    profiles = {table.name: table.profile for table in prepared.tables if table.profile}
    # A model can only quote what it was shown: disguised values of these columns do not occur in the data.
    disguised = {
        (table, column)
        for table, policies in prepared.withheld.items()
        for column, policy in policies.items()
        if policy in ("mask", "hash")
    }
    try:
        with reading() as session:
            source = sources.get_source(session, source_id)
        with sources.open_source(source) as reader:
            verifier = Verifier(reader, profiles.get, withheld=disguised)
            return [(draft, verifier.verify(draft)) for draft in drafts]
    except WorkbenchError as error:
        return [(draft, Verdict("unverifiable", str(error), ())) for draft in drafts]


async def _summary(job: jobs.JobContext, results: dict[str, dict[str, Any]]) -> str | None:
    """Three to five sentences over the executive summaries; None if there are none, or the call failed."""
    told = {
        TYPES[key].title: result["executive_summary"]
        for key, result in results.items()
        if "executive_summary" in result
    }
    if not told:
        await job.total(len(job.payload["types"]), "calls")
        return None
    text = "\n\n".join(f"{title}: {summary}" for title, summary in told.items())
    with reading() as session:
        call = library.call_reference(
            session,
            SUMMARY_PROMPT,
            {"executive_summaries": text},
            overrides={"connection": job.payload["connection"], "model": job.payload["model"]},
            source="analysis",
            person=job.person,
        )
    execution = await job.call("summary", call)
    if execution.status != "completed":
        await job.log(f"Summary: {execution.error}", "warning")
        return None
    return (execution.response or "").strip() or None


def _recommendations(results: dict[str, dict[str, Any]]) -> list[str]:
    """Those of all types in their order, each once."""
    found: dict[str, str] = {}
    for key, result in results.items():
        for each in TYPES[key].recommendations(result):
            found.setdefault(" ".join(each.lower().split()).rstrip("."), " ".join(each.split()))
    return [each for each in found.values() if each]


jobs.register(KIND, analyse)
