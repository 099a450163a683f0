"""Benchmarks as a file again: JSON keeps everything, CSV all columns, Markdown what people read."""

import csv
import io
import json
import re
from collections.abc import Sequence
from typing import Any

from core.genie.benchmarks.model import Benchmark

_COLUMNS = ("id", "question", "expected_sql", "category", "difficulty", "tags", "held_out", "notes")


def write_json(benchmarks: Sequence[Benchmark]) -> str:
    """`{"benchmarks": […]}`. Empty fields are left out; unknown fields of the file that was read are kept."""
    return json.dumps({"benchmarks": [_record(each) for each in benchmarks]}, ensure_ascii=False, indent=2) + "\n"


def write_csv(benchmarks: Sequence[Benchmark]) -> str:
    """One row each. Cells that a spreadsheet would take for a formula get a leading ', which reading takes away again."""
    extra = list(dict.fromkeys(key for each in benchmarks for key in each.extra))
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*_COLUMNS, *map(_guarded, extra)])
    for each in benchmarks:
        record = _record(each)
        record["tags"] = ", ".join(each.tags)
        record["held_out"] = "true" if each.held_out else ""
        writer.writerow([_guarded(_cell(record.get(key))) for key in (*_COLUMNS, *extra)])
    return text.getvalue()


def write_markdown(benchmarks: Sequence[Benchmark]) -> str:
    """A section per benchmark, its SQL in a ```sql block. Line breaks in questions become blanks."""
    sections: list[str] = []
    for each in benchmarks:
        lines = [f"## {_line(each.question)}", "", f"- id: {each.id}", f"- question: {_line(each.question)}"]
        for key in ("category", "difficulty"):
            if value := getattr(each, key):
                lines.append(f"- {key}: {_line(value)}")
        if each.tags:
            lines.append(f"- tags: {', '.join(each.tags)}")
        if each.held_out:
            lines.append("- held_out: true")
        if each.notes:
            lines.append(f"- notes: {_line(each.notes)}")
        if each.expected_sql is not None:
            longest = max((len(run) for run in re.findall(r"`+", each.expected_sql)), default=0)
            fence = "`" * max(3, longest + 1)
            lines += ["", f"{fence}sql", each.expected_sql, fence]
        sections.append("\n".join(lines))
    return "\n\n".join(sections) + "\n"


def _record(benchmark: Benchmark) -> dict[str, Any]:
    found: dict[str, Any] = {key: getattr(benchmark, key) for key in _COLUMNS}
    found["tags"] = list(benchmark.tags)
    kept = {key: value for key, value in found.items() if value not in ("", None, [], False)}
    return {**kept, **benchmark.extra}


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _guarded(cell: str) -> str:
    """A text that already looks guarded gets one more, so that reading gives back what was written."""
    if re.match(r"'*[=+\-@\t\r]", cell) and not re.fullmatch(r"[+-]?\d+(\.\d+)?", cell):
        return f"'{cell}"
    return cell


def _line(text: str) -> str:
    return " ".join(text.split())
