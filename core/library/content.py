"""What a version fixes: checking it before it is saved, and moving it in and out of the database."""

import hashlib
import json
from dataclasses import asdict, replace
from typing import Any

from core import schemas
from core.db.models import Version
from core.errors import PromptRenderError, PromptValidationError
from core.library import rendering
from core.library.characters import check_kept
from core.library.variables import check_specs, declared, specs_from_json, specs_to_json
from core.library.views import Content

MAX_TEXT = 1_000_000
"""Longest system prompt or user template, in characters."""


def prepared(content: Content) -> Content:
    """`content` as it would be saved: variables found in the texts, settings checked.

    Raises:
        PromptRenderError: a text is no valid template; says where.
        PromptValidationError: a setting is out of range, both texts are empty, or a text is too long.
        PromptSchemaError: the response schema is no valid JSON Schema.
    """
    if not content.system.strip() and not content.user.strip():
        raise PromptValidationError("Both texts are empty. Write a system prompt or a user template first.")
    for title, text in (("system prompt", content.system), ("user template", content.user)):
        if len(text) > MAX_TEXT:
            raise PromptValidationError(
                f"The {title} has {len(text):,} characters; at most {MAX_TEXT:,} are kept. Move the long part into a variable."
            )
        if "\0" in text:
            raise PromptValidationError(
                f"The {title} holds a NUL character. Delete it; it is invisible in most editors."
            )
    _check_settings(content)
    discovery = rendering.discover(content.system, content.user)
    if discovery.problems:
        raise PromptRenderError(" ".join(problem_sentence(problem) for problem in discovery.problems))
    return replace(content, variables=check_specs(declared(discovery, content.variables)))


def problem_sentence(problem: rendering.TemplateProblem) -> str:
    """The problem with its place in front."""
    part = "System prompt" if problem.part == "system" else "User template"
    if problem.line is None:
        return f"{part}: {problem.message}"
    column = f", column {problem.column}" if problem.column else ""
    return f"{part}, line {problem.line}{column}: {problem.message}"


def _check_settings(content: Content) -> None:
    if content.temperature is not None and not 0 <= content.temperature <= 2:
        raise PromptValidationError(f"The temperature is {content.temperature}; it lies between 0 and 2.")
    if content.max_tokens is not None and not 1 <= content.max_tokens <= 10_000_000:
        raise PromptValidationError(f"The answer's limit is {content.max_tokens} tokens; it has to be at least 1.")
    if len(content.stop) > 4 or not all(content.stop):
        raise PromptValidationError("Give at most four stop texts, none of them empty.")
    check_model(content.model)
    if len(content.connection or "") > 100:
        raise PromptValidationError("The connection's name is longer than 100 characters. Choose one that there is.")
    check_kept("A setting", content.connection, content.stop, content.response_schema)
    check_kept("A variable", specs_to_json(content.variables))
    if content.response_schema is not None:
        schemas.validator(content.response_schema)


def check_model(name: str | None) -> None:
    """Raises InputError if a record cannot keep the model's name."""
    if len(name or "") > 200:
        raise PromptValidationError("The model's name is longer than 200 characters. Correct it.")
    check_kept("The model's name", name)


def content_hash(content: Content) -> str:
    """The same for the same texts, variables and settings."""
    return hashlib.sha256(json.dumps(asdict(content), sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def from_row(row: Version) -> Content:
    return Content(
        system=row.system_text,
        user=row.user_text,
        variables=specs_from_json(row.variables),
        connection=row.connection,
        model=row.model,
        temperature=row.temperature,
        max_tokens=row.max_tokens,
        stop=tuple(row.stop),
        response_schema=row.response_schema,
    )


def to_columns(content: Content) -> dict[str, Any]:
    return {
        "system_text": content.system,
        "user_text": content.user,
        "variables": specs_to_json(content.variables),
        "connection": content.connection,
        "model": content.model,
        "temperature": content.temperature,
        "max_tokens": content.max_tokens,
        "stop": list(content.stop),
        "response_schema": content.response_schema,
        "content_hash": content_hash(content),
    }


def to_json(content: Content) -> dict[str, Any]:
    """As plain JSON, for unsaved edits and the command line."""
    return asdict(content) | {"variables": specs_to_json(content.variables), "stop": list(content.stop)}


def from_json(data: dict[str, Any]) -> Content:
    return Content(
        **{**data, "variables": specs_from_json(data.get("variables", [])), "stop": tuple(data.get("stop", ()))}
    )
