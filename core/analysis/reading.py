"""Reading a job: what became of each type, and the texts and figures that it was made from."""

from sqlalchemy.orm import Session

from core import jobs, library
from core.analysis.preparing import Prepared
from core.analysis.types import TYPES
from core.analysis.views import TypeResult
from core.errors import NotFoundError


def type_results(session: Session, job: jobs.JobView) -> dict[str, TypeResult]:
    """What became of each of the job's types, in their order; *pending* until its call has ended."""
    types = [key for key in job.payload["types"] if key in TYPES]
    items = jobs.get_items(session, job.id, [f"type:{key}" for key in types])
    return {key: _result(session, key, items.get(f"type:{key}")) for key in types}


def prepared_of(session: Session, job_id: str) -> Prepared | None:
    """The texts and figures that the job was made from; None until they are put together."""
    item = jobs.get_items(session, job_id, ["prepare"]).get("prepare")
    return Prepared.from_json(item.result) if item is not None and item.result else None


def _result(session: Session, key: str, item: jobs.Item | None) -> TypeResult:
    if item is None or item.state in ("running", "pending"):
        return TypeResult(key, "pending", None, None, None, item.execution_id if item else None)
    execution = None
    if item.execution_id is not None:
        try:
            execution = library.get_execution(session, item.execution_id)
        except NotFoundError:
            execution = None
    if execution is None:
        return TypeResult(key, "failed", None, None, item.error or "The record of its call is gone.", item.execution_id)
    if execution.status == "completed":
        return TypeResult(key, "completed", execution.parsed, None, None, execution.id)
    raw = execution.response if (execution.error_kind or "").startswith("PromptSchemaError") else None
    return TypeResult(key, "raw" if raw else "failed", None, raw, execution.error, execution.id)
