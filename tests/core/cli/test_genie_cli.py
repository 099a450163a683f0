"""`genie …`: the documents that scripts read, and what each way to end exits with. One data folder for the whole file."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from core import genie
from core.db import reading
from core.local_genie import LocalGenie, serve
from core.local_genie.faults import AnswerFault, FaultSettings
from core.settings import ROOT
from tests.conftest import copy_seeded
from tests.core.cli.conftest import variables

COUNT = "SELECT count(*) AS n FROM shop.main.orders"
BY_CHANNEL = "SELECT channel, count(*) AS n FROM shop.main.orders GROUP BY channel"


def hex_id(number: int) -> str:
    return f"{number:032x}"


def definition(*benchmarks: tuple[str, str], **more: Any) -> dict[str, Any]:
    questions = [
        {"id": hex_id(number), "question": [question], "answer": [{"format": "SQL", "content": [sql]}]}
        for number, (question, sql) in enumerate(benchmarks, start=1)
    ]
    space: dict[str, Any] = {"version": 2, "data_sources": {"tables": [{"identifier": "shop.main.orders"}]}}
    return space | ({"benchmarks": {"questions": questions}} if questions else {}) | more


BENCHMARKS = (
    ("How many orders are there?", COUNT),
    ("Number of orders by channel", BY_CHANNEL),
    ("What makes a good harbour?", COUNT),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, seeded: str | Path) -> Path:
    made = tmp_path_factory.mktemp("genie")
    copy_seeded(seeded, made / "data")
    return made


@pytest.fixture
def environment(folder: Path) -> dict[str, str]:
    """In place of the fresh workbench of each test: the local Genie and its demo are made once."""
    return variables(folder / "data", None)


@pytest.fixture(scope="module")
def tables(folder: Path) -> str:
    made = folder / "tables"
    made.mkdir()
    rows = "".join(f"{n},{'web' if n % 3 else 'shop'},2024-01-{1 + n % 28:02}\n" for n in range(1, 31))
    (made / "orders.csv").write_text("order_id,channel,day\n" + rows)
    return str(made)


@pytest.fixture
def put(tmp_path: Path) -> Callable[..., str]:
    """Write a file, JSON unless it is text; returns its path."""

    def put(content: Any, name: str = "shop.geniespace.json") -> str:
        path = tmp_path / name
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
        return str(path)

    return put


@pytest.fixture
def load(cli, tables: str, put) -> Callable[..., str]:
    """Load a space; returns its id."""

    def load(space: Any = None, title: str = "Shop") -> str:
        made = cli(
            *("genie", "local", "load", "--tables", tables, "--title", title, "--json"),
            *("--space", put(space or definition(*BENCHMARKS))),
        )
        assert made.code == 0, made.stderr
        return made.json["space_id"]

    return load


@pytest.fixture(scope="module")
def shop(folder: Path) -> dict[str, str]:
    """What is made once, by name; see `space_id`."""
    return {}


@pytest.fixture
def space_id(shop: dict[str, str], load) -> str:
    """A space that no test changes."""
    if "id" not in shop:
        shop["id"] = load(title="Harbour shop")
    return shop["id"]


def test_loading_says_what_was_made_and_a_taken_title_gets_a_number(cli, tables, put):
    arguments = ("genie", "local", "load", "--tables", tables, "--space", put(definition()), "--title", "Twice")
    first, second = cli(*arguments, "--json").json, cli(*arguments, "--json").json
    assert first["title"] == "Twice" and second["title"] == "Twice (2)"
    assert first["tables"] == [{"identifier": "shop.main.orders", "rows": 30}]
    assert first["space_id"] != second["space_id"]


def test_the_list_has_the_demo_and_the_loaded_space_with_their_sizes(cli, space_id):
    listed = cli("genie", "spaces", "--json")
    assert listed.code == 0
    rows = {row["space_id"]: row for row in listed.json["spaces"]}
    assert rows[space_id]["title"] == "Harbour shop"
    assert (rows[space_id]["tables"], rows[space_id]["benchmarks"], rows[space_id]["error"]) == (1, 3, None)
    assert any(row["tables"] == 6 and row["benchmarks"] == 30 for row in rows.values())
    assert listed.json["workspace"]["id"] == "local"
    assert "Harbour shop" in cli("genie", "spaces").stdout


def test_a_space_is_shown_by_its_title_with_sizes_health_and_faults(cli, space_id):
    shown = cli("genie", "show", "--space", "Harbour shop", "--json").json
    assert shown["space_id"] == space_id and shown["faults"] == []
    assert shown["definition"]["data_sources"]["tables"][0]["identifier"] == "shop.main.orders"
    assert {each["what"]: each["used"] for each in shown["sizes"]}["benchmarks"] == 3
    assert {each["state"] for each in shown["health"]} <= {"good", "weak", "missing"}
    text = cli("genie", "show", "--space", space_id).stdout
    assert "shop.main.orders" in text and "--- health ---" in text


def test_a_question_gives_status_sql_columns_and_rows_and_is_recorded(cli, space_id, opened):
    asked = cli("genie", "ask", "--space", space_id, "How many orders are there?", "--json")
    assert asked.code == 0
    answer = asked.json
    assert answer["status"] == "COMPLETED" and "shop" in answer["sql"] and answer["failure"] is None
    assert answer["rows"] == [["30"]] and [type(name) for name in answer["columns"]] == [str]
    with opened(), reading() as session:
        [kept] = genie.list_questions(session, "local", space_id, limit=1)
        assert (kept.question, kept.asked_by) == ("How many orders are there?", "tess")


def test_a_question_from_standard_input_prints_sql_and_a_table(cli, space_id):
    asked = cli("genie", "ask", "--space", space_id, "-", stdin="Number of orders by channel")
    assert asked.code == 0
    assert "GROUP BY" in asked.stdout and "web" in asked.stdout


def test_a_question_back_exits_1_and_is_no_empty_result(cli, space_id):
    asked = cli("genie", "ask", "--space", space_id, "What makes a good harbour?", "--json")
    assert asked.code == 1
    assert (asked.json["sql"], asked.json["columns"], asked.json["rows"]) == (None, None, None)
    assert (asked.json["failure"]["kind"], asked.json["failure"]["meaning"]) == ("clarifying_question", "wrong")
    assert asked.json["text"] and asked.json["failure"]["sentence"] in asked.stderr
    told = cli("genie", "ask", "--space", space_id, "What makes a good harbour?")
    assert asked.json["text"] in told.stdout and asked.json["text"] not in told.stderr


def test_an_evaluation_gives_the_score_and_a_verdict_for_each_question(cli, space_id):
    found = cli("genie", "evaluate", "--space", space_id, "--json")
    assert found.code == 0, found.stderr
    document = found.json
    assert (document["passed"], document["total"], document["not_measured"]) == (2, 3, 0)
    assert document["score"] == pytest.approx(2 / 3)
    questions = {each["question"]: each for each in document["questions"]}
    assert {*document["questions"][0]} >= {"id", "question", "verdict", "reasons", "expected_sql", "actual_sql"}
    assert questions["How many orders are there?"]["verdict"] == "passed"
    missed = questions["What makes a good harbour?"]
    assert (missed["verdict"], missed["reasons"], missed["actual_sql"]) == ("wrong", ["clarifying_question"], None)
    assert missed["expected_sql"] == COUNT
    row = next(row for row in cli("genie", "spaces", "--json").json["spaces"] if row["space_id"] == space_id)
    assert row["last_score"] == pytest.approx(2 / 3) and row["evaluations"] >= 1
    assert (row["last_passed"], row["last_measured"]) == (2, 3) and "66.7% (2/3)" in cli("genie", "spaces").stdout


def test_benchmarks_of_a_file_may_stay_outside_the_space_and_a_low_score_exits_1(cli, space_id, put):
    file = put(
        f'id,question,expected_sql\nq1,How many orders are there?,{COUNT}\nq2,Orders by channel,"{COUNT}"\n', "b.csv"
    )
    found = cli("genie", "evaluate", "--space", space_id, "--benchmarks", file, "--min-score", "0.9", "--json")
    assert found.code == 1
    assert [(each["id"], each["verdict"]) for each in found.json["questions"]] == [("q1", "passed"), ("q2", "wrong")]
    assert "below 90.0%" in found.stderr


def test_repeats_ask_every_question_again_and_the_text_tells_the_rounds(cli, space_id, put):
    file = put([{"id": "q1", "question": "How many orders are there?", "expected_sql": COUNT}], "b.json")
    found = cli("genie", "evaluate", "--space", space_id, "--benchmarks", file, "--repeats", "2")
    assert found.code == 0, found.stderr
    assert "Round 2: 100.0% (1/1)" in found.stdout
    assert "Score: mean 100.0% of 2 rounds; 0 flaky" in found.stdout


def test_broken_expected_sql_is_configuration_and_leaves_nothing_to_hold_a_score_against(cli, space_id, put):
    file = put(
        [{"id": "q1", "question": "How many orders are there?", "expected_sql": "SELECT nothing FROM nowhere"}],
        "b.json",
    )
    found = cli("genie", "evaluate", "--space", space_id, "--benchmarks", file, "--min-score", "0.5", "--json")
    assert found.code == 3
    assert found.json["score"] is None and found.json["questions"][0]["verdict"] == "configuration"


def test_ctrl_c_cancels_the_evaluation(cli, environment, space_id, put):
    asked = [{"question": f"How many orders are there? {n}", "expected_sql": COUNT} for n in range(300)]
    command = [
        "genie",
        "evaluate",
        "--space",
        space_id,
        "--benchmarks",
        put(asked, "b.json"),
        "--repeats",
        "10",
        "--json",
    ]
    running = subprocess.Popen(
        [sys.executable, "-m", "core", *command],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        assert running.stderr is not None
        while b"Measures" not in running.stderr.readline():
            assert running.poll() is None
        running.send_signal(signal.SIGINT)
        out, _ = running.communicate(timeout=30)
    finally:
        running.kill()
        running.wait()
    assert running.returncode == 130 and json.loads(out)["error"]["kind"] == "CancelledError"
    [newest] = cli("job", "list", "--limit", "1", "--json").json["jobs"]
    assert newest["kind"] == "genie_evaluation" and newest["state"] == "cancelled"


def test_a_snapshot_of_an_unchanged_space_is_the_one_that_there_is(cli, space_id):
    first = cli("genie", "snapshot", "--space", space_id, "--note", "first", "--json").json
    second = cli("genie", "snapshot", "--space", space_id, "--json").json
    assert first == second and set(first) == {"snapshot_id", "hash"}
    assert first["hash"] == cli("genie", "show", "--space", space_id, "--json").json["hash"]


def test_a_difference_takes_files_snapshots_and_spaces(cli, space_id, put):
    described = definition(*BENCHMARKS)
    described["data_sources"]["tables"][0]["description"] = ["One row per order."]
    file = put(described)
    snapshot = cli("genie", "snapshot", "--space", space_id, "--json").json["snapshot_id"]
    for before in (snapshot, space_id, "Harbour shop"):
        found = cli("genie", "diff", before, file, "--json")
        assert found.code == 0
        [leaf] = found.json["leaves"]
        assert (leaf["kind"], leaf["subject"], leaf["after"]) == ("added", "description", "One row per order.")
        assert found.json["same"] is False
    assert cli("genie", "diff", snapshot, space_id).stdout == "Both mean the same.\n"
    assert cli("genie", "diff", file, space_id).stdout.startswith("− ")


def test_a_valid_file_and_a_valid_space_have_no_faults(cli, space_id, put):
    assert cli("genie", "validate", put(definition(*BENCHMARKS)), "--json").json == {"ok": True, "faults": []}
    assert cli("genie", "validate", "--space", space_id).stdout == "No faults.\n"


def test_all_faults_of_a_file_are_listed_and_exit_1(cli, put):
    space = definition(*BENCHMARKS)
    space["benchmarks"]["questions"][0]["id"] = "short"
    space["data_sources"]["tables"].append({"identifier": "only.two"})
    found = cli("genie", "validate", put(space), "--json")
    assert found.code == 1 and found.json["ok"] is False
    paths = [each["path"] for each in found.json["faults"]]
    assert any(path.startswith("benchmarks.questions[0]") for path in paths)
    assert any(path.startswith("data_sources.tables[1]") for path in paths)


def test_what_is_no_definition_at_all_is_one_fault(cli, put):
    found = cli("genie", "validate", put("{broken"), "--json")
    assert found.code == 1
    [fault] = found.json["faults"]
    assert fault["path"] == "" and "line 1" in fault["sentence"]


def test_validating_a_file_opens_no_database(cli, put, tmp_path):
    assert cli("genie", "validate", put(definition()), "--data-dir", str(tmp_path / "none")).code == 0
    assert not (tmp_path / "none").exists()


def test_benchmarks_that_cannot_be_measured_with_exit_1(cli, space_id, put):
    good = cli("genie", "check-benchmarks", "--space", space_id, "--json").json
    assert good["total"] == 3 and good["rows"][hex_id(1)] == 1
    file = put(
        f"# How many orders?\n```sql\n{COUNT} WHERE channel = 'sea'\n```\n# Channels\n```sql\nSELEC 1\n```\n", "b.md"
    )
    found = cli("genie", "check-benchmarks", "--space", space_id, "--benchmarks", file, "--json")
    assert found.code == 1 and found.json["usable"] == 1
    [finding] = found.json["findings"]
    assert (finding["question"], finding["level"]) == ("Channels", "error")
    assert "1 of 2 benchmarks" in cli("genie", "check-benchmarks", "--space", space_id, "--benchmarks", file).stdout


def test_unknown_keys_are_kept_and_version_1_is_read(cli, load):
    old = definition(x_future={"b": [3, 1, 2]}) | {"version": 1}
    old["data_sources"]["tables"][0]["column_configs"] = [{"column_name": "channel", "get_example_values": True}]
    shown = cli("genie", "show", "--space", load(old, title="Old"), "--json").json["definition"]
    assert shown["x_future"] == {"b": [3, 1, 2]} and shown["version"] == 2
    assert shown["data_sources"]["tables"][0]["column_configs"][0]["enable_format_assistance"] is True


def test_the_rules_write_the_sql_until_a_model_that_can_is_chosen(cli, space_id):
    assert cli("genie", "local", "writer", "--json").json == {"writer": "rules", "connection": None}
    for arguments, words in (
        (("model",), "--connection"),
        (("rules", "--connection", "offline"), "--connection"),
        (("model", "--connection", "offline"), "does not write SQL"),
        (("model", "--connection", "nobody"), "nobody"),
    ):
        refused = cli("genie", "local", "writer", *arguments, "--json")
        assert refused.code == 2 and words in refused.json["error"]["message"]
    assert cli("genie", "local", "writer", "rules").stdout == "The rules write the SQL.\n"


OVER = definition(instructions={"text_instructions": [{"id": hex_id(9), "content": ["x" * 26_000]}]})


@pytest.mark.parametrize(
    ("folder_name", "space", "words"),
    [
        ("gone", definition(), "gone"),
        ("", {"version": 2, "data_sources": {"tables": [{"identifier": "a.b.parcels"}]}}, "parcels.csv"),
        (None, "{broken", "line 1"),
        (None, "[]", "not an object"),
        (None, {"version": 7}, "version 7"),
        (None, OVER, "25,000"),
    ],
    ids=["missing folder", "empty folder", "broken JSON", "no object", "newer version", "over the limit"],
)
def test_what_cannot_be_loaded_is_said_and_exits_2(cli, tables, put, tmp_path, folder_name, space, words):
    (tmp_path / "empty").mkdir()
    where = tables if folder_name is None else str(tmp_path / (folder_name or "empty"))
    refused = cli("genie", "local", "load", "--tables", where, "--space", put(space), "--json")
    assert refused.code == 2
    assert words in refused.json["error"]["message"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("ask", "--space", "Harbor shop", "How many?"), "Did you mean “Harbour shop”"),
        (("ask", "--space", "Harbour shop", " "), "empty"),
        (("ask", "--space", hex_id(77), "How many?"), ""),
        (("show", "--space", hex_id(77)), "404"),
        (("spaces", "--connection", "nowhere"), "nowhere"),
        (("spaces", "--connection", "offline"), "offline"),
        (("validate",), "--space"),
        (("validate", "gone.geniespace.json"), "gone.geniespace.json"),
        (("diff", "gone.geniespace.json", "Harbour shop"), "gone.geniespace.json"),
        (("diff", "snap_none", "Harbour shop"), "snap_none"),
        (("evaluate", "--space", "Harbour shop", "--benchmarks", "gone.csv"), "gone.csv"),
        (("evaluate", "--space", "Harbour shop", "--judge", "nobody"), "nobody"),
        (("evaluate", "--space", "Harbour shop", "--repeats", "11"), "11"),
        (("evaluate", "--space", "Harbour shop", "--min-score", "80"), "80"),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, tuple) else "",
)
def test_what_is_wrong_is_said_and_exits_2(cli, space_id, arguments, words):
    refused = cli("genie", *arguments, "--json")
    assert refused.code == 2, refused.stderr
    assert words in refused.stdout


def test_a_file_without_benchmarks_is_said(cli, space_id, put):
    refused = cli("genie", "evaluate", "--space", space_id, "--benchmarks", put("[]", "none.json"), "--json")
    assert refused.code == 2 and "none.json" in refused.json["error"]["message"]


@pytest.fixture(scope="module")
def lake(folder: Path, tables: str) -> Iterator[LocalGenie]:
    """Another Genie, which is reached as a Databricks workspace is: by a connection."""
    with serve(folder / "lake", token="dapi-lake-0123456789") as server:
        server.load(Path(tables), definition(*BENCHMARKS), "Lake shop")
        yield server


@pytest.fixture
def connection(cli, lake: LocalGenie, shop: dict[str, str]) -> str:
    if "connection" not in shop:
        added = cli(
            *("connection", "add", "lake", "--kind", "databricks", "--base-url", lake.base_url, "--model", "m"),
            *("--api-key-env", "LAKE_TOKEN", "--option", "questions_per_minute=1000"),
        )
        assert added.code == 0, added.stderr
        shop["connection"] = "lake"
    return shop["connection"]


def test_a_connection_picks_the_workspace(cli, connection, lake):
    ready = {"LAKE_TOKEN": lake.token}
    listed = cli("genie", "spaces", "--connection", connection, "--json", env=ready).json
    assert [row["title"] for row in listed["spaces"]] == ["Lake shop"]
    asked = cli(
        "genie",
        "ask",
        "--connection",
        connection,
        "--space",
        "Lake shop",
        "How many orders are there?",
        "--json",
        env=ready,
    )
    assert asked.json["rows"] == [["30"]]


def test_a_refused_token_exits_3_and_a_question_that_was_cancelled_is_not_measured(cli, connection, lake):
    refused = cli("genie", "spaces", "--connection", connection, "--json", env={"LAKE_TOKEN": "dapi-wrong-0123456789"})
    assert refused.code == 3 and refused.json["error"]["kind"] == "AuthError"
    lake.set_faults(FaultSettings(answers=(AnswerFault("cancelled"),)))
    asked = cli(
        *("genie", "ask", "--connection", connection, "--space", "Lake shop", "How many orders are there?", "--json"),
        env={"LAKE_TOKEN": lake.token},
    )
    lake.set_faults(FaultSettings())
    assert asked.code == 3
    assert (asked.json["failure"]["kind"], asked.json["failure"]["meaning"]) == ("cancelled", "not_measured")
