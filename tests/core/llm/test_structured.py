"""Answers that must meet a schema: asked for, parsed, validated, repaired once."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import PromptSchemaError, ServiceError
from core.llm import structured

SCHEMA = {
    "type": "object",
    "properties": {"answer": {"type": "string"}},
    "required": ["answer"],
    "additionalProperties": False,
}


def test_asks_by_response_format_and_returns_the_validated_value(connect, ask, model):
    reply = ask(connect(), response_schema={"name": "my answer", "schema": SCHEMA})
    assert reply.parsed == {"answer": model.content}
    asked = model.history[0].body["response_format"]["json_schema"]
    assert asked == {"name": "my_answer", "schema": SCHEMA, "strict": True}


def test_takes_json_out_of_fences_and_mends_trailing_commas(connect, ask, model):
    reply = ask(connect("fenced-json"), response_schema=SCHEMA)
    assert reply.parsed == {"answer": model.content}
    assert "```" in reply.text, "the text stays as the model wrote it"
    assert reply.attempts == 1


def test_repairs_once_and_adds_up_what_both_cost(connect, ask, model):
    connection = connect("not-schema-then-ok", input_usd_per_mtok=1.0, output_usd_per_mtok=2.0)
    reasons = []

    def repair(reply, error, schema):
        reasons.append((json.loads(reply), error, schema))
        return "Please mend it."

    reply = ask(connection, response_schema=SCHEMA, repair_prompt=repair)
    assert reply.parsed == {"answer": model.content}
    assert reply.attempts == 2
    assert reply.usage.input_tokens == 22
    assert reply.cost_usd == pytest.approx((22 * 1.0 + reply.usage.output_tokens * 2.0) / 1e6)
    (bad, error, schema) = reasons[0]
    assert "unexpected_key" in bad and "'answer' is a required property" in error and schema == SCHEMA
    roles = [(message["role"], message["content"]) for message in model.history[1].body["messages"]]
    assert [role for role, _ in roles] == ["system", "user", "assistant", "user"]
    assert roles[-1][1] == "Please mend it."


@pytest.mark.parametrize("behaviour", ["not-schema", "ignores-response-format"])
def test_gives_up_after_one_repair_and_keeps_the_raw_text(connect, ask, model, behaviour):
    with pytest.raises(PromptSchemaError, match="neither did its second try") as caught:
        ask(connect(behaviour), response_schema=SCHEMA)
    assert len(model.history) == 2
    assert caught.value.partial.text
    assert caught.value.partial.parsed is None
    assert caught.value.partial.usage.input_tokens == 22


def test_only_the_first_answer_is_streamed(connect, ask):
    pieces = []
    reply = ask(connect("not-schema-then-ok"), response_schema=SCHEMA, on_text=pieces.append)
    assert "unexpected_key" in "".join(pieces)
    assert reply.parsed and reply.text != "".join(pieces)


def test_learns_that_a_service_takes_no_response_format(connect, ask, model):
    connection = connect("no-response-format")
    replies = [ask(connection, user="Answer as JSON", response_schema=SCHEMA) for _ in range(2)]
    assert [reply.parsed for reply in replies] == [{"answer": "yes"}] * 2
    assert ["response_format" in received.body for received in model.history] == [True, False, False]
    assert [reply.attempts for reply in replies] == [2, 1]


def test_a_failing_repair_keeps_the_first_answer(connect, ask, model):
    def repair(reply, error, schema):
        raise ServiceError("The template is gone.", service="test")

    with pytest.raises(ServiceError) as caught:
        ask(connect("not-schema"), response_schema=SCHEMA, repair_prompt=repair)
    assert "unexpected_key" in caught.value.partial.text
    assert caught.value.partial.usage.input_tokens == 11


def test_an_invalid_schema_is_refused_before_anything_is_paid_for(connect, ask, model):
    with pytest.raises(PromptSchemaError, match="not valid JSON Schema"):
        ask(connect(), response_schema={"type": "objekt"})
    assert model.history == []


def test_an_answer_that_was_cut_off_is_not_made_up(connect, ask):
    with pytest.raises(structured.UnfitError, match="cut off"):
        structured.parsed('{"answer": "half', {"type": "object"}, complete=False)
    assert structured.parsed('{"answer": "half', {"type": "object"}) == {"answer": "half"}


def test_prose_holds_no_json():
    for text in ("", "   ", "Sorry, I cannot.", "42 of [", "```json\n```"):
        with pytest.raises(structured.UnfitError):
            structured.parsed(text, {"type": "object"})


def test_refuses_a_remote_reference_before_the_call_is_paid_for():
    with pytest.raises(PromptSchemaError, match="nothing is fetched"):
        structured.asked({"type": "object", "properties": {"a": {"$ref": "http://127.0.0.1:1/schema.json"}}})


def test_survives_a_schema_that_refers_to_itself_for_ever():
    with pytest.raises(structured.UnfitError):
        structured.parsed("{}", {"$ref": "#"})


@pytest.mark.parametrize(
    ("schema", "strict"),
    [
        (SCHEMA, True),
        (SCHEMA | {"required": []}, False),
        (SCHEMA | {"additionalProperties": True}, False),
        ({"type": "array", "items": SCHEMA}, False),
        (SCHEMA | {"properties": {"answer": {"type": "string", "minLength": 2}}}, False),
        (SCHEMA | {"properties": {"answer": {"type": "array", "items": SCHEMA}}}, True),
        (SCHEMA | {"properties": {"answer": {"type": "object"}}}, False),
    ],
)
def test_asks_for_strictness_only_where_a_service_can_keep_it(schema, strict):
    assert structured.allows_strict(schema) is strict


STORABLE = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | STORABLE,
        lambda inner: st.lists(inner) | st.dictionaries(STORABLE, inner),
        max_leaves=20,
    )
)
def test_reads_back_any_json_plain_or_fenced(value):
    text = json.dumps(value)
    assert structured.parsed(text, {}) == value
    assert structured.parsed(f"Here:\n```json\n{text}\n```", {}) == value


@given(st.text(alphabet='{}[]",:ab1 \n`', max_size=60))
def test_whatever_comes_is_a_value_or_a_reason(text):
    try:
        structured.parsed(text, {"type": "object"})
    except structured.UnfitError as error:
        assert str(error)
