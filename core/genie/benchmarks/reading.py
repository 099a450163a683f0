"""Reading a file of benchmarks: a space, a JSON list or `{"benchmarks": […]}`, CSV, or Markdown with ```sql blocks."""

import csv
import io
import json
import re
from typing import Any

from core.errors import InputError
from core.genie.benchmarks.fields import NAMES, benchmark_of, plain_name
from core.genie.benchmarks.in_spaces import from_space
from core.genie.benchmarks.markdown import read_markdown
from core.genie.benchmarks.model import Benchmark, Problem, Reading, with_unique_ids
from core.genie.spaces import parse

_LARGEST = 20_000_000
_FORMATS = {"json": "JSON", "csv": "CSV", "markdown": "Markdown"}
_FORMULA = re.compile(r"'+[=+\-@\t\r]")


def read_benchmarks(text: str | bytes, name: str = "") -> Reading:
    """The benchmarks of a file's text. `name` is the file's; its ending decides the format, else the content does.

    Raises:
        InputError: it is none of the formats, or holds no benchmark.
    """
    if isinstance(text, bytes):
        try:
            text = text.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise InputError("The file is not text in UTF-8. Save it as UTF-8.") from error
    text = text.removeprefix("\ufeff")
    if len(text) > _LARGEST:
        raise InputError(f"The file has {len(text):,} characters, more than {_LARGEST:,}. Split it.")
    kind = _kind(text, name)
    found = _json(text) if kind == "json" else _csv(text) if kind == "csv" else read_markdown(text)
    if not found.benchmarks:
        why = f" {found.problems[0].sentence}" if found.problems else ""
        raise InputError(f"The {_FORMATS[kind]} holds no benchmark.{why} Each needs a question and its expected SQL.")
    unique = with_unique_ids(found.benchmarks)
    return Reading(unique.benchmarks, found.problems + unique.problems)


def _kind(text: str, name: str) -> str:
    ending = name.lower().rsplit(".", 1)[-1] if "." in name else ""
    known = {"json": "json", "geniespace": "json", "csv": "csv", "tsv": "csv", "md": "markdown", "markdown": "markdown"}
    if ending in known:
        return known[ending]
    start = text.lstrip()
    if start[:1] in ("[", "{"):
        return "json"
    header = start.splitlines()[0] if start else ""
    names = {plain_name(each) for each in re.split(r"[,;\t]", header.replace('"', ""))}
    return "csv" if names & set(NAMES["question"]) and "```" not in header else "markdown"


def _json(text: str) -> Reading:
    try:
        data: Any = json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(
            f"The text is not JSON: line {error.lineno}, column {error.colno}: {error.msg}. Correct it there."
        ) from error
    except RecursionError as error:
        raise InputError("The JSON is nested too deeply to be a list of benchmarks.") from error
    if isinstance(data, dict):
        if "data_sources" in data or "serialized_space" in data or _is_space_part(data):
            return Reading(from_space(parse(text)))
        data = next(
            (data[key] for key in ("benchmarks", "questions", "items") if isinstance(data.get(key), list)), None
        )
    if not isinstance(data, list):
        raise InputError("The JSON is neither a list of benchmarks nor an object with a list “benchmarks”.")
    return _records([(f"item {i}", each) for i, each in enumerate(data, start=1)])


def _is_space_part(data: dict[str, Any]) -> bool:
    benchmarks = data.get("benchmarks")
    return isinstance(benchmarks, dict) and "questions" in benchmarks


def _csv(text: str) -> Reading:
    header = text.splitlines()[0] if text.strip() else ""
    delimiter = max(",;\t", key=header.count)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    records: list[tuple[str, Any]] = []
    try:
        names = next(rows, [])
        if len({plain_name(each) for each in names}) < len(names):
            raise InputError("Two columns of the CSV have the same name. Rename one of them.")
        for row in rows:
            where = f"line {rows.line_num}"
            if not any(cell.strip() for cell in row):
                continue
            if len(row) != len(names):
                raise InputError(
                    f"{where.capitalize()} of the CSV has {len(row)} fields where the header has {len(names)}. Put texts with "
                    "commas or line breaks into double quotes."
                )
            records.append(
                (where, {name: _unguarded(cell) for name, cell in zip(names, row, strict=True) if cell != ""})
            )
    except csv.Error as error:
        raise InputError(
            f"Line {rows.line_num} of the CSV cannot be read: {error}. Check the double quotes."
        ) from error
    return _records(records)


def _unguarded(cell: str) -> str:
    """Without the ' that an export puts before what a spreadsheet would take for a formula."""
    return cell[1:] if _FORMULA.match(cell) else cell


def _records(records: list[tuple[str, Any]]) -> Reading:
    benchmarks: list[Benchmark] = []
    problems: list[Problem] = []
    for where, record in records:
        if not isinstance(record, dict):
            problems.append(Problem(where, "It is no object with a question, so it was left out."))
            continue
        benchmark, told = benchmark_of(record, where)
        problems += told
        if benchmark is not None:
            benchmarks.append(benchmark)
    return Reading(tuple(benchmarks), tuple(problems))
