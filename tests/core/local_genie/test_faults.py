"""Every fault that can be set, seen through the unchanged SDK; none may touch what was not asked for."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from databricks.sdk.errors import (
    Aborted,
    DatabricksError,
    InternalError,
    NotFound,
    PermissionDenied,
    TooManyRequests,
    Unauthenticated,
)

from core.local_genie import LocalGenie
from core.local_genie.faults import AnswerFault, Faults, FaultSettings, HttpFault, RateLimited
from core.local_genie.refusals import Refusal
from tests.core.local_genie.standins import ORDERS, wait_for


def sent(client: Any, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    return client.api_client.do(method, path, body=body)


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("401", Unauthenticated),
        ("403", PermissionDenied),
        ("404", NotFound),
        ("409", Aborted),
        ("500", InternalError),
        ("html", DatabricksError),
    ],
)
def test_an_http_fault_arrives_as_the_sdk_s_error(genie: LocalGenie, client: Any, kind: str, error: type[Exception]):
    genie.set_faults(FaultSettings(http=(HttpFault(kind, path="/spaces$"),)))
    with pytest.raises(error):
        client.genie.list_spaces()
    assert client.warehouses.list()  # another path is left alone


@pytest.mark.parametrize("kind", ["half_json", "wrong_html"])
def test_a_200_that_is_no_json_is_an_error_and_not_an_empty_answer(genie: LocalGenie, client: Any, kind: str):
    genie.set_faults(FaultSettings(http=(HttpFault(kind, path="/spaces$"),)))
    with pytest.raises(Exception):  # noqa: B017 - the SDK lets the JSON parser's own error through
        client.genie.list_spaces()


@pytest.mark.parametrize("kind", ["drop", "hang"])
def test_a_connection_that_ends_without_an_answer_is_an_error(genie: LocalGenie, client: Any, kind: str):
    genie.set_faults(FaultSettings(http=(HttpFault(kind, path="/spaces$", seconds=0.1),)))
    with pytest.raises(Exception, match=r"(?i)connection|timed out"):
        client.genie.list_spaces()


def test_a_fault_hits_after_some_requests_and_so_often_as_it_says(genie: LocalGenie, client: Any):
    genie.set_faults(FaultSettings(http=(HttpFault("500", path="/spaces$", method="GET", after=1, times=2),)))
    seen = []
    for _ in range(5):
        try:
            client.genie.list_spaces()
            seen.append("ok")
        except InternalError:
            seen.append("500")
    assert seen == ["ok", "500", "500", "ok", "ok"]


def test_a_late_fault_loses_the_answer_of_a_request_that_was_carried_out(
    genie: LocalGenie, client: Any, definition: Callable[..., dict[str, Any]]
):
    genie.set_faults(FaultSettings(http=(HttpFault("500", method="POST", late=True, times=1),)))
    with pytest.raises(InternalError):
        client.genie.create_space(genie.warehouse_id, '{"version": 2}', title="Made all the same")
    titles, token = [], None
    while True:
        page = client.genie.list_spaces(page_size=100, page_token=token)
        titles += [space.title for space in page.spaces]
        if not (token := page.next_page_token):
            break
    assert titles.count("Made all the same") == 1


def test_the_sdk_waits_for_retry_after_and_then_succeeds(genie: LocalGenie, space_id: str, connect: Callable[..., Any]):
    patient = connect(genie, retry_s=10)
    genie.set_faults(FaultSettings(http=(HttpFault("429", method="POST", times=1, retry_after_s=1),)))
    begun = time.monotonic()
    patient.genie.start_conversation(space_id, "how many?")
    assert 0.9 < time.monotonic() - begun < 5


def test_questions_above_the_limit_get_429_with_the_time_to_wait(genie: LocalGenie, client: Any, space_id: str):
    genie.set_faults(FaultSettings(questions_per_minute=0))
    response = client.api_client._api_client._session.post(
        f"{genie.base_url}/api/2.0/genie/spaces/{space_id}/start-conversation",
        json={"content": "how many?"},
        headers={"Authorization": f"Bearer {genie.token}"},
    )
    assert response.status_code == 429
    assert int(response.headers["Retry-After"]) >= 1
    genie.set_faults(FaultSettings(questions_per_minute=0, retry_after=False))
    response = client.api_client._api_client._session.post(
        f"{genie.base_url}/api/2.0/genie/spaces/{space_id}/start-conversation",
        json={"content": "how many?"},
        headers={"Authorization": f"Bearer {genie.token}"},
    )
    assert (response.status_code, "Retry-After" in response.headers) == (429, False)


def test_the_limit_counts_a_window_that_moves():
    faults = Faults()
    faults.set(FaultSettings(questions_per_minute=2, window_s=0.3))
    faults.take_question()
    faults.take_question()
    with pytest.raises(RateLimited) as over:
        faults.take_question()
    assert 0 < over.value.retry_after_s <= 0.3
    time.sleep(over.value.retry_after_s + 0.01)
    faults.take_question()
    assert faults.as_json()["counts"] == {"questions": 3, "questions_refused": 1}


def test_reading_is_not_limited(genie: LocalGenie, client: Any, space_id: str, ask: Callable[..., Any]):
    message = ask("how many?")
    genie.set_faults(FaultSettings(questions_per_minute=0, retry_after=False))
    client.genie.get_message(space_id, message.conversation_id, message.message_id)
    with pytest.raises((TooManyRequests, TimeoutError)):
        client.genie.create_message(space_id, message.conversation_id, "again?")


def test_a_limit_may_be_told_as_a_failed_message(genie: LocalGenie, ask: Callable[..., Any]):
    genie.set_faults(FaultSettings(questions_per_minute=0, rate_limit_as="message"))
    message = ask("how many?")
    assert (message.status.value, message.error.type.value) == (
        "FAILED",
        "RATE_LIMIT_EXCEEDED_SPECIFIED_WAIT_EXCEPTION",
    )


@pytest.mark.parametrize(
    ("kind", "status", "error"),
    [
        ("failed", "FAILED", "GENERIC_CHAT_COMPLETION_EXCEPTION"),
        ("rate_limited", "FAILED", "RATE_LIMIT_EXCEEDED_GENERIC_EXCEPTION"),
        ("sql_error", "FAILED", "SQL_EXECUTION_EXCEPTION"),
        ("cancelled", "CANCELLED", None),
        ("expired", "QUERY_RESULT_EXPIRED", None),
        ("clarify", "COMPLETED", None),
        ("empty", "COMPLETED", None),
    ],
)
def test_an_answer_fault_ends_the_message_as_it_says(
    genie: LocalGenie, ask: Callable[..., Any], kind: str, status: str, error: str | None
):
    genie.set_faults(FaultSettings(answers=(AnswerFault(kind, question="MANY"),)))
    message = ask("how many?")
    assert message.status.value == status
    assert (message.error.type.value if message.error else None) == error
    if kind == "clarify":
        assert [bool(each.query) for each in message.attachments] == [False]
    if kind == "empty":
        assert message.query_result.row_count == 0
    assert ask("SQL:SELECT 1 AS n").status.value == "COMPLETED"  # another question is left alone


def test_a_question_may_never_be_answered(genie: LocalGenie, client: Any, space_id: str):
    genie.set_faults(FaultSettings(answers=(AnswerFault("never"),)))
    started = client.genie.start_conversation(space_id, "how many?").response
    with pytest.raises(AssertionError, match="still"):
        wait_for(client, space_id, started.conversation_id, started.message_id, timeout_s=0.5)
    client.genie.delete_conversation(space_id, started.conversation_id)


def test_latency_delays_the_answer_and_http_latency_every_response(
    genie: LocalGenie, client: Any, ask: Callable[..., Any]
):
    genie.set_faults(FaultSettings(latency_s=0.4))
    begun = time.monotonic()
    ask("how many?")
    assert 0.35 < time.monotonic() - begun < 2
    genie.set_faults(FaultSettings(http_latency_s=0.2))
    begun = time.monotonic()
    client.genie.list_spaces()
    assert 0.2 <= time.monotonic() - begun < 1


def noisy_answers(genie: LocalGenie, ask: Callable[..., Any], seed: int) -> list[str | None]:
    genie.set_faults(FaultSettings(answer_noise=0.5, seed=seed))
    question = f"SQL:SELECT sum(amount) AS t FROM {ORDERS} WHERE status = 'open' AND amount > 3"
    found = []
    for _ in range(12):
        attachment = ask(question).attachments[0]
        found.append(attachment.query.query if attachment.query else None)
    return found


def test_noise_spoils_some_answers_and_is_the_same_for_a_seed(genie: LocalGenie, ask: Callable[..., Any]):
    first = noisy_answers(genie, ask, seed=1)
    assert noisy_answers(genie, ask, seed=1) == first
    assert noisy_answers(genie, ask, seed=2) != first
    right = f"SELECT sum(amount) AS t FROM {ORDERS} WHERE status = 'open' AND amount > 3"
    assert 2 <= sum(each == right for each in first) <= 10


def test_without_noise_no_answer_differs(genie: LocalGenie, ask: Callable[..., Any]):
    assert {ask("how many?").attachments[0].query.query for _ in range(5)} == {
        "SELECT count(*) AS n FROM main.sales.customers"
    }


def test_the_knobs_are_turned_over_http_and_tell_their_counts(client: Any, ask: Callable[..., Any]):
    set_ = sent(client, "PUT", "/api/local/faults", {"answers": [{"kind": "failed", "times": 1}], "seed": 3})
    assert (set_["settings"]["seed"], set_["settings"]["answers"][0]["times"]) == (3, 1)
    ask("how many?")
    assert sent(client, "GET", "/api/local/faults")["counts"] == {"questions": 1, "answer failed": 1}
    assert sent(client, "DELETE", "/api/local/faults")["settings"]["answers"] == []


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"unknown": 1}, "unknown is not known"),
        ({"http": [{"kind": "teapot"}]}, "must be one of"),
        ({"http": [{"kind": "500", "path": "("}]}, "regular expression"),
        ({"answer_noise": 2}, "from 0 to 1"),
        ({"latency_s": "soon"}, "must be a number"),
        ({"rate_limit_as": "letter"}, "rate_limit_as"),
        ({"http": {}}, "must be a list"),
        ([], "JSON object"),
    ],
)
def test_settings_that_mean_nothing_are_refused(settings: Any, says: str):
    with pytest.raises(Refusal, match=says):
        FaultSettings.from_json(settings)


def test_settings_survive_their_json():
    settings = FaultSettings(
        seed=4, questions_per_minute=5, http=(HttpFault("429", retry_after_s=2),), answers=(AnswerFault("never"),)
    )
    assert FaultSettings.from_json(settings.as_json()) == settings
