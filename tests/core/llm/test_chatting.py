"""One call, from request to reply, over real HTTP."""

import asyncio
import time

import pytest

from core import llm
from core.errors import (
    AuthError,
    ConfigError,
    InputError,
    RateLimitError,
    ServiceError,
    ServiceTimeoutError,
)
from core.llm import loop
from core.settings import configure


def test_returns_text_usage_and_times(connect, ask, model):
    reply = ask(connect(), temperature=0.2, max_tokens=50, stop=("END",))
    assert reply.text == model.content
    assert reply.usage == llm.Usage(11, max(1, len(model.content) // 4), estimated=False)
    assert (reply.attempts, reply.finish_reason, reply.model, reply.first_token_ms) == (1, "stop", "faulty-1", None)
    sent = model.history[0].body
    assert [message["role"] for message in sent["messages"]] == ["system", "user"]
    assert (sent["temperature"], sent["max_tokens"], sent["stop"]) == (0.2, 50, ["END"])


def test_leaves_out_an_empty_system_text_and_settings_that_are_not_set(connect, ask, model):
    ask(connect(), system="  ")
    sent = model.history[0].body
    assert [message["role"] for message in sent["messages"]] == ["user"]
    assert set(sent) == {"model", "messages"}


def test_refuses_to_send_nothing(connect, ask, model):
    with pytest.raises(InputError, match="nothing to send"):
        ask(connect(), system="", user="\n")
    assert model.history == []


def test_hands_over_each_piece_of_a_stream(connect, ask, model):
    pieces: list[str] = []
    reply = ask(connect(), on_text=pieces.append)
    assert "".join(pieces) == reply.text == model.content
    assert len(pieces) > 1
    assert reply.first_token_ms is not None and reply.first_token_ms <= reply.duration_ms
    assert reply.usage is not None and not reply.usage.estimated
    assert model.history[0].body["stream_options"] == {"include_usage": True}


@pytest.mark.parametrize("streams", [False, True])
def test_estimates_tokens_that_the_service_does_not_tell(connect, ask, streams):
    reply = ask(connect("no-usage"), on_text=(lambda text: None) if streams else None)
    assert reply.usage is not None and reply.usage.estimated
    assert reply.usage.input_tokens > 0 and reply.usage.output_tokens > 0


@pytest.mark.parametrize("streams", [False, True])
@pytest.mark.parametrize(
    ("behaviour", "kind", "says"),
    [
        ("401", AuthError, "refuses the key of 'probe'"),
        ("403", AuthError, "refuses the key of 'probe'"),
        ("404", ServiceError, "no model 'faulty-1'"),
        ("400", ServiceError, "does not accept the request"),
        ("429", RateLimitError, "called more often"),
        ("500", ServiceError, "failed on the request of 'probe'"),
        ("html", ServiceError, "did not answer like an OpenAI-compatible service"),
        ("half-json", ServiceError, "did not answer like an OpenAI-compatible service"),
        ("half-stream", ServiceError, "ended the connection of 'probe' in the middle"),
        ("empty-choices", ServiceError, "did not answer like an OpenAI-compatible service"),
        ("redirect", ServiceError, "redirects elsewhere"),
        ("redirect-307", ServiceError, "redirects elsewhere"),
    ],
)
def test_says_what_went_wrong_and_with_which_connection(connect, ask, model, behaviour, kind, says, streams):
    with pytest.raises(kind, match=says) as caught:
        ask(connect(behaviour), on_text=(lambda text: None) if streams else None)
    assert "'probe'" in str(caught.value)
    assert str(caught.value).rstrip().endswith((".", "/v1."))
    assert caught.value.partial.attempts == 1
    assert model.leaked == []


def test_a_refused_call_cost_nothing_and_a_broken_one_an_unknown_amount(connect, ask):
    with pytest.raises(AuthError) as refused:
        ask(connect("401"))
    with pytest.raises(ServiceError) as broken:
        ask(connect("500"))
    assert refused.value.partial.cost_usd == 0.0
    assert broken.value.partial.cost_usd is None


def test_reports_what_had_come_when_a_stream_breaks(connect, ask):
    pieces: list[str] = []
    with pytest.raises(ServiceError) as caught:
        ask(connect("half-stream", max_retries=3), on_text=pieces.append)
    partial = caught.value.partial
    assert partial.text == "".join(pieces) != ""
    assert partial.usage.estimated
    assert partial.attempts == 1, "nothing is tried again once text was shown"


@pytest.mark.parametrize("streams", [False, True])
def test_gives_up_on_a_service_that_never_answers(connect, ask, streams):
    with pytest.raises(ServiceTimeoutError, match=r"no answer from 'faulty-1' within 0\.3 s"):
        ask(connect("never", timeout_s=0.3, max_retries=3), on_text=(lambda text: None) if streams else None)


def test_a_slow_stream_is_not_late_while_pieces_keep_coming(connect, ask, model):
    reply = ask(connect("slow-stream-150", timeout_s=0.6), on_text=lambda text: None)
    assert reply.text == model.content
    assert reply.duration_ms > 600


def test_says_how_to_start_what_does_not_run(connect, ask, model):
    with pytest.raises(ServiceError, match="Start Ollama") as caught:
        ask(connect(kind="ollama", base_url="http://127.0.0.1:1/v1"))
    assert not isinstance(caught.value, ServiceTimeoutError)
    assert caught.value.retryable
    assert caught.value.partial.cost_usd == 0.0


def test_a_name_that_does_not_exist_is_said_so(connect, ask):
    with pytest.raises(ServiceError, match=r"no-such-host\.invalid of 'probe' cannot be found"):
        ask(connect(base_url="https://no-such-host.invalid/v1"))


def test_cancelling_ends_the_request_at_once(connect, model):
    connection = connect("never")
    request = llm.ChatRequest("", "Hello", "faulty-1")

    async def cancel_midway() -> float:
        task = asyncio.create_task(llm.chat(connection, request, repair_prompt=lambda *given: ""))
        while not model.history:
            await asyncio.sleep(0.01)
        started = time.monotonic()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return time.monotonic() - started

    assert llm.run_async(cancel_midway(), timeout=10) < 1


def test_cancelling_a_stream_closes_its_connection_and_frees_its_place(connect, model):
    connection = connect("slow-stream-100", parallel=1)
    request = llm.ChatRequest("", "Hello", "faulty-1")

    async def cancel_midway() -> str:
        came = asyncio.Event()
        task = asyncio.create_task(
            llm.chat(connection, request, on_text=lambda text: came.set(), repair_prompt=lambda *given: "")
        )
        await came.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return (await llm.chat(connection, request, repair_prompt=lambda *given: "")).text

    assert llm.run_async(cancel_midway(), timeout=10) == model.content


def test_can_be_awaited_on_another_loop(connect, model):
    async def elsewhere() -> str:
        request = llm.ChatRequest("", "Hello", "faulty-1")
        return (await llm.chat(connect(), request, repair_prompt=lambda *given: "")).text

    assert asyncio.run(elsewhere()) == model.content


def test_cancelling_on_another_loop_goes_through(connect, model):
    async def elsewhere() -> None:
        request = llm.ChatRequest("", "Hello", "faulty-1")
        task = asyncio.create_task(llm.chat(connect("never"), request, repair_prompt=lambda *given: ""))
        while not model.history:
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(elsewhere())


def test_runs_no_more_than_parallel_at_once(connect, model):
    connection = connect("slow-50", parallel=2)

    async def many() -> float:
        request = llm.ChatRequest("", "Hello", "faulty-1")
        await llm.chat(connection, request, repair_prompt=lambda *given: "")
        started = time.monotonic()
        await asyncio.gather(*(llm.chat(connection, request, repair_prompt=lambda *given: "") for _ in range(8)))
        return time.monotonic() - started

    assert llm.run_async(many(), timeout=20) >= 4 * 0.05


def test_sends_the_key_of_the_connection_and_nothing_of_the_openai_variables(connect, ask, model, monkeypatch):
    for name, value in {
        "OPENAI_API_KEY": "sk-somebody-elses-key",
        "OPENAI_ADMIN_KEY": "sk-admin-key-of-somebody",
        "OPENAI_ORG_ID": "org-secret",
        "OPENAI_PROJECT_ID": "proj-secret",
        "OPENAI_CUSTOM_HEADERS": "X-Secret: one\nAuthorization: Bearer sk-from-headers",
        "OPENAI_BASE_URL": "http://127.0.0.1:1/v1",
        "HTTP_PROXY": "http://127.0.0.1:1",
        "PROBE_KEY": "sk-the-right-key-0001",
    }.items():
        monkeypatch.setenv(name, value)
    ask(connect())
    ask(connect(key_source="env", key_env="PROBE_KEY"))
    without, with_key = (received.headers for received in model.history)
    assert "authorization" not in without
    assert with_key["authorization"] == "Bearer sk-the-right-key-0001"
    for headers in (without, with_key):
        assert not {"openai-organization", "openai-project", "x-secret"} & set(headers)


def test_names_the_variable_that_is_not_set(connect, ask, monkeypatch):
    monkeypatch.delenv("PROBE_KEY", raising=False)
    with pytest.raises(ConfigError, match="PROBE_KEY is not set") as caught:
        ask(connect(key_source="env", key_env="PROBE_KEY"))
    assert caught.value.partial.attempts == 0


def test_takes_up_a_changed_key_at_the_next_call(connect, ask, model, monkeypatch):
    connection = connect(key_source="env", key_env="PROBE_KEY")
    for key in ("sk-first-key-0001", "sk-second-key-0002"):
        monkeypatch.setenv("PROBE_KEY", key)
        ask(connection)
    assert [received.headers["authorization"][-4:] for received in model.history] == ["0001", "0002"]


def test_azure_gets_the_deployment_in_the_path_and_the_key_in_its_own_header(connect, ask, model, monkeypatch):
    monkeypatch.setenv("PROBE_KEY", "azure-key-0123456789")
    connection = connect(kind="azure", key_source="env", key_env="PROBE_KEY", options={"api_version": "2025-01-01"})
    with pytest.raises(ServiceError):  # the faulty model knows no such path; what was asked is what counts
        ask(connection, model="my-gpt")
    received = model.history[0]
    assert received.path.endswith("/openai/deployments/my-gpt/chat/completions?api-version=2025-01-01")
    assert received.headers["api-key"] == "azure-key-0123456789"
    assert "authorization" not in received.headers


def test_the_offline_model_is_started_on_first_need_and_answers_for_free(connect, ask):
    from core import local_model
    from core.llm.kinds import OFFLINE_MODEL

    started = []

    def start() -> str:
        started.append(local_model.serve())
        return started[0].base_url

    llm.set_offline_starter(start)
    connection = connect(kind="offline", base_url=None, model=OFFLINE_MODEL)
    try:
        assert started == []
        replies = [ask(connection, model=OFFLINE_MODEL) for _ in range(2)]
        assert len(started) == 1
        assert replies[0].text and replies[0].cost_usd == 0.0
        assert local_model.MODEL_NAME == OFFLINE_MODEL
    finally:
        for server in started:
            server.close()


def test_a_hosted_instance_reaches_its_own_offline_model_but_not_loopback(connect, ask, model, configured):
    from core.llm.kinds import OFFLINE_MODEL

    configure(configured.model_copy(update={"hosted": True}))
    llm.set_offline_starter(lambda: model.url("ok"))
    assert ask(connect(kind="offline", base_url=None), model=OFFLINE_MODEL).text == model.content
    with pytest.raises(ServiceError, match="was not called"):
        ask(connect())
    configure(configured.model_copy(update={"hosted": True, "allow_private_hosts": ["127.0.0.0/8"]}))
    assert ask(connect()).text == model.content


def test_the_loop_can_be_closed_and_used_again(connect, ask, model):
    connection = connect()
    assert ask(connection).text == model.content
    llm.close()
    assert loop._thread is None
    assert ask(connection).text == model.content
