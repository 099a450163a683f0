"""What became of a question, and how the plain JSON of a message is read."""

from dataclasses import dataclass, field
from typing import Any

from core.genie.failures import Failure
from core.genie.results import ResultTable


@dataclass(frozen=True)
class Status:
    """What the question is doing: `status` is the service's word, or WAITING_FOR_LIMIT while there is no place for it."""

    status: str
    elapsed_s: float


@dataclass(frozen=True)
class Answer:
    """What became of a question. `failure` is None only where Genie gave SQL and its rows are in `table`.

    `status` is the service's last word on it, empty if it was never asked. `clarifying` marks a question back. `left_behind`
    is the conversation if it could not be deleted; `attempts` counts how often the question was asked.
    """

    question: str
    status: str = ""
    sql: str | None = None
    table: ResultTable | None = field(default=None, repr=False)
    text: str | None = None
    description: str | None = None
    clarifying: bool = False
    failure: Failure | None = None
    conversation_id: str | None = None
    message_id: str | None = None
    left_behind: str | None = None
    attempts: int = 0
    waited_s: float = 0.0
    duration_s: float = 0.0


def _attachments(message: dict[str, Any]) -> list[dict[str, Any]]:
    found = message.get("attachments")
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def query_attachment(message: dict[str, Any]) -> dict[str, Any] | None:
    return next((each for each in _attachments(message) if isinstance(each.get("query"), dict)), None)


def said(message: dict[str, Any]) -> dict[str, Any]:
    """SQL, its description and the words of a message."""
    attachment = query_attachment(message)
    query = attachment["query"] if attachment else {}
    words = [each["text"].get("content") for each in _attachments(message) if isinstance(each.get("text"), dict)]
    text = "\n\n".join(word for word in words if isinstance(word, str) and word.strip())
    sql = query.get("query")
    description = query.get("description")
    return {
        "sql": sql if isinstance(sql, str) and sql.strip() else None,
        "description": description if isinstance(description, str) else None,
        "text": text or None,
    }
