"""Answers under a JSON schema: registered ones, and values made to meet any other schema."""

import contextlib
import json

import jsonschema
import openai
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from core.local_model import MODEL_NAME, register_answer
from core.local_model.identity import SHORT_NOTICE
from core.local_model.instances import UnanswerableError, check_schema, meets, minimal_instance

TEXT = "The coffee was cold. The staff were friendly."


def formatted(name: str, schema: object) -> dict:
    return {"type": "json_schema", "json_schema": {"name": name, "strict": True, "schema": schema}}


def made(schema: object) -> object:
    check_schema(schema)
    value = minimal_instance(schema, lambda hint: f"{SHORT_NOTICE}: {TEXT}")
    jsonschema.validate(value, schema)
    return value


@pytest.mark.parametrize(
    "schema",
    [
        {},
        True,
        {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a", "b"]},
        {"enum": [3, None, "x"]},
        {"const": {"a": [1]}},
        {"type": ["null", "integer"], "minimum": 7},
        {"type": "number", "exclusiveMinimum": 0, "maximum": 0.5},
        {"type": "number", "multipleOf": 0.1, "minimum": 0.25},
        {"type": "integer", "exclusiveMaximum": -3, "multipleOf": 5},
        {"type": "string", "minLength": 400},
        {"type": "string", "maxLength": 3},
        {"type": "string", "pattern": "^[a-z0-9_]{3,}$"},
        {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"},
        {"type": "string", "format": "date-time"},
        {"type": "array", "items": {"enum": ["a", "b", "c"]}, "minItems": 3, "uniqueItems": True},
        {"type": "array", "items": {"type": "string", "maxLength": 4}, "minItems": 5, "uniqueItems": True},
        {"type": "array", "prefixItems": [{"type": "integer"}, {"type": "string"}], "items": False, "minItems": 2},
        {"type": "array", "contains": {"const": 5}, "minItems": 2},
        {"anyOf": [{"type": "null"}, {"type": "object", "properties": {"x": {"const": 1}}, "required": ["x"]}]},
        {"oneOf": [{"type": "integer", "minimum": 3}, {"type": "integer", "maximum": 3}]},
        {"allOf": [{"type": "integer", "minimum": 2}, {"type": "number", "maximum": 2}]},
        {"type": "object", "minProperties": 3, "additionalProperties": {"type": "integer"}},
        {"type": "object", "additionalProperties": False, "properties": {"a": {"type": "boolean"}}, "required": ["a"]},
        {"if": {"type": "string"}, "then": {"minLength": 2}, "else": {"type": "integer"}},
        {"not": {"type": "string"}},
        {"$ref": "#/$defs/node", "$defs": {"node": {"type": "object", "properties": {
            "name": {"type": "string"}, "children": {"type": "array", "items": {"$ref": "#/$defs/node"}}},
            "required": ["name", "children"]}}},
        {"type": "object", "properties": {"next": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}}, "required": ["next"]},
    ],
)  # fmt: skip
def test_a_value_is_made_that_meets_the_schema(schema):
    made(schema)


@pytest.mark.parametrize(
    "schema",
    [
        False,
        {"type": "integer", "minimum": 3, "maximum": 2},
        {"type": "object", "required": ["a"], "properties": {"a": False}},
        {"type": "array", "minItems": 10_000_000},
        {"type": "string", "minLength": 10_000_000_000},
        {"type": "string", "pattern": "^(?=impossible)possible$"},
        {"$ref": "#/$defs/missing"},
        {"$ref": "https://example.invalid/schema.json"},
        {"$ref": "#/$defs/a", "$defs": {"a": {"$ref": "#/$defs/a"}}},
        {"type": "object", "properties": {"self": {"$ref": "#"}}, "required": ["self"]},
        {
            "$ref": "#/$defs/x",
            "not": {"type": "string"},
            "$defs": {"x": {"oneOf": [{"$ref": "#/$defs/x"}, {"$ref": "#/$defs/x"}, {"type": "string"}]}},
        },
        {"type": "array", "items": {"type": "boolean"}, "minItems": 3, "uniqueItems": True},
        {"type": "strange"},
        {"type": "object", "properties": 5},
    ],
)
def test_an_impossible_schema_is_refused_with_the_reason(complete, schema):
    with pytest.raises(openai.BadRequestError) as caught:
        complete(TEXT, response_format=formatted("impossible", schema))
    assert caught.value.code == "invalid_schema"
    assert "The offline model cannot answer in this schema: " in str(caught.value)


def test_a_hostile_pattern_does_not_hold_the_process():
    for pattern in (r"^(a+)+$", r"^(([a-z])+.)+[A-Z]([a-z])+$", r"(x+x+)+y", r"^(a|aa)+!$"):
        with contextlib.suppress(UnanswerableError):
            made({"type": "string", "pattern": pattern})


def test_free_strings_say_that_it_is_the_offline_model_and_quote_the_prompt(say):
    schema = {"type": "object", "properties": {"coffee": {"type": "string"}, "n": {"type": "integer"}}}
    value = json.loads(
        say(f"Rate this.\n\n{TEXT}", response_format=formatted("rating", schema | {"required": ["coffee"]}))
    )
    assert value["coffee"] == f"{SHORT_NOTICE}: The coffee was cold."


def test_findings_are_not_made_up_where_a_list_may_be_empty():
    item = {"type": "object", "properties": {"severity": {"enum": ["low", "high"]}}, "required": ["severity"]}
    assert made({"type": "object", "properties": {"issues": {"type": "array", "items": item}}}) == {"issues": []}


class Verdict(BaseModel):
    label: str
    score: float
    reasons: list[str]
    parent: "Verdict | None"


def test_the_sdk_parses_an_answer_into_a_pydantic_model(client):
    messages = [{"role": "user", "content": TEXT}]
    reply = client.chat.completions.parse(model=MODEL_NAME, messages=messages, response_format=Verdict)
    assert isinstance(reply.choices[0].message.parsed, Verdict)


def test_a_registered_answer_is_given_for_its_schema_name(say):
    schema = {"type": "object", "properties": {"length": {"type": "integer"}}, "required": ["length"]}
    register_answer("test_length", lambda asked: {"length": len(asked.user)})
    assert json.loads(say(TEXT, response_format=formatted("test_length", schema))) == {"length": len(TEXT)}


def test_a_registered_answer_that_fails_or_misses_the_schema_gives_way_to_the_general_one(say):
    def fails(asked):
        raise KeyError("missing")

    schema = {"type": "object", "properties": {"length": {"type": "integer"}}, "required": ["length"]}
    for function in (fails, lambda asked: {"length": "long"}, lambda asked: {1, 2}):
        register_answer("test_faulty", function)
        assert meets(json.loads(say(TEXT, response_format=formatted("test_faulty", schema))), schema)


names = st.sampled_from(["name", "score", "tags", "kind", "note"])
bounds = st.tuples(st.integers(-50, 50), st.integers(0, 30)).map(lambda pair: (pair[0], pair[0] + pair[1]))
numbers = st.builds(
    lambda kind, span: {"type": kind, "minimum": span[0], "maximum": span[1]},
    st.sampled_from(["integer", "number"]),
    bounds,
)
strings = st.builds(
    lambda least, more: {"type": "string", "minLength": least, "maxLength": least + more},
    st.integers(0, 60),
    st.integers(1, 60),
)
leaves = st.one_of(
    numbers,
    strings,
    st.just({"type": ["string", "null"]}),
    st.just({"type": "boolean"}),
    st.lists(st.one_of(st.integers(), st.text(max_size=5), st.none()), min_size=1, max_size=4).map(
        lambda v: {"enum": v}
    ),
    st.one_of(st.integers(), st.text(max_size=5), st.lists(st.integers(), max_size=3)).map(lambda v: {"const": v}),
    st.sampled_from(["date", "uuid", "email"]).map(lambda v: {"type": "string", "format": v}),
    st.just({"$ref": "#/$defs/shared"}),
)


def nested(inner: st.SearchStrategy) -> st.SearchStrategy:
    objects = st.builds(
        lambda parts, required, closed: {
            "type": "object",
            "properties": parts,
            "required": sorted(required & parts.keys()),
            "additionalProperties": not closed,
        },
        st.dictionaries(names, inner, max_size=4),
        st.sets(names),
        st.booleans(),
    )
    arrays = st.builds(
        lambda part, least, more: {"type": "array", "items": part, "minItems": least, "maxItems": least + more},
        inner,
        st.integers(0, 3),
        st.integers(0, 2),
    )
    return st.one_of(objects, arrays, st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"anyOf": parts}))


@settings(max_examples=125, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(schema=st.recursive(leaves, nested, max_leaves=8), shared=st.one_of(numbers, strings))
def test_any_satisfiable_schema_gets_a_valid_value(schema, shared):
    schema = {"$defs": {"shared": shared}, "allOf": [schema]}
    value = made(schema)
    assert value == made(schema), "the same schema gets the same value"
