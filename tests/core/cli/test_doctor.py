"""`doctor`: what it finds, and that it changes nothing."""

import os
import sqlite3

import pytest

from core import db

ON_POSTGRES = bool(os.environ.get("WHETSTONE_TEST_DATABASE_URL"))
sqlite_only = pytest.mark.skipif(ON_POSTGRES, reason="about the SQLite file")


@pytest.fixture
def environment(fresh_environment):
    return fresh_environment


def _states(outcome):
    return {check["name"]: check["state"] for check in outcome.json["checks"]}


def _finding(outcome, name):
    return next(check["message"] for check in outcome.json["checks"] if check["name"] == name)


def test_everything_is_well_in_an_opened_workbench(cli):
    cli("seed")
    checked = cli("doctor", "--json")
    assert checked.code == 0, checked.stdout
    assert checked.json["ok"] is True
    assert set(_states(checked).values()) <= {"ok", "warn"}
    for name in (
        "Data folder",
        "Database",
        "Database schema",
        "Default connection",
        "Rendering worker",
        "Offline model",
    ):
        assert _states(checked)[name] == "ok"
    assert db.head() in _finding(checked, "Database schema")
    assert "8 checks: 0 failed" in cli("doctor").stdout


@sqlite_only
def test_before_the_first_start_it_passes_and_makes_nothing(cli, tmp_path):
    checked = cli("doctor", "--json")
    assert checked.code == 0, checked.stdout
    assert "will be made" in _finding(checked, "Data folder")
    assert not (tmp_path / "data").exists()


def test_secrets_are_not_shown(cli):
    env = {
        "WHETSTONE_DATABASE_URL": "postgresql+psycopg://me:hunter2@127.0.0.1:9/x?sslpassword=hunter3",
        "WHETSTONE_SECRET_KEY": "hunter4",
    }
    checked = cli("doctor", "--json", env=env)
    assert checked.code == 1
    assert _states(checked)["Database"] == "fail"
    assert "hunter" not in checked.stdout + checked.stderr
    assert "me:***@127.0.0.1:9/x" in checked.json["settings"]["WHETSTONE_DATABASE_URL"]["value"]
    assert checked.json["settings"]["WHETSTONE_SECRET_KEY"] == {"value": "set", "set": True}
    assert "hunter" not in cli("doctor", env=env).stdout


@pytest.mark.parametrize("url", ["nonsense", "postgresql+nothing://x", "oracle://x/y"])
def test_a_database_url_that_cannot_be_used_is_a_finding(cli, url):
    checked = cli("doctor", "--json", env={"WHETSTONE_DATABASE_URL": url})
    assert checked.code == 1
    assert "WHETSTONE_DATABASE_URL" in _finding(checked, "Database")
    assert _states(checked)["Rendering worker"] == "ok"


@sqlite_only
def test_a_file_that_is_no_database_is_a_finding(cli, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "whetstone.db").write_bytes(b"no database at all" * 500)
    checked = cli("doctor", "--json")
    assert checked.code == 1
    assert "not a SQLite database" in _finding(checked, "Database")


@sqlite_only
def test_a_database_from_a_newer_release_is_a_finding(cli, tmp_path):
    cli("seed")
    connection = sqlite3.connect(tmp_path / "data" / "whetstone.db")
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    checked = cli("doctor", "--json")
    assert checked.code == 1
    assert "newer release" in _finding(checked, "Database schema")


@sqlite_only
def test_an_empty_database_is_reported_and_left_alone(cli, tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "whetstone.db").touch()
    checked = cli("doctor", "--json")
    assert checked.code == 0
    assert _states(checked)["Database schema"] == "warn"
    assert _states(cli("doctor", "--json"))["Database schema"] == "warn", "the first one migrated it"


def test_an_old_sqlite_is_a_warning_that_names_the_risk(cli, monkeypatch):
    monkeypatch.setattr(db, "sqlite_version", lambda: (3, 40, 1))
    checked = cli("doctor", "--json")
    if ON_POSTGRES:
        assert _states(checked)["SQLite"] == "ok"
        return
    assert checked.code == 0
    assert _states(checked)["SQLite"] == "warn"
    assert "3.40.1" in _finding(checked, "SQLite")
    assert "damage the database" in _finding(checked, "SQLite")


def test_a_default_connection_without_its_key_is_a_failure(cli):
    cli(
        "connection",
        "add",
        "keyed",
        "--base-url",
        "http://127.0.0.1:9/v1",
        "--model",
        "m",
        "--api-key-env",
        "NOT_SET_AT_ALL",
    )
    checked = cli("doctor", "--json")
    assert checked.code == 1
    assert "NOT_SET_AT_ALL" in _finding(checked, "Default connection")


@sqlite_only
def test_a_data_folder_that_cannot_be_made_is_a_failure(cli, write):
    checked = cli("doctor", "--json", env={"WHETSTONE_DATA_DIR": write("a-file", "") + "/below"})
    assert checked.code == 1
    assert _states(checked)["Data folder"] == "fail"
