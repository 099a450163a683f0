"""Which workspaces there are, and how each is reached: by token, profile or OAuth, as its connection says."""

from dataclasses import dataclass, replace
from typing import Literal

from sqlalchemy.orm import Session

from core import llm
from core.errors import InputError, NotFoundError
from core.genie.workspaces import Timing, Workspace
from core.settings import current

LOCAL_ID = "local"
_LOCAL_NAME = "Local Genie"
_KIND = "databricks"
_QUESTIONS_PER_MINUTE = 5.0
_MOST_NAMED = 20

How = Literal["local", "token", "oauth", "profile"]


@dataclass(frozen=True)
class WorkspaceView:
    """A workspace to choose. `id` is "local" or a connection's id. `host` None: the profile (or the environment) names it.

    `questions_per_minute` None: as many as it takes. `warehouse_id` None: one that is running is taken.
    """

    id: str
    name: str
    is_local: bool
    host: str | None
    questions_per_minute: float | None
    warehouse_id: str | None
    how: How


def list_workspaces(session: Session) -> tuple[WorkspaceView, ...]:
    """The local Genie first, then the Databricks connections by name."""
    local = WorkspaceView(LOCAL_ID, _LOCAL_NAME, True, None, None, None, "local")
    return local, *(_view(each) for each in llm.list_connections(session) if each.kind == _KIND)


def find_workspace(session: Session, name_or_id: str | None) -> WorkspaceView:
    """The workspace of that name or id. None means the local Genie; so does "local", unless a connection has that name.

    Raises:
        NotFoundError: there is none; the text names those there are.
        InputError: the connection is not to Databricks.
    """
    found = list_workspaces(session)
    if name_or_id is None:
        return found[0]
    for match in (
        *(each for each in found if not each.is_local and each.name == name_or_id),
        *(each for each in found if each.id == name_or_id),
    ):
        return match
    for other in llm.list_connections(session):
        if name_or_id in (other.name, other.id):
            raise InputError(
                f"'{other.name}' is a connection to {llm.KINDS[other.kind].title}, which has no Genie spaces. Choose a "
                "Databricks connection, or the local Genie."
            )
    names = ", ".join(each.name for each in found[1 : _MOST_NAMED + 1])
    known = f"There are the local Genie, {names};" if names else "There is only the local Genie;"
    raise NotFoundError(
        f"There is no workspace '{name_or_id[:100]}'. {known} add a Databricks connection on the Connections page."
    )


def connection_of(session: Session, workspace_id: str) -> llm.ConnectionView:
    """The connection behind a workspace that is not the local one. Raises as `find_workspace`."""
    view = find_workspace(session, workspace_id)
    return llm.get_connection(session, view.name)


def workspace_of(connection: llm.ConnectionView) -> Workspace:
    """Whom to talk to by a connection, its key fetched and its host judged. May wait for the keyring and a name server.

    Raises:
        ConfigError: the key is missing or cannot be read. InputError: this instance may not go there.
    """
    view, settings = _view(connection), current()
    if view.host:
        llm.check_base_url(view.host, hosted=settings.hosted, allow_private=settings.allow_private_hosts)
    key, client_id = llm.key_for(connection), connection.options.get("client_id")
    return Workspace(
        connection.name,
        host=view.host,
        token=None if client_id else key,
        profile=connection.options.get("profile"),
        client_id=client_id,
        client_secret=key if client_id else None,
        warehouse_id=view.warehouse_id,
        questions_per_minute=view.questions_per_minute,
        timing=replace(Timing(), http_s=connection.timeout_s),
    )


def _view(connection: llm.ConnectionView) -> WorkspaceView:
    options = connection.options
    how: How = "token" if connection.key_source != "none" else "profile"
    return WorkspaceView(
        connection.id,
        connection.name,
        False,
        _host(connection.base_url),
        float(options.get("questions_per_minute") or _QUESTIONS_PER_MINUTE),
        options.get("warehouse_id"),
        "oauth" if options.get("client_id") else how,
    )


def _host(base_url: str | None) -> str | None:
    """Scheme and host, the port only where it is unusual: what a person would type."""
    if base_url is None:
        return None
    return llm.origin(base_url).removesuffix(":443" if base_url.startswith("https:") else ":80")
