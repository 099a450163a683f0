"""Answers that must meet a JSON Schema: what to ask the service for, and whether the answer is one.

The service's own promise is never trusted: many ignore `response_format`. Nothing is fetched for a `$ref`.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from core.llm.cleaning import storable
from core.schemas import validator

_NAME = re.compile(r"[^A-Za-z0-9_-]+")
_FENCED = re.compile(r"```[A-Za-z0-9_-]*[ \t]*\r?\n(.*?)```", re.DOTALL)
_MOST_ERRORS = 5
_STRICT_KEYWORDS = frozenset(
    {"type", "properties", "required", "additionalProperties", "items", "enum", "const", "anyOf", "$ref", "$defs",
     "definitions", "description", "title"}
)  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """A schema that was asked for: the schema itself, and how to ask an OpenAI-compatible service for it."""

    schema: dict[str, Any]
    response_format: dict[str, Any]


class UnfitError(Exception):
    """The answer is not JSON, or does not meet the schema; the text says in what."""


def asked(response_schema: dict[str, Any] | None) -> Asked | None:
    """From a bare JSON Schema, or `{"name": …, "schema": …}`.

    Raises:
        PromptSchemaError: it is not a valid JSON Schema. Better to know before the call is paid for.
    """
    if response_schema is None:
        return None
    wrapped = isinstance(response_schema.get("schema"), dict) and not {"type", "properties", "$ref"} & set(
        response_schema
    )
    schema = response_schema["schema"] if wrapped else response_schema
    name = str((response_schema.get("name") if wrapped else schema.get("title")) or "answer")
    validator(schema)
    json_schema = {
        "name": _NAME.sub("_", name)[:64] or "answer",
        "schema": schema,
        "strict": allows_strict(schema),
    }
    return Asked(schema, {"type": "json_schema", "json_schema": json_schema})


def parsed(
    text: str,
    schema: dict[str, Any],
    *,
    complete: bool = True,
    normalise: Callable[[Any], Any] | None = None,
) -> Any:
    """The value in the model's answer, if it meets the schema.

    Takes JSON, JSON in a code fence or in prose, and mends what models get wrong (quotes, trailing commas).
    `complete` False (the answer was cut off) mends nothing: what is missing must not be made up. `normalise` may mend
    the value before it is checked.

    Raises:
        UnfitError: it is not, with up to five reasons.
    """
    value = _json_in(text, mend=complete)
    if normalise is not None:
        value = normalise(value)
    import jsonschema

    try:
        errors = sorted(validator(schema).iter_errors(value), key=lambda e: list(map(str, e.path)))
    except (jsonschema.exceptions.SchemaError, RecursionError, ValueError, LookupError) as error:
        raise UnfitError(f"the schema cannot be applied ({type(error).__name__})") from error
    except Exception as error:  # an unresolvable $ref has an exception class of another package
        raise UnfitError(f"the schema cannot be applied ({type(error).__name__}: {str(error)[:200]})") from error
    if errors:
        reasons = [
            f"{'.'.join(map(str, error.path)) or 'the whole'}: {error.message[:200]}" for error in errors[:_MOST_ERRORS]
        ]
        more = f" (and {len(errors) - _MOST_ERRORS} more)" if len(errors) > _MOST_ERRORS else ""
        raise UnfitError("; ".join(reasons) + more)
    return _storable(value) if "\\u" in text else value


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, list):
        return [_storable(each) for each in value]
    if isinstance(value, dict):
        return {storable(name): _storable(each) for name, each in value.items()}
    return value


def allows_strict(schema: Any) -> bool:
    """Whether a service may be asked to enforce it: every object closed, every property required, plain keywords only."""
    if not isinstance(schema, dict) or schema.get("type") != "object":
        return False
    return _is_strict(schema)


def _is_strict(schema: Any) -> bool:
    if not isinstance(schema, dict) or not set(schema) <= _STRICT_KEYWORDS:
        return False
    properties = schema.get("properties", {})
    if schema.get("type") == "object" or properties:
        closed = schema.get("additionalProperties") is False
        if not closed or not isinstance(properties, dict) or set(schema.get("required", ())) != set(properties):
            return False
    inner = [*properties.values(), *schema.get("anyOf", ())]
    inner += [*schema.get("$defs", {}).values(), *schema.get("definitions", {}).values()]
    if "items" in schema:
        inner.append(schema["items"])
    return all(_is_strict(each) for each in inner)


def _json_in(text: str, *, mend: bool) -> Any:
    stripped = text.strip()
    if not stripped:
        raise UnfitError("the answer is empty")
    fenced = [match.strip() for match in _FENCED.findall(stripped)]
    for candidate in (stripped, *fenced):
        try:
            return json.loads(candidate)
        except (ValueError, RecursionError):
            continue
    if not mend:
        raise UnfitError("the answer was cut off before its end")
    first = min((at for at in (stripped.find("{"), stripped.find("[")) if at >= 0), default=-1)
    if first < 0:
        raise UnfitError("the answer holds no JSON")
    import json_repair

    for candidate in (*fenced, stripped[first:]):
        try:
            value = json_repair.loads(candidate)
        except (ValueError, RecursionError):
            continue
        if isinstance(value, dict | list) and value:
            return value
    raise UnfitError("the answer is not JSON")
