"""What a connection has cost this month, out of the recorded executions."""

from datetime import UTC, datetime

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from core.clock import now
from core.db.models import Execution
from core.llm.views import Spend


def month_spend(session: Session, connection_name: str, at: datetime | None = None) -> Spend:
    """The calendar month (UTC) around `at` (default: now).

    Cost is the sum of what is known. A call of unknown cost, or cut off with its process, counts in `unknown_calls`.
    A call refused before it was sent is no call. Reserved is what calls now running may cost yet.
    """
    at = (at or now()).astimezone(UTC)
    begin = at.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    end = begin.replace(year=begin.year + begin.month // 12, month=begin.month % 12 + 1)
    mine = and_(Execution.connection == connection_name, Execution.created_at >= begin, Execution.created_at < end)
    # Served by the index ix_execution_spend alone.
    count, known, cost_usd = session.execute(
        select(func.count(), func.count(Execution.cost_usd), func.sum(Execution.cost_usd)).where(mine)
    ).one()
    unknown = 0
    if known < count:
        ended = Execution.status != "running"
        lost = Execution.deadline_at < at
        unknown = session.scalar(
            select(func.count()).where(
                mine, Execution.cost_usd.is_(None), or_(and_(ended, Execution.attempts > 0), and_(~ended, lost))
            )
        )
    reserved_usd = session.scalar(
        select(func.sum(Execution.reserved_usd)).where(
            Execution.connection == connection_name, Execution.status == "running", Execution.deadline_at >= at
        )
    )
    return Spend(float(cost_usd or 0.0), known + (unknown or 0), unknown or 0, float(reserved_usd or 0.0))
