"""Asking a connection what it offers, and whether it answers at all."""

import asyncio
import time
from dataclasses import replace
from typing import Any

from core.errors import ServiceError, WorkbenchError
from core.llm.clients import Client, client_for
from core.llm.failures import NotCompatibleError, Target, explained
from core.llm.loop import on_loop, run_async
from core.llm.views import ConnectionView, TestResult

_LONGEST_S = 20.0


async def list_models(connection: ConnectionView) -> list[str]:
    """The models that the service lists, by name; empty on Azure, which lists no deployments. Not retried.

    Raises:
        ServiceError and its kinds, ConfigError: it does not list any; many services cannot.
    """
    return await on_loop(_list_models(connection))


def test_connection(connection: ConnectionView) -> TestResult:
    """Whether the service can be reached and lists its models, within 20 s or the connection's own time-out."""
    quick = replace(connection, max_retries=0, timeout_s=min(connection.timeout_s, _LONGEST_S))
    started = time.monotonic()
    try:
        models = tuple(run_async(_list_models(quick)))
    except WorkbenchError as error:
        settled = isinstance(error, ServiceError) and (error.retryable or error.status in (401, 403, 429))
        unlisted = isinstance(error, ServiceError) and not settled
        return TestResult(False, None, (), str(error), lists_models=not unlisted)
    latency_ms = round((time.monotonic() - started) * 1000)
    if not models:
        message = f"'{connection.name}' lists no models. Set its default model to test it by a call."
        return TestResult(False, None, (), message, lists_models=False)
    message = (
        f"'{connection.name}' answers ({latency_ms} ms) and offers {len(models)} model{'s' if len(models) > 1 else ''}."
    )
    if connection.model and connection.model not in models:
        message += f" '{connection.model}' is not among them: check its name."
    return TestResult(True, latency_ms, models, message)


test_connection.__test__ = False  # type: ignore[attr-defined]


async def _list_models(connection: ConnectionView) -> list[str]:
    async with client_for(connection) as client:
        target = Target(connection, "the list of models", client.base_url)
        try:
            async with asyncio.timeout(min(connection.timeout_s, _LONGEST_S)):
                if connection.kind == "azure":
                    return []
                if connection.kind == "databricks":
                    return await _serving_endpoints(client)
                return await _models(client)
        except Exception as error:
            explanation = explained(error, target)
            if isinstance(explanation, ServiceError) and explanation.status == 404:
                explanation = ServiceError(
                    f"{client.base_url} lists no models (404). Enter the model's name yourself, or correct the base URL of "
                    f"'{connection.name}'.",
                    service=connection.name,
                    status=404,
                )
            raise explanation from error


async def _models(client: Client) -> list[str]:
    # Not `models.list()`: its pager fails on whatever is not a page.
    found: Any = await client.sdk.get("/models", cast_to=object)
    models = found.get("data") if isinstance(found, dict) else found  # some answer with the bare list
    if not isinstance(models, list):
        raise NotCompatibleError("something else than a list of models")
    return sorted({each["id"] for each in models if isinstance(each, dict) and isinstance(each.get("id"), str)})


async def _serving_endpoints(client: Client) -> list[str]:
    """Databricks lists its models as serving endpoints, beside the OpenAI-compatible part. Only those that chat."""
    found: Any = await client.sdk.get(f"{client.base_url}/api/2.0/serving-endpoints", cast_to=object)
    endpoints = found.get("endpoints", []) if isinstance(found, dict) else None
    if not isinstance(endpoints, list):
        raise NotCompatibleError("something else than a list of serving endpoints")
    return sorted(
        each["name"]
        for each in endpoints
        if isinstance(each, dict)
        and isinstance(each.get("name"), str)
        and each.get("task") in (None, "", "llm/v1/chat")
    )
