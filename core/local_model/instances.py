"""A small value that meets a JSON Schema, for schemas that nobody registered an answer for.

Strings come from the prompt; numbers, enumerations and lists are the least that the schema allows, so that
nothing looks like a finding. Every value is checked by jsonschema before it is given out.
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

from jsonschema import SchemaError
from jsonschema.exceptions import ValidationError
from jsonschema.validators import Draft202012Validator, validator_for
from referencing import Registry
from referencing.exceptions import Unresolvable

from core.local_model.filling import number_values, string_values
from core.local_model.schema_merging import Schema, UnanswerableError, resolve, types

TextFor = Callable[[str], str]
"""From a field's name and description to a text for it."""

_MAX_DEPTH = 24
_OPTIONAL_DEPTH = 3
_MAX_STEPS = 8_000
_MAX_COUNT = 1_000


def check_schema(schema: Any) -> None:
    """Raise `UnanswerableError` unless it is a valid JSON Schema."""
    if isinstance(schema, dict) and not isinstance(schema.get("$schema", ""), str):
        raise UnanswerableError("its $schema is not a text.")  # jsonschema would fail in another way
    try:
        validator_for(schema, default=Draft202012Validator).check_schema(schema)
    except (SchemaError, RecursionError) as error:
        raise UnanswerableError(f"it is not a valid JSON Schema: {getattr(error, 'message', error)}"[:300]) from error


def meets(value: Any, schema: Any) -> bool:
    """Whether the value is valid. References are looked up in the schema only, never on the network."""
    try:
        return _is_valid(value, schema)
    except RecursionError:
        return False


def _is_valid(value: Any, schema: Any) -> bool:
    """As `meets`, but lets the RecursionError of a schema through that refers to itself for the same value."""
    validator = validator_for(schema, default=Draft202012Validator)
    try:
        validator(schema, registry=Registry()).validate(value)
    except (ValidationError, Unresolvable):
        return False
    return True


def minimal_instance(schema: Any, text_for: TextFor) -> Any:
    """A value that meets a valid schema; the same for the same schema and texts.

    Raises:
        UnanswerableError: none was found.
    """
    for optional_depth in (_OPTIONAL_DEPTH, 0):  # optional fields may make a schema unanswerable
        builder = _Builder(schema, text_for, optional_depth)
        for variant in range(3):
            try:
                value = builder.build(schema, "", 0, variant)
            except UnanswerableError:
                if optional_depth == 0 and variant == 2:
                    raise
                continue
            except RecursionError as error:
                raise UnanswerableError("it is nested too deeply, or its references lead in a circle.") from error
            if meets(value, schema):
                return value
    raise UnanswerableError("no value was found that meets all of its rules.")


class _Builder:
    """Builds candidates. `variant` asks for another value of the same schema, for lists of unique items."""

    def __init__(self, root: Any, text_for: TextFor, optional_depth: int) -> None:
        self._root = root
        self._text_for = text_for
        self._optional_depth = optional_depth
        self._steps = 0

    def build(self, schema: Any, hint: str, depth: int, variant: int = 0) -> Any:
        self._steps += 1
        if self._steps > _MAX_STEPS or depth > _MAX_DEPTH:
            raise UnanswerableError("it is nested too deeply or branches too much.")
        whole = resolve(schema, self._root)
        if whole is False:
            raise UnanswerableError(f"nothing is allowed for {_named(hint)}.")
        if isinstance(whole, bool):
            return self._text_for(hint)
        hint = f"{hint} {whole.get('title', '')} {whole.get('description', '')}".strip()[:300]
        reason = UnanswerableError(f"no value was found for {_named(hint)}.")
        for branch in _branches(whole):
            try:
                candidates = self._candidates(branch, hint, depth, variant)
                for value in candidates:
                    if self._fits(value, whole):
                        return value
            except UnanswerableError as error:
                reason = error
                if self._steps > _MAX_STEPS:
                    break
        raise reason

    def _fits(self, value: Any, schema: Schema) -> bool:
        root = self._root if isinstance(self._root, dict) else {}
        shared = {key: root[key] for key in ("$defs", "definitions", "$schema") if key in root and key not in schema}
        # A reference into the middle of the root can be followed from the root only; the whole is checked at the end.
        return _refers_elsewhere(schema) or _is_valid(value, schema | shared)

    def _candidates(self, schema: Schema | bool, hint: str, depth: int, variant: int) -> Iterator[Any]:
        whole = resolve(schema, self._root)
        if isinstance(whole, bool):
            return
        if any(key in whole for key in ("anyOf", "oneOf")):
            yield self.build(whole, hint, depth + 1, variant)
            return
        if "const" in whole:
            yield whole["const"]
            return
        if "enum" in whole:
            values = whole["enum"]
            yield from (values[(i + variant) % len(values)] for i in range(len(values)))
            return
        for kind in _kinds(whole):
            yield from self._of_kind(kind, whole, hint, depth, variant)

    def _of_kind(self, kind: str, schema: Schema, hint: str, depth: int, variant: int) -> Iterator[Any]:
        match kind:
            case "object":
                yield self._object(schema, hint, depth, variant)
            case "array":
                yield self._array(schema, hint, depth)
            case "string":
                yield from string_values(schema, self._text_for(hint), variant)
            case "integer" | "number":
                yield from number_values(schema, kind == "integer", variant)
            case "boolean":
                yield from (bool(variant % 2), not variant % 2)
            case "null":
                yield None

    def _object(self, schema: Schema, hint: str, depth: int, variant: int) -> dict[str, Any]:
        properties: dict[str, Any] = schema.get("properties", {})
        required = list(schema.get("required", ()))
        value: dict[str, Any] = {}
        wanted = {name: True for name in required}
        if depth < self._optional_depth:
            wanted |= {name: False for name in properties if name not in wanted}
        most = schema.get("maxProperties", _MAX_COUNT)
        for name, must in sorted(wanted.items(), key=lambda item: not item[1]):
            if not must and len(value) >= most:
                break
            try:
                value[name] = self.build(_property(schema, name), name.replace("_", " "), depth + 1, variant)
            except UnanswerableError:
                if must or self._steps > _MAX_STEPS:
                    raise
        for name in [other for given in list(value) for other in schema.get("dependentRequired", {}).get(given, ())]:
            if name not in value:
                value[name] = self.build(_property(schema, name), name.replace("_", " "), depth + 1, variant)
        self._fill_up(schema, value, depth, variant)
        # In the schema's order, which is the order in which people read it.
        return {
            name: value[name]
            for name in [*(n for n in properties if n in value), *(n for n in value if n not in properties)]
        }

    def _fill_up(self, schema: Schema, value: dict[str, Any], depth: int, variant: int) -> None:
        least = schema.get("minProperties", 0)
        if least > _MAX_COUNT:
            raise UnanswerableError(f"it wants {least} properties; the offline model gives up to {_MAX_COUNT}.")
        names = [*schema.get("properties", {}), *(f"field_{i + 1}" for i in range(least))]
        for name in names:
            if len(value) >= least:
                return
            if name not in value:
                value[name] = self.build(_property(schema, name), name.replace("_", " "), depth + 1, variant)

    def _array(self, schema: Schema, hint: str, depth: int) -> list[Any]:
        prefix = schema.get("prefixItems", [])
        items = schema.get("items", True)
        if isinstance(items, list):  # before draft 2020-12 a list of schemas stood under "items"
            prefix, items = items, schema.get("additionalItems", True)
        least, most = schema.get("minItems", 0), schema.get("maxItems", _MAX_COUNT)
        contained = schema.get("minContains", 1) if "contains" in schema else 0
        if max(least, contained) > _MAX_COUNT:
            raise UnanswerableError(f"it wants {least} items; the offline model gives up to {_MAX_COUNT}.")
        count = max(least, contained, min(len(prefix), most))
        if depth < _OPTIONAL_DEPTH and count == 0 and self._is_text(items):
            count = min(1, most)
        values: list[Any] = []
        for place in range(count):
            part = prefix[place] if place < len(prefix) else items
            if place >= count - contained:
                part = {"allOf": [part, schema["contains"]]}
            values.append(self._another(part, hint, depth, values, unique=schema.get("uniqueItems", False)))
        return values

    def _another(self, schema: Any, hint: str, depth: int, before: list[Any], *, unique: bool) -> Any:
        for variant in range(len(before) if unique else 0, (2 * len(before) if unique else 0) + 3):
            value = self.build(schema, hint, depth + 1, variant)
            if not unique or value not in before:
                return value
        raise UnanswerableError(f"not enough different items were found for {_named(hint)}.")

    def _is_text(self, schema: Any) -> bool:
        whole = resolve(schema, self._root)
        return (
            isinstance(whole, dict)
            and whole.get("type") == "string"
            and not whole.keys() & {"enum", "const", "pattern", "format"}
        )


def _branches(schema: Schema) -> Iterator[Schema | bool]:
    """The ways to meet a schema: its alternatives, each with what applies to all; null comes last."""
    for key in ("anyOf", "oneOf"):
        if key in schema:
            rest = {name: value for name, value in schema.items() if name != key}
            yield from (_all_of(rest, option) for option in _null_last(schema[key]))
            return
    if "if" in schema:
        rest = {name: value for name, value in schema.items() if name not in ("if", "then", "else")}
        yield _all_of(rest, schema["if"], schema.get("then", True))
        yield _all_of(rest, schema.get("else", True))
        return
    yield schema


def _named(hint: str) -> str:
    return repr(hint[:80]) if hint else "its top level"


def _all_of(*schemas: Any) -> Schema:
    return {"allOf": list(schemas)}


def _null_last(options: list[Any]) -> list[Any]:
    return sorted(options, key=lambda option: isinstance(option, dict) and option.get("type") == "null")


def _kinds(schema: Schema) -> list[str]:
    if "type" in schema:
        return sorted(types(schema["type"]), key=lambda kind: kind == "null")
    hints = {
        "object": (
            "properties",
            "required",
            "additionalProperties",
            "minProperties",
            "patternProperties",
            "propertyNames",
        ),
        "array": ("items", "prefixItems", "minItems", "contains", "uniqueItems"),
        "string": ("minLength", "maxLength", "pattern", "format"),
        "number": ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
    }
    likely = [kind for kind, keys in hints.items() if any(key in schema for key in keys)]
    return list(dict.fromkeys([*likely, "string", "object", "array", "number", "boolean", "null"]))


def _property(schema: Schema, name: str) -> Any:
    """The schema of a property: its own, or that of additional ones."""
    own = schema.get("properties", {}).get(name)
    matching = [part for pattern, part in schema.get("patternProperties", {}).items() if re.search(pattern, name)]
    if own is not None or matching:
        return _all_of(*([own] if own is not None else []), *matching)
    return schema.get("additionalProperties", True)


def _refers_elsewhere(schema: Any) -> bool:
    """Whether a reference in it leads to somewhere else than `$defs` or `definitions`."""
    if isinstance(schema, dict):
        reference = schema.get("$ref")
        if isinstance(reference, str) and not reference.startswith(("#/$defs/", "#/definitions/")):
            return True
        return any(_refers_elsewhere(value) for value in schema.values())
    return isinstance(schema, list) and any(_refers_elsewhere(value) for value in schema)
