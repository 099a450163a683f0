"""One chat request, read from its JSON body and checked.

Every refusal is a `RequestError` in OpenAI's terms, so that the SDK raises what it raises for the real service.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from core.local_model.identity import MODEL_NAME

ROLES = frozenset({"system", "developer", "user", "assistant", "tool", "function"})
_UNSUPPORTED_WHEN_SET = ("logprobs", "audio", "prediction", "web_search_options")


class RequestError(Exception):
    """A 4xx answer: its HTTP status and the four fields of OpenAI's error object."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        param: str | None = None,
        code: str | None = None,
        type_: str = "invalid_request_error",
    ) -> None:
        super().__init__(message)
        self.status = status
        self.error = {"message": message, "type": type_, "param": param, "code": code}


@dataclass(frozen=True)
class Message:
    """One message; `text` joins its text parts, and is empty where the content is null."""

    role: str
    text: str


@dataclass(frozen=True)
class ChatRequest:
    """What was asked. `schema` is None unless a JSON schema was given; `max_tokens` None means no limit."""

    messages: tuple[Message, ...]
    schema_name: str | None = None
    schema: Any = None
    wants_json: bool = False
    stop: tuple[str, ...] = ()
    max_tokens: int | None = None
    stream: bool = False
    include_usage: bool = False

    @property
    def system(self) -> str:
        """All system and developer texts, joined by a blank line; empty if there are none."""
        return "\n\n".join(m.text for m in self.messages if m.role in ("system", "developer"))

    @property
    def user(self) -> str:
        """The last user message; without any, the last message of another role than system; else empty."""
        for wanted in (("user",), ("assistant", "tool", "function")):
            for message in reversed(self.messages):
                if message.role in wanted:
                    return message.text
        return ""

    @property
    def earlier(self) -> tuple[str, ...]:
        """User messages before the last one, oldest first."""
        return tuple(m.text for m in self.messages if m.role == "user")[:-1]


def check_model(name: object) -> None:
    """Refuse a missing or foreign model name."""
    if not isinstance(name, str) or not name:
        raise RequestError(400, "You must provide a model parameter.", param="model")
    if name != MODEL_NAME:
        message = f"The model '{name[:200]}' does not exist here; the offline model is '{MODEL_NAME}'."
        raise RequestError(404, message, param="model", code="model_not_found")


def read_chat_request(body: object) -> ChatRequest:
    """Check a decoded JSON body.

    Raises:
        RequestError: with the parameter at fault.
    """
    if not isinstance(body, dict):
        raise RequestError(400, "The body must be a JSON object.")
    check_model(body.get("model"))
    messages = _messages(body.get("messages"))
    _refuse_unsupported(body)
    wants_json, name, schema = _response_format(body.get("response_format"))
    options = body.get("stream_options")
    return ChatRequest(
        messages=messages,
        schema_name=name,
        schema=schema,
        wants_json=wants_json,
        stop=_stop(body.get("stop")),
        max_tokens=_max_tokens(body),
        stream=bool(body.get("stream")),
        include_usage=isinstance(options, dict) and bool(options.get("include_usage")),
    )


def _messages(value: object) -> tuple[Message, ...]:
    if not isinstance(value, list) or not value:
        raise RequestError(400, "'messages' must be a list with at least one message.", param="messages")
    return tuple(_message(index, item) for index, item in enumerate(value))


def _message(index: int, item: object) -> Message:
    where = f"messages[{index}]"
    if not isinstance(item, dict):
        raise RequestError(400, f"'{where}' must be an object.", param=where)
    role = item.get("role")
    if not isinstance(role, str) or role not in ROLES:
        expected = ", ".join(sorted(ROLES))
        raise RequestError(
            400,
            f"Invalid value for '{where}.role': expected one of {expected}.",
            param=f"{where}.role",
            code="invalid_value",
        )
    return Message(role, _whole_characters(_text(item.get("content"), role, f"{where}.content")))


def _text(content: object, role: str, where: str) -> str:
    if isinstance(content, str):
        return content
    if content is None and role in ("assistant", "function"):
        return ""
    if isinstance(content, list):
        texts = []
        for part in content:
            text = part.get("text", part.get("refusal")) if isinstance(part, dict) else None
            if not isinstance(text, str):
                raise RequestError(400, f"'{where}': the offline model reads text parts only.", param=where)
            texts.append(text)
        return "\n".join(texts)
    raise RequestError(400, f"'{where}' must be a string or a list of text parts.", param=where, code="invalid_type")


def _whole_characters(text: str) -> str:
    # JSON may carry half of a surrogate pair (\ud800), which cannot be encoded again.
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if not text.isascii() else text


def _refuse_unsupported(body: Mapping[str, Any]) -> None:
    n = body.get("n")
    if n is not None and (isinstance(n, bool) or n != 1):
        raise RequestError(
            400, "The offline model gives one choice only: leave out 'n'.", param="n", code="unsupported_value"
        )
    if body.get("tool_choice") not in (None, "none", "auto"):
        message = "The offline model calls no tools: leave out 'tool_choice'."
        raise RequestError(400, message, param="tool_choice", code="unsupported_value")
    for name in _UNSUPPORTED_WHEN_SET:
        if body.get(name):
            raise RequestError(400, f"The offline model has no '{name}'.", param=name, code="unsupported_parameter")
    temperature = body.get("temperature")
    if temperature is None:
        return
    if isinstance(temperature, bool) or not isinstance(temperature, int | float) or not 0 <= temperature <= 2:
        raise RequestError(
            400, "'temperature' must be a number from 0 to 2.", param="temperature", code="invalid_value"
        )


def _stop(value: object) -> tuple[str, ...]:
    stops = [value] if isinstance(value, str) else value
    if stops is None:
        return ()
    if not isinstance(stops, list) or len(stops) > 4 or not all(isinstance(stop, str) for stop in stops):
        raise RequestError(400, "'stop' must be a string or a list of up to four strings.", param="stop")
    return tuple(stop for stop in stops if stop)


def _max_tokens(body: Mapping[str, Any]) -> int | None:
    for name in ("max_completion_tokens", "max_tokens"):
        value = body.get(name)
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise RequestError(400, f"'{name}' must be a whole number of at least 1.", param=name, code="invalid_value")
        return value
    return None


def _response_format(value: object) -> tuple[bool, str | None, Any]:
    """Whether any JSON object is wanted; the schema's name and the schema, both None without a schema."""
    kind = value.get("type") if isinstance(value, dict) else None
    if value is None or kind == "text":
        return False, None, None
    if kind == "json_object":
        return True, None, None
    if not isinstance(value, dict) or kind != "json_schema":
        message = "'response_format.type' must be text, json_object or json_schema."
        raise RequestError(400, message, param="response_format.type", code="invalid_value")
    described = value.get("json_schema")
    name = described.get("name") if isinstance(described, dict) else None
    if not isinstance(described, dict) or not isinstance(name, str) or not name:
        message = "'response_format.json_schema' needs a name."
        raise RequestError(400, message, param="response_format.json_schema.name")
    schema = described.get("schema", {})
    if not isinstance(schema, dict | bool):
        message = "'response_format.json_schema.schema' must be a JSON Schema."
        raise RequestError(400, message, param="response_format.json_schema.schema")
    return False, name, schema
