"""Questions through the unchanged SDK: their life, their attachments and rows, and what becomes of bad ones."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from databricks.sdk.errors import BadRequest, InvalidParameterValue, NotFound
from databricks.sdk.service.dashboards import GenieFeedbackRating, MessageStatus

from core.local_genie import LocalGenie
from core.local_genie.faults import FaultSettings
from tests.core.local_genie.standins import ORDERS, wait_for


def rows_of(client: Any, space_id: str, message: Any) -> list[list[str | None]]:
    attachment = next(each for each in message.attachments if each.query)
    found = client.genie.get_message_attachment_query_result(
        space_id, message.conversation_id, message.message_id, attachment.attachment_id
    )
    return found.statement_response.result.data_array


def test_a_question_is_answered_with_sql_and_rows_of_strings(client: Any, space_id: str, ask: Callable[..., Any]):
    sql = (
        "SELECT status, count(*) AS n, sum(amount) AS total, max(order_date) AS latest, min(order_id) > 1 AS b, "
        f"CAST(NULL AS INT) AS nothing, CAST(1.50 AS DECIMAL(10,2)) AS d FROM {ORDERS} GROUP BY status ORDER BY status"
    )
    message = ask(f"SQL:{sql}")
    assert message.status is MessageStatus.COMPLETED
    query = message.attachments[0].query
    assert (query.query, query.description) == (sql, "As it was given")
    assert query.query_result_metadata.row_count == 2
    assert rows_of(client, space_id, message) == [
        ["closed", "33", "2524.5", "2024-10-15", "true", None, "1.50"],
        ["open", "67", "5050.5", "2024-12-15", "false", None, "1.50"],
    ]


def test_the_manifest_names_columns_and_types(client: Any, space_id: str, ask: Callable[..., Any]):
    message = ask(f"SQL:SELECT order_id, order_date, amount, zip, CAST(1 AS DECIMAL(9,3)) AS d FROM {ORDERS} LIMIT 1")
    found = client.genie.get_message_attachment_query_result(
        space_id, message.conversation_id, message.message_id, message.attachments[0].attachment_id
    )
    columns = found.statement_response.manifest.schema.columns
    assert [(each.name, each.type_name.value, each.type_text) for each in columns] == [
        ("order_id", "LONG", "BIGINT"),
        ("order_date", "DATE", "DATE"),
        ("amount", "DOUBLE", "DOUBLE"),
        ("zip", "STRING", "STRING"),
        ("d", "DECIMAL", "DECIMAL(9,3)"),
    ]
    assert (columns[-1].type_precision, columns[-1].type_scale) == (9, 3)


def test_the_rows_of_a_message_are_also_a_statement(client: Any, ask: Callable[..., Any]):
    message = ask("how many?")
    statement = client.statement_execution.get_statement(message.attachments[0].query.statement_id)
    assert statement.result.data_array == [["5"]]


def test_a_message_passes_through_the_states_of_its_life(client: Any, genie: LocalGenie, space_id: str):
    genie.set_faults(FaultSettings(latency_s=0.5))
    started = client.genie.start_conversation(space_id, "how many?").response
    seen = [started.message.status.value]
    while seen[-1] != "COMPLETED":
        status = client.genie.get_message(space_id, started.conversation_id, started.message_id).status.value
        if status != seen[-1]:
            seen.append(status)
    life = [
        "SUBMITTED",
        "FETCHING_METADATA",
        "FILTERING_CONTEXT",
        "ASKING_AI",
        "PENDING_WAREHOUSE",
        "EXECUTING_QUERY",
        "COMPLETED",
    ]
    assert [each for each in life if each in seen] == seen
    assert {"FETCHING_METADATA", "ASKING_AI", "PENDING_WAREHOUSE", "EXECUTING_QUERY"} <= set(seen)


def test_the_waiters_of_the_sdk_see_the_end(client: Any, space_id: str):
    message = client.genie.start_conversation_and_wait(space_id, "how many?", timeout=timedelta(seconds=10))
    assert message.status is MessageStatus.COMPLETED


def test_a_further_question_knows_the_earlier_ones(client: Any, space_id: str, ask: Callable[..., Any]):
    first = ask("how many?")
    made = client.genie.create_message(space_id, first.conversation_id, "and now?").response
    second = wait_for(client, space_id, first.conversation_id, made.message_id)
    assert "['how many?']" in second.attachments[0].query.description
    listed = client.genie.list_conversation_messages(space_id, first.conversation_id)
    assert [each.content for each in listed.messages] == ["how many?", "and now?"]


def test_a_clarifying_question_is_a_completed_text_without_a_query(ask: Callable[..., Any]):
    message = ask("say Which year?")
    assert message.status is MessageStatus.COMPLETED
    assert [(each.query, each.text.content) for each in message.attachments] == [(None, "Which year?")]
    assert message.attachments[0].text.purpose.value == "FOLLOW_UP_QUESTION"


def test_sql_that_fails_makes_a_failed_message_that_shows_it(client: Any, space_id: str, ask: Callable[..., Any]):
    message = ask(f"SQL:SELECT nope FROM {ORDERS}")
    assert message.status is MessageStatus.FAILED
    assert message.error.type.value == "SQL_EXECUTION_EXCEPTION"
    assert "[UNRESOLVED_COLUMN.WITH_SUGGESTION]" in message.error.error
    assert message.attachments[0].query.query == f"SELECT nope FROM {ORDERS}"
    with pytest.raises(BadRequest, match="no result"):
        rows_of(client, space_id, message)


def test_a_defect_of_the_writer_fails_the_message_only(ask: Callable[..., Any]):
    message = ask("break")
    assert message.status is MessageStatus.FAILED
    assert message.error.type.value == "UNEXPECTED_REPLY_PROCESS_EXCEPTION"


def test_a_query_is_executed_again(client: Any, space_id: str, ask: Callable[..., Any]):
    message = ask("how many?")
    attachment = message.attachments[0]
    again = client.genie.execute_message_attachment_query(
        space_id, message.conversation_id, message.message_id, attachment.attachment_id
    )
    assert again.statement_response.status.state.value == "SUCCEEDED"
    assert again.statement_response.statement_id != attachment.query.statement_id
    assert rows_of(client, space_id, message) == [["5"]]


def test_the_older_routes_of_results_answer_too(client: Any, space_id: str, ask: Callable[..., Any]):
    message = ask("how many?")
    ids = (space_id, message.conversation_id, message.message_id)
    old = client.genie.get_message_query_result(*ids)
    by_id = client.genie.get_message_query_result_by_attachment(*ids, message.attachments[0].attachment_id)
    again = client.genie.execute_message_query(*ids)
    for each in (old, by_id, again):
        assert each.statement_response.result.data_array == [["5"]]


def test_an_expired_result_comes_back_by_executing_it(
    client: Any, genie: LocalGenie, space_id: str, ask: Callable[..., Any]
):
    from core.local_genie.faults import AnswerFault

    genie.set_faults(FaultSettings(answers=(AnswerFault("expired"),)))
    message = ask("how many?")
    assert message.status is MessageStatus.QUERY_RESULT_EXPIRED
    with pytest.raises(NotFound, match="expired"):
        rows_of(client, space_id, message)
    ids = (space_id, message.conversation_id, message.message_id)
    client.genie.execute_message_attachment_query(*ids, message.attachments[0].attachment_id)
    assert rows_of(client, space_id, message) == [["5"]]
    assert client.genie.get_message(*ids).status is MessageStatus.COMPLETED


def test_a_deleted_conversation_takes_everything_with_it(client: Any, space_id: str, ask: Callable[..., Any]):
    message = ask("how many?")
    statement = message.attachments[0].query.statement_id
    client.genie.delete_conversation(space_id, message.conversation_id)
    with pytest.raises(NotFound):
        client.genie.get_message(space_id, message.conversation_id, message.message_id)
    with pytest.raises(NotFound):
        client.statement_execution.get_statement(statement)
    listed = client.genie.list_conversations(space_id).conversations or []
    assert message.conversation_id not in {each.conversation_id for each in listed}


def test_a_conversation_may_be_deleted_while_it_is_answered(client: Any, genie: LocalGenie, space_id: str):
    genie.set_faults(FaultSettings(latency_s=0.3))
    started = client.genie.start_conversation(space_id, "how many?").response
    client.genie.delete_conversation(space_id, started.conversation_id)
    time.sleep(0.5)
    with pytest.raises(NotFound):
        client.genie.get_message(space_id, started.conversation_id, started.message_id)


def test_conversations_are_listed_in_pages_and_messages_deleted(client: Any, space_id: str, ask: Callable[..., Any]):
    made = [ask("how many?") for _ in range(3)]
    first = client.genie.list_conversations(space_id, page_size=2)
    rest = client.genie.list_conversations(space_id, page_size=2, page_token=first.next_page_token)
    found = [each.conversation_id for each in (*first.conversations, *rest.conversations)]
    assert found == [each.conversation_id for each in made]
    client.genie.delete_conversation_message(space_id, made[0].conversation_id, made[0].message_id)
    assert not client.genie.list_conversation_messages(space_id, made[0].conversation_id).messages


def test_feedback_is_kept_with_the_message(client: Any, space_id: str, ask: Callable[..., Any]):
    message = ask("how many?")
    ids = (space_id, message.conversation_id, message.message_id)
    client.genie.send_message_feedback(*ids, GenieFeedbackRating.NEGATIVE, comment="Wrong year")
    assert client.genie.get_message(*ids).feedback.comment == "Wrong year"


@pytest.mark.parametrize("content", ["", "   ", "x" * 25_001])
def test_a_question_without_words_or_without_end_is_refused(client: Any, space_id: str, content: str):
    with pytest.raises(InvalidParameterValue, match="content"):
        client.genie.start_conversation(space_id, content)


def test_long_and_foreign_questions_are_answered(ask: Callable[..., Any]):
    for question in (
        "how many? " * 2_000,
        "Wie viele Bestellungen gab es?",
        "注文はいくつ？",
        "كم عدد الطلبات؟\u202e 😀",
    ):
        message = ask(question)
        assert message.status is MessageStatus.COMPLETED
        assert message.content == question


def test_a_space_without_known_tables_fails_its_questions(client: Any, genie: LocalGenie):
    space = '{"version": 2, "data_sources": {"tables": [{"identifier": "a.b.c"}]}}'
    made = client.genie.create_space(genie.warehouse_id, space, title="Without tables")
    started = client.genie.start_conversation(made.space_id, "how many?").response
    message = wait_for(client, made.space_id, started.conversation_id, started.message_id)
    assert message.error.type.value == "NO_TABLES_TO_QUERY_EXCEPTION"


def test_ids_of_another_space_find_nothing(client: Any, genie: LocalGenie, space_id: str, ask: Callable[..., Any]):
    other = client.genie.create_space(genie.warehouse_id, '{"version": 2}', title="Another space")
    message = ask("how many?")
    with pytest.raises(NotFound):
        client.genie.get_message(other.space_id, message.conversation_id, message.message_id)
    with pytest.raises(NotFound):
        client.genie.delete_conversation(other.space_id, message.conversation_id)


def test_twenty_questions_at_once_are_all_answered(client: Any, space_id: str):
    started = [client.genie.start_conversation(space_id, f"SQL:SELECT {n} AS n").response for n in range(20)]
    for number, each in enumerate(started):
        message = wait_for(client, space_id, each.conversation_id, each.message_id)
        assert rows_of(client, space_id, message) == [[str(number)]]


@pytest.mark.slow
def test_a_question_takes_a_quarter_of_a_second_at_most(client: Any, space_id: str):
    times = []
    for _ in range(40):
        begun = time.perf_counter()
        started = client.genie.start_conversation(space_id, "how many?").response
        message = wait_for(client, space_id, started.conversation_id, started.message_id)
        rows_of(client, space_id, message)
        times.append(time.perf_counter() - begun)
    assert sorted(times)[37] < 0.25
