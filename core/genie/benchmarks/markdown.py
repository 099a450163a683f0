"""Markdown as people write benchmarks: a section per question, its SQL in a ```sql block, fields as `key: value` lines.

The heading is the question, unless a line `Question: …` says it; then a heading such as `Q3` or `Revenue 1` is the id.
"""

import re

from core.genie.benchmarks.fields import NAMES, benchmark_of, plain_name
from core.genie.benchmarks.model import Benchmark, Problem, Reading

_HEADING = re.compile(r"(#{1,6})\s+(.*?)\s*#*\s*")
_FENCE = re.compile(r"\s{0,3}(`{3,}|~{3,})\s*([\w-]*)\s*")
_FIELD = re.compile(r"\s*(?:[-*+]\s+)?(?:\*\*|__)?([A-Za-z][\w \-]{0,30}?)(?:\*\*|__)?\s*:\s*(?:\*\*|__)?\s*(.*?)\s*")
_NUMBERED = re.compile(r"(?:question|benchmark|q)?\s*\d+\s*[.:)\-–]\s*", re.IGNORECASE)
_FIELDS = {name: field for field, names in NAMES.items() for name in names if field != "expected_sql"}


def read_markdown(text: str) -> Reading:
    """The sections that hold a ```sql block. Higher headings without one name the category of what follows."""
    benchmarks: list[Benchmark] = []
    problems: list[Problem] = []
    category: dict[int, str] = {}
    for level, heading, line, body in _sections(text):
        for deeper in [each for each in category if each >= level]:
            del category[deeper]
        sql_blocks, fields, prose = _parts(body)
        where = f"section “{heading}”" if heading else f"line {line}"
        if not sql_blocks:
            if fields.get("question"):
                problems.append(Problem(where, "It has a question but no ```sql block, so it was left out."))
            elif heading:
                category[level] = heading
            continue
        if len(sql_blocks) > 1:
            problems.append(Problem(where, f"It has {len(sql_blocks)} ```sql blocks; the first one was taken."))
        record = {"expected_sql": sql_blocks[0], **fields}
        if "question" not in record:
            numbered = _NUMBERED.match(heading)
            record["question"] = heading[numbered.end() :].strip() if numbered else heading
            if not record["question"]:
                record["question"] = prose
        elif heading and "id" not in record:
            record["id"] = heading
        if category and "category" not in record:
            record["category"] = category[max(category)]
        if prose and "notes" not in record and record["question"] != prose:
            record["notes"] = prose
        benchmark, told = benchmark_of(record, where)
        problems += told
        if benchmark is not None:
            benchmarks.append(benchmark)
    return Reading(tuple(benchmarks), tuple(problems))


def _sections(text: str) -> list[tuple[int, str, int, list[str]]]:
    """Level, heading, line and body lines of each section; headings inside fences are none."""
    found: list[tuple[int, str, int, list[str]]] = [(0, "", 1, [])]
    fence = ""
    for number, line in enumerate(text.splitlines(), start=1):
        opening = _FENCE.fullmatch(line)
        if fence:
            if opening and opening[1].startswith(fence) and not opening[2]:
                fence = ""
        elif opening:
            fence = opening[1]
        elif heading := _HEADING.fullmatch(line):
            found.append((len(heading[1]), heading[2], number, []))
            continue
        found[-1][3].append(line)
    return found


def _parts(body: list[str]) -> tuple[list[str], dict[str, str], str]:
    """The SQL blocks, the known `key: value` lines, and the rest as prose."""
    blocks: list[str] = []
    fields: dict[str, str] = {}
    prose: list[str] = []
    inside: list[str] | None = None
    fence, language = "", ""
    for line in body:
        opening = _FENCE.fullmatch(line)
        if inside is not None:
            if opening and opening[1].startswith(fence) and not opening[2]:
                if language in ("sql", "databricks", "sparksql"):
                    blocks.append("\n".join(inside))
                inside = None
            else:
                inside.append(line)
        elif opening:
            fence, language, inside = opening[1], opening[2].lower(), []
        else:
            field = _FIELD.fullmatch(line)
            name = _FIELDS.get(plain_name(field[1])) if field else None
            if field and name and name not in fields:
                fields[name] = field[2].strip("`")
            elif line.strip() and not (
                field and plain_name(field[1]) in ("sql", "expected_sql", "answer") and not field[2]
            ):
                prose.append(line.strip())
    return blocks, fields, "\n".join(prose)
