"""Each behaviour of the faulty Genie does what it says, seen through the real SDK."""

import time

import pytest

from tests.servers.faulty_genie import TOKEN, FaultyGenie


@pytest.fixture(scope="module")
def faulty():
    with FaultyGenie() as server:
        yield server


@pytest.fixture
def sdk(faulty):
    faulty.reset()

    def connect(behaviour="ok"):
        from databricks.sdk import WorkspaceClient
        from databricks.sdk.core import Config

        config = Config(
            host=faulty.url(behaviour), token=TOKEN, auth_type="pat", retry_timeout_seconds=1, http_timeout_seconds=1
        )
        return WorkspaceClient(config=config)

    return connect


def test_the_healthy_genie_answers_a_question(faulty, sdk):
    space = faulty.genie.make_space({"version": 2})
    genie = sdk().genie
    started = genie.start_conversation(space, "How many?").response
    ids = (space, started.conversation_id, started.message_id)
    states = []
    while (message := genie.get_message(*ids)).status.value != "COMPLETED":
        states.append(message.status.value)
    assert states == ["ASKING_AI", "EXECUTING_QUERY"]
    rows = genie.get_message_attachment_query_result(*ids, message.attachments[0].attachment_id)
    assert rows.statement_response.result.data_array == [["9"]]


@pytest.mark.parametrize(
    ("behaviour", "name"),
    [
        ("list.401", "Unauthenticated"),
        ("list.403", "PermissionDenied"),
        ("list.404", "NotFound"),
        ("list.409", "Aborted"),
        ("list.500", "InternalError"),
    ],
)
def test_statuses_arrive_as_the_sdks_errors(sdk, behaviour, name):
    from databricks.sdk import errors

    with pytest.raises(getattr(errors, name)):
        sdk(behaviour).genie.list_spaces()


@pytest.mark.parametrize("behaviour", ["list.429-x1-then-ok", "list.429-after-1-x1-then-ok"])
def test_the_sdk_itself_repeats_after_a_429_unless_told_not_to(faulty, sdk, behaviour):
    begun = time.monotonic()
    with pytest.raises(TimeoutError):
        sdk(behaviour).genie.list_spaces()
    assert time.monotonic() - begun >= 1
    assert sdk(behaviour).genie.list_spaces().spaces == []


@pytest.mark.parametrize("behaviour", ["list.html", "list.half-json"])
def test_what_is_no_json_is_no_answer(sdk, behaviour):
    with pytest.raises(ValueError):
        sdk(behaviour).genie.list_spaces()


def test_a_lost_reply_has_its_effect(faulty, sdk):
    with pytest.raises(TimeoutError):
        sdk("create.lost").genie.create_space("wh1", '{"version": 2}', title="Lost")
    assert [each["title"] for each in faulty.genie.spaces.values()][:1] == ["Lost"]


def test_the_limit_is_a_sliding_window(faulty, sdk):
    import requests

    url = faulty.url("list.limit-2-per-0.5-silent") + "/api/2.0/genie/spaces"
    get = lambda: requests.get(url, headers={"authorization": f"Bearer {TOKEN}"}, timeout=5)  # noqa: E731
    assert [get().status_code for _ in range(3)] == [200, 200, 429]
    assert "retry-after" not in get().headers
    time.sleep(0.55)
    assert get().status_code == 200


@pytest.mark.parametrize("behaviour", ["list.nonsense", "nobody.500", "500", "list.500-x2", "list."])
def test_a_misspelt_behaviour_is_refused(faulty, behaviour):
    with pytest.raises(ValueError, match="no such behaviour"):
        faulty.url(behaviour)
