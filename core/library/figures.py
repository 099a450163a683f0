"""Figures over the record of executions."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Select, func, literal, select, union_all
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
    at = at.astimezone(UTC)
    first = at.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    # A range of the index for each day: grouping by the date would sort the whole month.
    days = [_day(number, first + timedelta(days=number), at) for number in range(at.day)]
    per_day = [0] * at.day
    calls = known = 0
    cost = 0.0
    for number, n, spent, priced in session.execute(union_all(*days)):
        per_day[number] = n
        calls, known, cost = calls + n, known + priced, cost + (spent or 0.0)
    return MonthFigures(calls, cost, calls - known, per_day)


def _day(number: int, begin: datetime, at: datetime) -> Select:
    figures = func.count(), func.sum(Execution.cost_usd), func.count(Execution.cost_usd)
    end = begin + timedelta(days=1)
    until = Execution.created_at < end if end <= at else Execution.created_at <= at  # one bound: two cost twice
    return select(literal(number), *figures).where(Execution.created_at >= begin, until)
