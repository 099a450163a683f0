"""Spaces over the unchanged SDK: written once, read back, and never lost or doubled by a broken connection."""

import copy
import json

import pytest

from core.errors import (
    AuthError,
    ConfigError,
    ConflictError,
    InputError,
    NotFoundError,
    ServiceError,
    ServiceTimeoutError,
)
from core.genie.client import GenieClient
from core.genie.failures import NotAWorkspaceError
from core.genie.fingerprints import fingerprint
from core.genie.naming import fitted_title
from core.genie.spaces import Space, empty, parse
from core.genie.workspaces import Timing, Workspace
from core.settings import Settings, configure


def test_all_pages_of_spaces_are_listed(genie, connect):
    ids = [genie.genie.make_space({"version": 2}, title=f"Space {i}") for i in range(45)]
    assert [each.id for each in connect().list_spaces()] == ids
    assert len(genie.requests("list")) == 3


def test_a_space_is_read_with_its_hash(genie, connect, definition):
    space_id = genie.genie.make_space(definition, description="About sales")
    state = connect().get_space(space_id)
    assert (state.title, state.description, state.warehouse_id) == ("Sales", "About sales", "wh1")
    assert state.definition.data == definition and state.hash == fingerprint(Space(definition))
    assert state.etag and state.updated_at is not None and state.updated_at.year == 2026
    assert connect().get_space(space_id, definition=False).definition is None


def test_a_space_is_created_and_checked(genie, connect, definition):
    written = connect().create_space(parse(definition), title="New", tag="run-1:working", description="For a trial.")
    assert written.exact and not written.adopted and written.deviations == ()
    assert written.state.description == "For a trial.\n[whetstone:run-1:working]"
    assert json.loads(genie.genie.spaces[written.state.id]["serialized_space"]) == definition


def test_creating_again_under_the_same_tag_adopts(genie, connect, definition):
    client = connect()
    one = client.create_space(parse(definition), title="New", tag="run-1:working")
    two = client.create_space(parse(definition), title="New", tag="run-1:working")
    assert two.adopted and two.exact and two.state.id == one.state.id and len(genie.requests("create")) == 1
    three = client.create_space(empty(), title="New", tag="run-1:best")
    assert three.state.id != one.state.id
    other = client.create_space(empty(), title="New", tag="run-1:working")
    assert other.adopted and not other.exact and other.deviations


def test_a_create_whose_reply_was_lost_is_found_and_not_repeated(genie, connect, definition):
    written = connect("create.lost").create_space(parse(definition), title="New", tag="run-2:working")
    assert written.exact and len(genie.genie.spaces) == 1 and len(genie.requests("create")) == 1


def test_a_create_that_failed_is_told(genie, connect, definition):
    with pytest.raises(ServiceError, match="500"):
        connect("create.500").create_space(parse(definition), title="New", tag="run-2:working")
    with pytest.raises(InputError, match="63 are allowed"):
        connect().create_space(parse(definition), title="x" * 64, tag="run-2:working")
    with pytest.raises(InputError, match="no tag"):
        connect().create_space(parse(definition), title="x", tag="a]b")
    assert genie.genie.spaces == {}


def test_a_list_without_descriptions_is_looked_behind(genie, connect, definition):
    client = connect()
    made = client.create_space(parse(definition), title="New", tag="run-5:working")
    genie.genie.lists_descriptions = False
    assert client.find_tagged("run-5:working") is None
    assert client.create_space(parse(definition), title="New", tag="run-5:working").state.id == made.state.id


def test_two_spaces_under_one_tag_are_nobodys_guess(genie, connect):
    for _ in range(2):
        genie.genie.make_space({"version": 2}, description="[whetstone:run-9]")
    with pytest.raises(ConflictError, match="2 spaces carry the tag"):
        connect().find_tagged("run-9")


def test_an_update_is_checked_by_its_read_back(genie, connect, definition):
    space_id = genie.genie.make_space(definition)
    changed = copy.deepcopy(definition)
    changed["data_sources"]["tables"][0]["description"] = ["Other."]
    written = connect().update_space(space_id, definition=Space(changed))
    assert written.exact and written.changed and written.state.definition.data == changed


def test_what_the_service_stored_otherwise_is_named(genie, connect, definition):
    space_id = genie.genie.make_space(definition)

    def drops_a_column(d):
        d["data_sources"]["tables"][0]["column_configs"] = d["data_sources"]["tables"][0]["column_configs"][1:]
        return d

    genie.genie.stores_otherwise = drops_a_column
    changed = copy.deepcopy(definition)
    changed["instructions"]["text_instructions"][0]["content"] = ["New."]
    written = connect().update_space(space_id, definition=Space(changed))
    assert not written.exact and written.changed
    assert [each.what for each in written.deviations[0].children[0].children] == ["column name"]


def test_a_write_without_effect_is_seen(genie, connect, definition):
    space_id = genie.genie.make_space(definition)
    genie.genie.stores_otherwise = lambda d: definition
    changed = copy.deepcopy(definition)
    changed["data_sources"]["tables"][0]["description"] = ["Other."]
    written = connect().update_space(space_id, definition=Space(changed))
    assert not written.exact and not written.changed


def test_another_etag_is_a_conflict(genie, connect, definition):
    space_id = genie.genie.make_space(definition)
    client = connect()
    etag = client.get_space(space_id).etag
    assert client.update_space(space_id, title="One", etag=etag).state.title == "One"
    with pytest.raises(ConflictError, match="409"):
        client.update_space(space_id, title="Two", etag=etag)
    assert genie.genie.spaces[space_id]["title"] == "One"


def test_an_update_whose_reply_was_lost_counts_as_done(genie, connect, definition):
    space_id = genie.genie.make_space(definition)
    changed = copy.deepcopy(definition)
    changed["config"]["sample_questions"] = []
    state = connect().get_space(space_id)
    written = connect("update.lost").update_space(space_id, definition=Space(changed), etag=state.etag)
    assert written.exact and len(genie.requests("update")) == 1
    with pytest.raises(ServiceError):
        connect("update.half-body").update_space(space_id, title="Never arrived")
    assert genie.genie.spaces[space_id]["title"] == "Sales"


def test_trashing_twice_is_no_error(genie, connect):
    space_id = genie.genie.make_space({"version": 2})
    client = connect()
    client.trash_space(space_id)
    client.trash_space(space_id)
    assert genie.genie.spaces == {} and space_id in genie.genie.trash
    with pytest.raises(NotFoundError, match="404"):
        client.get_space(space_id)


@pytest.mark.parametrize(
    ("behaviour", "error", "says"),
    [
        ("list.401", AuthError, "refuses the token"),
        ("list.403", AuthError, "CAN EDIT"),
        ("list.404", NotFoundError, "404"),
        ("list.html", NotAWorkspaceError, "web page"),
        ("list.half-json", ServiceError, "cut off"),
        ("list.half-body", ServiceError, "middle"),
        ("list.wrong-shape", ServiceError, "another form"),
        ("list.500", ServiceError, "500"),
        ("list.html-502", ServiceError, "failed"),
        ("list.never", ServiceTimeoutError, "no answer in time"),
    ],
)
def test_every_sick_answer_is_an_error_that_names_the_way_out(connect, behaviour, error, says):
    with pytest.raises(error, match=says) as raised:
        connect(behaviour, timing={"http_s": 0.4 if "never" in behaviour else 5.0}).list_spaces()
    assert "dapi" not in str(raised.value)


@pytest.mark.parametrize(
    "behaviour", ["500-x2", "429-x2", "429-after-1-x1", "half-json-x2", "half-body-x1", "html-502-x1"]
)
def test_reading_is_repeated_through_a_passing_fault(genie, connect, behaviour):
    space_id = genie.genie.make_space({"version": 2})
    client = connect(f"list.{behaviour}-then-ok")
    assert [each.id for each in client.list_spaces()] == [space_id]


def test_creating_is_repeated_after_a_429_only(genie, connect, definition):
    assert connect("create.429-x2-then-ok").create_space(parse(definition), title="a", tag="run-3").exact
    assert [each.status for each in genie.requests("create")] == [429, 429, 200]
    with pytest.raises(ServiceError):
        connect("create.500-x1-then-ok").create_space(parse(definition), title="b", tag="run-4")


def test_a_wrong_token_and_a_dead_port_are_told():
    with pytest.raises(ServiceError, match="cannot reach"):
        GenieClient(
            Workspace("gone", host="http://127.0.0.1:9", token="dapi-x", timing=Timing(retries=0))
        ).list_spaces()


def test_the_token_of_another_is_refused(connect):
    with pytest.raises(AuthError, match="401"):
        connect(token="dapi-wrong-0000000000").list_spaces()


def test_no_credentials_name_what_to_enter(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    for name in ("DATABRICKS_HOST", "DATABRICKS_TOKEN", "DATABRICKS_CONFIG_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(ConfigError, match="Enter host and token"):
        GenieClient(Workspace("empty")).list_spaces()
    with pytest.raises(AuthError, match="databricks auth login"):
        GenieClient(Workspace("profile", profile="nobody")).list_spaces()


def test_a_profile_is_read_as_the_sdk_reads_it(genie, tmp_path, monkeypatch):
    configure(Settings(data_dir=tmp_path))  # they say which hosts may be reached
    from tests.servers.faulty_genie import TOKEN

    (tmp_path / ".databrickscfg").write_text(f"[work]\nhost = {genie.url()}\ntoken = {TOKEN}\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    space_id = genie.genie.make_space({"version": 2})
    assert [each.id for each in GenieClient(Workspace("work", profile="work")).list_spaces()] == [space_id]


def test_secrets_are_not_shown():
    assert "dapi-secret" not in repr(Workspace("a", token="dapi-secret", client_secret="dapi-secret-2"))


@pytest.mark.parametrize("bad", ["", "a/b", "../x", "a b", "x" * 200, "a?b=c"])
def test_an_id_cannot_change_the_address(connect, bad):
    with pytest.raises(InputError, match="no id of a space"):
        connect().get_space(bad)


def test_warehouses_and_tables_are_listed(connect):
    client = connect(warehouse_id=None)
    assert client.default_warehouse() == "wh1", "the running one"
    (table,) = client.list_tables("main", "sales")
    assert table.identifier == "main.sales.orders" and table.columns[0].comment == "in euro"


def test_titles_are_fitted():
    assert fitted_title("x" * 70, "_dev_working") == "x" * 51 + "_dev_working"
    assert fitted_title("Sales", "_dev_best") == "Sales_dev_best"
