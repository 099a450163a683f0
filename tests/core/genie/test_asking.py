"""One question over the unchanged SDK: followed, answered, classed, and no conversation left behind."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from core.errors import CancelledError, InputError
from core.genie.asking import ask
from core.genie.conversations import list_conversations, sweep
from core.genie.failures import Failure, Kind, Meaning
from core.genie.message_errors import message_failure


@pytest.fixture
def space(genie):
    return genie.genie.make_space({"version": 2})


def test_an_answer_has_sql_columns_and_rows(genie, connect, space):
    genie.genie.answers["Which regions?"] = "SELECT region"
    genie.genie.tables["SELECT region"] = ([("region", "STRING"), ("n", "BIGINT")], [["North", 2], [None, 1]])
    told = []
    answer = ask(connect(), space, "Which regions?", on_status=told.append)
    assert answer.failure is None and answer.status == "COMPLETED" and answer.sql == "SELECT region"
    assert answer.table.names == ("region", "n") and answer.table.rows == (("North", "2"), (None, "1"))
    assert [each.status for each in told] == ["ASKING_AI", "EXECUTING_QUERY", "COMPLETED"]
    assert answer.description and answer.duration_s > 0 and answer.attempts == 1
    assert genie.genie.conversations == {} and len(genie.requests("forget")) == 1


def test_a_conversation_goes_on_where_it_is_kept(genie, connect, space):
    client = connect()
    first = ask(client, space, "One?", keep=True)
    second = ask(client, space, "And two?", conversation_id=first.conversation_id)
    assert (
        second.failure is None
        and second.conversation_id == first.conversation_id
        and second.message_id != first.message_id
    )
    assert list(genie.genie.conversations) == [first.conversation_id]


MATRIX = {
    "start.401": (Meaning.CONFIGURATION, Kind.UNAUTHENTICATED, 1),
    "start.403": (Meaning.CONFIGURATION, Kind.FORBIDDEN, 1),
    "start.404": (Meaning.CONFIGURATION, Kind.NOT_FOUND, 1),
    "start.400": (Meaning.CONFIGURATION, Kind.REFUSED, 1),
    "start.409": (Meaning.NOT_MEASURED, Kind.CONFLICT, 1),
    "start.429": (Meaning.NOT_MEASURED, Kind.RATE_LIMITED, 5),
    "start.429-after-1": (Meaning.NOT_MEASURED, Kind.RATE_LIMITED, 5),
    "start.429-after-3600": (Meaning.NOT_MEASURED, Kind.RATE_LIMITED, 1),
    "start.500": (Meaning.NOT_MEASURED, Kind.SERVER_ERROR, 1),
    "start.503": (Meaning.NOT_MEASURED, Kind.SERVER_ERROR, 1),
    "start.html": (Meaning.CONFIGURATION, Kind.NOT_A_WORKSPACE, 1),
    "start.half-json": (Meaning.NOT_MEASURED, Kind.BROKEN_REPLY, 1),
    "start.half-body": (Meaning.NOT_MEASURED, Kind.UNREACHABLE, 1),
    "start.wrong-shape": (Meaning.NOT_MEASURED, Kind.BROKEN_REPLY, 1),
    "start.never": (Meaning.NOT_MEASURED, Kind.TIMED_OUT, 1),
    "message.401": (Meaning.CONFIGURATION, Kind.UNAUTHENTICATED, 1),
    "message.500": (Meaning.NOT_MEASURED, Kind.SERVER_ERROR, 1),
    "message.429": (Meaning.NOT_MEASURED, Kind.RATE_LIMITED, 5),
    "message.html": (Meaning.CONFIGURATION, Kind.NOT_A_WORKSPACE, 1),
    "message.half-json": (Meaning.NOT_MEASURED, Kind.BROKEN_REPLY, 1),
    "message.wrong-shape": (Meaning.NOT_MEASURED, Kind.BROKEN_REPLY, 1),
    "message.never": (Meaning.NOT_MEASURED, Kind.TIMED_OUT, 1),
    "message.failed-RATE_LIMIT_EXCEEDED_GENERIC_EXCEPTION": (Meaning.NOT_MEASURED, Kind.RATE_LIMITED, 5),
    "message.failed-RATE_LIMIT_EXCEEDED_OF_TOMORROW": (Meaning.NOT_MEASURED, Kind.RATE_LIMITED, 5),
    "message.failed-SQL_EXECUTION_EXCEPTION": (Meaning.WRONG, Kind.GENIE_FAILED, 1),
    "message.failed-GENERATED_SQL_QUERY_TOO_LONG_EXCEPTION": (Meaning.WRONG, Kind.GENIE_FAILED, 1),
    "message.failed-REPLY_PROCESS_TIMEOUT_EXCEPTION": (Meaning.NOT_MEASURED, Kind.TIMED_OUT, 1),
    "message.failed-CHAT_COMPLETION_NETWORK_EXCEPTION": (Meaning.NOT_MEASURED, Kind.SERVER_ERROR, 1),
    "message.failed-WAREHOUSE_ACCESS_MISSING_EXCEPTION": (Meaning.CONFIGURATION, Kind.NO_WAREHOUSE, 1),
    "message.failed-NO_TABLES_TO_QUERY_EXCEPTION": (Meaning.CONFIGURATION, Kind.SPACE_SETUP, 1),
    "message.failed-untyped": (Meaning.WRONG, Kind.GENIE_FAILED, 1),
    "message.cancelled": (Meaning.NOT_MEASURED, Kind.CANCELLED, 1),
    "message.expired-for-good": (Meaning.NOT_MEASURED, Kind.EXPIRED, 1),
    "message.clarifying": (Meaning.WRONG, Kind.CLARIFYING_QUESTION, 1),
    "message.silent": (Meaning.WRONG, Kind.NO_QUERY, 1),
    "message.stuck": (Meaning.NOT_MEASURED, Kind.TIMED_OUT, 1),
    "message.sql-fails": (Meaning.WRONG, Kind.QUERY_FAILED, 1),
    "message.warehouse-trouble": (Meaning.NOT_MEASURED, Kind.SERVER_ERROR, 1),
    "rows.500": (Meaning.NOT_MEASURED, Kind.SERVER_ERROR, 1),
    "rows.404+rerun.404": (Meaning.NOT_MEASURED, Kind.EXPIRED, 1),
    "rows.half-json": (Meaning.NOT_MEASURED, Kind.BROKEN_REPLY, 1),
    "rows.never": (Meaning.NOT_MEASURED, Kind.TIMED_OUT, 1),
}


@pytest.mark.parametrize("behaviour", MATRIX)
def test_every_sickness_is_classed_said_and_leaves_nothing_behind(genie, connect, space, behaviour):
    meaning, kind, attempts = MATRIX[behaviour]
    answer = ask(
        connect(behaviour, timing={"http_s": 0.4 if "never" in behaviour else 5.0, "question_s": 1.5}),
        space,
        "How many?",
    )
    assert answer.failure is not None and (answer.failure.meaning, answer.failure.kind) == (meaning, kind), answer
    assert answer.table is None and answer.attempts == attempts
    assert len(answer.failure.sentence) > 20 and answer.failure.sentence[-1] == "."
    assert genie.genie.conversations == {} and answer.left_behind is None
    assert answer.clarifying == (kind is Kind.CLARIFYING_QUESTION)


@pytest.mark.parametrize(
    "behaviour",
    [
        "start.429-x2-then-ok", "start.429-after-1-x1-then-ok", "message.500-x2-then-ok", "message.429-x2-then-ok",
        "message.half-json-x1-then-ok", "rows.500-x1-then-ok", "message.expired", "rows.404", "start.lost", "forget.500-x2-then-ok",
        "message.failed-RATE_LIMIT_EXCEEDED_GENERIC_EXCEPTION-x2-then-ok", "message.never-x1-then-ok",
    ],
)  # fmt: skip
def test_what_passes_is_waited_out(genie, connect, space, behaviour):
    answer = ask(connect(behaviour, timing={"http_s": 0.5 if "never" in behaviour else 5.0}), space, "How many?")
    assert answer.failure is None and answer.table.rows == (("9",),)
    assert genie.genie.conversations == {}


def test_a_question_whose_reply_was_lost_is_not_asked_twice(genie, connect, space):
    mine = ask(connect(), space, "How many?", keep=True).conversation_id
    answer = ask(connect("start.lost"), space, "How many?")
    assert answer.failure is None and len(genie.requests("start")) == 2, "one each"
    assert list(genie.genie.conversations) == [mine] and answer.conversation_id != mine


def test_parallel_lost_questions_find_one_conversation_each(genie, connect, space):
    client = connect("start.lost")
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: ask(client, space, "How many?"), range(4)))
    assert len({each.conversation_id for each in answers}) == 4 and all(each.failure is None for each in answers)
    assert genie.genie.conversations == {} and len(genie.requests("start")) == 4


def test_what_cannot_be_deleted_is_told_and_swept_later(genie, connect, space):
    client = connect("forget.500-x4-then-ok")
    answer = ask(client, space, "How many?")
    assert answer.failure is None and answer.left_behind == answer.conversation_id
    assert [each for each, _ in list_conversations(client, space)] == [answer.conversation_id]
    assert sweep(client) == 0 and genie.genie.conversations == {}


def test_a_stop_ends_the_question_and_deletes_its_conversation(genie, connect, space):
    stopping, begun_with = threading.Event(), []
    threading.Timer(0.3, stopping.set).start()
    begun = time.monotonic()
    with pytest.raises(CancelledError):
        ask(connect("message.stuck"), space, "How many?", on_conversation=begun_with.append, stop=stopping.is_set)
    assert time.monotonic() - begun < 1.5 and len(begun_with) == 1 and genie.genie.conversations == {}


@pytest.mark.parametrize(
    "question", ["¿Cuántos pedidos?", "客户总数是多少？", "'; DROP TABLE x; --", "x" * 20_000, "a\nb\t\u202e"]
)
def test_any_words_can_be_asked(genie, connect, space, question):
    answer = ask(connect(), space, question)
    assert answer.failure is None and answer.table.rows == ((str(len(question)),),)


@pytest.mark.parametrize(("question", "says"), [("", "empty"), ("  \n", "empty"), ("x" * 25_001, "25,001 characters")])
def test_what_is_no_question_is_not_asked(genie, connect, space, question, says):
    with pytest.raises(InputError, match=says):
        ask(connect(), space, question)
    assert genie.requests("start") == []


def test_a_large_result_is_cut_and_said(genie, connect, space):
    genie.genie.answers["All?"] = "SELECT all"
    genie.genie.tables["SELECT all"] = ([("n", "INT")], [[i] for i in range(6_000)])
    answer = ask(connect(), space, "All?", most_rows=100)
    assert len(answer.table.rows) == 100 and answer.table.truncated and answer.table.total_rows == 6_000


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        ("", "Rate limit exceeded, try later", Kind.RATE_LIMITED),
        ("", "the request timed out", Kind.TIMED_OUT),
        ("", "", Kind.GENIE_FAILED),
        ("SOMETHING_NEW_TIMEOUT", "", Kind.TIMED_OUT),
        ("MESSAGE_CANCELLED_WHILE_EXECUTING_EXCEPTION", "", Kind.CANCELLED),
        ("SOMETHING_NEW", "no", Kind.GENIE_FAILED),
    ],
)
def test_errors_that_nobody_named_are_classed_by_what_they_say(kind, text, expected):
    assert message_failure(kind, text).kind is expected


def test_every_error_of_the_sdk_has_a_class():
    from databricks.sdk.service.dashboards import MessageErrorType

    for each in MessageErrorType:
        found = message_failure(each.value, "because")
        assert isinstance(found, Failure) and found.sentence and found.detail == each.value
        if "RATE_LIMIT" in each.value or "TIMEOUT" in each.value:
            assert found.meaning is Meaning.NOT_MEASURED
