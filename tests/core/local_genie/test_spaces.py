"""Spaces through the unchanged SDK: made, read, changed under an etag, paged, trashed, and refused with every fault."""

import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from databricks.sdk.errors import Aborted, InvalidParameterValue, NotFound, ResourceAlreadyExists

from core.local_genie import LocalGenie
from core.local_genie.faults import FaultSettings
from tests.core.local_genie.standins import CUSTOMERS, ORDERS, as_text, hex_id, wait_for


@pytest.fixture
def create(client: Any, genie: LocalGenie, definition: Callable[..., dict[str, Any]]) -> Callable[..., Any]:
    count = iter(range(1_000))

    def create(space: dict[str, Any] | None = None, **more: Any) -> Any:
        more.setdefault("title", f"Space {time.time_ns()} {next(count)}")
        return client.genie.create_space(genie.warehouse_id, as_text(space or definition()), **more)

    return create


def test_a_created_space_is_read_back_as_it_was_sent(client: Any, create: Callable[..., Any]):
    sent = {"version": 2, "unknown": {"kept": [1, None]}, "data_sources": {"tables": [{"identifier": ORDERS, "x": 1}]}}
    made = create(sent, title="Read back", description="Why it is", parent_path="/Workspace/Shared")
    read = client.genie.get_space(made.space_id, include_serialized_space=True)
    assert json.loads(read.serialized_space) == sent
    assert (read.title, read.description, read.parent_path) == ("Read back", "Why it is", "/Workspace/Shared")
    assert read.etag == made.etag
    assert abs(read.create_time.ToDatetime(tzinfo=UTC) - datetime.now(UTC)).total_seconds() < 60


def test_the_definition_is_sent_only_when_it_is_asked_for(client: Any, create: Callable[..., Any]):
    made = create()
    assert client.genie.get_space(made.space_id).serialized_space is None
    assert client.genie.get_space(made.space_id, include_serialized_space=False).serialized_space is None


def test_an_update_changes_only_what_it_names(client: Any, create: Callable[..., Any]):
    made = create(description="Before")
    changed = client.genie.update_space(made.space_id, title="Named anew " + made.space_id[:8])
    assert changed.description == "Before"
    assert changed.serialized_space == made.serialized_space
    assert changed.etag != made.etag
    assert changed.update_time.ToDatetime() > made.update_time.ToDatetime()


def test_a_definition_is_replaced_as_a_whole(client: Any, create: Callable[..., Any]):
    made = create({"version": 2, "config": {"sample_questions": [{"id": hex_id(1), "question": ["Why?"]}]}})
    client.genie.update_space(made.space_id, serialized_space=as_text({"version": 2}))
    read = client.genie.get_space(made.space_id, include_serialized_space=True)
    assert json.loads(read.serialized_space) == {"version": 2}


def test_a_wrong_etag_aborts_and_changes_nothing(client: Any, create: Callable[..., Any]):
    made = create(description="First")
    client.genie.update_space(made.space_id, description="Second", etag=made.etag)
    with pytest.raises(Aborted, match="does not match"):
        client.genie.update_space(made.space_id, description="Third", etag=made.etag)
    assert client.genie.get_space(made.space_id).description == "Second"


def test_a_trashed_space_is_gone_and_its_title_is_free(client: Any, create: Callable[..., Any]):
    made = create(title="Short-lived")
    client.genie.trash_space(made.space_id)
    with pytest.raises(NotFound):
        client.genie.get_space(made.space_id)
    with pytest.raises(NotFound):
        client.genie.start_conversation(made.space_id, "Anyone there?")
    with pytest.raises(NotFound):
        client.genie.trash_space(made.space_id)
    assert create(title="Short-lived").space_id != made.space_id


def test_a_title_is_unique_in_its_folder_only(create: Callable[..., Any]):
    create(title="Twice")
    with pytest.raises(ResourceAlreadyExists, match="Twice"):
        create(title="Twice")
    create(title="Twice", parent_path="/Workspace/Elsewhere")


def test_spaces_are_listed_in_pages_without_their_definitions(client: Any, create: Callable[..., Any]):
    made = [create().space_id for _ in range(5)]
    found, token = [], None
    while True:
        listed = client.genie.list_spaces(page_size=2, page_token=token)
        assert len(listed.spaces) <= 2
        assert all(space.serialized_space is None for space in listed.spaces)
        found += [space.space_id for space in listed.spaces]
        token = listed.next_page_token
        if not token:
            break
    assert [each for each in found if each in made] == made
    assert len(found) == len(set(found))


def test_a_page_token_of_nobody_is_refused(client: Any):
    with pytest.raises(InvalidParameterValue, match="page_token"):
        client.genie.list_spaces(page_token="é?")


def test_settings_of_columns_that_the_table_lacks_are_dropped(client: Any, create: Callable[..., Any], space_id: str):
    configs = [{"column_name": "amount", "synonyms": ["value"]}, {"column_name": "nonsense"}]
    made = create({"version": 2, "data_sources": {"tables": [{"identifier": ORDERS, "column_configs": configs}]}})
    kept = json.loads(made.serialized_space)["data_sources"]["tables"][0]["column_configs"]
    assert kept == [{"column_name": "amount", "synonyms": ["value"]}]


def test_every_fault_of_a_definition_is_named_with_its_path(create: Callable[..., Any]):
    broken = {
        "version": 1,
        "data_sources": {"tables": [{"identifier": ORDERS}, {"identifier": CUSTOMERS}, {"identifier": "orders"}]},
        "instructions": {"text_instructions": [{"id": "NOT-HEX", "content": "no list"}]},
    }
    with pytest.raises(InvalidParameterValue) as refused:
        create(broken)
    text = str(refused.value)
    for fault in (
        "version: must be 2",
        "data_sources.tables: must be sorted by identifier",
        "data_sources.tables[2].identifier",
        "instructions.text_instructions[0].id",
        "instructions.text_instructions[0].content: must be a list of strings",
    ):
        assert fault in text


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"text"', "[" * 100_000])
def test_a_definition_that_is_no_json_object_is_refused(client: Any, genie: LocalGenie, text: str):
    with pytest.raises(InvalidParameterValue, match="serialized_space"):
        client.genie.create_space(genie.warehouse_id, text, title="Broken")


def test_a_title_that_is_too_long_or_empty_is_refused(create: Callable[..., Any]):
    with pytest.raises(InvalidParameterValue, match="64 characters; the limit is 63"):
        create(title="t" * 64)
    with pytest.raises(InvalidParameterValue, match="empty"):
        create(title="  ")


def test_another_warehouse_than_the_local_one_does_not_exist(client: Any, definition: Callable[..., dict[str, Any]]):
    with pytest.raises(NotFound, match="warehouse"):
        client.genie.create_space("abc", as_text(definition()), title="Elsewhere")


def test_a_refused_update_leaves_the_space_as_it_was(client: Any, create: Callable[..., Any]):
    made = create()
    with pytest.raises(InvalidParameterValue):
        client.genie.update_space(made.space_id, title="Would be new", serialized_space='{"version": 3}')
    read = client.genie.get_space(made.space_id, include_serialized_space=True)
    assert (read.title, read.serialized_space, read.etag) == (made.title, made.serialized_space, made.etag)


def test_a_change_acts_on_questions_only_after_the_propagation_delay(
    client: Any, genie: LocalGenie, create: Callable[..., Any], definition: Callable[..., dict[str, Any]], space_id: str
):
    made = create(definition(answer="SELECT 'old' AS a"))

    def answer() -> str:
        started = client.genie.start_conversation(made.space_id, "Which?").response
        message = wait_for(client, made.space_id, started.conversation_id, started.message_id)
        return message.attachments[0].query.query

    genie.set_faults(FaultSettings(propagation_delay_s=0.6))
    client.genie.update_space(made.space_id, serialized_space=as_text(definition(answer="SELECT 'new' AS a")))
    changed = time.monotonic()
    assert "new" in client.genie.get_space(made.space_id, include_serialized_space=True).serialized_space
    assert "old" in answer()
    time.sleep(max(0.0, changed + 0.7 - time.monotonic()))
    assert "new" in answer()


def test_of_two_changes_inside_the_delay_the_last_acts_in_the_end(
    client: Any, genie: LocalGenie, create: Callable[..., Any], definition: Callable[..., dict[str, Any]], space_id: str
):
    made = create(definition(answer="SELECT 0 AS a"))
    genie.set_faults(FaultSettings(propagation_delay_s=0.3))
    for number in (1, 2):
        client.genie.update_space(made.space_id, serialized_space=as_text(definition(answer=f"SELECT {number} AS a")))
    time.sleep(0.4)
    started = client.genie.start_conversation(made.space_id, "Which?").response
    message = wait_for(client, made.space_id, started.conversation_id, started.message_id)
    assert message.attachments[0].query.query == "SELECT 2 AS a"
