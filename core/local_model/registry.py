"""Rule-based answers by the name of the schema that is asked for.

An area that wants more than the general answer registers a function; the server falls back to the general
one when the function fails or its value does not meet the schema of the request.
"""

from collections.abc import Callable

from core.local_model.chat_request import ChatRequest

AnswerFunction = Callable[[ChatRequest], object]
"""Takes the request, returns a JSON-serialisable value. Must be deterministic; runs in a worker thread."""

_answers: dict[str, AnswerFunction] = {}


def register_answer(schema_name: str, function: AnswerFunction) -> None:
    """Answer requests whose `response_format.json_schema.name` is `schema_name` with `function`; the last one wins."""
    _answers[schema_name] = function


def registered_answer(schema_name: str | None) -> AnswerFunction | None:
    """The function for that schema name, or None."""
    return None if schema_name is None else _answers.get(schema_name)
