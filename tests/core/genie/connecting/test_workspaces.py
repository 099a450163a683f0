"""Workspaces are found by name, reached by the login of their connection, and their credentials go nowhere else."""

from dataclasses import replace

import pytest

from core import genie, library, llm, settings
from core.db import reading, transaction
from core.errors import AuthError, ConfigError, InputError, NotFoundError
from tests.core.genie.connecting.conftest import CLIENT_ID, OAUTH_TOKEN, SECRET, TOKEN

OAUTH = {"key": SECRET, "options": {"client_id": CLIENT_ID}}


def find(name: str | None) -> genie.WorkspaceView:
    with reading() as session:
        return genie.find_workspace(session, name)


def client(connection: llm.ConnectionView) -> genie.GenieClient:
    with reading() as session:
        return genie.client_of(session, connection.id)


def listed(connection: llm.ConnectionView) -> list[str]:
    return [each.title for each in client(connection).list_spaces()]


def test_the_local_genie_comes_first_then_the_databricks_connections(workbench, add):
    add("zeta", options={"warehouse_id": "/sql/1.0/warehouses/abc123", "questions_per_minute": "0.5"})
    add("alpha", **OAUTH)
    add("other", kind="compatible")
    add("bare", base_url=None, key=None, key_source="none", options={"profile": "mine"})
    with reading() as session:
        local, *rest = genie.list_workspaces(session)
    assert (local.id, local.is_local, local.how, local.questions_per_minute) == ("local", True, "local", None)
    assert [(each.name, each.how) for each in rest] == [("alpha", "oauth"), ("bare", "profile"), ("zeta", "token")]
    assert (rest[2].warehouse_id, rest[2].questions_per_minute) == ("abc123", 0.5)
    assert (rest[1].host, rest[1].questions_per_minute) == (None, 5.0)


def test_a_workspace_is_found_by_name_or_id_and_the_local_one_by_nothing(workbench, add):
    work = add("work")
    assert find(None).is_local
    assert find("local").is_local
    assert find("work") == find(work.id)
    assert find("work").host == work.base_url
    named_local = add("local")
    assert find("local").id == named_local.id
    assert find(None).is_local


def test_what_is_no_workspace_says_what_there_is(workbench, add):
    with pytest.raises(NotFoundError, match="only the local Genie"):
        find("nowhere")
    add("work")
    with pytest.raises(NotFoundError, match="local Genie, work;"):
        find("nowhere")
    with pytest.raises(InputError, match="'offline' is a connection to Offline model"):
        find("offline")
    with reading() as session, pytest.raises(NotFoundError):
        genie.client_of(session, "cn_gone")


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"options": {"questions_per_minute": "0"}}, "above 0"),
        ({"options": {"questions_per_minute": "1001"}}, "at most 1,000"),
        ({"options": {"questions_per_minute": "nan"}}, "above 0"),
        ({"options": {"questions_per_minute": "many"}}, "such as 5"),
        ({"options": {"warehouse_id": "a b"}}, "warehouse id"),
        ({"options": {"client_id": "a b"}}, "client id"),
        ({"options": {"client_id": CLIENT_ID, "profile": "p"}}, "one login only"),
        ({"options": {"client_id": CLIENT_ID}, "key": None, "key_source": "none"}, "needs its secret"),
        ({"kind": "compatible", "options": {"warehouse_id": "abc"}}, "no option warehouse_id"),
    ],
)
def test_the_options_of_a_workspace_are_checked_when_they_are_saved(workbench, add, fields, says):
    with pytest.raises(InputError, match=says):
        add("refused", **fields)


def test_a_client_is_kept_until_its_connection_changes(workbench, add, monkeypatch):
    monkeypatch.setenv("PROBE_TOKEN", TOKEN)
    view = add("work", key=None, key_source="env", key_env="PROBE_TOKEN")
    first = client(view)
    assert client(view) is first
    assert first.workspace.token == TOKEN
    monkeypatch.setenv("PROBE_TOKEN", "dapi-another-one")
    second = client(view)
    assert (second is first, second.workspace.token) == (False, "dapi-another-one")
    draft = llm.ConnectionDraft(
        "work", "databricks", view.base_url, key_source="env", key_env="PROBE_TOKEN", options={"warehouse_id": "wh"}
    )
    with transaction() as session:
        llm.update_connection(session, "work", draft, expected_rev=view.rev)
    assert client(view).workspace.warehouse_id == "wh"
    monkeypatch.delenv("PROBE_TOKEN")
    with pytest.raises(ConfigError, match="PROBE_TOKEN is not set"):
        client(view)


def test_a_token_reaches_the_spaces(workbench, add, workspace_server):
    assert listed(add("work")) == ["There"]
    assert workspace_server.seen[-1] == ("GET", "/api/2.0/genie/spaces", f"Bearer {TOKEN}")


def test_a_client_id_and_its_secret_log_in_for_spaces_and_for_models(workbench, add, workspace_server):
    workspace_server.reply = {"answer": 1}
    view = add("principal", model="endpoint", **OAUTH)
    assert listed(view) == listed(view) == ["There"]
    content = library.Content("", "Hello", connection="principal")
    assert library.run(library.Call(content, None)).response == '{"answer": 1}'
    posts = [path for method, path, _ in workspace_server.seen if method == "POST"]
    assert posts == ["/oidc/v1/token", "/oidc/v1/token", "/serving-endpoints/chat/completions"]
    logins = {login for _, path, login in workspace_server.seen if path.startswith(("/api/", "/serving"))}
    assert logins == {f"Bearer {OAUTH_TOKEN}"}


def test_a_wrong_secret_says_what_to_check_and_is_in_no_sentence(workbench, add):
    view = add("principal", model="endpoint", options={"client_id": CLIENT_ID}, key="dose-wrong-secret-0000")
    with pytest.raises(AuthError, match=r"no token for its client id \(401\)") as caught:
        listed(view)
    execution = library.run(library.Call(library.Content("", "Hello", connection="principal"), None))
    assert (execution.status, "client id" in execution.error) == ("failed", True)
    assert "dose-wrong" not in f"{caught.value}{execution.error}"


def test_a_workspace_that_cannot_be_reached_for_a_login_says_so(workbench, add):
    add("principal", base_url="http://127.0.0.1:9", model="endpoint", **OAUTH)
    execution = library.run(library.Call(library.Content("", "Hello", connection="principal"), None))
    assert (execution.status, "cannot reach http://127.0.0.1:9 to get a token" in execution.error) == ("failed", True)


def test_the_credentials_of_a_profile_go_to_their_own_host_only(
    workbench, add, workspace_server, tmp_path, monkeypatch
):
    for name in ("DATABRICKS_HOST", "DATABRICKS_TOKEN", "DATABRICKS_CONFIG_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "cfg").write_text(f"[here]\nhost = {workspace_server.url}\ntoken = {TOKEN}\n")
    monkeypatch.setenv("DATABRICKS_CONFIG_FILE", str(tmp_path / "cfg"))
    profile = {"key": None, "key_source": "none", "options": {"profile": "here"}}
    assert listed(add("own", base_url=None, **profile)) == ["There"]
    assert listed(add("same", **profile)) == ["There"]
    workspace_server.seen.clear()
    with pytest.raises(ConfigError, match="sent nowhere else"):
        listed(add("foreign", base_url="http://127.0.0.1:9", **profile))
    monkeypatch.setenv("DATABRICKS_TOKEN", TOKEN)
    monkeypatch.setenv("DATABRICKS_HOST", workspace_server.url)
    with pytest.raises(ConfigError, match="sent nowhere else"):
        listed(add("found", base_url="http://127.0.0.1:9", key=None, key_source="none"))
    assert not [path for _, path, login in workspace_server.seen if login]


def test_a_hosted_instance_reaches_no_private_address_but_its_own_local_genie(workbench, add, local):
    view = add("inside")
    settings.configure(replace_settings(workbench, hosted=True))
    try:
        with pytest.raises(InputError, match="WHETSTONE_ALLOW_PRIVATE_HOSTS"):
            client(view)
        with reading() as session:
            assert genie.client_of(session, "local").list_spaces()
    finally:
        settings.configure(workbench)
    assert listed(view) == ["There"]


def replace_settings(given: settings.Settings, **fields: object) -> settings.Settings:
    return given.model_copy(update=fields)


def test_connections_to_one_host_share_its_limit(workbench, add):
    one, other = client(add("one")), client(add("other"))
    assert one.workspace.limit_key == other.workspace.limit_key
    busy = replace(one.workspace, name="busy", questions_per_minute=1)
    places = genie.DatabasePlaces()
    assert genie.limiter_of(busy, places).acquire(lambda: True).waited_s < 1
    assert places.take(other.workspace.limit_key, 1, 60).wait_s > 0
