"""Figures over the record of executions."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from core.db.models import Execution


@dataclass(frozen=True)
class MonthFigures:
    """The calendar month so far, in UTC. `cost_usd` sums the known costs; `unknown_calls` counts the others.

    `per_day` holds the number of calls of each day, from the first up to today.
    """

    calls: int
    cost_usd: float
    unknown_calls: int
    per_day: list[int]


def month_figures(session: Session, at: datetime) -> MonthFigures:
    """What the month of `at` held up to then. Cancelled and failed calls count too: they may have cost something."""
    first = at.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    # PostgreSQL would tell the day in the time zone of the server.
    day = func.date(Execution.created_at if on_sqlite else func.timezone("UTC", Execution.created_at))
    query = (
        select(day, func.count(), func.sum(Execution.cost_usd), func.count(Execution.cost_usd))
        .where(Execution.created_at >= first, Execution.created_at <= at)
        .group_by(day)
    )
    per_day = [0] * at.day
    calls = known = 0
    cost = 0.0
    for date, n, spent, priced in session.execute(query):
        per_day[int(str(date)[8:10]) - 1] += n
        calls, known, cost = calls + n, known + priced, cost + (spent or 0.0)
    return MonthFigures(calls, cost, calls - known, per_day)
