"""Lists on SQLite are walked in the order shown, never sorted or read whole: a page costs the same at any size."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import event

from core import library
from core.db import current_engine, reading
from core.library import ExecutionFilter
from tests.conftest import SERVER_URL

pytestmark = pytest.mark.skipif(bool(SERVER_URL), reason="PostgreSQL plans by what it knows of the rows")

AT = datetime(2026, 11, 21, tzinfo=UTC)
DAY = {"since": AT - timedelta(days=1), "until": AT}

EXECUTIONS = [
    {},
    {"template_id": "ps_1"},
    {"status": "failed"},
    {"status": "completed"},
    {"status": "completed", "model": "m"},
    {"status": "interrupted"},
    {"model": "m"},
    {"rating_from": 4},
    {"rating_from": 4, "status": "completed"},
    {"text": "common"},
    {"text": "common rare", "status": "completed", **DAY},
    {"since": AT},
    {"status": "failed", **DAY},
]


@pytest.fixture
def plan_of(workbench) -> Iterator[Callable[..., list[str]]]:
    """The steps of the last statement that a service sends and that holds a word, in SQLite's words."""
    sent: list[tuple] = []
    engine = current_engine()

    def remember(connection, cursor, statement, parameters, context, executemany):
        sent.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", remember)

    def plan(service: Callable[..., object], holding: str = "FROM execution") -> list[str]:
        with reading() as session:
            service(session)
        statement, parameters = next(each for each in reversed(sent) if holding in each[0])
        with engine.connect() as connection:
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
        return [row[3] for row in rows]

    yield plan
    event.remove(engine, "before_cursor_execute", remember)


@pytest.mark.parametrize("filters", EXECUTIONS, ids=lambda filters: "+".join(filters) or "all")
def test_a_page_of_executions_is_not_sorted(plan_of, filters):
    steps = plan_of(lambda session: library.list_executions(session, ExecutionFilter(**filters), before=1000))
    assert not any("TEMP B-TREE" in step for step in steps), steps


def test_the_newest_rated_are_found_among_the_rated_alone(plan_of):
    steps = plan_of(lambda session: library.list_executions(session, ExecutionFilter(rating_from=4)))
    assert any("ix_execution_rated" in step for step in steps), steps


def test_a_common_status_does_not_decide_where_a_rare_model_would(plan_of):
    filters = ExecutionFilter(status="completed", model="rare")
    steps = plan_of(lambda session: library.list_executions(session, filters))
    assert any("ix_execution_model" in step for step in steps), steps


def test_the_figures_of_a_month_come_from_an_index_alone(plan_of):
    steps = plan_of(lambda session: library.month_figures(session, AT))
    reads = [step for step in steps if re.match("SCAN|SEARCH", step)]
    assert len(reads) == AT.day
    assert all("COVERING INDEX ix_execution_created" in step for step in reads), reads


@pytest.mark.parametrize("order", library.ORDERS)
def test_a_page_of_templates_is_walked_in_its_order(plan_of, order):
    steps = plan_of(lambda session: library.list_templates(session, order=order), "LIMIT")
    assert not any("TEMP B-TREE" in step for step in steps), steps
