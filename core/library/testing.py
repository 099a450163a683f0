"""Testing a connection: by its list of models, else by a call of one token, recorded like any other."""

from dataclasses import replace

from core import llm
from core.db import reading
from core.errors import WorkbenchError
from core.library.calls import call_reference
from core.library.running import start

TEMPLATE = "whetstone/connection_test"


def test_connection(connection: llm.ConnectionView, *, person: str) -> llm.TestResult:
    """Whether the service answers, how fast, and with which models. Never raises for a service that fails.

    A service that lists no models (many do not, Azure among them) is asked for one token, if a model is set.
    """
    result = llm.test_connection(connection)
    if result.lists_models or not connection.model:
        return result
    try:
        with reading() as session:
            call = call_reference(
                session, TEMPLATE, {}, overrides={"connection": connection.name}, source="test", person=person
            )
        execution = start(call).wait()
    except WorkbenchError as error:
        return replace(result, ok=False, message=str(error))
    if execution.status != "completed":
        return replace(result, ok=False, message=execution.error or f"The test was {execution.status}.")
    message = f"'{connection.name}' answers ({execution.duration_ms} ms); it lists no models."
    return replace(result, ok=True, latency_ms=execution.duration_ms, message=message)


test_connection.__test__ = False  # type: ignore[attr-defined]
