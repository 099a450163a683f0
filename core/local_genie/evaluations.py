"""Evaluation runs: the benchmarks of a space asked and judged in the background, with counts that grow.

The verdict on a question stands in its details only, as the service has it.
"""

import json
from typing import Any

from core.local_genie import wire
from core.local_genie.answering import MAX_ROWS, Answer, Answering
from core.local_genie.background import Background
from core.local_genie.judging import Verdict, judge
from core.local_genie.refusals import Refusal, invalid, missing
from core.local_genie.sql_errors import SqlError
from core.local_genie.state import Spaces, Store, Workspace, new_hex_id, now_ms

_OPEN = ("NOT_STARTED", "RUNNING")


class Evaluations:
    """Everything below /spaces/{id}/eval-runs."""

    def __init__(
        self, store: Store, spaces: Spaces, workspace: Workspace, answering: Answering, background: Background
    ) -> None:
        self._store = store
        self._spaces = spaces
        self._workspace = workspace
        self._answering = answering
        self._background = background

    def create(self, space_id: str, body: dict[str, Any]) -> dict[str, Any]:
        """Start a run over the benchmarks of the space, or over those whose ids are given."""
        definition = json.loads(self._spaces.get(space_id).serialized)
        questions = _chosen(definition, body.get("benchmark_question_ids"))
        id_, now = new_hex_id(), now_ms()
        with self._store.writing():
            self._store.run(
                "INSERT INTO eval_runs VALUES (?, ?, 'NOT_STARTED', ?, ?, ?)",
                id_, space_id, self._background.owner, now, now,
            )  # fmt: skip
            for place, each in enumerate(questions):
                self._store.run(
                    "INSERT INTO eval_results VALUES (?, ?, ?, ?, ?, ?, 'NOT_STARTED', NULL, NULL)",
                    new_hex_id(), id_, place, each["id"], "".join(each.get("question") or []), _expected_sql(each),
                )  # fmt: skip
        self._background.submit(self._run, id_)
        return self.get(space_id, id_)

    def get(self, space_id: str, run_id: str) -> dict[str, Any]:
        return self._body(self._row(space_id, run_id))

    def listed(self, space_id: str, limit: int, after: str | None) -> list[dict[str, Any]]:
        """Up to `limit` runs after that id, the oldest first."""
        self._spaces.exists(space_id)
        rows = self._store.rows(
            "SELECT * FROM eval_runs WHERE space_id = ? AND id > ? ORDER BY id LIMIT ?", space_id, after or "", limit
        )
        return [self._body(row) for row in rows]

    def list_results(self, space_id: str, run_id: str, limit: int, after: str | None) -> list[dict[str, Any]]:
        """Up to `limit` results behind that place, in the order of the benchmarks; without verdicts."""
        self._row(space_id, run_id)
        rows = self._store.rows(
            "SELECT * FROM eval_results WHERE run_id = ? AND place > ? ORDER BY place LIMIT ?",
            run_id, int(after) if after else -1, limit,
        )  # fmt: skip
        return [_result_body(space_id, row) | {"place": row["place"]} for row in rows]

    def get_details(self, space_id: str, run_id: str, result_id: str) -> dict[str, Any]:
        run = self._row(space_id, run_id)
        row = self._store.row("SELECT * FROM eval_results WHERE id = ? AND run_id = ?", result_id, run_id)
        if row is None:
            raise missing("Evaluation result", result_id)
        body = {
            "result_id": row["id"],
            "space_id": space_id,
            "benchmark_question_id": row["question_id"],
            "eval_run_status": run["status"],
            "manual_assessment": False,
        }
        if row["answer"]:
            body["expected_response"] = [{"response": row["answer"], "response_type": "SQL"}]
        if row["assessment"]:
            body["assessment"] = row["assessment"]
        return body | (json.loads(row["details"]) if row["details"] else {})

    def resume(self) -> None:
        """Take up the runs that an ended server left unfinished."""
        for row in self._store.rows(f"SELECT id, owner FROM eval_runs WHERE status IN {_OPEN}"):
            self._adopt(row)

    def _run(self, run_id: str) -> None:
        run = self._store.row("SELECT * FROM eval_runs WHERE id = ?", run_id)
        if run is None:
            return
        self._set_status(run_id, "RUNNING")
        pending = self._store.rows(
            "SELECT * FROM eval_results WHERE run_id = ? AND status IN ('NOT_STARTED', 'RUNNING') ORDER BY place",
            run_id,
        )
        for row in pending:
            if self._background.closing.is_set():
                return
            self._store.run("UPDATE eval_results SET status = 'RUNNING' WHERE id = ?", row["id"])
            try:
                space = self._spaces.definition_for_questions(run["space_id"])
            except Refusal:
                self._set_status(run_id, "EVALUATION_CANCELLED")  # the space was put into the trash
                return
            answer = self._answering.answer(row["question"], space, [])
            if self._background.closing.is_set():
                return
            self._keep(row, answer)
            self._set_status(run_id, "RUNNING")
        self._set_status(run_id, "DONE")

    def _keep(self, row: dict[str, Any], answer: Answer | None) -> None:
        status, assessment, details = "DONE", None, {}
        if answer is None:
            status = "EVALUATION_TIMEOUT"
        elif answer.status == "CANCELLED":
            status = "EVALUATION_CANCELLED"
        elif answer.status == "FAILED" and (answer.error or {}).get("type") != "SQL_EXECUTION_EXCEPTION":
            status = "EVALUATION_FAILED"
        else:
            verdict, expected = self._verdict(row["question"], row["answer"], answer)
            assessment = verdict.assessment
            details = {"assessment_reasons": list(verdict.reasons), "actual_response": _response(answer)}
            if row["answer"]:
                details["expected_response"] = [_sql_response(row["answer"], expected)]
        self._store.run(
            "UPDATE eval_results SET status = ?, assessment = ?, details = ? WHERE id = ?",
            status, assessment, json.dumps(details), row["id"],
        )  # fmt: skip

    def _verdict(self, question: str, expected_sql: str, answer: Answer) -> tuple[Verdict, dict[str, Any] | None]:
        """The verdict, with the expected result if there is one."""
        if not expected_sql:
            return Verdict("NEEDS_REVIEW", (), "The benchmark has no SQL answer."), None
        try:
            found = self._workspace.catalog().query(expected_sql, MAX_ROWS, stop=self._background.closing)
        except SqlError as error:
            return Verdict("BAD", ("EMPTY_GOOD_SQL",), str(error)), None
        expected = wire.result_json(found)
        if answer.result is None:
            return Verdict("BAD", ("EMPTY_RESULT",)), expected
        return judge(question, expected_sql, expected, answer.result), expected

    def _set_status(self, run_id: str, status: str) -> None:
        self._store.run("UPDATE eval_runs SET status = ?, updated_ms = ? WHERE id = ?", status, now_ms(), run_id)

    def _row(self, space_id: str, run_id: str) -> dict[str, Any]:
        self._spaces.exists(space_id)
        row = self._store.row("SELECT * FROM eval_runs WHERE id = ? AND space_id = ?", run_id, space_id)
        if row is None:
            raise missing("Evaluation run", run_id)
        if row["status"] in _OPEN:
            self._adopt(row)
        return row

    def _adopt(self, row: dict[str, Any]) -> None:
        if self._background.is_gone(row["owner"]) and self._store.run(
            "UPDATE eval_runs SET owner = ? WHERE id = ? AND owner = ?", self._background.owner, row["id"], row["owner"]
        ):
            self._background.submit(self._run, row["id"])

    def _body(self, row: dict[str, Any]) -> dict[str, Any]:
        counts = self._store.row(
            "SELECT count(*) AS num_questions, "
            "count(*) FILTER (WHERE status NOT IN ('NOT_STARTED', 'RUNNING')) AS num_done, "
            "count(*) FILTER (WHERE assessment = 'GOOD') AS num_correct, "
            "count(*) FILTER (WHERE assessment = 'NEEDS_REVIEW') AS num_needs_review "
            "FROM eval_results WHERE run_id = ?",
            row["id"],
        )
        return {
            "eval_run_id": row["id"],
            "eval_run_status": row["status"],
            "run_by_user": wire.USER_ID,
            "created_timestamp": row["created_ms"],
            "last_updated_timestamp": row["updated_ms"],
        } | (counts or {})


def _chosen(definition: dict[str, Any], ids: Any) -> list[dict[str, Any]]:
    questions = (definition.get("benchmarks") or {}).get("questions") or []
    if ids is not None:
        if not isinstance(ids, list) or not all(isinstance(each, str) for each in ids):
            raise invalid("benchmark_question_ids must be a list of ids.")
        unknown = set(ids) - {each["id"] for each in questions}
        if unknown:
            raise missing("Benchmark question", sorted(unknown)[0])
        questions = [each for each in questions if each["id"] in set(ids)]
    if not questions:
        raise Refusal(400, "BAD_REQUEST", "The space has no benchmark questions; add some before evaluating it.")
    return questions


def _expected_sql(question: dict[str, Any]) -> str:
    for answer in question.get("answer") or []:
        if answer.get("format") == "SQL":
            return "".join(answer.get("content") or [])
    return ""


def _response(answer: Answer) -> list[dict[str, Any]]:
    found = []
    written = answer.written
    if written is not None and written.sql is not None:
        found.append(_sql_response(written.sql, answer.result, (answer.error or {}).get("error")))
    if written is not None and written.text:
        found.append({"response": written.text, "response_type": "TEXT"})
    return found


def _sql_response(sql: str, result: dict[str, Any] | None, error: str | None = None) -> dict[str, Any]:
    body: dict[str, Any] = {"response": sql, "response_type": "SQL"}
    if result is not None:
        body["sql_execution_result"] = wire.statement_body(new_hex_id(), "SUCCEEDED", link="", result=result)
    elif error:
        failure = {"error_code": "BAD_REQUEST", "message": error}
        body["sql_execution_result"] = wire.statement_body(new_hex_id(), "FAILED", link="", error=failure)
    return body


def _result_body(space_id: str, row: dict[str, Any]) -> dict[str, Any]:
    return {
        "result_id": row["id"],
        "space_id": space_id,
        "benchmark_question_id": row["question_id"],
        "question": row["question"],
        "benchmark_answer": row["answer"],
        "created_by_user": wire.USER_ID,
        "status": row["status"],
    }
