"""The settings that `core.sources` works under, handed over once by the code that starts the workbench."""

from core.errors import ConfigError
from core.settings import Settings

_settings: Settings | None = None


def configure(settings: Settings) -> None:
    """Take over the data folder, in which files are stored, and the rules for addresses and secrets."""
    global _settings
    _settings = settings


def current() -> Settings:
    """Raises ConfigError before `configure` was called."""
    if _settings is None:
        raise ConfigError(
            "The workbench is not open. Start it with `make run`, or call `core.startup.open_workbench()`."
        )
    return _settings
