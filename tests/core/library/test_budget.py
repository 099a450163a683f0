"""Budgets: refused before it is sent, by how much, and by one only when two would pass together."""

import threading
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from core import library
from core.clock import now
from core.db import reading, transaction
from core.db.models import Execution
from core.errors import BudgetError, WorkbenchError

PRICED = {"input_usd_per_mtok": 0.0, "output_usd_per_mtok": 1000.0}
"""A call limited to 1,000 tokens reserves 1 USD; the faulty model's answer has 4 and so costs 0.004 USD."""


@pytest.fixture(scope="module")
def workbench(shared_workbench):
    return shared_workbench


def call(connection: str, **fields) -> library.Call:
    return library.Call(library.Content("", "Hello", connection=connection, max_tokens=1000, **fields), None)


def row(execution_id: str) -> Execution:
    with reading() as session:
        return session.scalar(select(Execution).where(Execution.id == execution_id))


def refused(asked: library.Call) -> BudgetError:
    with pytest.raises(BudgetError) as caught:
        library.start(asked)
    return caught.value


def test_a_call_within_the_budget_runs_and_gives_its_reservation_back(connect):
    name = connect("ok", **PRICED, budget_usd_per_month=1.01)
    first, second = library.run(call(name)), library.run(call(name))
    assert [first.cost_usd, second.cost_usd] == [pytest.approx(0.004)] * 2
    assert row(first.id).reserved_usd == pytest.approx(1.0)


def test_a_call_that_would_pass_the_budget_is_refused_by_how_much_and_recorded(connect, faulty_model):
    name = connect("ok", **PRICED, budget_usd_per_month=0.75)
    error = refused(call(name))
    assert "may cost 1.0000 USD" in str(error) and f"budget of '{name}' (0.75 USD) by 0.2500 USD" in str(error)
    assert "Raise the budget" in str(error)
    record = row(error.execution_id)
    assert (record.status, record.error_kind, record.error) == ("failed", "BudgetError", str(error))
    assert (record.user_text, record.attempts, record.response, record.cost_usd) == ("Hello", 0, None, None)
    assert faulty_model.history == []


def test_a_refused_call_counts_neither_as_use_nor_towards_the_budget(connect, make_template):
    template = make_template("budget/greeting")
    name = connect("ok", **PRICED, budget_usd_per_month=1.002)
    overrides = {"connection": name, "max_tokens": 1000}
    with reading() as session:
        fits = library.call_reference(session, template.name, {"name": "Ann"}, overrides=overrides)
        too_long = library.call_reference(
            session, template.name, {"name": "Ann"}, overrides=overrides | {"max_tokens": 2000}
        )
    refused(too_long)
    refused(too_long)
    assert library.run(fits).status == "completed"
    with reading() as session:
        assert library.get_template(session, template.id).usage_count == 1


def test_what_was_spent_this_month_counts_and_other_months_do_not(connect):
    name = connect("ok", **PRICED, budget_usd_per_month=1.5)
    spent = library.run(call(name)).id

    def cost(usd: float, at) -> None:
        with transaction() as session:
            session.execute(update(Execution).where(Execution.id == spent).values(cost_usd=usd, created_at=at))

    first_of_month = now().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    cost(0.9, first_of_month)
    assert "by 0.4000 USD" in str(refused(call(name)))
    cost(0.9, first_of_month - timedelta(microseconds=1))
    assert library.run(call(name)).status == "completed"


def test_other_connections_do_not_count(connect):
    rich = connect("ok", **PRICED)
    spent = library.run(call(rich)).id
    with transaction() as session:
        session.execute(update(Execution).where(Execution.id == spent).values(cost_usd=1e6))
    assert library.run(call(connect("ok", **PRICED, budget_usd_per_month=1.01))).status == "completed"
    assert library.run(call(rich)).status == "completed", "no budget, no limit"


def test_an_unknown_price_cannot_keep_a_budget(connect, faulty_model):
    error = refused(call(connect("ok", model="nobody-knows-it", budget_usd_per_month=100.0)))
    assert "price of 'nobody-knows-it' is not known" in str(error) and "Enter the model's price" in str(error)
    assert row(error.execution_id).status == "failed"
    assert faulty_model.history == []


def test_a_stored_answer_is_free_and_so_passes_any_budget(connect):
    name = connect("ok", **PRICED, budget_usd_per_month=1.0)
    content = library.Content("", "Hello", connection=name, max_tokens=1000)
    library.run(library.Call(content, None))
    refused(library.Call(content, None))
    assert library.run(library.Call(content, None, use_cache=True)).is_cached


def test_parallel_calls_cannot_pass_the_budget_together(connect, faulty_model):
    name = connect("slow-3000", **PRICED, budget_usd_per_month=2.5)
    barrier = threading.Barrier(8)
    results: list[str] = []

    def go() -> None:
        barrier.wait()
        try:
            results.append(library.start(call(name)).wait(10).status)
        except WorkbenchError as error:
            results.append(type(error).__name__)

    threads = [threading.Thread(target=go) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["BudgetError"] * 6 + ["completed"] * 2
    assert len(faulty_model.history) == 2


def test_a_call_whose_process_died_holds_its_reservation_only_until_its_deadline(connect):
    name = connect("never", **PRICED, budget_usd_per_month=1.5)
    lost = library.start(call(name))
    assert "by 0.5000 USD" in str(refused(call(name)))
    with transaction() as session:
        session.execute(update(Execution).where(Execution.id == lost.execution_id).values(deadline_at=now()))
    library.start(call(name)).cancel()
    lost.cancel()
    lost.wait(5)
