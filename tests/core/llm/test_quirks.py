"""What is learnt from a service's refusal of a parameter."""

import httpx2
import openai
import pytest

from core.llm import quirks

KEY = ("cn_1", "https://example.org/v1", "model")
PARAMS = {
    "model": "m",
    "max_tokens": 5,
    "temperature": 0.3,
    "stop": ["x"],
    "stream_options": {"include_usage": True},
    "response_format": {"type": "json_schema"},
}


def refusal(message, *, status=400, param=None, code=None):
    response = httpx2.Response(status, request=httpx2.Request("POST", "https://example.org/v1/chat/completions"))
    body = {"message": message, "param": param, "code": code, "type": "invalid_request_error"}
    return openai.BadRequestError(message, response=response, body=body)


@pytest.mark.parametrize(
    ("message", "param", "quirk", "gone", "there"),
    [
        (
            "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
            "max_tokens",
            "max_completion_tokens",
            "max_tokens",
            "max_completion_tokens",
        ),
        (
            "Unsupported value: 'temperature' does not support 0.3 with this model. Only the default (1) value is supported.",
            "temperature",
            "no_temperature",
            "temperature",
            "stop",
        ),
        ("'stop' is not supported with this model.", "stop", "no_stop", "stop", "temperature"),
        ("Unrecognized request argument supplied: stream_options", None, "no_stream_options", "stream_options", "stop"),
        ("This response_format type is unavailable now", None, "no_response_format", "response_format", "stop"),
    ],
)
def test_leaves_out_or_renames_what_the_service_does_not_take(message, param, quirk, gone, there):
    quirks.forget_all()
    assert quirks.learn(refusal(message, param=param), KEY, PARAMS, set()) == quirk
    sent = quirks.applied(PARAMS, {quirk})
    assert gone not in sent and there in sent


def test_remembers_per_connection_address_and_model():
    quirks.learn(refusal("temperature is not supported", param="temperature"), KEY, PARAMS, set())
    assert quirks.known(KEY) == {"no_temperature"}
    assert quirks.known((*KEY[:2], "other")) == set()


def test_a_schema_that_is_not_taken_is_left_out_for_one_call_only():
    error = refusal("Invalid schema for response_format 'answer': 'minLength' is bad.", param="response_format")
    assert quirks.learn(error, KEY, PARAMS, set()) == "no_response_format"
    assert quirks.known(KEY) == set()


@pytest.mark.parametrize(
    "error",
    [
        refusal("temperature must be at most 2", param="temperature"),
        refusal("This model's maximum context length is 8192 tokens.", param="messages"),
        refusal("temperature is not supported", param="temperature", status=500),
        OSError("refused"),
    ],
)
def test_never_drops_a_setting_whose_value_is_wrong(error):
    assert quirks.learn(error, KEY, PARAMS, set()) is None


def test_does_not_learn_the_same_twice_so_that_no_call_loops():
    error = refusal("temperature is not supported", param="temperature")
    assert quirks.learn(error, KEY, PARAMS, {"no_temperature"}) is None
