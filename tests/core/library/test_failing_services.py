"""Services that fail: each failure is a recorded execution that says what happened and what to do, never the key."""

import json
import socket
import threading
from dataclasses import dataclass, replace
from typing import Any

import pytest

from core import library
from core.db import reading, transaction
from tests.core.conftest import KEY

SCHEMA = {
    "type": "object",
    "properties": {"answer": {"type": "string"}},
    "required": ["answer"],
    "additionalProperties": False,
}


@pytest.fixture(scope="module")
def workbench(shared_workbench):
    return shared_workbench


@dataclass(frozen=True)
class Case:
    """A behaviour of the service, and what the record says of it. `says` are words of the sentence."""

    behaviour: str
    kind: str
    says: tuple[str, ...]
    attempts: int = 1
    retries: int = 0
    timeout_s: float = 5.0

    def __str__(self) -> str:
        return f"{self.behaviour}-retries-{self.retries}"


CASES = [
    Case("401", "AuthError 401", ("refuses the key", "Connections page")),
    Case("403", "AuthError 403", ("refuses the key", "Connections page")),
    Case("401", "AuthError 401", ("refuses the key",), retries=2),
    Case("404", "ServiceError 404", ("no model 'faulty-1'", "Choose a model")),
    Case("400", "ServiceError 400", ("does not accept the request", "Change")),
    Case("429", "RateLimitError 429", ("more often than", "Try again in a while", "parallel")),
    Case("429", "RateLimitError 429", ("more often than",), attempts=2, retries=1),
    Case("429-after-120", "RateLimitError 429", ("Try again in 2 min",), retries=2),
    Case("429-after-0", "RateLimitError 429", ("Try again in a while",), attempts=2, retries=1),
    Case("500", "ServiceError 500", ("failed on the request", "another connection")),
    Case("500", "ServiceError 500", ("failed on the request",), attempts=2, retries=1),
    Case("half-json", "ServiceError", ("Correct the base URL",)),
    Case("html", "ServiceError", ("a web page", "Correct the base URL")),
    Case("empty-choices", "ServiceError", ("empty list of choices",)),
    Case("half-stream", "ServiceError", ("in the middle of its answer", "Try again")),
    Case("never", "ServiceTimeoutError", ("within 1 s", "raise the time-out"), timeout_s=1.0, retries=2),
    Case("redirect", "ServiceError 302", ("redirects elsewhere", "if you trust it")),
    Case("redirect-307", "ServiceError 307", ("redirects elsewhere", "if you trust it")),
]


def call(connection: str, *, stream: bool = False, **fields: Any) -> library.Call:
    content = library.Content("Be brief.", "Say hello.", connection=connection, **fields)
    return library.Call(content, None, stream=stream)


def recorded(execution_id: str) -> library.ExecutionView:
    with reading() as session:
        return library.get_execution(session, execution_id)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_failure_is_recorded_with_its_kind_attempts_and_way_out_but_never_the_key(connect, faulty_model, case):
    connection = connect(case.behaviour, max_retries=case.retries, timeout_s=case.timeout_s)
    run = library.start(call(connection))
    execution = run.wait(20)
    assert execution == recorded(execution.id)
    assert (execution.status, execution.error_kind, execution.attempts) == ("failed", case.kind, case.attempts)
    assert len(faulty_model.history) == case.attempts
    for words in (*case.says, connection):
        assert words in execution.error
    assert str(run.error) == execution.error
    assert KEY not in repr(execution) and KEY[-8:] not in repr(execution)
    assert (execution.system, execution.user) == ("Be brief.", "Say hello.")
    assert faulty_model.history[0].headers["authorization"] == f"Bearer {KEY}"
    assert faulty_model.leaked == []
    assert library.run(call(connect("ok"))).status == "completed"


@pytest.mark.parametrize("behaviour", ["401", "429", "500", "html", "half-json", "empty-choices", "redirect"])
def test_a_failing_stream_is_recorded_like_any_other_call(connect, faulty_model, behaviour):
    execution = library.run(call(connect(behaviour), stream=True))
    assert (execution.status, execution.attempts) == ("failed", 1)
    assert execution.error and KEY not in execution.error
    assert faulty_model.leaked == []


def test_what_came_before_a_stream_broke_is_kept_and_not_asked_for_again(connect, faulty_model):
    connection = connect("half-stream", max_retries=2, input_usd_per_mtok=5.0, output_usd_per_mtok=5.0)
    execution = library.run(call(connection, stream=True))
    assert (execution.status, execution.attempts, len(faulty_model.history)) == ("failed", 1, 1)
    assert execution.response and faulty_model.content.startswith(execution.response)
    assert execution.tokens_estimated and execution.cost_usd > 0
    assert "in the middle of its answer" in execution.error


def test_a_call_that_was_refused_cost_nothing_but_one_that_may_have_been_charged_is_unknown(connect):
    prices = {"input_usd_per_mtok": 5.0, "output_usd_per_mtok": 5.0}
    assert library.run(call(connect("401", **prices))).cost_usd == 0.0
    assert library.run(call(connect("500", **prices))).cost_usd is None


@pytest.mark.parametrize("behaviour", ["429-then-ok", "500-then-ok"])
def test_a_passing_failure_is_tried_again_and_the_attempts_are_told(connect, faulty_model, behaviour):
    execution = library.run(call(connect(behaviour, max_retries=1)))
    assert (execution.status, execution.attempts, execution.error) == ("completed", 2, None)
    assert execution.response == faulty_model.content


def test_a_refused_connection_says_to_start_the_service(connect):
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    execution = library.run(call(connect("ok", base_url=f"http://127.0.0.1:{port}/v1")))
    assert (execution.status, execution.error_kind, execution.attempts) == ("failed", "ServiceError", 1)
    assert f"127.0.0.1:{port} refuses connections" in execution.error and "Start the service" in execution.error
    assert library.run(call(connect("ok"))).status == "completed"


@pytest.mark.parametrize("stream", [False, True])
def test_tokens_that_the_service_does_not_tell_are_estimated_and_say_so(connect, stream):
    execution = library.run(call(connect("no-usage"), stream=stream))
    assert (execution.status, execution.tokens_estimated) == ("completed", True)
    assert execution.input_tokens > 0 and execution.output_tokens > 0


@pytest.mark.parametrize("tokens", [10**30, 3 * 10**9, -5])
def test_an_absurd_count_of_tokens_does_not_lose_the_answer(connect, tokens):
    usage = {"prompt_tokens": tokens, "completion_tokens": 7}
    choice = {"index": 0, "message": {"role": "assistant", "content": "Here."}, "finish_reason": "stop"}
    body = json.dumps(
        {"id": "c", "object": "chat.completion", "model": "m", "choices": [choice], "usage": usage}
    ).encode()
    head = f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n".encode()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            client, _ = listening.accept()
            with client:
                client.recv(65536)
                client.sendall(head + body)

        threading.Thread(target=serve, daemon=True).start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/v1"
        execution = library.run(call(connect("ok", base_url=url)))
    assert (execution.status, execution.response, execution.tokens_estimated) == ("completed", "Here.", True)
    assert 0 < execution.input_tokens < 1000


def test_an_answer_that_never_meets_the_schema_fails_with_both_tries_in_the_record(connect, faulty_model):
    execution = library.run(call(connect("not-schema"), response_schema=SCHEMA))
    assert (execution.status, execution.error_kind, execution.attempts) == ("failed", "PromptSchemaError", 2)
    assert "neither did its second try" in execution.error and "loosen the schema" in execution.error
    assert "unexpected_key" in execution.response and execution.parsed is None
    assert execution.input_tokens == 22, "both were paid for"
    assert len(faulty_model.history) == 2


def test_the_repair_prompt_is_the_librarys_and_follows_a_persons_edit(connect, faulty_model):
    def repaired() -> str:
        faulty_model.reset()
        execution = library.run(call(connect("not-schema-then-ok"), response_schema=SCHEMA))
        assert (execution.status, execution.attempts) == ("completed", 2)
        assert execution.parsed == {"answer": faulty_model.content}
        first, second = (received.body["messages"] for received in faulty_model.history)
        assert second[:2] == first and second[2]["role"] == "assistant"
        return second[3]["content"]

    built_in = repaired()
    assert "Your last answer does not meet the required JSON Schema" in built_in
    assert "unexpected_key" in built_in and '"answer"' in built_in

    with transaction() as session:
        template = library.get_template_by_name(session, "whetstone/repair_reply")
        content = library.resolve(session, template.name).content
        edited = replace(
            content,
            user="{{ politely }} {{ error }} -- {{ schema }}",
            variables=(*content.variables, library.VariableSpec("politely", default="Please mend:")),
        )
        library.save_version(session, template.id, edited, expected_rev=template.rev, person="ann")
    mine = repaired()
    assert mine.startswith("Please mend: ") and " -- {" in mine and "'answer' is a required property" in mine


def test_json_in_a_code_fence_is_read_without_asking_again(connect, faulty_model):
    execution = library.run(call(connect("fenced-json"), response_schema=SCHEMA))
    assert (execution.status, execution.attempts) == ("completed", 1)
    assert execution.parsed == {"answer": faulty_model.content} and "```json" in execution.response


def test_a_service_that_ignores_the_schema_is_found_out(connect):
    execution = library.run(call(connect("ignores-response-format"), response_schema=SCHEMA))
    assert (execution.status, execution.error_kind) == ("failed", "PromptSchemaError")
    assert "holds no JSON" in execution.error


def test_a_service_that_knows_no_response_format_is_asked_without_it(connect, faulty_model):
    asked = call(connect("no-response-format"), response_schema=SCHEMA)
    execution = library.run(replace(asked, content=replace(asked.content, user="Answer in JSON.")))
    assert (execution.status, execution.attempts, execution.parsed) == ("completed", 2, {"answer": "yes"})
    assert "response_format" not in faulty_model.history[-1].body


def test_a_repair_prompt_that_cannot_be_rendered_fails_the_call_with_the_way_out_and_keeps_the_answer(connect):
    with transaction() as session:
        template = library.get_template_by_name(session, "whetstone/repair_reply")
        before = template.current_number
        mine = library.Content("", "{{ error }} {{ nonsense }}")
        library.save_version(session, template.id, mine, expected_rev=template.rev, person="ann")
    try:
        execution = library.run(call(connect("not-schema"), response_schema=SCHEMA))
    finally:
        with transaction() as session:
            library.roll_back(session, template.id, before, person="ann")
    assert (execution.status, execution.error_kind, execution.attempts) == ("failed", "PromptRenderError", 1)
    assert "'nonsense' has no value" in execution.error and "unexpected_key" in execution.response
