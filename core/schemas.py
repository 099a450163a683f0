"""JSON Schema for answers: checked before use, applied without fetching anything and without patterns that hang.

Patterns in a schema come from people, and Python's `re` can take for ever on them; RE2 cannot.
"""

import json
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from core.errors import PromptSchemaError


def validator(schema: dict[str, Any]) -> Any:
    """A jsonschema validator for `schema`, kept for the next time.

    Raises:
        PromptSchemaError: it is not valid JSON Schema, or a pattern in it is none that RE2 takes; says where.
    """
    try:
        return _validator(json.dumps(schema, sort_keys=True))
    except (TypeError, ValueError, RecursionError) as error:
        raise PromptSchemaError(f"The response schema cannot be written as JSON ({error}). Correct it.") from error


@lru_cache(maxsize=128)
def _validator(schema_json: str) -> Any:
    import jsonschema
    from referencing import Registry

    schema = json.loads(schema_json)
    kind = jsonschema.validators.validator_for(schema, default=jsonschema.Draft202012Validator)
    try:
        kind.check_schema(schema)
    except jsonschema.exceptions.SchemaError as error:
        where = ".".join(map(str, error.path)) or "the top"
        raise PromptSchemaError(
            f"The response schema is not valid JSON Schema, at {where}: {error.message[:300]}. Correct it."
        ) from error
    for pattern in _patterns(schema):
        _compiled(pattern)
    for reference in _references(schema):
        if not reference.startswith("#"):
            raise PromptSchemaError(
                f"The response schema refers to '{reference[:100]}', and nothing is fetched for a schema. Copy that part "
                "under $defs and refer to '#/$defs/…'."
            )
    rules = {"pattern": _pattern, "patternProperties": _pattern_properties, "additionalProperties": _additional}
    # An empty registry, because the default one fetches remote references.
    return jsonschema.validators.extend(kind, rules)(schema, registry=Registry())


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> Any:
    import re2

    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        reason = error.args[0].decode(errors="replace") if error.args and isinstance(error.args[0], bytes) else error
        raise PromptSchemaError(
            f"The pattern '{pattern[:60]}' in the response schema cannot be used ({reason}). Look-around and "
            "back-references are not available; write it without them."
        ) from error


def _patterns(schema: Any) -> Iterator[str]:
    """Every pattern that the schema holds, wherever it stands."""
    if isinstance(schema, list):
        for each in schema:
            yield from _patterns(each)
    elif isinstance(schema, dict):
        if isinstance(schema.get("pattern"), str):
            yield schema["pattern"]
        if isinstance(schema.get("patternProperties"), dict):
            yield from schema["patternProperties"]
        for name, each in schema.items():
            if name not in ("enum", "const", "default", "examples"):
                yield from _patterns(each)


def _references(schema: Any) -> Iterator[str]:
    """Every `$ref` that the schema holds."""
    if isinstance(schema, list):
        for each in schema:
            yield from _references(each)
    elif isinstance(schema, dict):
        if isinstance(schema.get("$ref"), str):
            yield schema["$ref"]
        for name, each in schema.items():
            if name not in ("enum", "const", "default", "examples"):
                yield from _references(each)


def _pattern(validator: Any, pattern: str, instance: Any, schema: dict[str, Any]) -> Iterator[Any]:
    from jsonschema import ValidationError

    if validator.is_type(instance, "string") and not _compiled(pattern).search(instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


def _pattern_properties(
    validator: Any, patterns: dict[str, Any], instance: Any, schema: dict[str, Any]
) -> Iterator[Any]:
    if not validator.is_type(instance, "object"):
        return
    for pattern, part in patterns.items():
        for name, value in instance.items():
            if _compiled(pattern).search(name):
                yield from validator.descend(value, part, path=name, schema_path=pattern)


def _additional(validator: Any, rule: Any, instance: Any, schema: dict[str, Any]) -> Iterator[Any]:
    from jsonschema import ValidationError

    if not validator.is_type(instance, "object"):
        return
    known, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
    extra = [name for name in instance if name not in known and not any(_compiled(p).search(name) for p in patterns)]
    if validator.is_type(rule, "object"):
        for name in extra:
            yield from validator.descend(instance[name], rule, path=name)
    elif not rule and extra:
        listed = ", ".join(repr(name) for name in sorted(extra))
        yield ValidationError(f"Additional properties are not allowed ({listed})")
