"""The month's figures: calls, cost and days, by UTC whatever the server's own time zone."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import make_url, text

from core import library
from core.clock import new_id
from core.db import current_engine, reading, transaction
from core.db.models import Execution

_years = itertools.count(2031)


@pytest.fixture(scope="module")
def workbench(shared_workbench):
    return shared_workbench


@pytest.fixture
def at(workbench) -> datetime:
    """The 20th of March at noon, in a year of the test's own."""
    return datetime(next(_years), 3, 20, 12, 30, tzinfo=UTC)


def add(created_at: datetime, cost_usd: float | None = None, status: str = "completed") -> None:
    with transaction() as session:
        session.add(
            Execution(
                id=new_id("ex"),
                source="python",
                person="ann",
                request_id="rq_1",
                connection="offline",
                model="m",
                request_hash="0",
                status=status,
                cost_usd=cost_usd,
                created_at=created_at,
                deadline_at=created_at + timedelta(hours=1),
            )
        )


def figures(at: datetime) -> library.MonthFigures:
    with reading() as session:
        return library.month_figures(session, at)


def test_a_month_without_calls_is_all_zeros(at):
    assert figures(at) == library.MonthFigures(0, 0.0, 0, [0] * 20)


def test_calls_are_counted_by_day_with_known_costs_added_and_unknown_ones_counted(at):
    add(at.replace(day=1, hour=0, minute=0), 0.5)
    add(at.replace(day=1, hour=23, minute=59), None, "failed")
    add(at.replace(day=7), 0.25, "cancelled")
    add(at, 0.0)
    month = figures(at)
    assert (month.calls, month.unknown_calls, month.cost_usd) == (4, 1, pytest.approx(0.75))
    assert month.per_day == [2, 0, 0, 0, 0, 0, 1] + [0] * 12 + [1]


def test_other_months_and_what_comes_later_do_not_count(at):
    add(at.replace(day=1, hour=0, minute=0) - timedelta(microseconds=1), 9.0)
    add(at + timedelta(seconds=1), 9.0)
    add(at - timedelta(days=365), 9.0)
    assert figures(at).calls == 0
    assert figures(at.replace(month=2, day=28, hour=23, minute=59)).calls == 0
    assert figures(datetime(at.year, 2, 28, 23, 59, 59, 999999, tzinfo=UTC)).per_day[-1] == 1


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_the_days_are_those_of_utc_on_a_server_far_from_it(workbench, at, zone):
    def far(clause: str) -> None:
        if workbench.database_url:
            with current_engine().begin() as connection:
                connection.execute(text(f"ALTER DATABASE {make_url(workbench.url).database} {clause}"))
            current_engine().dispose()

    far(f"SET timezone TO '{zone}'")
    try:
        add(at.replace(hour=23, minute=30), 1.0)
        add(at.replace(hour=0, minute=30), 1.0)
        assert figures(at.replace(hour=23, minute=45)).per_day == [0] * 19 + [2]
    finally:
        far("RESET timezone")
