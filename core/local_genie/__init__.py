"""The local Genie: a Genie-compatible server on loopback over DuckDB, so that spaces can be asked without a workspace.

Its answers depend on the question, the space without its benchmarks, and the tables alone; it knows no particular table.
Nothing in core imports it but the code that starts it; the rest talks to it over HTTP with the unchanged SDK.
"""

import secrets
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from core.local_genie.faults import FaultSettings
    from core.local_genie.loading import Loaded
    from core.local_genie.service import Service
    from core.local_genie.tables import Limits
    from core.local_genie.writing import ModelWriter, Writer
    from core.local_model.serving import LocalServer

__all__ = ["LocalGenie", "serve"]


class LocalGenie:
    """A running local Genie: clients go to `base_url` with `token`; `close()` ends it. Also a context manager."""

    def __init__(self, service: "Service", server: "LocalServer", token: str) -> None:
        self._service = service
        self._server = server
        self.base_url = server.base_url
        self.token = token

    @property
    def warehouse_id(self) -> str:
        """The id of the one SQL warehouse."""
        from core.local_genie.statements import WAREHOUSE_ID

        return WAREHOUSE_ID

    @property
    def closed(self) -> bool:
        """Whether it has stopped serving."""
        return self._server.closed

    def load(self, tables_dir: Path, space: dict[str, Any], title: str | None = None) -> str:
        """Make a space from a folder of CSV and Parquet files and a definition, and return its id.

        Raises:
            InputError: the folder, a file or the definition is at fault; the text names every fault.
        """
        return self.load_with_details(tables_dir, space, title).space_id

    def load_with_details(self, tables_dir: Path, space: dict[str, Any], title: str | None = None) -> "Loaded":
        """As `load`; returns also the tables with their rows, what was replaced, and warnings."""
        return self._service.load(tables_dir, space, title)

    def load_once(self, name: str, tables_dir: Path, space: dict[str, Any], title: str) -> str:
        """The id of the space that was loaded under this name; it is loaded if none ever was, by any server of the folder.

        Raises:
            InputError: as `load`.
        """
        return self._service.load_once(name, tables_dir, space, title)

    def set_faults(self, settings: "FaultSettings") -> None:
        """Make things go wrong as the settings say; `FaultSettings()` ends it."""
        self._service.set_faults(settings)

    def stop(self) -> None:
        """Begin no further work, and interrupt what can be; `close` then waits for the rest. For what a writer waits for."""
        self._service.stop()

    def close(self) -> None:
        """End it. What was under way is taken up by the next server on the same data folder. May be called again."""
        self._service.stop()
        self._server.close()
        self._service.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        self.close()


def serve(
    data_dir: Path,
    *,
    port: int = 0,
    host: str = "127.0.0.1",
    token: str | None = None,
    writer: "Writer | None" = None,
    model_writer: "ModelWriter | None" = None,
    limits: "Limits | None" = None,
) -> LocalGenie:
    """Start a local Genie over a data folder in daemon threads of this process; returns once it accepts connections.

    `port` 0 takes a free one, `token` None makes a new one, `writer` None is the rule-based writer. `model_writer`
    makes those that ask a model; they answer once one is chosen (PUT /api/local/writer).

    Raises:
        ConfigError: the port is taken, the host is not loopback, or the data folder cannot be used.
    """
    from core.local_genie.http import create_app
    from core.local_genie.service import Service
    from core.local_model.serving import LocalServer

    service = Service(data_dir, writer or _rule_writer(), model_writer, limits)
    chosen = token or secrets.token_urlsafe(32)

    def make_app(closing: threading.Event) -> Any:
        return create_app(service, chosen)

    try:
        server = LocalServer(make_app, host=host, port=port)
    except BaseException:
        service.close()
        raise
    service.resume()
    return LocalGenie(service, server, chosen)


def _rule_writer() -> "Writer":
    from core.local_genie import rules

    return rules.write
