"""Migrations: an empty database becomes what the models say, and one of a newer release is left alone."""

import re
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from core import db, startup
from core.db import current_engine, transaction
from core.db.models import Base
from core.errors import ConfigError
from core.settings import Settings
from tests.conftest import SERVER_URL


def _is_ours(name: str | None, kind: str, parents: dict) -> bool:
    """Neither the full-text index, which the models do not know, nor Alembic's own table."""
    if kind == "table":
        return "_fts" not in str(name) and name != "alembic_version"
    return not (name == "search_vector" or str(name).endswith("_search"))


def differences() -> list:
    """What a migration would have to do to turn the database into what the models say."""
    with current_engine().connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_name": _is_ours, "compare_type": True, "compare_server_default": True}
        )
        return compare_metadata(context, Base.metadata)


def _condition(text_of_it: object) -> str:
    """A partial index's condition without the decoration that PostgreSQL adds."""
    return re.sub(r"[()\s\"]|::\w+( varying)?", "", "" if text_of_it is None else str(text_of_it)).lower()


def indexes_in_database() -> dict[str, tuple]:
    inspector, dialect = inspect(current_engine()), current_engine().dialect.name
    return {
        index["name"]: (index["column_names"], bool(index["unique"]), _condition(index["dialect_options"].get(f"{dialect}_where")))
        for table in Base.metadata.tables
        for index in inspector.get_indexes(table)
        if not index.get("duplicates_constraint") and _is_ours(index["name"], "index", {})
    }  # fmt: skip


def indexes_in_models() -> dict[str, tuple]:
    dialect = current_engine().dialect.name
    return {
        str(index.name): (
            [column.name for column in index.columns], index.unique, _condition(index.dialect_options[dialect]["where"])
        )
        for table in Base.metadata.tables.values()
        for index in table.indexes
    }  # fmt: skip


def test_a_migrated_database_is_what_the_models_say(workbench):
    assert differences() == []
    assert indexes_in_database() == indexes_in_models()


def test_a_difference_between_models_and_database_is_noticed(workbench):
    with transaction() as session:
        session.execute(text("ALTER TABLE activity ADD COLUMN mood VARCHAR(20)"))
        session.execute(text("DROP INDEX ix_execution_rated"))
    found = [each[0] for each in differences()]
    assert sorted(found) == ["add_index", "remove_column"]
    assert "ix_execution_rated" not in indexes_in_database()


def test_migrating_again_changes_nothing(workbench):
    before = db.revision(current_engine())
    db.upgrade(current_engine())
    assert db.revision(current_engine()) == before == db.head()


def test_a_saved_version_refuses_to_be_changed_whoever_asks(make_template):
    made = make_template()
    for change in ("user_text = 'other'", "number = 7", "content_hash = 'x'"):
        with pytest.raises(Exception, match="a version cannot be changed"), transaction() as session:
            session.execute(text(f"UPDATE version SET {change} WHERE template_id = :id"), {"id": made.id})


def test_a_database_from_a_newer_release_is_refused(settings: Settings):
    startup.open_workbench(settings)
    with transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    startup.close_workbench()
    with pytest.raises(ConfigError, match=r"from a newer release of Whetstone \(schema 9999; .* Nothing was changed"):
        startup.open_workbench(settings)
    engine = db.make_engine(settings.url)
    assert db.revision(engine) == "9999"
    engine.dispose()


@pytest.mark.skipif(bool(SERVER_URL), reason="about SQLite's file")
def test_the_file_of_a_newer_release_is_left_as_it_is(settings: Settings):
    startup.open_workbench(settings)
    with transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    startup.close_workbench()
    file = Path(settings.data_dir) / "whetstone.db"
    before = file.read_bytes()
    with pytest.raises(ConfigError):
        startup.open_workbench(settings)
    startup.close_workbench()
    assert file.read_bytes() == before
