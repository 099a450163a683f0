"""The cases that a model is asked to judge: as text within a fence, in batches, and the verdicts of its reply by key.

A key says nothing and cannot be guessed by who wrote the data, so no row can speak for the case of another.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

from core.genie.judging import ModelVerdict, UndecidedCase, Verdict
from core.genie.judging.reasons import Reason
from core.genie.results import ResultTable
from core.genie.views import OutcomeView

MOST_CASES = 8
_MOST_CHARACTERS = 60_000
_MOST_ROWS, _LONGEST_CELL, _LONGEST_ROWS = 20, 200, 3_000
_LONGEST_QUESTION, _LONGEST_SQL, _LONGEST_WORDS = 2_000, 3_000, 1_500

SCHEMA_NAME = "genie_judge"
SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "verdicts": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "key": {"type": "string"},
                    "verdict": {"type": "string", "enum": [each.value for each in Verdict]},
                    "reason": {"type": "string"},
                },
                "required": ["key", "verdict", "reason"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["verdicts"],
    "additionalProperties": False,
}


def case_of(view: OutcomeView, salt: str) -> UndecidedCase:
    """The case of an open outcome; `salt` is the job's."""
    outcome = view.outcome
    reasons = outcome.judgement.reasons if outcome.judgement else (Reason.NO_EXPECTED_SQL,)
    key = hashlib.sha256(f"{salt} {view.id}".encode()).hexdigest()[:10]
    return UndecidedCase(
        key, outcome.question, outcome.expected_sql, outcome.actual_sql, outcome.expected, outcome.actual, outcome.text,
        reasons,
    )  # fmt: skip


def batches(cases: Sequence[UndecidedCase]) -> list[list[UndecidedCase]]:
    """The cases in their order, a few at a time."""
    found: list[list[UndecidedCase]] = []
    characters = 0
    for case in cases:
        size = len(_line(case))
        if not found or len(found[-1]) == MOST_CASES or characters + size > _MOST_CHARACTERS:
            found.append([])
            characters = 0
        found[-1].append(case)
        characters += size
    return found


def cases_text(cases: Sequence[UndecidedCase], salt: str) -> str:
    """One JSON object a line, in a fence whose delimiter nobody who wrote the data could know."""
    fence = f"cases-{hashlib.sha256(f'fence {salt}'.encode()).hexdigest()[:8]}"
    return "\n".join([f"<{fence}>", *map(_line, cases), f"</{fence}>"])


def verdicts_of(reply: Mapping[str, Any]) -> dict[str, ModelVerdict]:
    """The verdicts by key. A key that stands twice with different verdicts has none, and leaving a case open is none."""
    found: dict[str, ModelVerdict] = {}
    contradicted: set[str] = set()
    for each in reply["verdicts"]:
        verdict = ModelVerdict(Verdict(each["verdict"]), " ".join(each["reason"].split()))
        before = found.setdefault(each["key"], verdict)
        if before.verdict is not verdict.verdict:
            contradicted.add(each["key"])
    return {
        key: each for key, each in found.items() if key not in contradicted and each.verdict is not Verdict.NEEDS_REVIEW
    }


def _line(case: UndecidedCase) -> str:
    shown = {
        "key": case.key,
        "left_open_because": [str(each) for each in case.reasons],
        "question": _cut(case.question, _LONGEST_QUESTION),
        "expected_sql": _cut(case.expected_sql, _LONGEST_SQL),
        "expected": _table(case.expected),
        "answer_sql": _cut(case.actual_sql, _LONGEST_SQL),
        "answer": _table(case.actual),
        "answer_text": _cut(case.text, _LONGEST_WORDS),
    }
    return json.dumps(shown, ensure_ascii=False)


def _table(table: ResultTable | None) -> dict[str, Any] | None:
    if table is None:
        return None
    rows: list[list[str | None]] = []
    room = _LONGEST_ROWS
    for row in table.rows[:_MOST_ROWS]:
        cells = [_cut(cell, _LONGEST_CELL) for cell in row]
        room -= sum(len(cell or "null") + 4 for cell in cells)
        if room < 0:
            break
        rows.append(cells)
    names = [_cut(name, _LONGEST_CELL) for name in table.names[:_LONGEST_CELL]]
    return {"columns": names, "row_count": table.total_rows, "rows": rows}


def _cut(text: str | None, longest: int) -> str | None:
    return text if text is None or len(text) <= longest else f"{text[:longest]}…"
