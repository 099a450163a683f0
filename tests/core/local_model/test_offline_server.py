"""The offline model over the wire: the OpenAI protocol as the real SDK sees it."""

import asyncio
import json
import logging
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import openai
import pytest

from core.errors import ConfigError
from core.local_model import MODEL_NAME, NOTICE, serve
from core.local_model.server import MAX_BODY_BYTES

TEXT = "Basel lies on the Rhine. It has 175,000 inhabitants. The university was founded in 1460."


def post(server, body: bytes, path: str = "/chat/completions") -> tuple[int, dict]:
    request = urllib.request.Request(
        server.base_url + path, data=body, headers={"content-type": "application/json"}, method="POST"
    )
    try:
        with urllib.request.urlopen(request) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)["error"]


def asking(**more) -> bytes:
    return json.dumps({"model": MODEL_NAME, "messages": [{"role": "user", "content": "Hello"}]} | more).encode()


def test_lists_its_one_model(client):
    assert [model.id for model in client.models.list()] == [MODEL_NAME]
    assert client.models.retrieve(MODEL_NAME).id == MODEL_NAME
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("gpt-4o")


def test_a_stream_carries_the_same_text_as_the_whole_answer(complete):
    whole = complete(TEXT)
    chunks = list(complete(TEXT, stream=True, stream_options={"include_usage": True}))
    assert chunks[0].choices[0].delta.role == "assistant"
    assert "".join(c.choices[0].delta.content or "" for c in chunks if c.choices) == whole.choices[0].message.content
    assert [c.choices[0].finish_reason for c in chunks if c.choices][-1] == "stop"
    assert chunks[-1].choices == [] and chunks[-1].usage == whole.usage
    assert all(c.usage is None for c in chunks[:-1]) and len({c.id for c in chunks}) == 1
    assert len(chunks) > 10, "it comes word by word"


def test_a_stream_without_the_option_has_no_usage(complete):
    assert all(c.usage is None and c.choices for c in complete(TEXT, stream=True))


def test_usage_adds_up_and_grows_with_the_prompt(complete):
    short, long = complete("Hello there").usage, complete("Hello there " * 100).usage
    assert short.total_tokens == short.prompt_tokens + short.completion_tokens
    assert long.prompt_tokens > short.prompt_tokens > 0


def test_stop_cuts_before_the_sequence(complete):
    reply = complete(TEXT, stop=["1460", "nowhere"])
    assert "founded in" in reply.choices[0].message.content and "1460" not in reply.choices[0].message.content
    assert reply.choices[0].finish_reason == "stop"


@pytest.mark.parametrize("name", ["max_tokens", "max_completion_tokens"])
def test_a_token_limit_cuts_the_answer_and_says_so(complete, name):
    reply = complete(TEXT, **{name: 5})
    assert reply.choices[0].finish_reason == "length" and reply.usage.completion_tokens == 5
    assert complete(TEXT, **{name: 5000}).choices[0].finish_reason == "stop"


@pytest.mark.parametrize(
    ("body", "status", "param", "code"),
    [
        (b"{nonsense", 400, None, None),
        (b"\xff\xfe", 400, None, None),
        (b"[" * 100_000, 400, None, None),
        (b"[]", 400, None, None),
        (asking(messages=[]), 400, "messages", None),
        (asking(messages="Hello"), 400, "messages", None),
        (asking(messages=["Hello"]), 400, "messages[0]", None),
        (asking(messages=[{"role": "wizard", "content": "Hello"}]), 400, "messages[0].role", "invalid_value"),
        (asking(messages=[{"role": [], "content": "Hello"}]), 400, "messages[0].role", "invalid_value"),
        (asking(messages=[{"role": "user"}]), 400, "messages[0].content", "invalid_type"),
        (asking(messages=[{"role": "user", "content": [{"type": "image_url"}]}]), 400, "messages[0].content", None),
        (asking(model="gpt-4o"), 404, "model", "model_not_found"),
        (asking(model=None), 400, "model", None),
        (asking(n=2), 400, "n", "unsupported_value"),
        (asking(temperature="hot"), 400, "temperature", "invalid_value"),
        (asking(max_tokens=0), 400, "max_tokens", "invalid_value"),
        (asking(stop=[1]), 400, "stop", None),
        (asking(tool_choice="required"), 400, "tool_choice", "unsupported_value"),
        (asking(response_format={"type": "xml"}), 400, "response_format.type", "invalid_value"),
        (asking(response_format={"type": "json_schema"}), 400, "response_format.json_schema.name", None),
    ],
)
def test_a_faulty_request_is_refused_in_the_shape_of_openai(offline_server, body, status, param, code):
    got, error = post(offline_server, body)
    assert (got, error["param"], error["code"], error["type"]) == (status, param, code, "invalid_request_error")
    assert error["message"]


def test_a_body_over_the_limit_is_refused_and_one_below_it_answered(offline_server):
    status, error = post(offline_server, asking(messages=[{"role": "user", "content": "a " * (MAX_BODY_BYTES // 2)}]))
    assert (status, error["code"]) == (413, "request_too_large")
    status, reply = post(offline_server, asking(messages=[{"role": "user", "content": "a b. " * 1_900_000}]))
    assert status == 200 and "its middle was not read" in reply["choices"][0]["message"]["content"]


def test_other_paths_and_methods_are_refused_in_the_same_shape(offline_server):
    assert post(offline_server, b"{}", "/responses")[0] == 404
    assert post(offline_server, b"{}", "/models")[0] == 405


def test_half_a_surrogate_pair_does_not_break_the_answer(offline_server):
    status, reply = post(offline_server, asking(messages=[{"role": "user", "content": "see \ud83d here"}]))
    assert status == 200 and "see" in reply["choices"][0]["message"]["content"]


def test_twenty_requests_at_once_get_their_own_answers(say):
    with ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(lambda i: say(f"The secret number is {i} today."), range(20)))
    assert all(f"number is {i} today" in answer for i, answer in enumerate(answers))


def test_the_async_client_works_under_a_running_loop():
    async def run() -> tuple[str, str]:
        with serve() as server:
            async with openai.AsyncOpenAI(base_url=server.base_url, api_key="any", max_retries=0) as sdk:
                ask = {"model": MODEL_NAME, "messages": [{"role": "user", "content": TEXT}]}
                whole = await sdk.chat.completions.create(**ask)
                stream = await sdk.chat.completions.create(**ask, stream=True)
                text = "".join([chunk.choices[0].delta.content or "" async for chunk in stream])
        return whole.choices[0].message.content, text

    whole, streamed = asyncio.run(run())
    assert whole == streamed and "175,000" in whole


def test_a_client_that_leaves_in_the_middle_is_no_event(complete, say, caplog, capfd):
    with caplog.at_level(logging.DEBUG):
        for _ in range(3):
            stream = complete(TEXT, stream=True)
            next(iter(stream))
            stream.close()
        assert NOTICE in say("Hello")
    assert not [r for r in caplog.records if r.name.startswith(("uvicorn", "asyncio", "core.local_model"))]
    assert capfd.readouterr() == ("", "")


def test_closing_frees_the_port_and_may_be_repeated():
    server = serve()
    with socket.create_connection((server.host, server.port)):
        pass
    server.close()
    server.close()
    assert server.closed
    with pytest.raises(OSError):
        socket.create_connection((server.host, server.port))
    with serve(port=server.port) as again:
        assert again.base_url == f"http://127.0.0.1:{server.port}/v1"


def test_closing_lets_a_running_stream_finish(complete):
    server = serve()
    with openai.OpenAI(base_url=server.base_url, api_key="any", max_retries=0) as sdk:
        stream = iter(
            sdk.chat.completions.create(model=MODEL_NAME, messages=[{"role": "user", "content": TEXT * 5}], stream=True)
        )
        first = next(stream)
        server.close()
        rest = list(stream)
    assert first.choices[0].delta.role == "assistant" and rest[-1].choices[0].finish_reason == "stop"


def test_a_taken_port_and_a_public_address_are_refused(offline_server):
    with pytest.raises(ConfigError, match="choose another port"):
        serve(port=offline_server.port)
    with pytest.raises(ConfigError, match="choose another port"):
        serve(port=70_000)
    with pytest.raises(ConfigError, match="loopback only"):
        serve(host="0.0.0.0")


def test_a_process_that_never_closes_it_ends_without_a_word():
    code = (
        "import logging, sys; logging.basicConfig(level=logging.DEBUG)\n"
        "from core.local_model import serve\n"
        "assert not {'starlette', 'uvicorn', 'jsonschema', 'fastapi'} & set(sys.modules), 'imports are lazy'\n"
        "import urllib.request\n"
        "server = serve(); urllib.request.urlopen(server.base_url + '/models').read()\n"
        "assert not {'fastapi', 'openai'} & set(sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    said = [line for line in done.stderr.splitlines() if "Using selector" not in line]
    assert (done.returncode, done.stdout, said) == (0, "", [])


def test_an_idle_connection_stays_open_so_that_no_request_meets_its_closing():
    with serve() as server:
        assert server._server.config.timeout_keep_alive >= 600
