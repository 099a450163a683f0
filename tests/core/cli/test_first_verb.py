"""What the first verb finds where nothing is yet: it makes and seeds the workbench."""

import pytest

from tests.core.cli.conftest import RUN_KEYS


@pytest.fixture
def environment(fresh_environment):
    return fresh_environment


def test_seed_names_what_it_made_and_does_nothing_the_second_time(cli):
    first = cli("seed", "--json").json
    assert "chat_assistant" in first["made"]
    assert first["templates"] == len(first["made"])
    assert cli("seed", "--json").json == {"made": [], "templates": first["templates"]}
    assert "Nothing to do" in cli("seed").stdout


def test_run_without_any_set_up_answers_from_the_offline_model(cli):
    ran = cli("run", "chat_assistant", "--var", "message=Where is the harbour?", "--json")
    assert ran.code == 0, ran.stderr
    document = ran.json
    assert list(document) == RUN_KEYS
    assert document["status"] == "completed"
    assert "Where is the harbour?" in document["response"]
    assert document["rendered"]["user"] == "Where is the harbour?"
    assert document["tokens"]["input"] > 0
    assert document["tokens"]["output"] > 0
    assert (document["connection"], document["model"]) == ("offline", "whetstone-offline")
    assert document["duration_ms"] >= 0
    recorded = cli("executions", "show", document["execution_id"], "--json").json
    assert recorded["response"] == document["response"]
    assert (recorded["source"], recorded["person"]) == ("cli", "tess")


def test_data_dir_before_or_after_the_verb_goes_before_the_environment(cli, environment, tmp_path):
    if "WHETSTONE_DATABASE_URL" in environment:
        pytest.skip("the data folder holds no database on PostgreSQL")
    cli("--data-dir", str(tmp_path / "before"), "seed")
    cli("seed", "--data-dir", str(tmp_path / "after"))
    assert (tmp_path / "before" / "whetstone.db").exists()
    assert (tmp_path / "after" / "whetstone.db").exists()
    assert not (tmp_path / "data").exists()
