"""The shape of a message: what a question may be, its attachments, and its body on the wire."""

import json
from typing import Any

from core.local_genie import wire
from core.local_genie.refusals import invalid, missing

MAX_CONTENT_CHARS = 25_000
FINAL = ("COMPLETED", "FAILED", "CANCELLED", "QUERY_RESULT_EXPIRED")


def read_content(body: dict[str, Any]) -> str:
    content = body.get("content")
    if not isinstance(content, str) or not content.strip():
        raise invalid("content must be a question of at least one character.")
    if len(content) > MAX_CONTENT_CHARS:
        raise invalid(f"content has {len(content):,} characters; the limit is {MAX_CONTENT_CHARS:,}.")
    return content


def reference(statement_id: str, result: dict[str, Any]) -> dict[str, Any]:
    count = {"row_count": len(result["rows"]), "is_truncated": result["truncated"]}
    return {"statement_id": statement_id, "query_result_metadata": count}


def query_attachment(message: dict[str, Any], attachment_id: str | None) -> dict[str, Any]:
    for each in json.loads(message["attachments"] or "[]"):
        if "query" in each and attachment_id in (None, each["attachment_id"]):
            return each["query"]
    raise missing("Query attachment", attachment_id or f"of message {message['id']}")


def message_body(row: dict[str, Any]) -> dict[str, Any]:
    body: dict[str, Any] = {
        "id": row["id"],
        "message_id": row["id"],
        "conversation_id": row["conversation_id"],
        "space_id": row["space_id"],
        "user_id": wire.USER_ID,
        "content": row["content"],
        "status": row["status"],
        "created_timestamp": row["created_ms"],
        "last_updated_timestamp": row["updated_ms"],
    }
    attachments = json.loads(row["attachments"]) if row["attachments"] else []
    if attachments:
        body["attachments"] = attachments
    for each in attachments:
        if each.get("query", {}).get("statement_id"):
            body["query_result"] = {"statement_id": each["query"]["statement_id"]} | each["query"][
                "query_result_metadata"
            ]
    for key in ("error", "feedback"):
        if row[key]:
            body[key] = json.loads(row[key])
    return body
