"""The healthy part of `faulty_genie`: a small Genie in memory, enough for every call of the client. It knows no SQL.

A question's rows are those of the benchmark or table that `answers` names for it, else one row with the question's length.
"""

import json
import re
import threading
import time
import uuid
from dataclasses import dataclass, field
from typing import Any

JSON = dict[str, Any]
NAMES = ("SUBMITTED", "ASKING_AI", "EXECUTING_QUERY", "COMPLETED")


class Missing(Exception):
    """404."""


class Refused(Exception):
    """400."""


class Conflict(Exception):
    """409."""


@dataclass
class HealthyGenie:
    """The state. `tables` maps SQL to (columns, rows); a column is (name, type). `answers` maps a question to its SQL."""

    tables: dict[str, tuple[list[tuple[str, str]], list[list[Any]]]] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)
    spaces: dict[str, JSON] = field(default_factory=dict)
    trash: dict[str, JSON] = field(default_factory=dict)
    conversations: dict[str, JSON] = field(default_factory=dict)
    runs: dict[str, JSON] = field(default_factory=dict)
    polls_until_done: int = 2
    lists_descriptions: bool = True
    stores_otherwise: Any = None
    """A function that changes a definition before it is stored, as the service sometimes does."""

    def __post_init__(self) -> None:
        self.lock = threading.RLock()

    def make_space(self, definition: JSON, title: str = "Sales", description: str = "") -> str:
        return self.create_space(
            {"serialized_space": json.dumps(definition), "title": title, "description": description}
        )["space_id"]

    def create_space(self, body: JSON) -> JSON:
        space_id = uuid.uuid4().hex
        text = body["serialized_space"]
        self.spaces[space_id] = {
            "space_id": space_id, "title": body.get("title", "Untitled"), "description": body.get("description", ""),
            "warehouse_id": body.get("warehouse_id", "wh1"), "parent_path": body.get("parent_path"),
            "serialized_space": self._stored(text), "etag": uuid.uuid4().hex, "update_time": "2026-01-02T03:04:05Z",
        }  # fmt: skip
        return self.spaces[space_id]

    def update_space(self, space_id: str, body: JSON) -> JSON:
        space = self.space(space_id)
        if body.get("etag") not in (None, space["etag"]):
            raise Conflict("the space was changed")
        for key in ("title", "description", "warehouse_id"):
            if key in body:
                space[key] = body[key]
        if "serialized_space" in body:
            space["serialized_space"] = self._stored(body["serialized_space"])
        space["etag"] = uuid.uuid4().hex
        return space

    def space(self, space_id: str) -> JSON:
        if space_id not in self.spaces:
            raise Missing(f"Space {space_id} does not exist")
        return self.spaces[space_id]

    def start(self, space_id: str, question: str) -> JSON:
        self.space(space_id)
        if not question:
            raise Refused("content is empty")
        conversation_id = uuid.uuid4().hex
        self.conversations[conversation_id] = {
            "conversation_id": conversation_id, "space_id": space_id, "title": question[:50],
            "created_timestamp": int(time.time() * 1000), "messages": {},
        }  # fmt: skip
        return self.add_message(conversation_id, question)

    def add_message(self, conversation_id: str, question: str) -> JSON:
        conversation = self.conversation(conversation_id)
        message_id = uuid.uuid4().hex
        message = {
            "id": message_id, "message_id": message_id, "conversation_id": conversation_id, "content": question,
            "space_id": conversation["space_id"], "status": "SUBMITTED", "polls": 0,
            "created_timestamp": int(time.time() * 1000),
        }  # fmt: skip
        conversation["messages"][message_id] = message
        return {"conversation_id": conversation_id, "message_id": message_id, "message": message}

    def conversation(self, conversation_id: str) -> JSON:
        if conversation_id not in self.conversations:
            raise Missing(f"Conversation {conversation_id} does not exist")
        return self.conversations[conversation_id]

    def message(self, conversation_id: str, message_id: str) -> JSON:
        messages = self.conversation(conversation_id)["messages"]
        if message_id not in messages:
            raise Missing("no such message")
        message = messages[message_id]
        message["polls"] += 1
        if message["polls"] > self.polls_until_done:
            message["status"] = "COMPLETED"
            sql = self.answers.get(message["content"], f"SELECT {len(message['content'])}")
            query = {"query": sql, "description": "What was asked for."}
            message["attachments"] = [{"attachment_id": f"a{message_id}", "query": query}]
        else:
            message["status"] = NAMES[min(message["polls"], 2)]
        return message

    def rows(self, conversation_id: str, message_id: str) -> JSON:
        content = self.conversation(conversation_id)["messages"][message_id]["content"]
        return {"statement_response": self.statement(self.answers.get(content, f"SELECT {len(content)}"))}

    def statement(self, sql: str, row_limit: int | None = None) -> JSON:
        if sql in self.tables:
            columns, rows = self.tables[sql]
        elif found := re.fullmatch(r"SELECT (\d+)", sql):
            columns, rows = [("n", "INT")], [[found[1]]]
        else:
            error = {"error_code": "BAD_REQUEST", "message": f"[TABLE_OR_VIEW_NOT_FOUND] in {sql[:50]}"}
            return {"statement_id": uuid.uuid4().hex, "status": {"state": "FAILED", "error": error}}
        cut = rows[:row_limit] if row_limit else rows
        schema = [{"name": name, "type_text": type_, "position": i} for i, (name, type_) in enumerate(columns)]
        return {
            "statement_id": uuid.uuid4().hex,
            "status": {"state": "SUCCEEDED"},
            "manifest": {
                "schema": {"columns": schema, "column_count": len(schema)},
                "total_row_count": len(cut), "total_chunk_count": 1, "truncated": len(cut) < len(rows),
            },
            "result": {"row_count": len(cut), "data_array": [[None if c is None else str(c) for c in r] for r in cut]},
        }  # fmt: skip

    def start_run(self, space_id: str, ids: list[str]) -> JSON:
        definition = json.loads(self.space(space_id)["serialized_space"])
        held = {each["id"]: each for each in definition.get("benchmarks", {}).get("questions", [])}
        run_id = uuid.uuid4().hex
        self.runs[run_id] = {"polls": 0, "questions": [held[each] for each in ids if each in held], "space": space_id}
        return self.run(run_id)

    def run(self, run_id: str) -> JSON:
        run = self.runs[run_id]
        total = len(run["questions"])
        done = min(total, run["polls"])
        run["polls"] += 1
        status = "DONE" if done == total else "RUNNING"
        right = sum(self.verdict(each) == "GOOD" for each in run["questions"][:done])
        return {
            "eval_run_id": run_id, "eval_run_status": status, "num_questions": total, "num_done": done,
            "num_correct": right, "num_needs_review": 0,
        }  # fmt: skip

    def verdict(self, question: JSON) -> str:
        return "GOOD" if self._both(question)[0] == self._both(question)[1] else "BAD"

    def details(self, run_id: str, result_id: str) -> JSON:
        question = next(each for each in self.runs[run_id]["questions"] if f"r{each['id']}" == result_id)
        actual, expected = self._both(question)
        found = {
            "result_id": result_id, "space_id": self.runs[run_id]["space"], "benchmark_question_id": question["id"],
            "assessment": self.verdict(question), "eval_run_status": "DONE",
            "actual_response": [_response(actual, self.statement(actual))],
            "expected_response": [_response(expected, self.statement(expected))],
        }  # fmt: skip
        if found["assessment"] == "BAD":
            found["assessment_reasons"] = ["RESULT_MISSING_ROWS", "LLM_JUDGE_MISSING_OR_INCORRECT_FILTER"]
        return found

    def _both(self, question: JSON) -> tuple[str, str]:
        text = "".join(question["question"])
        return self.answers.get(text, f"SELECT {len(text)}"), "".join(question["answer"][0]["content"])

    def _stored(self, text: str) -> str:
        definition = json.loads(text)
        return json.dumps(self.stores_otherwise(definition) if self.stores_otherwise else definition)


def _response(sql: str, rows: JSON) -> JSON:
    return {"response": sql, "response_type": "SQL", "sql_execution_result": rows}
