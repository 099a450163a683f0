"""JSON Schemas as plain dicts: following local references, and merging what applies together."""

from functools import reduce
from typing import Any
from urllib.parse import unquote

Schema = dict[str, Any]

_MAX_REFERENCES = 50


class UnanswerableError(Exception):
    """The schema is not valid, or no value that meets it could be made; the text says where and why."""


def resolve(schema: Any, root: Any) -> Schema | bool:
    """The schema with `$ref` and `allOf` folded in, so that only its own keywords remain.

    Raises:
        UnanswerableError: a reference leaves the schema, leads nowhere, or leads back to itself.
    """
    return _resolve(schema, root, _MAX_REFERENCES)


def _resolve(schema: Any, root: Any, left: int) -> Schema | bool:
    if isinstance(schema, bool):
        return schema
    if left <= 0:
        raise UnanswerableError("its references lead in a circle.")
    parts = [{key: value for key, value in schema.items() if key not in ("$ref", "allOf")}]
    if "$ref" in schema:
        parts.append(_resolve(_at(schema["$ref"], root), root, left - 1))
    parts += [_resolve(part, root, left - 1) for part in schema.get("allOf", ())]
    return reduce(merge, parts)


def _at(reference: str, root: Any) -> Any:
    path, found = reference.removeprefix("#"), root
    if not reference.startswith("#"):
        raise UnanswerableError(f"the reference {reference[:80]!r} leads outside of it.")
    try:
        if path and not path.startswith("/"):
            return _anchored(path, root)
        for step in path.split("/")[1:]:
            step = unquote(step).replace("~1", "/").replace("~0", "~")
            found = found[int(step)] if isinstance(found, list) else found[step]
    except (KeyError, IndexError, ValueError, TypeError, AttributeError, StopIteration) as error:
        raise UnanswerableError(f"the reference {reference[:80]!r} leads nowhere.") from error
    return found


def _anchored(name: str, root: Any) -> Any:
    return next(
        part for part in root.get("$defs", {}).values() if isinstance(part, dict) and part.get("$anchor") == name
    )


def merge(one: Schema | bool, other: Schema | bool) -> Schema | bool:
    """One schema that asks for both. What cannot be merged is taken from `other`; the caller checks values."""
    if one is False or other is False:
        return False
    if isinstance(one, bool):
        return other
    if isinstance(other, bool):
        return one
    merged = one | other
    for key in one.keys() & other.keys():
        merged[key] = _both(key, one[key], other[key])
    return merged


def _both(key: str, one: Any, other: Any) -> Any:
    match key:
        case "properties" | "patternProperties" | "$defs" | "definitions" | "dependentRequired":
            shared = {name: {"allOf": [one[name], other[name]]} for name in one if name in other}
            return one | other | shared
        case "required":
            return list(dict.fromkeys([*one, *other]))
        case "minimum" | "exclusiveMinimum" | "minLength" | "minItems" | "minProperties":
            return max(one, other)
        case "maximum" | "exclusiveMaximum" | "maxLength" | "maxItems" | "maxProperties":
            return min(one, other)
        case "enum":
            return [value for value in one if value in other]
        case "type":
            return [
                kind for kind in types(one) if kind in types(other) or (kind == "integer" and "number" in types(other))
            ] or [kind for kind in types(other) if kind == "integer" and "number" in types(one)]
        case "items" | "additionalProperties" | "propertyNames" | "contains":
            return one if one == other else {"allOf": [one, other]}
        case "anyOf" | "oneOf":
            return other if one == other else [{"allOf": [a, b]} for a in one[:8] for b in other[:8]]
        case _:
            return other


def types(value: Any) -> list[str]:
    """The `type` keyword as a list."""
    return [value] if isinstance(value, str) else list(value)
