"""Each behaviour of the faulty model does what it says, seen through the real SDK."""

import json
import socket
import time
from collections.abc import Callable, Iterator

import openai
import pytest

from tests.servers.faulty_model import FaultyModel

SCHEMA = {
    "type": "json_schema",
    "json_schema": {
        "name": "verdict",
        "schema": {"type": "object", "properties": {"score": {"type": "number"}}, "required": ["score"]},
    },
}


@pytest.fixture(scope="module")
def server() -> Iterator[FaultyModel]:
    with FaultyModel() as running:
        yield running


@pytest.fixture
def faulty(server: FaultyModel) -> FaultyModel:
    server.reset()
    return server


@pytest.fixture
def ask(faulty: FaultyModel) -> Iterator[Callable]:
    clients = []

    def ask(behaviour: str, text: str = "Hello", *, timeout: float = 10, retries: int = 0, **more):
        clients.append(
            openai.OpenAI(base_url=faulty.url(behaviour), api_key="k-1", max_retries=retries, timeout=timeout)
        )
        messages = [{"role": "user", "content": text}]
        return clients[-1].chat.completions.create(model="faulty-1", messages=messages, **more)

    yield ask
    for client in clients:
        client.close()


def content_of(reply) -> str:
    return reply.choices[0].message.content


def test_ok_answers_and_keeps_what_it_received(ask, faulty):
    reply = ask("ok")
    assert content_of(reply) == faulty.content and reply.usage.total_tokens > 0
    (received,) = faulty.history
    assert received.behaviour == "ok" and received.path == "/ok/v1/chat/completions"
    assert received.headers["authorization"] == "Bearer k-1"
    assert received.body["messages"] == [{"role": "user", "content": "Hello"}]
    assert faulty.counts == {"ok": 1}
    faulty.reset()
    assert not faulty.history and not faulty.counts


def test_ok_streams_with_usage(ask, faulty):
    chunks = list(ask("ok", stream=True, stream_options={"include_usage": True}))
    assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) == faulty.content
    assert chunks[-1].usage.total_tokens > 0


def test_ok_lists_its_models(faulty):
    with openai.OpenAI(base_url=faulty.url("ok"), api_key="k") as client:
        assert [model.id for model in client.models.list()] == ["faulty-1"]


@pytest.mark.parametrize(
    ("behaviour", "error"),
    [
        ("401", openai.AuthenticationError),
        ("403", openai.PermissionDeniedError),
        ("404", openai.NotFoundError),
        ("429", openai.RateLimitError),
        ("500", openai.InternalServerError),
    ],
)
def test_a_status_is_answered_with_that_status(ask, behaviour, error):
    with pytest.raises(error) as caught:
        ask(behaviour)
    assert "retry-after" not in caught.value.response.headers
    assert str(caught.value.status_code) == behaviour


def test_429_after_names_the_seconds(ask):
    for _ in range(2):
        with pytest.raises(openai.RateLimitError) as caught:
            ask("429-after-1")
        assert caught.value.response.headers["retry-after"] == "1"


@pytest.mark.parametrize(
    ("behaviour", "fails"), [("500-then-ok", 1), ("429-after-0.05-then-ok", 1), ("503-x2-then-ok", 2)]
)
def test_then_ok_fails_first_and_works_later(ask, faulty, behaviour, fails):
    for _ in range(fails):
        with pytest.raises(openai.APIStatusError):
            ask(behaviour)
    assert content_of(ask(behaviour)) == faulty.content
    assert faulty.counts[behaviour] == fails + 1


def test_429_then_ok_asks_for_one_second(ask):
    with pytest.raises(openai.RateLimitError) as caught:
        ask("429-then-ok")
    assert caught.value.response.headers["retry-after"] == "1"
    assert content_of(ask("429-then-ok"))


def test_half_stream_breaks_after_some_of_the_text(ask, faulty):
    got = ""
    # What the SDK raises depends on the HTTP client below it; that something breaks does not.
    with pytest.raises(Exception) as caught:
        for chunk in ask("half-stream", stream=True):
            got += chunk.choices[0].delta.content or ""
    assert not isinstance(caught.value, AssertionError)
    assert got and got != faulty.content and faulty.content.startswith(got)
    with pytest.raises(openai.APIConnectionError):
        ask("half-stream")


def test_half_json_and_html_are_no_completions(ask):
    with pytest.raises((openai.APIError, ValueError)):
        ask("half-json")
    assert "sign in" in str(ask("html"))  # the SDK hands a page through as text


def test_not_schema_answers_with_other_keys(ask):
    assert "score" not in json.loads(content_of(ask("not-schema", response_format=SCHEMA)))
    assert "score" not in json.loads(content_of(ask("not-schema-then-ok", response_format=SCHEMA)))
    assert "score" in json.loads(content_of(ask("not-schema-then-ok", response_format=SCHEMA)))


def test_fenced_json_needs_mending(ask):
    content = content_of(ask("fenced-json", response_format=SCHEMA))
    assert "```json" in content and ",\n}" in content
    with pytest.raises(ValueError):
        json.loads(content)


def test_response_format_is_ignored_or_refused(ask, faulty):
    assert content_of(ask("ignores-response-format", response_format=SCHEMA)) == faulty.content
    with pytest.raises(openai.BadRequestError) as caught:
        ask("no-response-format", response_format=SCHEMA)
    assert caught.value.param == "response_format"
    assert content_of(ask("no-response-format", "Answer in JSON")) == faulty.json_content


def test_no_usage_and_empty_choices(ask):
    assert ask("no-usage").usage is None
    assert ask("empty-choices").choices == []


def test_never_and_slow_run_into_a_short_time_out(ask):
    with pytest.raises(openai.APITimeoutError):
        ask("never", timeout=0.2)
    with pytest.raises(openai.APITimeoutError):
        ask("slow-30000", timeout=0.2)
    assert content_of(ask("slow-10"))


def test_redirect_points_to_another_port_and_says_who_followed(faulty):
    with socket.create_connection(("127.0.0.1", faulty.port)) as plain:
        plain.sendall(b"POST /redirect/v1/chat/completions HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}")
        head = plain.recv(4096).decode()
    assert " 302 " in head and f"http://127.0.0.1:{faulty.other_port}/" in head and faulty.other_port != faulty.port
    assert faulty.leaked == []
    with openai.OpenAI(base_url=faulty.url("redirect-307"), api_key="k-1", max_retries=0) as client:
        client.chat.completions.create(model="m", messages=[{"role": "user", "content": "Hello"}])
    assert len(faulty.leaked) == 1, "the SDK follows redirects unless told not to"


def test_echo_gives_the_messages_back(ask):
    assert json.loads(content_of(ask("echo", "ä “b”"))) == [{"role": "user", "content": "ä “b”"}]


def test_a_misspelt_behaviour_is_refused(faulty):
    with pytest.raises(ValueError, match="no such behaviour"):
        faulty.url("ok-then-429")


def test_closing_breaks_what_is_under_way_and_may_be_repeated():
    server = FaultyModel()
    with socket.create_connection(("127.0.0.1", server.port)) as waiting:
        waiting.sendall(b"GET /never/v1/models HTTP/1.1\r\nhost: x\r\n\r\n")
        while not server.history:
            time.sleep(0.01)
        server.close()
        server.close()
        assert waiting.recv(10) == b""
