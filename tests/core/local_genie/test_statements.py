"""Statement execution through the unchanged SDK: waiting, chunks, cancelling, parameters and metric views."""

import time
from typing import Any

import pytest
from databricks.sdk.errors import BadRequest, InvalidParameterValue, NotFound
from databricks.sdk.service.sql import (
    Disposition,
    ExecuteStatementRequestOnWaitTimeout,
    StatementParameterListItem,
    StatementState,
)

from core.local_genie import LocalGenie
from tests.core.local_genie.standins import ORDERS

ENDLESS = "WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r) SELECT count(*) AS n FROM r"
VIEW = """CREATE OR REPLACE VIEW main.sales.revenue WITH METRICS LANGUAGE YAML AS $$
version: 1.1
source: main.sales.orders
dimensions:
  - name: Status
    expr: status
measures:
  - name: total
    expr: SUM(amount)
$$"""


@pytest.fixture
def execute(client: Any, genie: LocalGenie, space_id: str):
    def execute(sql: str, **more: Any) -> Any:
        return client.statement_execution.execute_statement(sql, genie.warehouse_id, **more)

    return execute


def test_a_statement_is_waited_for_and_answered_with_rows(execute):
    found = execute(f"SELECT count(*) AS n FROM {ORDERS}", wait_timeout="10s")
    assert found.status.state is StatementState.SUCCEEDED
    assert found.result.data_array == [["100"]]
    assert [each.name for each in found.manifest.schema.columns] == ["n"]


def test_a_statement_that_fails_says_why_in_the_words_of_the_service(execute):
    found = execute("SELECT * FROM main.sales.nope")
    assert found.status.state is StatementState.FAILED
    assert found.status.error.message.startswith("[TABLE_OR_VIEW_NOT_FOUND]")
    assert found.status.sql_state == "42P01"


def test_without_waiting_the_statement_is_polled(client: Any, execute):
    found = execute("SELECT 7 AS n", wait_timeout="0s")
    deadline = time.monotonic() + 5
    while found.status.state in (StatementState.PENDING, StatementState.RUNNING) and time.monotonic() < deadline:
        found = client.statement_execution.get_statement(found.statement_id)
    assert found.result.data_array == [["7"]]


def test_a_running_statement_is_cancelled(client: Any, execute):
    running = execute(ENDLESS, wait_timeout="0s")
    assert running.status.state in (StatementState.PENDING, StatementState.RUNNING)
    client.statement_execution.cancel_execution(running.statement_id)
    assert client.statement_execution.get_statement(running.statement_id).status.state is StatementState.CANCELED


@pytest.mark.slow
def test_a_wait_that_ends_cancels_or_goes_on_as_asked(client: Any, execute):
    gone = execute(ENDLESS, wait_timeout="5s", on_wait_timeout=ExecuteStatementRequestOnWaitTimeout.CANCEL)
    assert gone.status.state is StatementState.CANCELED
    stays = execute(ENDLESS, wait_timeout="5s")
    assert stays.status.state is StatementState.RUNNING
    client.statement_execution.cancel_execution(stays.statement_id)


@pytest.mark.parametrize("wait", ["51s", "3s", "soon", "-1s"])
def test_a_wait_out_of_range_is_refused(execute, wait: str):
    with pytest.raises(InvalidParameterValue, match="wait_timeout"):
        execute("SELECT 1", wait_timeout=wait)


def test_many_rows_come_in_chunks_that_together_are_all_of_them(client: Any, execute):
    found = execute("SELECT id FROM range(12000)")
    assert (found.manifest.total_chunk_count, found.manifest.total_row_count) == (3, 12_000)
    rows, number = list(found.result.data_array), found.result.next_chunk_index
    while number is not None:
        chunk = client.statement_execution.get_statement_result_chunk_n(found.statement_id, number)
        assert chunk.row_offset == len(rows)
        rows += chunk.data_array
        number = chunk.next_chunk_index
    assert sorted(int(row[0]) for row in rows) == list(range(12_000))
    with pytest.raises(InvalidParameterValue, match="no chunk 3"):
        client.statement_execution.get_statement_result_chunk_n(found.statement_id, 3)


def test_a_row_limit_cuts_the_rows_and_says_so(execute):
    found = execute("SELECT id FROM range(100)", row_limit=10)
    assert (found.manifest.total_row_count, found.manifest.truncated) == (10, True)


def test_parameters_are_values_and_never_text_of_the_statement(execute):
    evil = "x' OR '1'='1"
    found = execute(
        f"SELECT :word AS w, count(*) AS n FROM {ORDERS} WHERE status = :word OR order_date = :day OR amount > :low",
        parameters=[
            StatementParameterListItem("word", value=evil),
            StatementParameterListItem("day", value="2024-03-15", type="DATE"),
            StatementParameterListItem("low", value="149", type="DOUBLE"),
        ],
    )
    assert found.result.data_array == [[evil, "10"]]
    assert "[UNBOUND_SQL_PARAMETER]" in execute("SELECT :missing AS x").status.error.message


def test_a_catalog_and_schema_complete_short_names(execute):
    assert execute("SELECT count(*) AS n FROM orders", catalog="main", schema="sales").result.data_array == [["100"]]
    assert execute("SELECT count(*) AS n FROM orders").status.state is StatementState.FAILED


def test_a_metric_view_is_made_queried_described_and_dropped(client: Any, execute):
    assert execute(VIEW).status.state is StatementState.SUCCEEDED
    found = execute("SELECT `Status`, MEASURE(total) FROM main.sales.revenue GROUP BY ALL ORDER BY 1")
    assert found.result.data_array == [["closed", "2524.5"], ["open", "5050.5"]]
    assert execute("DESCRIBE main.sales.revenue").result.data_array[1] == ["total", "measure", ""]
    assert client.tables.get("main.sales.revenue").table_type.value == "METRIC_VIEW"
    assert execute("DROP VIEW main.sales.revenue").status.state is StatementState.SUCCEEDED
    assert execute("DROP VIEW main.sales.revenue").status.state is StatementState.FAILED
    assert execute("DROP VIEW IF EXISTS main.sales.revenue").status.state is StatementState.SUCCEEDED
    assert not client.tables.exists("main.sales.revenue").table_exists


def test_a_metric_view_that_is_not_valid_is_not_made(client: Any, execute):
    found = execute(VIEW.replace("SUM(amount)", "SUM(nope)").replace("revenue", "broken"))
    assert found.status.state is StatementState.FAILED
    assert "[METRIC_VIEW_INVALID_VIEW_DEFINITION]" in found.status.error.message
    assert "nope" in found.status.error.message
    assert not client.tables.exists("main.sales.broken").table_exists


def test_a_metric_view_replaces_another_only_when_told(execute):
    execute(VIEW)
    again = execute(VIEW.replace("OR REPLACE ", ""))
    assert "[TABLE_OR_VIEW_ALREADY_EXISTS]" in again.status.error.message
    over_a_table = execute(VIEW.replace("main.sales.revenue", ORDERS))
    assert "[TABLE_OR_VIEW_ALREADY_EXISTS]" in over_a_table.status.error.message
    execute("DROP VIEW main.sales.revenue")


@pytest.mark.parametrize(
    "sql", ["DROP TABLE main.sales.orders", "CREATE TABLE a.b.c (x INT)", "INSERT INTO main.sales.orders VALUES (1)"]
)
def test_statements_that_write_tables_are_refused(execute, sql: str):
    found = execute(sql)
    assert found.status.state is StatementState.FAILED
    assert "[UNSUPPORTED_STATEMENT]" in found.status.error.message
    assert execute(f"SELECT count(*) FROM {ORDERS}").result.data_array == [["100"]]


def test_what_is_not_offered_is_refused_clearly(client: Any, execute):
    with pytest.raises(InvalidParameterValue, match="INLINE"):
        execute("SELECT 1", disposition=Disposition.EXTERNAL_LINKS)
    with pytest.raises(NotFound, match="warehouse"):
        client.statement_execution.execute_statement("SELECT 1", "nowhere")
    with pytest.raises(NotFound, match="Statement"):
        client.statement_execution.get_statement("nothing")
    with pytest.raises(BadRequest, match="FAILED"):
        client.statement_execution.get_statement_result_chunk_n(execute("SELECT nope").statement_id, 0)
