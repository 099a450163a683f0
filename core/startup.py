"""Opening the workbench in this process: settings → database, migrated and seeded → the local servers on demand.

Called once by the app's server, the command line, `call_ai_chat` and the fixtures of tests.
"""

import os
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from core import analysis, db, genie, jobs, library, llm, logs, sources
from core.errors import ConfigError, RateLimitError, WorkbenchError
from core.library import rendering
from core.settings import Settings, configure, read_settings

if TYPE_CHECKING:
    from core.local_genie import LocalGenie
    from core.local_genie.catalog import Catalog
    from core.local_genie.writing import Writer, Written

_lock = threading.Lock()
_opened: Settings | None = None
_offline: list[Any] = []
_genie_lock = threading.Lock()
_local_genie: "tuple[LocalGenie, str | None] | None" = None
"""The running one, and the id of its demo."""


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
        genie.set_local_starter(local_genie)
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
        library.accept_calls()
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
    """Stop what is under way, recording it, and end the worker and the servers of this process.

    `keep_helpers` leaves the offline model and the rendering workers running, for the next workbench that this process opens
    with the same limits. The local Genie belongs to the data folder and always ends.
    """
    global _opened, _local_genie
    jobs.stop_worker()
    genie.close_questions()
    with _genie_lock:
        serving, _local_genie = _local_genie, None
        _opened = None
    if serving is not None:
        serving[0].stop()  # before the calls are, so that no question asks a model anew
    library.stop_all()
    if serving is not None:
        serving[0].close()
    genie.close_clients()
    llm.close()
    db.close()
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


def local_genie() -> genie.LocalAddress:
    """Where the local Genie answers, which is started on its first use and ended by `close_workbench`.

    Other processes may serve the same data folder: all see the same spaces. The demo is loaded into a new one.

    Raises:
        ConfigError: the workbench is not open, or the data folder cannot be used.
    """
    global _local_genie
    with _genie_lock:
        if _opened is None:
            raise ConfigError("The workbench is not open, so there is no local Genie. Open it first.")
        if _local_genie is None or _local_genie[0].closed:
            from core.local_genie import serve

            served = serve(_opened.data_dir, model_writer=_model_writer)
            llm.remember(served.token)  # so that no log shows it
            _local_genie = served, _load_demo(served)
        served, demo = _local_genie
        return genie.LocalAddress(served.base_url, served.token, served.warehouse_id, demo)


def _load_demo(served: "LocalGenie") -> str | None:
    try:
        return served.load_once("demo", genie.DEMO_TABLES, genie.demo_space().copy(), genie.DEMO_TITLE)
    except WorkbenchError as error:  # an installation without the samples still has its local Genie
        logs.log.warning("the demo could not be loaded", error=str(error))
        return None


def _model_writer(connection: str) -> "Writer":
    """What lets a model write the local Genie's SQL; the two do not know each other."""
    from core.local_genie.sql_errors import SqlError
    from core.local_genie.writing import WriterError, Written

    with db.reading() as session:
        genie.check_writer(session, connection)

    def write(question: str, space: dict[str, Any], catalog: "Catalog", earlier: list[str]) -> "Written":
        def values(identifier: str, column: str, limit: int) -> list[Any]:
            try:
                return catalog.values(identifier, column, limit)
            except SqlError:  # such as a column that cannot be grouped by
                return []

        material = genie.Material(catalog.tables, catalog.metric_views, values)
        person = _opened.person if _opened else "someone"
        try:
            found = genie.write_sql(question, space, material, earlier, connection=connection, person=person)
        except RateLimitError as error:
            raise WriterError(str(error), "RATE_LIMIT_EXCEEDED_GENERIC_EXCEPTION") from error
        return Written(found.sql, found.text, found.explanation)

    return write


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
