"""The month's figures: calls, cost and days, by UTC whatever the server's own time zone."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import make_url, text

from core import library, startup
from core.clock import new_id
from core.db import current_engine, reading, transaction
from core.db.models import Execution

AT = datetime(2026, 3, 20, 12, 30, tzinfo=UTC)


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


def figures(at: datetime = AT) -> library.MonthFigures:
    with reading() as session:
        return library.month_figures(session, at)


def test_a_month_without_calls_is_all_zeros(workbench):
    assert figures() == library.MonthFigures(0, 0.0, 0, [0] * 20)


def test_calls_are_counted_by_day_with_known_costs_added_and_unknown_ones_counted(workbench):
    add(AT.replace(day=1, hour=0, minute=0), 0.5)
    add(AT.replace(day=1, hour=23, minute=59), None, "failed")
    add(AT.replace(day=7), 0.25, "cancelled")
    add(AT, 0.0)
    month = figures()
    assert (month.calls, month.unknown_calls, month.cost_usd) == (4, 1, pytest.approx(0.75))
    assert month.per_day == [2, 0, 0, 0, 0, 0, 1] + [0] * 12 + [1]


def test_other_months_and_what_comes_later_do_not_count(workbench):
    add(AT.replace(day=1, hour=0, minute=0) - timedelta(microseconds=1), 9.0)
    add(AT + timedelta(seconds=1), 9.0)
    add(AT.replace(year=2025), 9.0)
    assert figures().calls == 0
    assert figures(AT.replace(month=2, day=28, hour=23, minute=59)).calls == 0
    assert figures(datetime(2026, 2, 28, 23, 59, 59, 999999, tzinfo=UTC)).per_day[-1] == 1


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_the_days_are_those_of_utc_on_a_server_far_from_it(settings, zone):
    startup.open_workbench(settings)
    try:
        if settings.database_url:
            name = make_url(settings.url).database
            with current_engine().begin() as connection:
                connection.execute(text(f"ALTER DATABASE {name} SET timezone TO '{zone}'"))
            current_engine().dispose()
        add(AT.replace(hour=23, minute=30), 1.0)
        add(AT.replace(hour=0, minute=30), 1.0)
        assert figures(AT.replace(hour=23, minute=45)).per_day == [0] * 19 + [2]
    finally:
        startup.close_workbench()
