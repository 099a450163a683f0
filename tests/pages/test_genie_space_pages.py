"""The Spaces page and the page of one space, on the real local Genie; as a Databricks workspace too, by a connection to it."""

import contextlib
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st

from core import genie, llm
from core.db import reading, transaction
from tests.core.conftest import shared_workbench  # noqa: F401
from tests.pages.conftest import texts

SPACES, SPACE = "genie/spaces.py", "genie/space.py"
PETS = "pet_id,kind,born,weight_kg\n" + "".join(
    f"{n},{('cat', 'dog', 'owl')[n % 3]},2024-0{1 + n % 6}-01,{n}.5\n" for n in range(1, 40)
)
DEFINITION = {"version": 2, "data_sources": {"tables": [{"identifier": "zoo.main.pets"}]}}
DESCRIBED = {
    "version": 2,
    "data_sources": {"tables": [{"identifier": "zoo.main.pets", "description": ["One row per pet"]}]},
}


@pytest.fixture
def workbench(shared_workbench):  # noqa: F811
    st.cache_data.clear()
    return shared_workbench


@pytest.fixture
def local(workbench) -> genie.GenieClient:
    with reading() as session:
        return genie.client_of(session, "local")


@pytest.fixture
def space(local, tmp_path: Path) -> str:
    """The id of a small space of the local Genie: pets."""
    (tmp_path / "pets.csv").write_text(PETS)
    return genie.load_local(tmp_path, genie.parse(DEFINITION), title="Pets").space_id


@pytest.fixture
def workspace(local) -> Iterator[llm.ConnectionView]:
    """The local Genie again, by a connection: for the pages it is a Databricks workspace like any other."""
    draft = llm.ConnectionDraft(
        "lakehouse", kind="databricks", base_url=local.workspace.host, key=local.workspace.token, key_source="stored",
        options={"questions_per_minute": 100},
    )  # fmt: skip
    with transaction() as session:
        made = llm.add_connection(session, draft, make_default=False)
    yield made
    with transaction() as session:
        llm.delete_connection(session, made.name)


@contextlib.contextmanager
def faults(local: genie.GenieClient, **settings: Any) -> Iterator[None]:
    """The service behaves so meanwhile."""

    def turn(method: str, body: dict[str, Any] | None = None) -> None:
        local.calls.client().api_client.do(method, "/api/local/faults", body=body)

    turn("PUT", settings)
    try:
        yield
    finally:
        turn("DELETE")


def open_upload(open_page: Callable[..., Any], space: str, data: bytes, workspace: str = "local"):
    """The page with the dialog open and the file in it."""
    at = open_page(SPACE, workspace=workspace, space=space, space_view="Health")
    at.menu_button(key="space.more").click("Upload a definition").run()
    at.file_uploader(key="space.replacing.file").set_value(("new.geniespace.json", data, "application/json")).run()
    assert not at.exception
    return at


def ask(at, words: str):
    """Ask, and follow the page until the answer is there."""
    next(each for each in at.text_input if each.label in ("Question", "Your reply to Genie")).set_value(words)
    next(each for each in at.button if each.label in ("Ask", "Reply")).click().run()
    end = time.monotonic() + 20
    while "Under way" in texts(at) and time.monotonic() < end:
        time.sleep(0.05)
        at.run()
    assert not at.exception
    return at


def test_the_list_shows_the_demo_with_its_figures_and_what_was_not_measured(open_page, local):
    at = open_page(SPACES)
    assert not at.error
    row = at.dataframe[0].value.set_index("Space").loc["Sales"]
    assert (row["Tables"], row["Benchmarks"], row["Instructions"], row["Runs"]) == (6, 30, 0, 0)
    assert row["Last score"] == "not measured" and row["Health"] == "2 of 7 good"
    assert round(row["Size"]) == 20


@pytest.mark.parametrize("view", ["Ask", "Configuration", "Health", "Benchmarks", "Snapshots"])
def test_every_view_of_a_bare_space_is_drawn(open_page, space, view):
    at = open_page(SPACE, workspace="local", space=space, space_view=view)
    assert not at.error and "Pets" in texts(at)


def test_a_curated_space_is_shown_whole_as_tables_and_as_json(open_page, local):
    made = genie.load_demo(curated=True, person="ann")
    at = open_page(SPACE, workspace="local", space=made.space_id, space_view="Configuration")
    shown = texts(at)
    definition = local.get_space(made.space_id).definition
    for words in (
        "Example queries (3)",
        "Joins (",
        "SQL snippets (",
        "Questions at the start (2)",
        definition.text_instruction,
    ):
        assert words in shown
    assert all(example.sql.strip() in shown for example in definition.examples)
    columns = at.dataframe[1].value.set_index("Column")
    assert (
        columns.loc["segment_cd", "Synonyms"] == "segment, customer type"
        and columns.loc["signup_date", "Type"] == "date"
    )
    at = open_page(SPACE, workspace="local", space=made.space_id, space_view="Configuration", space_shown_as="JSON")
    assert json.loads(at.code[0].value) == definition.data


@pytest.mark.parametrize("query", [{"space": "0" * 32}, {"workspace": "gone", "space": "x"}])
def test_a_space_that_is_gone_says_so_and_leads_back(open_page, workbench, query):
    at = open_page(SPACE, **query)
    assert at.warning and not at.error


def test_an_address_that_is_no_id_is_a_sentence(open_page, workbench):
    assert "is no id of a space" in open_page(SPACE, space="../etc").error[0].value
    assert open_page(SPACE).warning[0].value == "No space is chosen. Open one from the list."


def test_a_question_gives_sql_rows_and_a_chart_and_is_recorded(open_page, space):
    at = ask(open_page(SPACE, workspace="local", space=space), "How many pets by kind?")
    assert any("GROUP BY" in each.value for each in at.code)
    assert len(at.dataframe[0].value) == 3
    assert at.get("vega_lite_chart") or at.get("arrow_vega_lite_chart")
    assert "✓ answered" in texts(at) and "local Genie" in texts(at)
    with reading() as session:
        [kept] = genie.list_questions(session, "local", space)
    assert (kept.question, kept.asked_by, kept.table.total_rows) == ("How many pets by kind?", "ann", 3)


def test_a_suggested_question_goes_into_the_input_and_is_not_asked_yet(open_page, space, local):
    suggesting = {**DEFINITION, "config": {"sample_questions": [{"id": "1" * 32, "question": ["How many owls?"]}]}}
    local.update_space(space, definition=genie.parse(suggesting))
    at = open_page(SPACE, workspace="local", space=space)
    next(each for each in at.button_group if each.key.endswith(".samples")).set_value("How many owls?").run()
    assert next(each for each in at.text_input if each.label == "Question").value == "How many owls?"
    with reading() as session:
        assert genie.list_questions(session, "local", space) == ()


def test_a_question_back_is_answered_in_its_conversation(open_page, space, local):
    at = ask(open_page(SPACE, workspace="local", space=space), "What is the meaning of life?")
    assert "Genie asks back" in texts(at)
    elsewhere = open_page(SPACE, workspace="local", space=space)
    assert not elsewhere.dataframe[-1].value["Came of it"][0].startswith("Genie answered")
    assert len(genie.list_conversations(local, space)) == 1
    at = ask(at, "How many pets?")
    assert len(genie.list_conversations(local, space)) == 1
    assert "✓ answered" in texts(at) and "What is the meaning of life?" in texts(at)
    assert "Follow up on the answer below" in [each.label for each in at.checkbox]


def test_an_empty_question_and_a_failing_service_are_sentences(open_page, space, local):
    at = ask(open_page(SPACE, workspace="local", space=space), "  ")
    assert "The question is empty" in at.error[0].value
    with faults(local, answers=[{"kind": "sql_error"}]):
        at = ask(at, "How many pets?")
    assert "✗ no answer" in texts(at) and at.warning


def test_a_question_under_way_is_followed_and_stopped(open_page, space, local):
    with faults(local, latency_s=20):
        at = open_page(SPACE, workspace="local", space=space)
        next(each for each in at.text_input if each.label == "Question").set_value("How many pets?")
        next(each for each in at.button if each.label == "Ask").click().run()
        assert "Under way" in texts(at)
        assert next(each for each in at.button if each.label == "Ask").disabled
        at.button(key="space.asking.stop").click().run()
        end = time.monotonic() + 10
        while "Under way" in texts(at) and time.monotonic() < end:
            time.sleep(0.05)
            at.run()
    assert "was stopped" in texts(at)


def test_a_snapshot_is_taken_once_for_each_state(open_page, space, local):
    at = open_page(SPACE, workspace="local", space=space, space_view="Snapshots")
    assert "No snapshots yet" in texts(at)
    at.text_input(key="space.snapshot.note").set_value("as it came")
    next(each for each in at.button if each.label == "Take a snapshot").click().run()
    assert at.dataframe[0].value.loc[0, ["Note", ""]].tolist() == ["as it came", "as it is now"]
    at.button(key="space.take_snapshot").click().run()
    assert "There is a snapshot of this state already" in at.toast[0].value
    local.update_space(space, definition=genie.parse(DESCRIBED))
    assert at.run().dataframe[0].value.loc[0, ""] == ""


def over_limit() -> dict[str, Any]:
    tables = [{"identifier": f"zoo.main.t{n:02}"} for n in range(31)]
    return {"version": 2, "data_sources": {"tables": tables}}


@pytest.mark.parametrize(
    ("data", "wheres"),
    [
        (b"{", [""]),
        (b"[]", [""]),
        (b"\xff\xfe", [""]),
        (b'{"version": 9}', [""]),
        (b'{"version": 2, "version": 2}', [""]),
        (json.dumps(over_limit()).encode(), ["data_sources"]),
        (
            b'{"version": 2, "data_sources": {"tables": [{"identifier": "z.m.b", "column_configs": 7}, {"identifier": "a"}]}}',
            ["data_sources.tables[0].column_configs", "data_sources.tables", "data_sources.tables[1].identifier"],
        ),
    ],
)
def test_every_fault_of_an_uploaded_definition_is_listed_and_nothing_can_be_written(open_page, space, data, wheres):
    at = open_upload(open_page, space, data)
    listed = at.dataframe[-1].value["Where"].tolist()
    assert listed == [where or "the whole" for where in wheres]
    assert "space.replacing.write" not in [each.key for each in at.button]


def test_an_uploaded_definition_whose_lists_are_out_of_order_is_put_in_order(open_page, space, local):
    ids = ["b" * 32, "a" * 32]
    asked = {"sample_questions": [{"id": each, "question": [f"How many {each[0]}?"]} for each in ids]}
    at = open_upload(open_page, space, json.dumps(DESCRIBED | {"config": asked}).encode())
    assert "which is put right" in texts(at)
    at.button(key="space.replacing.write").click().run()
    stored = local.get_space(space).definition.data["config"]["sample_questions"]
    assert [each["id"] for each in stored] == sorted(ids)


def test_an_uploaded_definition_shows_what_it_changes_and_replaces_the_space(open_page, space, local):
    at = open_upload(open_page, space, json.dumps(DESCRIBED | {"x_future": [1]}).encode())
    assert "2 changes" in texts(at)
    at.button(key="space.replacing.write").click().run()
    assert not at.error and "exactly as sent" in at.toast[0].value
    assert local.get_space(space).definition.data["x_future"] == [1]
    with reading() as session:
        notes = [each.note for each in genie.list_snapshots(session, "local", space)]
    assert notes == ["After the upload of new.geniespace.json", "Before the upload of new.geniespace.json"]


def test_version_1_is_read_and_what_the_service_stores_otherwise_is_shown(open_page, space, local):
    columns = [{"column_name": "kind", "build_value_dictionary": True}, {"column_name": "nothing", "synonyms": ["x"]}]
    old = {"version": 1, "data_sources": {"tables": [{"identifier": "zoo.main.pets", "column_configs": columns}]}}
    at = open_upload(open_page, space, json.dumps(old).encode())
    at.button(key="space.replacing.write").click().run()
    assert not at.error and "otherwise than it was sent" in at.warning[0].value
    assert "column nothing" in str(at.dataframe[0].value["Where"].tolist())
    assert local.get_space(space).definition.column("zoo.main.pets", "kind").entity_matching


def test_a_space_that_changed_meanwhile_is_not_written_over(open_page, space, local, workspace):
    at = open_upload(open_page, space, json.dumps(DESCRIBED).encode(), workspace.id)
    assert "for everybody who uses it" in at.warning[0].value
    assert at.button(key="space.replacing.write").disabled
    at.checkbox(key="space.replacing.agreed").check().run()
    others = {**DEFINITION, "config": {"sample_questions": [{"id": "1" * 32, "question": ["How many?"]}]}}
    local.update_space(space, definition=genie.parse(others))
    at.button(key="space.replacing.write").click().run()
    assert "conflict" in at.error[0].value
    assert local.get_space(space).definition.sample_questions[0].text == "How many?"


def test_a_databricks_workspace_is_listed_under_its_own_name(open_page, space, workspace):
    at = open_page(SPACES, genie_workspace="lakehouse")
    assert not at.error and "local Genie" not in texts(at) and "100 questions a minute" in texts(at)
    assert "Pets" in at.dataframe[0].value["Space"].tolist()
    at = open_page(SPACE, workspace=workspace.id, space=space)
    assert "local Genie" not in texts(at) and "127.0.0.1" in texts(at)


def test_a_definition_that_may_not_be_read_leaves_the_figures_unknown_and_says_why(open_page, space, local, workspace):
    with faults(local, http=[{"kind": "403", "path": f"spaces/{space}$", "times": 1}]):
        at = open_page(SPACES, genie_workspace="lakehouse")
    row = at.dataframe[0].value.set_index("Space").loc[local.get_space(space).title]
    assert set(row[["Tables", "Instructions", "Benchmarks", "Health", "Changed"]]) == {"unknown"}
    assert "CAN EDIT" in texts(at) and "1 definition could not be read" in at.warning[0].value
    for view in ("Configuration", "Health", "Snapshots"):
        with faults(local, http=[{"kind": "403", "path": f"spaces/{space}$", "times": 1}]):
            at = open_page(SPACE, workspace=workspace.id, space=space, space_view=view)
        assert "CAN EDIT" in texts(at) and not at.error and not at.menu_button


def test_a_workspace_that_refuses_the_token_says_so_with_the_way_out(open_page, local, workspace):
    with faults(local, http=[{"kind": "401"}]):
        at = open_page(SPACES, genie_workspace="lakehouse")
    assert "refuses the token" in at.error[0].value
    assert "Try again" in [each.label for each in at.button]


def load_from(open_page, folder: str, title: str = "", definition: bytes | None = None):
    at = open_page(SPACES)
    at.button(key="genie.load").click().run()
    next(each for each in at.button_group if each.key == "spaces.loading.way").set_value(
        "A folder on this machine"
    ).run()
    at.text_input(key="spaces.loading.folder").set_value(folder)
    at.text_input(key="spaces.loading.title").set_value(title).run()
    if definition is not None:
        upload = ("pets.geniespace.json", definition, "application/json")
        at.file_uploader(key="spaces.loading.definition").set_value(upload).run()
    at.button(key="spaces.loading.load").click().run()
    assert not at.exception
    return at


def test_tables_of_a_folder_become_a_space(open_page, local, tmp_path):
    (tmp_path / "animals.csv").write_text(PETS)
    load_from(open_page, str(tmp_path), "Animals")
    made = next(each for each in local.list_spaces() if each.title == "Animals")
    assert [each.identifier for each in local.get_space(made.id).definition.sources] == ["local.files.animals"]
    assert "There is no CSV or Parquet file" in load_from(open_page, str(tmp_path / "nowhere")).error[0].value


def test_uploaded_tables_and_their_definition_become_a_space(open_page, local):
    at = open_page(SPACES)
    at.button(key="genie.load").click().run()
    at.file_uploader(key="spaces.loading.tables").set_value([("pets.csv", PETS.encode(), "text/csv")])
    upload = ("p.geniespace.json", json.dumps(DESCRIBED).encode(), "application/json")
    at.file_uploader(key="spaces.loading.definition").set_value(upload)
    at.text_input(key="spaces.loading.title").set_value("Uploaded").run()
    at.button(key="spaces.loading.load").click().run()
    assert not at.exception and not at.error
    made = next(each for each in local.list_spaces() if each.title == "Uploaded")
    assert local.get_space(made.id).definition.sources[0].description == "One row per pet"


def test_a_definition_with_faults_is_not_loaded_and_each_is_named(open_page, tmp_path, local):
    (tmp_path / "pets.csv").write_text(PETS)
    broken = {"version": 2, "data_sources": {"tables": [{"identifier": "pets", "column_configs": 7}]}}
    at = load_from(open_page, str(tmp_path), "Broken", json.dumps(broken).encode())
    assert "cannot be loaded" in at.error[0].value
    assert len(at.dataframe[-1].value) == 2
    assert "Broken" not in [each.title for each in local.list_spaces()]


def test_who_writes_the_sql_is_switched_and_said(open_page, local):
    draft = llm.ConnectionDraft("writer", kind="compatible", base_url="http://127.0.0.1:1/v1", model="m")
    with transaction() as session:
        llm.add_connection(session, draft, make_default=False)
    at = open_page(SPACES)
    assert genie.local_writer(local).connection is None
    at.radio(key="genie.writer").set_value("writer").run()
    assert genie.local_writer(local).connection == "writer"
    at.radio(key="genie.writer").set_value("Rules").run()
    assert genie.local_writer(local).connection is None
    with transaction() as session:
        llm.delete_connection(session, "writer")
