"""An evaluation as a file: JSON with everything, CSV with a row for each question asked, Markdown to read."""

import csv
import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy.orm import Session

from core import jobs
from core.genie.evaluation_job.documents import NOT_ASKED, evaluation_document, rows_by_benchmark, told_of
from core.genie.evaluation_job.requests import request_of

ExportFormat = Literal["json", "csv", "markdown"]

_MIMES = {
    "json": ("json", "application/json"),
    "csv": ("csv", "text/csv"),
    "markdown": ("md", "text/markdown"),
}
_CSV = (
    "id", "question", "category", "tags", "held_out", "round", "verdict", "by", "reasons", "sentence", "expected_sql",
    "actual_sql", "answer_text", "duration_s", "waited_s", "attempts",
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Export:
    """A file to save. `text` is to be written as UTF-8."""

    name: str
    mime: str
    text: str


def export_evaluation(session: Session, job_id: str, format: ExportFormat) -> Export:
    """The evaluation as it stands now.

    Raises:
        NotFoundError: there is no such evaluation.
    """
    document = evaluation_document(session, job_id)
    if format == "csv":
        text = _csv(session, job_id)
    else:
        text = _markdown(document) if format == "markdown" else _json(document)
    ending, mime = _MIMES[format]
    return Export(f"evaluation_{job_id}.{ending}", mime, text)


def _json(document: Mapping[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _csv(session: Session, job_id: str) -> str:
    found = rows_by_benchmark(session, job_id)
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, _CSV, lineterminator="\n", restval="")
    writer.writeheader()
    for benchmark in request_of(jobs.get_job(session, job_id).payload).benchmarks:
        shared = {
            "id": benchmark.id,
            "question": benchmark.question,
            "category": benchmark.category,
            "tags": ", ".join(benchmark.tags),
            "held_out": "true" if benchmark.held_out else "",
        }
        rows = [
            {"round": row.repeat, "reasons": ", ".join(row.reasons)} | told_of(row, benchmark)
            for row in found.get(benchmark.id, [])
        ] or [{"verdict": NOT_ASKED, "expected_sql": benchmark.expected_sql}]
        writer.writerows({name: _cell(value) for name, value in (shared | row).items()} for row in rows)
    return out.getvalue()


def _cell(value: Any) -> Any:
    """A cell that a spreadsheet would take for a formula gets a quote in front."""
    if value is None:
        return ""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _markdown(document: Mapping[str, Any]) -> str:
    score = "nothing measured" if document["score"] is None else f"{document['score']:.1%}"
    facts = [
        f"* Score: {score} ({document['passed']:,} of {document['measured']:,} measured)",
        f"* Not measured: {document['not_measured']:,}; to configure: {document['configuration']:,}; of "
        f"{document['total']:,} asked and {document['planned']:,} planned",
        f"* Space: {_line(document['space_title'] or document['space_id'])}, state {document['hash'] or 'unknown'}",
        f"* Route: {document['route']}, {document['repeats']} {'round' if document['repeats'] == 1 else 'rounds'}",
        f"* State: {document['state']}, begun {document['created_at']}",
    ]
    if document["repeats"] > 1:
        rounds = ", ".join(f"{each['passed']}/{each['measured']}" for each in document["rounds"])
        facts.insert(1, f"* The score is the mean of the rounds: {rounds}; {document['stability']['flaky']:,} flaky")
    lines = [f"# {_line(document['name'])}", "", *facts, ""]
    for each in document["questions"]:
        lines += [f"## {_line(each['question']) or '(empty question)'}", "", *_told(each), ""]
        for title, sql in (("Expected SQL", each["expected_sql"]), ("Genie's SQL", each["actual_sql"])):
            if sql:
                lines += [f"{title}:", "", *_fenced(sql), ""]
    return "\n".join(lines)


def _told(question: Mapping[str, Any]) -> list[str]:
    reasons = f" ({_line(', '.join(question['reasons']))})" if question["reasons"] else ""
    of_rounds = ""
    if question.get("rounds", 1) > 1:
        of_rounds = f", passed in {question['passed_rounds']} of {question['measured_rounds']} measured rounds"
    held_out = ", held out" if question["held_out"] else ""
    verdict = (
        f"**{question['verdict'].replace('_', ' ')}**{of_rounds}{held_out}{reasons}. {_line(question['sentence'])}"
    )
    lines = [verdict.strip()]
    if question.get("overruled"):
        lines += ["", f"Overruled by {_line(question['overruled']['by'])}: {_line(question['overruled']['reason'])}"]
    return lines


def _fenced(sql: str) -> list[str]:
    longest = max((len(run) for run in re.findall(r"`+", sql)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}sql", sql, fence]


def _line(text: str) -> str:
    """One line in which nothing of foreign text acts as an image, a heading or HTML."""
    return " ".join(text.split()).replace("<", "&lt;").replace("![", "!\\[").replace("|", "\\|")
