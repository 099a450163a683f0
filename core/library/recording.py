"""Writing the record of a model call: its intent before the call, its result after it, each in its own transaction.

A result is written only onto a row that is still running, so that nothing late overwrites what was acknowledged.
"""

import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from core import llm
from core.clock import new_id, now
from core.db import transaction
from core.db.models import Connection, Execution, Template, Version
from core.errors import BudgetError
from core.library.characters import kept
from core.library.executions import get_execution
from core.library.views import ExecutionView, Status

_TABLE = Execution.__table__

_LONGEST_WAIT_S = 60
"""Longest pause between two attempts that the model calls make."""


@dataclass(frozen=True)
class Intent:
    """All that is known before the call."""

    template_id: str | None
    template_name: str | None
    version_id: str | None
    version_number: int | None
    source: str
    person: str
    request_id: str
    replay_of: str | None
    connection: llm.ConnectionView
    model: str
    variables: dict[str, Any] | None
    system: str
    user: str
    settings: dict[str, Any]
    reserved_usd: float | None
    execution_id: str | None = None

    @property
    def request_hash(self) -> str:
        """The same for requests that a model would see as the same."""
        parts = [self.connection.id, self.connection.base_url, self.model, self.system, self.user, self.settings]
        return hashlib.sha256(json.dumps(parts, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True)
class Outcome:
    """All that is known after the call. None means unknown."""

    status: Status
    response: str | None = None
    parsed: Any = None
    error_kind: str | None = None
    error: str | None = None
    attempts: int = 0
    input_tokens: int | None = None
    output_tokens: int | None = None
    tokens_estimated: bool = False
    cost_usd: float | None = None
    duration_ms: int | None = None
    first_token_ms: int | None = None


def record_intent(intent: Intent) -> str:
    """Write the row `running` and count the use; returns the execution's id.

    Raises:
        BudgetError: the call would pass the connection's monthly budget. The refusal itself is recorded as failed.
    """
    with transaction() as session:
        refusal = _over_budget(session, intent)
        row = _new_row(intent)
        if refusal is not None:
            _forget_deleted(session, row)
            row |= {"status": "failed", "error_kind": "BudgetError", "error": str(refusal)}
        else:
            _count_use(session, row)
        session.execute(insert(_TABLE).values(row))
        execution_id = row["id"]
    if refusal is not None:
        refusal.execution_id = execution_id  # type: ignore[attr-defined]
        raise refusal
    return execution_id


def record_outcome(execution_id: str, outcome: Outcome) -> None:
    """Complete the row. Does nothing if it is complete already."""
    with transaction() as session:
        session.execute(
            update(_TABLE)
            .where(_TABLE.c.id == execution_id, _TABLE.c.status == "running")
            .values(**{name: kept(getattr(outcome, name)) for name in Outcome.__dataclass_fields__})
        )


def record_cached(intent: Intent) -> ExecutionView | None:
    """The stored answer to the identical request, recorded as a new, cached execution; None if there is none.

    A cached one costs nothing and took no time, so it says 0 for both; it never serves as a source itself.
    """
    with transaction() as session:
        source = session.scalar(
            select(Execution)
            .where(
                Execution.request_hash == intent.request_hash,
                Execution.status == "completed",
                Execution.is_cached.is_(False),
            )
            .order_by(Execution.seq.desc())
            .limit(1)
        )
        if source is None:
            return None
        row = _new_row(intent)
        row |= {"status": "completed", "is_cached": True, "cost_usd": 0.0, "duration_ms": 0}
        row |= {
            name: getattr(source, name)
            for name in ("response", "parsed", "input_tokens", "output_tokens", "tokens_estimated")
        }
        _count_use(session, row)
        session.execute(insert(_TABLE).values(row))
        return get_execution(session, row["id"])


def _new_row(intent: Intent) -> dict[str, Any]:
    """The columns of a new row. Plain statements write it: every call pays for this twice."""
    at = now()
    connection = intent.connection
    longest = (connection.timeout_s + _LONGEST_WAIT_S) * (connection.max_retries + 1)
    return {
        "id": intent.execution_id or new_id("ex"),
        "template_id": intent.template_id,
        "version_id": intent.version_id,
        "template_name": intent.template_name,
        "version_number": intent.version_number,
        "source": intent.source,
        "person": intent.person,
        "request_id": intent.request_id,
        "replay_of": intent.replay_of,
        "connection": connection.name,
        "model": intent.model,
        "variables": intent.variables,
        "system_text": intent.system,
        "user_text": intent.user,
        "settings": intent.settings,
        "request_hash": intent.request_hash,
        "status": "running",
        "reserved_usd": intent.reserved_usd,
        "created_at": at,
        # Generous: a stream may go on for long after its first words.
        "deadline_at": at + timedelta(seconds=max(600.0, 3 * longest)),
    }


def _forget_deleted(session: Session, row: dict[str, Any]) -> None:
    """Take out the ids of what was deleted since the call was put together; its name and number stay in the record."""
    for column, model in (("template_id", Template), ("version_id", Version)):
        if row[column] is not None:
            there = select(model.id).where(model.id == row[column]).with_for_update(read=True, key_share=True)
            if session.scalar(there) is None:
                row[column] = None


def _count_use(session: Session, row: dict[str, Any]) -> None:
    """Count the use of template and version; one that was deleted meanwhile is taken out of the row."""
    for column, table in (("template_id", Template.__table__), ("version_id", Version.__table__)):
        if row[column] is not None:
            counted = {"usage_count": table.c.usage_count + 1, "last_used_at": row["created_at"]}
            if not session.execute(update(table).where(table.c.id == row[column]).values(counted)).rowcount:
                row[column] = None


def _over_budget(session: Session, intent: Intent) -> BudgetError | None:
    budget = intent.connection.budget_usd_per_month
    if budget is None:
        return None
    # Taking the row keeps two calls from both passing on PostgreSQL; SQLite has one writer anyway.
    session.scalar(select(Connection.id).where(Connection.id == intent.connection.id).with_for_update())
    if intent.reserved_usd is None:
        return BudgetError(
            f"'{intent.connection.name}' has a monthly budget of {budget:,.2f} USD, but the price of '{intent.model}' is "
            "not known, so the budget cannot be kept. Enter the model's price on the connection, or take the budget away."
        )
    spend = llm.month_spend(session, intent.connection.name)
    after = spend.cost_usd + spend.reserved_usd + intent.reserved_usd
    if after <= budget:
        return None
    return BudgetError(
        f"This call may cost {intent.reserved_usd:.4f} USD and would pass the monthly budget of '{intent.connection.name}' "
        f"({budget:,.2f} USD) by {after - budget:.4f} USD. Raise the budget on the Connections page, or use another connection."
    )


def count_running(session: Session) -> int:
    """Calls under way now, over all processes."""
    query = (
        select(func.count()).select_from(Execution).where(Execution.status == "running", Execution.deadline_at >= now())
    )
    return session.scalar(query) or 0
