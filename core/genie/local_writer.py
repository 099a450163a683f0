"""How the local Genie answers: by its rules, or by a model through a connection. One choice for all its servers."""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from core import llm
from core.errors import InputError
from core.genie.client import GenieClient
from core.genie.local_calls import local_call

_PATH = "/api/local/writer"


@dataclass(frozen=True)
class LocalWriter:
    """`connection` is the name of the one whose model writes the SQL; None: the rules do."""

    connection: str | None

    @property
    def is_model(self) -> bool:
        return self.connection is not None


def local_writer(client: GenieClient) -> LocalWriter:
    """The choice in force.

    Raises:
        InputError: the client is of another workspace.
    """
    return LocalWriter(local_call(client, "reading the writer", "GET", _PATH)["connection"])


def set_local_writer(client: GenieClient, connection: str | None) -> LocalWriter:
    """Let a model answer by the connection of that name, from the next question on; None goes back to the rules.

    The model is sent the question, the space's configuration, the tables' columns, and a few of their values.

    Raises:
        InputError: the client is of another workspace, or the connection cannot write SQL (`check_writer`).
    """
    body = {"writer": "rules"} if connection is None else {"writer": "model", "connection": connection}
    return LocalWriter(local_call(client, "choosing the writer", "PUT", _PATH, body)["connection"])


def check_writer(session: Session, connection: str) -> None:
    """Refuse a connection whose model cannot write SQL.

    Raises:
        InputError: it is the offline model, or has no model to ask. NotFoundError: there is no such connection.
    """
    found = llm.get_connection(session, connection)
    if found.kind == "offline":
        raise InputError(
            "The offline model does not write SQL: it quotes from what it is given. Choose another connection, or the rules."
        )
    if not found.model:
        raise InputError(
            f"The connection '{found.name}' has no default model. Set one on the Connections page, or choose another."
        )
