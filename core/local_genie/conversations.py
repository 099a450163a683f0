"""Conversations and their messages: taken at once, answered in the background, read while they go on."""

import json
from typing import Any

from core.local_genie import wire
from core.local_genie.answering import MAX_ROWS, Answer, Answering
from core.local_genie.background import Background
from core.local_genie.faults import Faults, RateLimited
from core.local_genie.messages import (
    FINAL,
    MAX_CONTENT_CHARS,
    message_body,
    query_attachment,
    read_content,
    reference,
)
from core.local_genie.refusals import Refusal, invalid, missing
from core.local_genie.sql_errors import SqlError
from core.local_genie.state import Spaces, Store, Workspace, new_hex_id, now_ms
from core.local_genie.statements import Statements

MAX_CONVERSATIONS = 10_000


class Conversations:
    """Everything below /spaces/{id}/conversations."""

    def __init__(
        self,
        store: Store,
        spaces: Spaces,
        workspace: Workspace,
        answering: Answering,
        statements: Statements,
        faults: Faults,
        background: Background,
    ) -> None:
        self._store = store
        self._spaces = spaces
        self._workspace = workspace
        self._answering = answering
        self._statements = statements
        self._faults = faults
        self._background = background

    def start(self, space_id: str, body: dict[str, Any]) -> dict[str, Any]:
        """Begin a conversation with its first question."""
        self._spaces.exists(space_id)
        content = read_content(body)
        count = self._store.row("SELECT count(*) AS n FROM conversations WHERE space_id = ?", space_id)
        if count and count["n"] >= MAX_CONVERSATIONS:
            raise Refusal(
                400,
                "BAD_REQUEST",
                f"The space holds {MAX_CONVERSATIONS:,} conversations; delete some before asking more.",
            )
        fate = self._take_question()
        id_, now = new_hex_id(), now_ms()
        with self._store.writing():
            self._store.run("INSERT INTO conversations VALUES (?, ?, ?, ?, ?)", id_, space_id, content[:100], now, now)
            message_id = self._insert(space_id, id_, content, fate)
        self._begin(message_id, fate)
        return {
            "conversation_id": id_,
            "message_id": message_id,
            "conversation": self._conversation_body(self._conversation(space_id, id_)),
            "message": self.get_message(space_id, id_, message_id),
        }

    def create_message(self, space_id: str, conversation_id: str, body: dict[str, Any]) -> dict[str, Any]:
        """Ask a further question in a conversation."""
        self._conversation(space_id, conversation_id)
        content = read_content(body)
        fate = self._take_question()
        with self._store.writing():
            message_id = self._insert(space_id, conversation_id, content, fate)
            self._store.run("UPDATE conversations SET updated_ms = ? WHERE id = ?", now_ms(), conversation_id)
        self._begin(message_id, fate)
        return self.get_message(space_id, conversation_id, message_id)

    def get_message(self, space_id: str, conversation_id: str, message_id: str) -> dict[str, Any]:
        return message_body(self._message(space_id, conversation_id, message_id))

    def listed(self, space_id: str, limit: int, after: str | None) -> list[dict[str, Any]]:
        """Summaries of up to `limit` conversations after that id, the oldest first."""
        self._spaces.exists(space_id)
        rows = self._store.rows(
            "SELECT * FROM conversations WHERE space_id = ? AND id > ? ORDER BY id LIMIT ?",
            space_id,
            after or "",
            limit,
        )
        return [
            {
                "conversation_id": row["id"],
                "title": row["title"],
                "created_timestamp": row["created_ms"],
                "agent_type": "GENIE_CONVERSATION_TYPE_CHAT",
            }
            for row in rows
        ]

    def list_messages(self, space_id: str, conversation_id: str, limit: int, after: str | None) -> list[dict[str, Any]]:
        self._conversation(space_id, conversation_id)
        rows = self._store.rows(
            "SELECT * FROM messages WHERE conversation_id = ? AND id > ? ORDER BY id LIMIT ?",
            conversation_id, after or "", limit,
        )  # fmt: skip
        return [message_body(row) for row in rows]

    def delete(self, space_id: str, conversation_id: str) -> None:
        self._conversation(space_id, conversation_id)
        self._store.run("DELETE FROM conversations WHERE id = ?", conversation_id)

    def delete_message(self, space_id: str, conversation_id: str, message_id: str) -> None:
        self._message(space_id, conversation_id, message_id)
        self._store.run("DELETE FROM messages WHERE id = ?", message_id)

    def send_feedback(self, space_id: str, conversation_id: str, message_id: str, body: dict[str, Any]) -> None:
        self._message(space_id, conversation_id, message_id)
        if body.get("rating") not in ("POSITIVE", "NEGATIVE", "NONE"):
            raise invalid("rating must be POSITIVE, NEGATIVE or NONE.")
        feedback = {"rating": body["rating"], "comment": str(body.get("comment") or "")[:MAX_CONTENT_CHARS]}
        self._store.run("UPDATE messages SET feedback = ? WHERE id = ?", json.dumps(feedback), message_id)

    def query_result(
        self, space_id: str, conversation_id: str, message_id: str, attachment_id: str | None = None
    ) -> dict[str, Any]:
        """The rows of a message's query attachment (without an id: of its only one)."""
        message = self._message(space_id, conversation_id, message_id)
        query = query_attachment(message, attachment_id)
        if message["status"] == "QUERY_RESULT_EXPIRED":
            raise Refusal(
                404, "RESOURCE_DOES_NOT_EXIST", "The query result has expired; execute the attachment's query again."
            )
        if not query.get("statement_id"):
            raise Refusal(400, "BAD_REQUEST", f"The message is {message['status']} and its query has no result.")
        return {"statement_response": self._statements.get(query["statement_id"])}

    def execute_query(
        self, space_id: str, conversation_id: str, message_id: str, attachment_id: str | None = None
    ) -> dict[str, Any]:
        """Run a message's query again and keep the new rows."""
        message = self._message(space_id, conversation_id, message_id)
        query = query_attachment(message, attachment_id)
        catalog = self._workspace.catalog_of(self._spaces.definition_for_questions(space_id))
        try:
            result = wire.result_json(catalog.query(query["query"], MAX_ROWS, stop=self._background.closing))
        except SqlError as error:
            failure = {"error_code": "BAD_REQUEST", "message": str(error)}
            return {"statement_response": wire.statement_body(new_hex_id(), "FAILED", link="", error=failure)}
        statement_id = self._statements.keep(message_id, query["query"], result)
        attachments = json.loads(message["attachments"])
        for each in attachments:
            if "query" in each:
                each["query"] |= reference(statement_id, result)
        self._store.run(
            "UPDATE messages SET status = 'COMPLETED', error = NULL, attachments = ?, updated_ms = ? WHERE id = ?",
            json.dumps(attachments), now_ms(), message_id,
        )  # fmt: skip
        return {"statement_response": self._statements.get(statement_id)}

    def resume(self) -> None:
        """Take up the questions that an ended server left unanswered."""
        for row in self._store.rows(f"SELECT id, owner FROM messages WHERE status NOT IN {FINAL}"):
            self._adopt(row)

    def _take_question(self) -> dict[str, Any] | None:
        """Count the question; the error that its message shall end with if the limit is told that way."""
        try:
            self._faults.take_question()
        except RateLimited as error:
            settings = self._faults.settings
            if settings.rate_limit_as == "message":
                return {"error": str(error), "type": "RATE_LIMIT_EXCEEDED_SPECIFIED_WAIT_EXCEPTION"}
            headers = {"Retry-After": str(max(1, round(error.retry_after_s + 0.5)))} if settings.retry_after else {}
            raise Refusal(429, "REQUEST_LIMIT_EXCEEDED", str(error), headers) from error
        return None

    def _insert(self, space_id: str, conversation_id: str, content: str, fate: dict[str, Any] | None) -> str:
        id_, now = new_hex_id(), now_ms()
        self._store.run(
            "INSERT INTO messages VALUES (?, ?, ?, ?, 'SUBMITTED', NULL, NULL, NULL, ?, ?, ?)",
            id_, conversation_id, space_id, content, self._background.owner, now, now,
        )  # fmt: skip
        return id_

    def _begin(self, message_id: str, fate: dict[str, Any] | None) -> None:
        if fate is None:
            self._background.submit(self._work, message_id)
        else:
            self._finish(message_id, Answer("FAILED", error=fate))

    def _work(self, message_id: str) -> None:
        row = self._store.row("SELECT * FROM messages WHERE id = ?", message_id)
        if row is None or row["status"] in FINAL:
            return

        def follow(status: str) -> None:
            self._store.run("UPDATE messages SET status = ?, updated_ms = ? WHERE id = ?", status, now_ms(), message_id)

        try:
            earlier = self._store.rows(
                "SELECT content FROM messages WHERE conversation_id = ? AND id < ? ORDER BY id",
                row["conversation_id"], message_id,
            )  # fmt: skip
            space = self._spaces.definition_for_questions(row["space_id"])
            answer = self._answering.answer(row["content"], space, [each["content"] for each in earlier], follow=follow)
        except Exception as error:
            text = f"The answer could not be made ({type(error).__name__})."
            self._finish(
                message_id, Answer("FAILED", error={"error": text, "type": "UNEXPECTED_REPLY_PROCESS_EXCEPTION"})
            )
            raise
        if answer is not None:
            self._finish(message_id, answer)

    def _finish(self, message_id: str, answer: Answer) -> None:
        with self._store.writing():
            if self._store.row("SELECT 1 FROM messages WHERE id = ?", message_id) is None:
                return  # deleted while it was answered
            attachments = self._attachments(message_id, answer)
            self._store.run(
                "UPDATE messages SET status = ?, attachments = ?, error = ?, updated_ms = ? WHERE id = ?",
                answer.status, json.dumps(attachments), json.dumps(answer.error) if answer.error else None,
                now_ms(), message_id,
            )  # fmt: skip

    def _attachments(self, message_id: str, answer: Answer) -> list[dict[str, Any]]:
        written = answer.written
        if written is None:
            return []
        found = []
        if written.sql is not None:
            query: dict[str, Any] = {
                "id": new_hex_id(),
                "query": written.sql,
                "description": written.explanation,
                "title": written.explanation[:80] or "Query",
                "last_updated_timestamp": now_ms(),
            }
            if answer.result is not None:
                query |= reference(self._statements.keep(message_id, written.sql, answer.result), answer.result)
            found.append({"attachment_id": query["id"], "query": query})
        if written.text:
            purpose = "TEXT_ATTACHMENT_PURPOSE_ANSWER" if written.sql else "FOLLOW_UP_QUESTION"
            id_ = new_hex_id()
            found.append({"attachment_id": id_, "text": {"id": id_, "content": written.text, "purpose": purpose}})
        return found

    def _conversation(self, space_id: str, id_: str) -> dict[str, Any]:
        self._spaces.exists(space_id)
        row = self._store.row("SELECT * FROM conversations WHERE id = ? AND space_id = ?", id_, space_id)
        if row is None:
            raise missing("Conversation", id_)
        return row

    def _message(self, space_id: str, conversation_id: str, id_: str) -> dict[str, Any]:
        self._conversation(space_id, conversation_id)
        row = self._store.row("SELECT * FROM messages WHERE id = ? AND conversation_id = ?", id_, conversation_id)
        if row is None:
            raise missing("Message", id_)
        if row["status"] not in FINAL:
            self._adopt(row)
        return row

    def _adopt(self, row: dict[str, Any]) -> None:
        """Answer a question whose server has ended; of several servers that see it, one does."""
        if self._background.is_gone(row["owner"]) and self._store.run(
            "UPDATE messages SET owner = ? WHERE id = ? AND owner = ?", self._background.owner, row["id"], row["owner"]
        ):
            self._background.submit(self._work, row["id"])

    def _conversation_body(self, row: dict[str, Any]) -> dict[str, Any]:
        return {
            "id": row["id"],
            "conversation_id": row["id"],
            "space_id": row["space_id"],
            "title": row["title"],
            "user_id": wire.USER_ID,
            "created_timestamp": row["created_ms"],
            "last_updated_timestamp": row["updated_ms"],
        }
