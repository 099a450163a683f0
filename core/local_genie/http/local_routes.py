"""Routes that the service does not have, all below /api/local: loading from files, which writer answers, fault knobs."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import InputError
from core.local_genie.faults import FaultSettings
from core.local_genie.http.calls import Call, Handler
from core.local_genie.refusals import invalid

if TYPE_CHECKING:
    from core.local_genie.service import Service


def local_routes(service: "Service") -> list[tuple[str, str, Handler]]:
    def load(call: Call) -> dict[str, Any]:
        """Body: {"tables_dir": folder on this machine, "space": the definition as an object, "title": optional}."""
        body = call.body
        folder, space, title = body.get("tables_dir"), body.get("space"), body.get("title")
        if not isinstance(folder, str) or not isinstance(space, dict) or not isinstance(title, (str, type(None))):
            raise invalid("tables_dir (a folder's path) and space (a JSON object) are required; title is a string.")
        try:
            return asdict(service.load(Path(folder), space, title))
        except InputError as error:
            raise invalid(str(error)) from error

    def faults(call: Call) -> dict[str, Any]:
        return service.faults.as_json()

    def set_faults(call: Call) -> dict[str, Any]:
        service.set_faults(FaultSettings.from_json(call.body))
        return service.faults.as_json()

    def clear_faults(call: Call) -> dict[str, Any]:
        service.set_faults(FaultSettings())
        return service.faults.as_json()

    def writer(call: Call) -> dict[str, Any]:
        return asdict(service.writers.choice())

    def set_writer(call: Call) -> dict[str, Any]:
        return asdict(service.writers.choose(call.body))

    return [
        ("POST", "/api/local/spaces", load),
        ("GET", "/api/local/writer", writer),
        ("PUT", "/api/local/writer", set_writer),
        ("GET", "/api/local/faults", faults),
        ("PUT", "/api/local/faults", set_faults),
        ("DELETE", "/api/local/faults", clear_faults),
    ]
