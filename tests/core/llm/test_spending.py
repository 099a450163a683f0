"""What a month has cost, from the recorded executions."""

from datetime import UTC, datetime, timedelta

import pytest

from core import llm
from core.clock import new_id
from core.db import transaction
from core.db.models import Execution

AT = datetime(2026, 12, 15, 12, tzinfo=UTC)


@pytest.fixture
def record(database):
    def record(*, connection="main", at=AT, status="completed", cost_usd=None, attempts=1, reserved_usd=None, ends=600):
        with transaction() as session:
            session.add(
                Execution(
                    id=new_id("ex"),
                    source="python",
                    person="ann",
                    request_id="rq",
                    connection=connection,
                    model="m",
                    request_hash="h",
                    status=status,
                    attempts=attempts,
                    cost_usd=cost_usd,
                    reserved_usd=reserved_usd,
                    created_at=at,
                    deadline_at=at + timedelta(seconds=ends),
                )
            )

    return record


def spend(at=AT, connection="main"):
    with transaction() as session:
        return llm.month_spend(session, connection, at)


def test_nothing_was_spent_on_an_unused_connection(database):
    assert spend() == llm.Spend(0.0, 0, 0, 0.0)


def test_adds_up_the_calendar_month_in_utc_of_this_connection(record):
    record(cost_usd=0.25)
    record(cost_usd=0.5, status="failed")
    record(cost_usd=1, at=datetime(2026, 12, 1, tzinfo=UTC))
    record(cost_usd=2, at=datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC))
    record(cost_usd=100, at=datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC))
    record(cost_usd=100, at=datetime(2027, 1, 1, tzinfo=UTC))
    record(cost_usd=100, connection="other")
    assert spend() == llm.Spend(3.75, 4, 0, 0.0)


def test_unknown_costs_are_counted_and_refused_calls_are_none(record):
    record()
    record(status="failed")
    record(status="failed", attempts=0)
    assert spend() == llm.Spend(0.0, 2, 2, 0.0)


def test_running_calls_reserve_until_their_deadline_and_are_unknown_after_it(record):
    record(status="running", attempts=0, reserved_usd=0.5)
    record(status="running", attempts=0, reserved_usd=0.25, at=datetime(2026, 11, 30, 23, 59, tzinfo=UTC), ends=10**7)
    assert spend() == llm.Spend(0.0, 0, 0, 0.75)
    assert spend(AT + timedelta(seconds=601)) == llm.Spend(0.0, 1, 1, 0.25)
