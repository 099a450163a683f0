"""`analyze` and `job rerun`: the documents that scripts read, and what each way to end exits with."""

from pathlib import Path

import pytest

ORDERS = "id,day,amount\n" + "".join(f"{n},2024-01-{1 + n % 28:02},{'' if n % 5 == 0 else n}\n" for n in range(1, 60))


@pytest.fixture
def source(cli, tmp_path: Path) -> str:
    (tmp_path / "orders.csv").write_text(ORDERS)
    assert cli("source", "add", "shop", "--files", str(tmp_path / "orders.csv")).code == 0
    return "shop"


def analyze(cli, source: str, *more: str):
    return cli("analyze", "--source", source, "--table", "orders", "--type", "quality", *more, "--json")


def test_waits_and_puts_out_results_findings_and_cost(cli, source):
    found = analyze(cli, source, "--wait")
    assert found.code == 0
    document = found.json
    assert document["state"] == "completed" and document["cost_usd"] == 0.0
    assert document["results"]["quality"]["issues"][0]["column_name"] == "amount"
    assert document["findings"][0]["verdict"] == "verified"
    assert document["findings"][0]["columns"] == ["amount"]


def test_without_waiting_the_job_is_queued(cli, source):
    queued = analyze(cli, source).json
    assert queued["state"] == "queued" and queued["findings"] == []
    assert cli("job", "list", "--json").json["jobs"][0]["job_id"] == queued["job_id"]


def test_a_rerun_sends_the_given_texts_and_saves_them_as_a_recipe(cli, source, tmp_path):
    first = analyze(cli, source, "--wait").json
    (tmp_path / "system.txt").write_text("Be strict.\n")
    again = cli(
        "job", "rerun", first["job_id"], "--type", "quality", "--system-file", str(tmp_path / "system.txt"),
        "--save-recipe", "Strict", "--wait", "--json",
    )  # fmt: skip
    assert again.code == 0
    document = again.json
    assert document["parent_id"] == first["job_id"] and document["tags"] == ["re-run"]
    shown = cli("job", "show", document["job_id"], "--json").json
    assert shown["job_metadata"]["quality_system_message"] == "Be strict."
    by_recipe = analyze(cli, source, "--recipe", "Strict", "--wait").json
    sent = cli("job", "show", by_recipe["job_id"], "--json").json["job_metadata"]
    assert sent["quality_system_message"] == "Be strict."


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--source", "nothing", "--table", "t", "--type", "quality"), "no source 'nothing'"),
        (("--source", "shop", "--table", "orders", "--type", "magic"), "no analysis type 'magic'"),
        (("--source", "shop", "--table", "orders", "--type", "quality", "--recipe", "none"), "no recipe 'none'"),
        (("--source", "shop", "--table", "orders", "--type", "trends", "--recipe", "Data quality"), "--type quality"),
        (("--source", "shop", "--table", "orders", "--type", "quality", "--connection", "x"), "'x'"),
    ],
)
def test_what_is_wrong_is_said_and_exits_2(cli, source, arguments, words):
    refused = cli("analyze", *arguments, "--json")
    assert refused.code == 2
    assert words in refused.json["error"]["message"]


def test_a_failed_job_exits_3_and_keeps_its_id(cli, source):
    failed = cli("analyze", "--source", source, "--table", "gone", "--type", "quality", "--wait", "--json")
    assert failed.code == 3
    assert failed.json["state"] == "failed" and "could be read" in failed.json["error"]["message"]


def test_a_rerun_without_a_type_of_a_job_with_several_asks_for_one(cli, source, tmp_path):
    first = analyze(cli, source, "--type", "profiling", "--wait").json
    (tmp_path / "system.txt").write_text("Be strict.")
    refused = cli("job", "rerun", first["job_id"], "--system-file", str(tmp_path / "system.txt"), "--json")
    assert refused.code == 2 and "--type" in refused.json["error"]["message"]
