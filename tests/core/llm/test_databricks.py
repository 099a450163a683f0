"""Databricks: a token as any key, or what the SDK finds, sent only to the workspace it is for."""

import pytest

from core import llm
from core.errors import ConfigError

TOKEN = "dapi0123456789abcdef0123456789abcdef"


@pytest.fixture
def profile(tmp_path, monkeypatch, model):
    """A Databricks configuration file with a profile `here` for the faulty model."""
    for name in ("DATABRICKS_HOST", "DATABRICKS_TOKEN", "DATABRICKS_CONFIG_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    path = tmp_path / "databrickscfg"
    path.write_text(f"[here]\nhost = http://127.0.0.1:{model.port}\ntoken = {TOKEN}\n")
    monkeypatch.setenv("DATABRICKS_CONFIG_FILE", str(path))
    return path


def chats(model):
    return [received for received in model.history if received.path.endswith("/chat/completions")]


def test_a_token_goes_to_the_serving_endpoints_of_the_workspace(connect, ask, model, monkeypatch):
    monkeypatch.setenv("PROBE_TOKEN", TOKEN)
    connection = connect("ok", kind="databricks", key_source="env", key_env="PROBE_TOKEN")
    assert ask(connection, model="my-endpoint").text == model.content
    (received,) = chats(model)
    assert received.path.endswith("/serving-endpoints/chat/completions")
    assert received.headers["authorization"] == f"Bearer {TOKEN}"
    assert received.body["model"] == "my-endpoint"


def test_a_profile_gives_workspace_and_token(connect, ask, model, profile):
    connection = connect("ok", kind="databricks", base_url=None, options={"profile": "here"}, timeout_s=5)
    assert ask(connection).text
    (received,) = chats(model)
    assert received.path == "/serving-endpoints/chat/completions"
    assert received.headers["authorization"] == f"Bearer {TOKEN}"


def test_the_credentials_of_a_profile_are_not_sent_to_a_typed_address(connect, ask, model, profile):
    connection = connect(kind="databricks", base_url="http://127.0.0.1:1", options={"profile": "here"})
    with pytest.raises(ConfigError, match="sent nowhere else"):
        ask(connection)
    assert chats(model) == []


def test_without_credentials_says_what_to_do(connect, ask, profile):
    with pytest.raises(ConfigError, match="databricks auth login"):
        ask(connect(kind="databricks", base_url=None, options={"profile": "gone"}))


def test_the_list_of_models_is_that_of_chat_endpoints(connect, model, monkeypatch):
    monkeypatch.setenv("PROBE_TOKEN", TOKEN)
    connection = connect("ok", kind="databricks", key_source="env", key_env="PROBE_TOKEN", model="m")
    result = llm.test_connection(connection)
    assert (result.ok, result.lists_models) == (False, False), "this service has no list; a call has to tell"
    assert [received.path.rpartition("/v1")[2] for received in model.history] == ["/api/2.0/serving-endpoints"]
