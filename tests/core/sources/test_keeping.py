"""Sources at rest: names, secrets, deletion."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import select

from core import activity, llm, sources
from core.db import reading, transaction
from core.db.models import ColumnDisclosure, Source
from core.errors import AuthError, ConfigError, ConflictError, InputError, NotFoundError
from core.settings import Settings
from core.sources.keeping import secret_of
from tests.servers.statement_execution import TOKEN, StatementServer


@pytest.fixture
def url(tmp_path: Path, workbench: Settings) -> str:
    with sqlite3.connect(tmp_path / "t.db") as connection:
        connection.execute("CREATE TABLE t (i integer)")
    return f"sqlite:///{tmp_path / 't.db'}"


def test_a_source_is_found_by_id_and_by_name_and_renamed(url: str):
    with transaction() as session:
        made = sources.add_database(session, "  My   shop ", url, person="ann")
        assert made.name == "My shop"
        assert sources.get_source(session, made.id) == sources.get_source(session, "my SHOP") == made
        with pytest.raises(ConflictError, match="already"):
            sources.add_database(session, "my shop", url, person="ann")
        assert sources.rename_source(session, made.id, "MY SHOP", person="bob").name == "MY SHOP"
        for wrong in ("", " ", "x" * 101, "a\u200bb", "a\x00b"):
            with pytest.raises(InputError):
                sources.rename_source(session, made.id, wrong, person="bob")
        with pytest.raises(NotFoundError, match="There are MY SHOP"):
            sources.get_source(session, "other")
        verbs = [each.verb for each in activity.list_activity(session, subject_id=made.id)]
    assert verbs == ["renamed source", "added source"]


def test_a_password_is_kept_encrypted_for_its_source_and_host(workbench: Settings):
    with transaction() as session:
        made = sources.add_database(session, "pg", "postgresql://ann:s3cret-word@db.example/shop", person="ann")
        row = session.get(Source, made.id)
        assert row is not None and row.secret is not None
        assert "s3cret" not in str(row.secret) + str(row.options) + row.origin
        assert made.options["url"] == "postgresql://ann@db.example/shop"
    assert secret_of(made) == "s3cret-word"
    assert "s3cret-word" not in llm.mask_secrets("it was s3cret-word")
    with transaction() as session:
        session.get(Source, made.id).options = made.options | {"url": "postgresql://ann@evil.example/shop"}
    with pytest.raises(ConfigError, match="cannot be read"):
        secret_of(made)


def test_deleting_takes_what_was_decided_along_and_leaves_the_database(url: str, tmp_path: Path):
    with transaction() as session:
        made = sources.add_database(session, "shop", url, person="ann")
        sources.set_policies(session, made.id, "t", {"i": "never"}, person="ann")
    with transaction() as session:
        sources.delete_source(session, made.id, person="ann")
    with reading() as session:
        assert session.scalars(select(ColumnDisclosure)).all() == []
        with pytest.raises(NotFoundError):
            sources.get_source(session, made.id)
    assert (tmp_path / "t.db").exists()


def test_stored_files_go_when_the_deletion_is_committed(workbench: Settings, tmp_path: Path):
    (tmp_path / "a.csv").write_text("n\n1\n2\n")
    inspection = sources.inspect_file(tmp_path / "a.csv", has_header=True)
    with transaction() as session:
        made = sources.add_files(session, "a", [sources.FileChoice(inspection, "a", {})], person="ann")
    folder = workbench.data_dir / "sources" / made.id
    assert folder.exists()
    with pytest.raises(RuntimeError), transaction() as session:
        sources.delete_source(session, made.id, person="ann")
        raise RuntimeError
    assert folder.exists()
    with transaction() as session:
        sources.delete_source(session, made.id, person="ann")
    assert not folder.exists()


def test_checking_keeps_whether_the_login_can_write(url: str):
    with transaction() as session:
        made = sources.add_database(session, "shop", url, person="ann")
    assert made.can_write is None
    assert sources.check_source(made.id).can_write is False
    with reading() as session:
        assert sources.get_source(session, "shop").can_write is False


def test_a_token_goes_to_its_own_host_only(workbench: Settings):
    with StatementServer() as server, transaction() as session:
        made = sources.add_warehouse(session, "lake", host=server.host, warehouse_id="wh1", token=TOKEN, person="ann")
        assert TOKEN not in str(made) and "token" in str(made.options)
        draft = llm.ConnectionDraft(
            name="dbx",
            kind="databricks",
            base_url="https://one.example/serving-endpoints",
            model="m",
            key=TOKEN,
            key_source="stored",
        )
        llm.add_connection(session, draft, make_default=False)
        with pytest.raises(InputError, match="is sent nowhere else"):
            sources.add_warehouse(
                session, "x", host="https://two.example", warehouse_id="1", connection="dbx", person="ann"
            )
        by_connection = sources.add_warehouse(session, "y", host=None, warehouse_id="1", connection="dbx", person="ann")
        assert by_connection.options["host"].startswith("https://one.example")
        with pytest.raises(InputError, match="one login only"):
            sources.add_warehouse(
                session, "z", host="https://a.example", warehouse_id="1", token="t", profile="p", person="ann"
            )
    assert secret_of(made) == TOKEN
    assert secret_of(by_connection) == TOKEN


def test_a_warehouse_that_refuses_the_token_is_said(workbench: Settings):
    with StatementServer() as server:
        with transaction() as session:
            made = sources.add_warehouse(
                session, "lake", host=server.host, warehouse_id="wh1", token="dapi-wrong-wrong", person="ann"
            )
        with pytest.raises(AuthError, match="refuses the login"):
            sources.check_source(made.id)
