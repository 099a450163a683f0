"""Which writer answers: the rules, or a model by a connection. All servers of the folder follow the same choice."""

import json
from dataclasses import asdict, dataclass
from typing import Any

from core.errors import InputError, WorkbenchError
from core.local_genie.catalog import Catalog
from core.local_genie.refusals import invalid
from core.local_genie.state import Store
from core.local_genie.writing import ModelWriter, Writer, WriterError, Written

_KEY = "writer"
_LONGEST_NAME = 100


@dataclass(frozen=True)
class Choice:
    """`writer` is "rules" or "model"; `connection` names the model's, and is None for the rules."""

    writer: str = "rules"
    connection: str | None = None


class Writers:
    """The writers that this server has. `write` is a `Writer` itself: the one that is chosen when the question comes."""

    def __init__(self, store: Store, rules: Writer, model: ModelWriter | None) -> None:
        self._store, self._rules, self._model = store, rules, model

    def choice(self) -> Choice:
        kept = self._store.setting(_KEY)
        return Choice(**json.loads(kept)) if kept else Choice()

    def choose(self, body: dict[str, Any]) -> Choice:
        """Choose by the body of a request: {"writer": "rules"} or {"writer": "model", "connection": name}."""
        choice = Choice(body.get("writer"), body.get("connection"))  # type: ignore[arg-type]
        if choice.writer == "model":
            if not isinstance(choice.connection, str) or not 0 < len(choice.connection) <= _LONGEST_NAME:
                raise invalid("connection must be the name of the connection whose model is to write the SQL.")
            try:
                self._made(choice.connection)
            except WorkbenchError as error:
                raise invalid(str(error)) from error
        elif choice != Choice():
            raise invalid('writer must be "rules", or "model" with a connection.')
        self._store.set(_KEY, json.dumps(asdict(choice)))
        return choice

    def write(self, question: str, space: dict[str, Any], catalog: Catalog, earlier: list[str]) -> Written:
        connection = self.choice().connection
        if connection is None:
            return self._rules(question, space, catalog, earlier)
        try:
            return self._made(connection)(question, space, catalog, earlier)
        except WorkbenchError as error:
            raise WriterError(str(error)) from error

    def _made(self, connection: str) -> Writer:
        if self._model is None:
            raise InputError("This server has no way to ask a model. Choose the rules, or start it with the workbench.")
        return self._model(connection)
