"""`call_ai_chat`: a recorded model call in one line of Python."""

from collections.abc import Mapping
from typing import Any

from core import library, startup
from core.db import reading
from core.errors import InputError, WorkbenchError
from core.library.views import Content, ExecutionView


def call_ai_chat(
    system_prompt: str | None = None,
    user_prompt: str | None = None,
    *,
    prompt_template_id: str | None = None,
    context: Mapping[str, Any] | None = None,
    connection: str | None = None,
    model: str | None = None,
    temperature: float | None = None,
    max_tokens: int | None = None,
    use_cache: bool = False,
) -> ExecutionView:
    """Call a model with two texts as they are, or with a template and its variables; either way it is recorded.

    `prompt_template_id` is a template's id (`ps_…`) or a reference (`name`, `name@label`, `name:3`); an id and a bare
    name mean the current version. An explicit argument goes before the version's setting, and that before the
    connection's default. The answer is `.response`. The workbench is opened with the settings of the environment if it is not open yet.

    Raises:
        InputError: neither texts nor a template, or both; a variable is missing (all are named) or of the wrong type.
        PromptTemplateNotFoundError, ConfigError, BudgetError
        ServiceError and its kinds: the call failed; the execution's id is the error's `execution_id`.
    """
    direct = system_prompt is not None or user_prompt is not None
    if direct == (prompt_template_id is not None):
        raise InputError("Give either system_prompt and user_prompt, or prompt_template_id with context.")
    if startup.opened() is None:
        startup.open_workbench()
    settings = startup.opened()
    assert settings is not None
    overrides = {"connection": connection, "model": model, "temperature": temperature, "max_tokens": max_tokens}
    fields = {"overrides": overrides, "source": "python", "person": settings.person, "use_cache": use_cache}
    if direct:
        if context:
            raise InputError(
                "`context` fills a template's variables. Give prompt_template_id, or put the values into the texts."
            )
        if not (system_prompt or "").strip() and not (user_prompt or "").strip():
            raise InputError("Both texts are empty. Give a system_prompt or a user_prompt.")
        call = library.Call(Content(system_prompt or "", user_prompt or ""), None, **fields)
    else:
        with reading() as session:
            wanted = str(prompt_template_id)
            by_id = wanted.startswith("ps_") and "@" not in wanted and ":" not in wanted
            version = (library.resolve_id if by_id else library.resolve)(session, wanted)
            call = library.call_version(session, version, context or {}, **fields)
    run = library.start(call)
    execution = run.wait()
    if execution.status != "completed":
        error = run.error or WorkbenchError(execution.error or f"The call was {execution.status}.")
        error.execution_id = execution.id  # type: ignore[attr-defined]
        raise error
    return execution
