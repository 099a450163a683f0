"""The parts of one local Genie, put together over one data folder."""

import threading
from pathlib import Path
from typing import Any

from core.local_genie import loading
from core.local_genie.answering import Answering
from core.local_genie.background import Background
from core.local_genie.conversations import Conversations
from core.local_genie.evaluations import Evaluations
from core.local_genie.faults import Faults, FaultSettings
from core.local_genie.state import Spaces, Store, Workspace
from core.local_genie.statements import Statements
from core.local_genie.tables import Limits
from core.local_genie.writing import Writer

DATABASE_NAME = "local_genie.db"
TABLES_FOLDER = "local_genie"


class Service:
    """Everything but HTTP."""

    def __init__(self, data_dir: Path, writer: Writer, limits: Limits | None = None) -> None:
        self._load_lock = threading.Lock()
        self.store = Store(data_dir / DATABASE_NAME)
        self.workspace = Workspace(self.store, data_dir / TABLES_FOLDER, limits or Limits())
        self.spaces = Spaces(self.store, self.workspace)
        self.faults = Faults()
        self.background = Background()
        answering = Answering(self.workspace, writer, self.faults, self.background.closing)
        self.statements = Statements(self.store, self.workspace, self.background)
        self.conversations = Conversations(
            self.store, self.spaces, self.workspace, answering, self.statements, self.faults, self.background
        )
        self.evaluations = Evaluations(self.store, self.spaces, self.workspace, answering, self.background)

    def load(self, tables_dir: Path, space: dict[str, Any], title: str | None = None) -> loading.Loaded:
        """Make a space from a folder of files and a definition; see `loading.load`."""
        with self._load_lock:
            return loading.load(self.workspace, self.spaces, tables_dir, space, title)

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
