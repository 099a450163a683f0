"""The parts of one local Genie, put together over one data folder."""

import threading
from pathlib import Path
from typing import Any

from core.local_genie import loading
from core.local_genie.answering import Answering
from core.local_genie.background import Background
from core.local_genie.choosing import Writers
from core.local_genie.conversations import Conversations
from core.local_genie.evaluations import Evaluations
from core.local_genie.faults import Faults, FaultSettings
from core.local_genie.state import Spaces, Store, Workspace
from core.local_genie.statements import Statements
from core.local_genie.tables import Limits
from core.local_genie.writing import ModelWriter, Writer

DATABASE_NAME = "local_genie.db"
TABLES_FOLDER = "local_genie"
SERVERS_FOLDER = "servers"


class Service:
    """Everything but HTTP."""

    def __init__(
        self, data_dir: Path, writer: Writer, model_writer: ModelWriter | None = None, limits: Limits | None = None
    ) -> None:
        self._load_lock = threading.Lock()
        self.store = Store(data_dir / DATABASE_NAME)
        self.workspace = Workspace(self.store, data_dir / TABLES_FOLDER, limits or Limits())
        self.spaces = Spaces(self.store, self.workspace)
        self.faults = Faults()
        self.writers = Writers(self.store, writer, model_writer)
        self.background = Background(data_dir / TABLES_FOLDER / SERVERS_FOLDER)
        answering = Answering(self.workspace, self.writers.write, self.faults, self.background.closing)
        self.statements = Statements(self.store, self.workspace, self.background)
        self.conversations = Conversations(
            self.store, self.spaces, self.workspace, answering, self.statements, self.faults, self.background
        )
        self.evaluations = Evaluations(self.store, self.spaces, self.workspace, answering, self.background)

    def load(self, tables_dir: Path, space: dict[str, Any], title: str | None = None) -> loading.Loaded:
        """Make a space from a folder of files and a definition; see `loading`. Nothing is left of one that fails."""
        with self._load_lock:
            read = loading.prepare(self.workspace, tables_dir, space)
            with self.store.writing():
                return loading.place(self.workspace, self.spaces, read, title)

    def load_once(self, name: str, tables_dir: Path, space: dict[str, Any], title: str) -> str:
        """The id of the space that was loaded under this name; it is loaded if none ever was, by any server."""
        key = f"loaded_once:{name}"
        if kept := self.store.setting(key):
            return kept
        with self._load_lock:
            read = loading.prepare(self.workspace, tables_dir, space)
            with self.store.writing():  # of several servers that start together, one loads it
                if kept := self.store.setting(key):
                    return kept
                space_id = loading.place(self.workspace, self.spaces, read, title).space_id
                self.store.set(key, space_id)
                return space_id

    def set_faults(self, settings: FaultSettings) -> None:
        self.faults.set(settings)
        self.spaces.propagation_delay_s = settings.propagation_delay_s

    def resume(self) -> None:
        """Take up what an earlier server left unfinished."""
        self.conversations.resume()
        self.evaluations.resume()
        self.background.submit(self._prepare)

    def _prepare(self) -> None:
        """Import what the first question needs, so that it does not wait for it, and tidy the folder."""
        self.workspace.catalog().query("SELECT 1 AS n")
        self.workspace.forget_unused_files()
        self.background.forget_ended()

    def stop(self) -> None:
        """Interrupt what is under way, so that nobody waits for it."""
        self.background.closing.set()
        self.statements.stop_all()

    def close(self) -> None:
        """Wait for what is under way to end and close the files. May be called again."""
        self.stop()
        self.background.close()
        self.workspace.close()
        self.store.close()
