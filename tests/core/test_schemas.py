"""Response schemas: checked when they are given, applied without hanging and without fetching."""

import pytest

from core.errors import PromptSchemaError
from core.schemas import validator


def errors(schema, value) -> list[str]:
    return [error.message for error in validator(schema).iter_errors(value)]


@pytest.mark.parametrize("schema", [{"type": "objekt"}, {"pattern": "("}, {"required": "a"}, {"properties": []}])
def test_a_schema_that_is_none_is_refused_with_its_place(schema):
    with pytest.raises(PromptSchemaError, match="response schema"):
        validator(schema)


def test_a_pattern_that_would_hang_is_answered_at_once():
    schema = {"type": "string", "pattern": "^(a+)+$"}
    assert errors(schema, "a" * 5000 + "b") != []
    assert errors(schema, "a" * 5000) == []


def test_a_pattern_that_needs_look_around_is_refused_with_a_way_out():
    with pytest.raises(PromptSchemaError, match="without them"):
        validator({"properties": {"x": {"pattern": "(?=a)b"}}})


def test_patterns_of_property_names_decide_what_is_additional():
    schema = {"patternProperties": {"^x_": {"type": "number"}}, "properties": {"a": {}}, "additionalProperties": False}
    assert errors(schema, {"x_1": 2, "a": None}) == []
    assert errors(schema, {"x_1": "two"}) == ["'two' is not of type 'number'"]
    assert errors(schema, {"b": 1}) == ["Additional properties are not allowed ('b')"]


def test_a_remote_reference_is_refused_and_not_fetched():
    with pytest.raises(PromptSchemaError, match=r"nothing is fetched"):
        validator({"properties": {"a": {"$ref": "http://127.0.0.1:1/schema.json"}}})
    assert errors({"$defs": {"n": {"type": "number"}}, "$ref": "#/$defs/n"}, 1) == []
