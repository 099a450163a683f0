"""Opening the workbench in this process: settings → database, migrated and seeded → the offline model on demand.

Called once by the app's server, the command line, `call_ai_chat` and the fixtures of tests.
"""

import os
import threading
from dataclasses import dataclass
from typing import Any

from core import analysis, db, jobs, library, llm, logs, sources
from core.errors import ConfigError
from core.library import rendering
from core.settings import Settings, configure, read_settings

_lock = threading.Lock()
_opened: Settings | None = None
_offline: list[Any] = []


@dataclass(frozen=True)
class Opened:
    """What opening did: the settings in force, and the built-in templates that were made or moved on."""

    settings: Settings
    seeded: tuple[str, ...]


def open_workbench(settings: Settings | None = None) -> Opened:
    """Open the database of `settings`, bring its schema up to date and seed it. Opening it again does nothing new.

    Raises:
        ConfigError: the folder cannot be written, the disk is full, the database is from a newer release or out of reach.
    """
    global _opened
    settings = settings or read_settings()
    with _lock:
        logs.configure(settings.log_level, llm.mask_secrets)
        rendering.configure(deadline_s=settings.render_deadline_s, memory_mb=settings.render_memory_mb)
        configure(settings)
        llm.set_offline_starter(offline_model_url)
        if settings.database_url is None:
            _make_folder(settings)
        engine = db.make_engine(settings.url)
        db.upgrade(engine)
        db.use(engine)
        with db.transaction() as session:
            llm.ensure_offline(session)
            seeded = library.seed(session)
            analysis.seed_recipes(session)
            known = {source.id for source in sources.list_sources(session)}
        sources.remove_leftovers(known)
        _opened = settings
    return Opened(settings, tuple(seeded))


def opened() -> Settings | None:
    """The settings that the workbench of this process was opened with, None before that."""
    return _opened


def start_worker(*, embedded: bool) -> None:
    """Let this process do background jobs, until `close_workbench`. Opening alone starts none: most processes only ask.

    Call it from a thread without a running event loop.

    Raises:
        ConfigError: the workbench is not open, or the tables of the durable engine cannot be made.
    """
    if _opened is None:
        raise ConfigError("No database is open. Start Whetstone with `make run` or `python -m core serve`.")
    jobs.start_worker(_opened, embedded=embedded)


def close_workbench(*, keep_helpers: bool = False) -> None:
    """Stop what is under way, recording it, and end the worker, the offline model and the rendering workers of this process.

    `keep_helpers` leaves those two running, for the next workbench that this process opens with the same limits.
    """
    global _opened
    jobs.stop_worker()
    library.stop_all()
    llm.close()
    db.close()
    _opened = None
    if keep_helpers:
        return
    rendering.close()
    sources.close()
    while _offline:
        _offline.pop().close()


def offline_model_url() -> str:
    """The base URL of the offline model, which is started on its first use and ended by `close_workbench`."""
    from core import local_model

    if not _offline:
        _offline.append(local_model.serve())
    return _offline[0].base_url


def _make_folder(settings: Settings) -> None:
    try:
        settings.data_dir.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(
            f"The folder {settings.data_dir} cannot be made ({error.strerror}). Set WHETSTONE_DATA_DIR to one that can be written."
        ) from error
    if not os.access(settings.data_dir, os.W_OK):
        raise ConfigError(
            f"The folder {settings.data_dir} cannot be written. Give this user the right to write, or set WHETSTONE_DATA_DIR to another one."
        )
