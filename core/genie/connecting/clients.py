"""One client for each workspace and process, made at first use and anew when its connection or the settings change."""

import contextlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from core import llm
from core.db import transaction
from core.errors import ConfigError, ConflictError
from core.genie.client import GenieClient
from core.genie.connecting.places import LOCAL_ID, connection_of, workspace_of
from core.genie.demo import demo_benchmarks
from core.genie.keeping import DatabasePlaces, get_benchmarks, save_benchmarks
from core.genie.leftovers import sweep_leftovers
from core.genie.limiting import limiter_of
from core.genie.workspaces import LOCAL, Workspace
from core.settings import current

_CLOSING_S = 2.0


@dataclass(frozen=True)
class LocalAddress:
    """Where the local Genie answers. `demo` is the id of the space that came with a new one, None without it."""

    base_url: str
    token: str = field(repr=False)
    warehouse_id: str
    demo: str | None = None


_lock = threading.Lock()
_start: Callable[[], LocalAddress] | None = None
_clients: dict[str, tuple[tuple[Any, ...], GenieClient]] = {}
_demos_kept: set[str] = set()
_sweeps: list[threading.Thread] = []


def set_local_starter(start: Callable[[], LocalAddress]) -> None:
    """`start()` returns the address of the running local Genie, starting it if need be. It is asked at each use."""
    global _start
    _start = start


def local_address() -> LocalAddress:
    """Where the local Genie answers. Blocks while it starts.

    Raises:
        ConfigError: nobody said how to start it, or it cannot be started.
    """
    if _start is None:
        raise ConfigError("The local Genie is not available here. Open the workbench first, or use a connection.")
    return _start()


def client_of(session: Session, workspace_id: str) -> GenieClient:
    """The client of a workspace ("local", or a connection's id or name), the same as long as nothing about it changes.

    The local Genie is started by its first use.

    Raises:
        NotFoundError: there is no such workspace. InputError: it is no Databricks connection, or may not be reached.
        ConfigError: its key is missing, or the local Genie cannot be started.
    """
    if workspace_id == LOCAL_ID:
        address = local_address()
        _keep_demo(session, address)
        return _kept(LOCAL_ID, (address.base_url, address.token), lambda: _local(address))
    connection = connection_of(session, workspace_id)
    return _kept(connection.id, _mark(connection), lambda: workspace_of(connection))


def close_clients() -> None:
    """Forget every client: the next use makes a new one."""
    with _lock:
        _clients.clear()
        _demos_kept.clear()
        sweeps = list(_sweeps)
        _sweeps.clear()
    for each in sweeps:
        each.join(_CLOSING_S)


def _kept(workspace_id: str, mark: tuple[Any, ...], make: Callable[[], Workspace]) -> GenieClient:
    with _lock:
        found = _clients.get(workspace_id)
    if found is not None and found[0] == mark:
        return found[1]
    workspace = make()  # outside the lock: the keyring and name servers may take their time
    with _lock:
        found = _clients.get(workspace_id)
        if found is not None and found[0] == mark:
            return found[1]
        client = GenieClient(workspace, limiter_of(workspace, DatabasePlaces()))
        _clients[workspace_id] = (mark, client)
        _sweeps[:] = [each for each in _sweeps if each.is_alive()] + [sweep_leftovers(client, workspace_id)]
        return client


def _mark(connection: llm.ConnectionView) -> tuple[Any, ...]:
    """Differs when another client is needed: `rev` counts what is saved, a variable may change beside it."""
    settings = current()
    key = llm.environment_key(connection.key_env) if connection.key_source == "env" else None
    return connection.rev, connection.base_url, key, settings.hosted, tuple(settings.allow_private_hosts)


def _local(address: LocalAddress) -> Workspace:
    return Workspace(
        "Local Genie",
        host=address.base_url,
        token=address.token,
        warehouse_id=address.warehouse_id,
        questions_per_minute=None,
        local=True,
        timing=LOCAL,
    )


def _keep_demo(session: Session, address: LocalAddress) -> None:
    """Keep the benchmarks of the demo with their held-out marks, once in each database."""
    if address.demo is None or address.base_url in _demos_kept:
        return
    if get_benchmarks(session, LOCAL_ID, address.demo) is None:
        with contextlib.suppress(ConflictError):  # another process is at it; the next use looks again
            if session.get_bind().get_execution_options().get("readonly"):
                with transaction() as own:
                    _save_demo(own, address.demo)
            else:  # a transaction beside this one would wait for it
                _save_demo(session, address.demo)
        return
    _demos_kept.add(address.base_url)


def _save_demo(session: Session, space_id: str) -> None:
    save_benchmarks(session, LOCAL_ID, space_id, demo_benchmarks(), rev=None, origin="the demo", person="whetstone")
