"""The local Genie of a workbench: its demo, spaces from files, overviews, and who writes its SQL."""

import json
from pathlib import Path

import pytest

from core import genie, library
from core.db import reading
from core.errors import InputError
from core.genie.model_writer import LONGEST, described

TABLES = "id,kind,weight_kg\n1,cat,4.5\n2,dog,12.0\n3,cat,3.9\n"
PETS = {"version": 2, "data_sources": {"tables": [{"identifier": "home.animals.pets"}]}}


@pytest.fixture
def pets(tmp_path: Path) -> Path:
    (tmp_path / "pets.csv").write_text(TABLES)
    return tmp_path


def test_a_new_one_has_the_bare_demo_and_its_benchmarks_with_those_held_out(local, demo):
    with reading() as session:
        kept = genie.get_benchmarks(session, "local", demo)
    assert (len(kept.benchmarks), kept.held_out_count, kept.origin) == (30, 8, "the demo")
    assert genie.ask(local, demo, "How many orders are there?").table.rows == (("30000",),)


def test_the_demo_can_be_made_again_curated_by_hand(local, demo):
    made = genie.load_demo(curated=True, person="ann")
    with reading() as session:
        kept = genie.get_benchmarks(session, "local", made.space_id)
    assert (made.title, made.warnings, dict(made.tables)["shop.sales.orders"]) == ("Sales, curated", (), 30_000)
    assert (len(kept.benchmarks), kept.held_out_count, kept.updated_by) == (30, 8, "ann")
    assert local.get_space(made.space_id).definition.text_instruction
    assert genie.load_demo(curated=True, person="ann").title == "Sales, curated (2)"


def test_a_folder_and_a_definition_become_a_space_that_answers(local, pets):
    made = genie.load_local(pets, genie.parse(PETS), title="Pets")
    assert (made.title, made.tables) == ("Pets", (("home.animals.pets", 3),))
    assert genie.ask(local, made.space_id, "How many pets are there?").table.rows == (("3",),)


def test_what_cannot_be_loaded_says_why(local, pets, tmp_path):
    with pytest.raises(InputError, match="There is no folder"):
        genie.load_local(tmp_path / "none", genie.parse(PETS))
    other = {"version": 2, "data_sources": {"tables": [{"identifier": "home.animals.plants"}]}}
    with pytest.raises(InputError, match=r"plants\.csv"):
        genie.load_local(pets, genie.parse(other))
    with pytest.raises(InputError, match="identifier"):
        genie.load_local(pets, genie.parse({"version": 2, "data_sources": {"tables": [{"identifier": "pets"}]}}))


def test_an_empty_folder_is_refused_though_its_tables_are_known_from_before(local, pets, tmp_path):
    genie.load_local(pets, genie.parse(PETS))
    (tmp_path / "empty").mkdir()
    with pytest.raises(InputError, match=r"pets\.csv"):
        genie.load_local(tmp_path / "empty", genie.parse(PETS))


def test_an_overview_says_what_is_in_each_space_and_what_could_not_be_read(local, demo, pets):
    made = genie.load_local(pets, genie.parse(PETS), title="Seen")
    gone, small, sales = genie.overview(local, ["0" * 32, made.space_id, demo])
    assert (small.title, small.tables, small.metric_views, small.benchmarks, small.error) == ("Seen", 1, 0, 0, None)
    assert (sales.tables, sales.benchmarks, sales.size_share) == (6, 30, 0.2)
    assert {each.name: each.state for each in sales.health}["Benchmarks"] == "good"
    assert (gone.tables, gone.size_share, gone.health) == (None, None, ())
    assert "404" in gone.error
    local.update_space(made.space_id, title="Renamed")
    assert genie.overview(local, [made.space_id])[0].title == "Seen"
    assert genie.overview(local, [made.space_id], refresh=True)[0].title == "Renamed"


def test_a_model_writes_the_sql_once_it_is_chosen_and_is_told_the_space(local, pets, add, workspace_server):
    space = PETS | {
        "instructions": {"text_instructions": [{"id": "a" * 32, "content": ["Heavy means more than 4 kg.\n"]}]},
        "benchmarks": {
            "questions": [
                {"id": "b" * 32, "question": ["secret?"], "answer": [{"format": "SQL", "content": ["SELECT 'hush'"]}]}
            ]
        },
    }
    made = genie.load_local(pets, genie.parse(space), title="Asked by a model")
    add("writer", model="endpoint")
    assert not genie.local_writer(local).is_model
    sql = "SELECT count(*) AS heavy FROM home.animals.pets WHERE weight_kg > 4"
    try:
        assert genie.set_local_writer(local, "writer") == genie.local_writer(local) == genie.LocalWriter("writer")
        workspace_server.reply = {"sql": sql, "text": None, "explanation": "Heavy pets."}
        answer = genie.ask(local, made.space_id, "How many are heavy?")
        assert (answer.sql, answer.table.rows, answer.description) == (sql, (("2",),), "Heavy pets.")
        prompt = json.loads(workspace_server.prompts[0])["messages"][-1]["content"]
        for told in (
            "Table home.animals.pets: 3 rows",
            '- kind STRING; values "cat", "dog"',
            "Heavy means more than 4 kg",
        ):
            assert told in prompt
        assert "hush" not in prompt
        with reading() as session:
            recorded = library.list_executions(session, library.ExecutionFilter()).rows[0]
        assert (recorded.source, recorded.connection, recorded.status) == ("genie", "writer", "completed")

        workspace_server.reply = {"sql": None, "text": "Which pets?", "explanation": ""}
        assert genie.ask(local, made.space_id, "How many?").clarifying
        workspace_server.reply = {"words": "none of that form"}
        failed = genie.ask(local, made.space_id, "How many?")
        assert failed.failure.meaning is genie.Meaning.NOT_MEASURED
    finally:
        genie.set_local_writer(local, None)
    assert genie.ask(local, made.space_id, "How many pets are there?").table.rows == (("3",),)


def test_what_cannot_write_sql_is_refused_as_a_writer(local, add):
    with pytest.raises(InputError, match="offline model does not write SQL"):
        genie.set_local_writer(local, "offline")
    with pytest.raises(InputError, match="no default model"):
        genie.set_local_writer(local, add("bare").name)
    with pytest.raises(InputError, match="no connection 'gone'"):
        genie.set_local_writer(local, "gone")
    with reading() as session:
        databricks = genie.client_of(session, "bare")
    with pytest.raises(InputError, match="no local Genie"):
        genie.local_writer(databricks)


class Column:
    def __init__(self, name: str, type_: str = "STRING", comment: str = "") -> None:
        self.name, self.type, self.comment = name, type_, comment


class Table:
    def __init__(self, identifier: str, columns: int) -> None:
        self.identifier, self.rows, self.comment = identifier, 10, ""
        self.columns = [Column(f"column_{n}", comment="words " * 20) for n in range(columns)]


def material(tables: int, columns: int) -> genie.Material:
    return genie.Material([Table(f"a.b.t{n}", columns) for n in range(tables)], {}, lambda *given: ["value " * 9] * 5)


def test_what_a_model_is_told_is_bounded_and_says_what_is_left_out():
    wide = described(genie.empty(), material(30, 1_000))
    assert len(wide) <= LONGEST
    assert "left out: " in wide
    small = described(genie.empty(), material(2, 3))
    assert "left out" not in small
    assert small == described(genie.empty(), material(2, 3))


def test_a_space_can_keep_columns_and_values_to_itself():
    columns = [
        {"column_name": "column_0", "exclude": True},
        {"column_name": "column_1", "enable_format_assistance": False},
    ]
    space = genie.parse({"data_sources": {"tables": [{"identifier": "a.b.t0", "column_configs": columns}]}})
    text = described(space, material(1, 3))
    assert "column_0" not in text
    lines = {line.split()[1]: line for line in text.splitlines() if line.startswith("- ")}
    assert "values" not in lines["column_1"]
    assert "values" in lines["column_2"]
