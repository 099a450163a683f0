"""Every setting of the workbench, read once from `WHETSTONE_…` variables.

Built by `app.py`, the command line and tests, and handed on; nothing else reads the environment.
"""

import getpass
import re
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict, SettingsError

from core.errors import ConfigError

ROOT = Path(__file__).resolve().parent.parent


def _login_name() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError):  # no login name, as in some containers
        return "someone"


class Settings(BaseSettings):
    """What the operator may set. Times are in seconds; a name that ends in `_mb` is in megabytes."""

    model_config = SettingsConfigDict(env_prefix="WHETSTONE_", extra="ignore")

    data_dir: Path = Field(default=ROOT / "data", description="where the SQLite database and its companions lie")
    database_url: str | None = Field(default=None, description="postgresql+psycopg://…; unset: SQLite in data_dir")
    person: str = Field(
        default_factory=_login_name, description="who is recorded as the author while there is no sign-in"
    )
    hosted: bool = Field(
        default=False, description="several people use this instance: no private addresses, no keyring"
    )
    allow_private_hosts: list[str] = Field(
        default=[], description="host names or networks that a connection may reach although private"
    )
    secret_key: SecretStr | None = Field(
        default=None, description="encrypts stored keys; unset: a key file in data_dir (local only)"
    )
    plain_editor: bool = Field(default=False, description="plain text areas instead of the code editor")
    render_deadline_s: float = Field(default=1.5, gt=0, description="one rendering may take this long")
    render_memory_mb: int = Field(default=384, ge=128, description="address space of a rendering worker")
    embedded_worker: bool = Field(default=True, description="the web server does background jobs itself")
    jobs_parallel: int = Field(default=4, ge=1, description="how many jobs a worker does at once")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = "INFO"

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: Any) -> Any:
        return value.upper() if isinstance(value, str) else value

    @property
    def url(self) -> str:
        """The SQLAlchemy URL of the application database."""
        return self.database_url or f"sqlite:///{self.data_dir / 'whetstone.db'}"


def read_settings(**given: Any) -> Settings:
    """The settings of the environment; what is `given` goes before it.

    Raises:
        ConfigError: a variable has a value that it cannot have; names every such variable, and never the value.
    """
    try:
        return Settings(**given)
    except ValidationError as error:
        wrong = "; ".join(
            f"WHETSTONE_{str(each['loc'][0]).upper()}: {each['msg'][:1].lower()}{each['msg'][1:]}"
            for each in error.errors(include_url=False, include_input=False)
        )
        raise ConfigError(f"The settings cannot be read. Correct {wrong}.") from None
    except SettingsError as error:
        named = re.search(r'field "(\w+)"', str(error))
        variable = f"WHETSTONE_{named[1].upper()}" if named else "the WHETSTONE_… variables"
        raise ConfigError(
            f'The settings cannot be read. Correct {variable}: a list is written as JSON, ["…"].'
        ) from None


_in_force: Settings | None = None


def configure(settings: Settings) -> None:
    """Put settings in force for this process. Called by the code that opens the workbench."""
    global _in_force
    _in_force = settings


def current() -> Settings:
    """The settings in force. Raises ConfigError before `configure` was called."""
    if _in_force is None:
        raise ConfigError(
            "The workbench is not open. Start it with `make run`, or call `core.startup.open_workbench()`."
        )
    return _in_force
