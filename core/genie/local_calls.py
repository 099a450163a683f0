"""Requests that only the local Genie knows. Its refusals are sentences for a person already, so they are passed on whole."""

from typing import Any

from core.errors import InputError
from core.genie.client import GenieClient


def local_call(client: GenieClient, doing: str, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
    """The reply's JSON. `doing` completes the sentence of any other failure.

    Raises:
        InputError: the local Genie refuses, or the client is of another workspace.
    """
    if not client.workspace.local:
        raise InputError(f"“{client.name}” is no local Genie, which alone can do this. Choose the local Genie.")

    def request(w: Any) -> Any:
        from databricks.sdk.errors import BadRequest

        try:
            return w.api_client.do(method, path, body=body)
        except BadRequest as error:
            raise InputError(str(error)) from error

    return client.calls.write(doing, request, retry=False)
