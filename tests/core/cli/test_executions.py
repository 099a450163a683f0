"""`executions …`: the record, and calling again."""

import pytest

from core import call_ai_chat


@pytest.fixture
def ran(cli, create, add_connection):
    """One completed and one failed execution of `greeting`; returns their ids."""
    create()
    add_connection("500")
    failed = cli("run", "greeting", "--var", "who=Bob", "--json").json
    add_connection("ok", "--default")
    completed = cli("run", "greeting", "--var", "who=Ada", "--json").json
    return completed["execution_id"], failed["execution_id"]


def _ids(cli, *options):
    return [row["execution_id"] for row in cli("executions", "list", *options, "--json").json["executions"]]


def test_list_shows_the_newest_first_and_filters(cli, ran):
    completed, failed = ran
    assert _ids(cli) == [completed, failed]
    assert _ids(cli, "--status", "failed") == [failed]
    assert _ids(cli, "--template", "greeting") == [completed, failed]
    assert _ids(cli, "--template", "chat_assistant") == []
    assert _ids(cli, "--model", "m") == [completed, failed]
    assert _ids(cli, "--model", "another") == []
    assert _ids(cli, "--text", "Greet Ada") == [completed]
    assert _ids(cli, "--limit", "1") == [completed]


def test_list_says_that_there_is_more(cli, ran):
    assert cli("executions", "list", "--limit", "1", "--json").json["more"] is True
    assert "--limit shows more" in cli("executions", "list", "--limit", "1").stdout
    assert cli("executions", "list", "--json").json["more"] is False


def test_list_of_a_template_that_is_not_there_is_a_mistake(cli):
    assert cli("executions", "list", "--template", "nowhere").code == 2
    assert cli("executions", "list", "--status", "odd").code == 2


def test_show_has_what_was_sent_and_what_came_back(cli, ran, faulty_model):
    document = cli("executions", "show", ran[0], "--json").json
    assert document["rendered"] == {"system": "You greet.", "user": "Greet Ada."}
    assert document["variables"] == {"who": "Ada"}
    assert (document["response"], document["error"]) == (faulty_model.content, None)
    assert (document["template_name"], document["version_number"]) == ("greeting", 1)
    assert cli("executions", "show", ran[1], "--json").json["error"]["kind"] == "ServiceError 500"
    readable = cli("executions", "show", ran[0]).stdout
    assert "--- user ---\nGreet Ada.\n--- response ---\n" + faulty_model.content in readable


def test_show_of_an_execution_that_is_not_there_is_a_mistake(cli):
    shown = cli("executions", "show", "ex_nowhere", "--json")
    assert (shown.code, shown.json["error"]["kind"]) == (2, "NotFoundError")


def test_replay_sends_the_raw_variables_under_another_version_and_says_what_it_replays(cli, ran, write, faulty_model):
    cli("template", "new-version", "greeting", "--user-file", write("u", "Hail {{ who }}!"), "--no-production")
    same = cli("executions", "replay", ran[0], "--json").json
    other = cli("executions", "replay", ran[0], "--version", "2", "--json").json
    assert same["rendered"]["user"] == "Greet Ada."
    assert other["rendered"]["user"] == "Hail Ada!"
    assert (other["connection"], other["model"]) == ("ok", "m")
    recorded = cli("executions", "show", other["execution_id"], "--json").json
    assert (recorded["replay_of"], recorded["version_number"]) == (ran[0], 2)


def test_replay_on_another_connection_takes_that_connection_s_model(cli, ran):
    replayed = cli("executions", "replay", ran[0], "--connection", "offline", "--json").json
    assert (replayed["connection"], replayed["model"]) == ("offline", "whetstone-offline")
    kept = cli("executions", "replay", ran[0], "--model", "m2", "--json").json
    assert (kept["connection"], kept["model"]) == ("ok", "m2")


def test_replay_of_a_failed_call_on_a_failing_service_ends_with_3(cli, ran):
    replayed = cli("executions", "replay", ran[1], "--json")
    assert replayed.code == 3
    assert replayed.json["connection"] == "500"


def test_replay_under_a_version_that_is_not_there_is_a_mistake(cli, ran):
    assert cli("executions", "replay", ran[0], "--version", "9").code == 2


def test_replay_of_a_direct_call_under_a_version_is_refused_rather_than_ignored(cli, opened):
    with opened():
        direct = call_ai_chat(user_prompt="Hello").id
    refused = cli("executions", "replay", direct, "--version", "2", "--json")
    assert (refused.code, refused.json["error"]["kind"]) == (2, "InputError")
    assert cli("executions", "replay", direct, "--json").json["rendered"]["user"] == "Hello"
