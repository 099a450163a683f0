"""Handles that a run may hold: production can only be read through one, and a dev space is never production.

Neither keeps the client within reach under a public name; the one for production has no method that writes at all.
"""

from collections.abc import Callable

from core.errors import ConflictError, InputError
from core.genie.answers import Answer, Status
from core.genie.asking import ask
from core.genie.client import GenieClient
from core.genie.naming import check_id
from core.genie.spaces import Space
from core.genie.states import SpaceState, Written
from core.genie.workspaces import Stop


class ProductionSpace:
    """Production, to read. It can tell its state and whether that is still the one that a run began with."""

    __slots__ = ("_read", "id")

    def __init__(self, client: GenieClient, space_id: str) -> None:
        check_id(space_id, "space")
        self.id = space_id

        # A function of its own instead of the client: nothing reachable from here takes an id or writes.
        def read() -> SpaceState:
            return client.get_space(space_id)

        self._read: Callable[[], SpaceState] = read

    def state(self) -> SpaceState:
        """The space as it is now, with definition, hash and etag.

        Raises:
            AuthError: the credentials may not read the definition.
        """
        return self._read()

    def definition(self) -> Space:
        """Its definition. Raises InputError without one, which needs CAN EDIT on the space."""
        found = self._read().definition
        if found is None:
            raise InputError("The space's definition was not sent. Ask for the right CAN EDIT on it.")
        return found

    def unchanged_since(self, hash_: str) -> bool:
        """Whether its definition is still the one with that hash."""
        return self._read().hash == hash_


class DevSpace:
    """A space that a run made, to change and to ask. It cannot be made for production's id."""

    __slots__ = ("_client", "id")

    def __init__(self, client: GenieClient, space_id: str, *, production_id: str) -> None:
        """Raises ConflictError where the id is production's."""
        check_id(space_id, "space")
        if _plain(space_id) == _plain(production_id):
            raise ConflictError("This space is production, which a run never writes to. Make a dev space of it first.")
        self.id = space_id
        self._client = client

    def state(self) -> SpaceState:
        return self._client.get_space(self.id)

    def replace(self, definition: Space, *, etag: str | None = None) -> Written:
        """Store a definition, and check what the service made of it."""
        return self._client.update_space(self.id, definition=definition, etag=etag)

    def trash(self) -> None:
        self._client.trash_space(self.id)

    def ask(
        self, question: str, *, on_status: Callable[[Status], None] | None = None, stop: Stop | None = None
    ) -> Answer:
        return ask(self._client, self.id, question, on_status=on_status, stop=stop)


def _plain(space_id: str) -> str:
    return space_id.replace("-", "").lower()
