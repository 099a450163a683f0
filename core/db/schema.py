"""Bring the database to this release's schema, or say why not.

Alembic is imported late: it takes 0.1 s, and processes that open no database import this too.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from core.db.failures import explain
from core.errors import ConfigError

if TYPE_CHECKING:
    from alembic.config import Config

_MIGRATIONS = Path(__file__).parent / "migrations"


def _config() -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    return config


def head() -> str:
    """The revision that this release needs."""
    from alembic.script import ScriptDirectory

    revision = ScriptDirectory.from_config(_config()).get_current_head()
    assert revision is not None
    return revision


def revision(engine: Engine) -> str | None:
    """The revision that the database is at, None if it is empty."""
    from alembic.migration import MigrationContext

    with engine.connect().execution_options(readonly=True) as connection:
        return MigrationContext.configure(connection).get_current_revision()


def upgrade(engine: Engine) -> None:
    """Run the migrations that are missing. Returns at once when there are none.

    Raises:
        ConfigError: the database is from a newer release, or cannot be opened or written.
    """
    from alembic import command

    try:
        found = revision(engine)
        if found == head():
            return
        config = _config()
        if found is not None:
            check_known(found)
        config.attributes["engine"] = engine
        command.upgrade(config, "head")
    except DBAPIError as error:
        if explanation := explain(error):
            raise explanation from error
        raise


def check_known(found: str) -> None:
    """Raises ConfigError if the revision is from a newer release."""
    from alembic.script import ScriptDirectory
    from alembic.util.exc import CommandError

    try:
        ScriptDirectory.from_config(_config()).get_revision(found)
    except CommandError as error:
        raise ConfigError(
            f"The database is from a newer release of Whetstone (schema {found}; this release knows up to {head()}). "
            "Nothing was changed. Install that release, or set WHETSTONE_DATA_DIR to another folder."
        ) from error
