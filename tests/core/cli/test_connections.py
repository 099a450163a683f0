"""`connection …`: adding, listing and testing model services."""

import pytest


def _connections(cli):
    return {row["name"]: row for row in cli("connection", "list", "--json").json["connections"]}


def test_add_takes_every_field_and_becomes_the_default_over_the_offline_model(cli):
    added = cli(
        *("connection", "add", "mine", "--base-url", "http://127.0.0.1:9/v1", "--model", "m", "--json"),
        *("--timeout-s", "7.5", "--max-retries", "1", "--parallel", "3", "--budget-usd-per-month", "20"),
        *("--input-usd-per-mtok", "1.5", "--output-usd-per-mtok", "6"),
    )
    assert added.code == 0, added.stderr
    row = _connections(cli)["mine"]
    assert row == added.json
    assert (row["kind"], row["base_url"], row["model"]) == ("compatible", "http://127.0.0.1:9/v1", "m")
    assert (row["timeout_s"], row["max_retries"], row["parallel"]) == (7.5, 1, 3)
    assert (row["budget_usd_per_month"], row["input_usd_per_mtok"], row["output_usd_per_mtok"]) == (20, 1.5, 6)
    assert row["default"] is True
    assert row["key"]["source"] == "none"


def test_a_second_one_becomes_the_default_only_on_request(cli):
    for name, *options in (["first"], ["second"], ["third", "--default"], ["fourth", "--no-default"]):
        cli("connection", "add", name, "--base-url", "http://127.0.0.1:9/v1", *options)
    assert [name for name, row in _connections(cli).items() if row["default"]] == ["third"]


def test_no_default_leaves_the_offline_model_the_default(cli):
    cli("connection", "add", "mine", "--base-url", "http://127.0.0.1:9/v1", "--no-default")
    assert _connections(cli)["offline"]["default"] is True


def test_a_key_is_only_named_and_never_shown(cli):
    env = {"MY_SERVICE_KEY": "sk-very-secret-value-9876"}
    add = ("connection", "add", "keyed", "--base-url", "http://127.0.0.1:9/v1", "--api-key-env", "MY_SERVICE_KEY")
    outputs = [
        cli(*add, "--json", env=env),
        cli("connection", "list", env=env),
        cli("connection", "list", "--json", env=env),
    ]
    for each in outputs:
        assert each.code == 0
        assert "very-secret" not in each.stdout + each.stderr
        assert "MY_SERVICE_KEY" in each.stdout
    assert outputs[0].json["key"] == {"source": "env", "env": "MY_SERVICE_KEY", "last4": "9876", "missing": False}


def test_a_key_that_is_not_set_is_said_when_it_is_added(cli):
    added = cli("connection", "add", "keyed", "--base-url", "http://127.0.0.1:9/v1", "--api-key-env", "NOT_SET_AT_ALL")
    assert added.code == 0
    assert "NOT_SET_AT_ALL is not set" in added.stderr
    assert "NOT_SET_AT_ALL (not set)" in cli("connection", "list").stdout


@pytest.mark.parametrize(
    "options",
    [
        ("--base-url", "ftp://x/v1"),
        ("--base-url", "http://169.254.169.254/v1"),
        (),
        ("--kind", "openai"),
        ("--kind", "odd"),
        ("--base-url", "http://127.0.0.1:9/v1", "--timeout-s", "0"),
        ("--base-url", "http://127.0.0.1:9/v1", "--parallel", "0"),
        ("--base-url", "http://127.0.0.1:9/v1", "--budget-usd-per-month", "-1"),
        ("--base-url", "http://127.0.0.1:9/v1", "--option", "x"),
        ("--base-url", "http://127.0.0.1:9/v1", "--option", "x=y"),
        ("--base-url", "http://127.0.0.1:9/v1", "--api-key-env", ""),
    ],
    ids=" ".join,
)
def test_a_field_that_breaks_a_rule_ends_with_2_and_adds_nothing(cli, options):
    refused = cli("connection", "add", "bad", *options, "--json")
    assert refused.code == 2
    assert refused.json["error"]["message"]
    assert "bad" not in _connections(cli)


def test_a_taken_name_ends_with_2(cli):
    taken = cli("connection", "add", "offline", "--base-url", "http://127.0.0.1:9/v1", "--json")
    assert (taken.code, taken.json["error"]["kind"]) == (2, "ConflictError")


def test_test_of_one_that_answers_lists_its_models(cli, add_connection):
    add_connection("ok")
    tested = cli("connection", "test", "ok", "--json")
    assert tested.code == 0, tested.stdout
    assert tested.json["ok"] is True
    assert tested.json["latency_ms"] >= 0
    assert tested.json["message"]


def test_test_of_the_offline_model_and_of_auto_answer(cli):
    assert cli("connection", "test", "offline").code == 0
    assert cli("connection", "test", "auto", "--json").json["name"] == "offline"


@pytest.mark.parametrize("behaviour", ["500", "401", "html"])
def test_test_of_one_that_fails_ends_with_3_and_a_sentence(cli, add_connection, behaviour):
    add_connection(behaviour)
    tested = cli("connection", "test", behaviour, "--json")
    assert tested.code == 3
    assert tested.json["ok"] is False
    assert tested.json["message"].endswith(".")


def test_test_of_one_that_is_not_there_anymore_ends_with_3_and_of_an_unknown_name_with_2(cli):
    cli("connection", "add", "gone", "--base-url", "http://127.0.0.1:9/v1", "--model", "m", "--max-retries", "0")
    assert cli("connection", "test", "gone").code == 3
    assert cli("connection", "test", "nowhere").code == 2
