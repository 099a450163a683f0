"""What a serialized space must be for the service to take it, and what the service keeps of it.

Every fault is found in one pass and named with its path. Keys that are not known are kept and never complained about.
"""

import copy
import itertools
import json
import re
from collections.abc import Iterator
from typing import Any

from core.local_genie.refusals import invalid

MAX_STRING_CHARS = 25_000
MAX_LIST_ITEMS = 10_000
MAX_TABLES = 30
MAX_INSTRUCTIONS = 100
MAX_BENCHMARKS = 500
MAX_TITLE_CHARS = 63
MAX_BYTES = 8 * 1024 * 1024
_HEX_ID = re.compile(r"[0-9a-f]{32}")
_PART = r"(?:`[^`]+`|[^.`]+)"
_IDENTIFIER = re.compile(rf"{_PART}\.{_PART}\.{_PART}")

# Lists of objects with an id: path, whether the order by id is required
_INSTRUCTIONS = (
    "instructions.text_instructions",
    "instructions.example_question_sqls",
    "instructions.sql_functions",
    "instructions.join_specs",
    "instructions.sql_snippets.filters",
    "instructions.sql_snippets.expressions",
    "instructions.sql_snippets.measures",
)
_QUESTIONS = ("config.sample_questions", "benchmarks.questions")
_TEXTS = {"question", "content", "sql", "description", "comment", "instruction", "usage_guidance", "synonyms"}


def read_definition(text: str) -> dict[str, Any]:
    """The definition in a JSON text.

    Raises:
        Refusal: it is no JSON object, or too large.
    """
    if len(text.encode()) > MAX_BYTES:
        raise invalid(f"serialized_space is larger than {MAX_BYTES // 1024 // 1024} MB.")
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise invalid(f"serialized_space is not valid JSON: {str(error)[:200]}.") from error
    if not isinstance(value, dict):
        raise invalid("serialized_space must be a JSON object.")
    return value


def faults_of(space: dict[str, Any]) -> list[str]:
    """Every reason why the service would refuse this definition, each a sentence with its path."""
    faults: list[str] = []
    version = space.get("version")
    if version != 2 or isinstance(version, bool):
        faults.append(f"version: must be 2, not {json.dumps(version)}.")
    faults += _sizes(space, "")
    for path in (*_QUESTIONS, *_INSTRUCTIONS, "data_sources.tables", "data_sources.metric_views"):
        faults += _shape(space, path)
    faults += _ids(space)
    faults += _sources(space)
    for number, each in enumerate(_objects(space, "instructions.example_question_sqls")):
        place = f"instructions.example_question_sqls[{number}]"
        faults += [f"{place}.{key}: is required." for key in ("question", "sql") if not each.get(key)]
        faults += _sorted_by(each.get("parameters"), f"{place}.parameters", "name")
    for number, each in enumerate(_objects(space, "benchmarks.questions")):
        faults += _benchmark(each, f"benchmarks.questions[{number}]")
    for number, each in enumerate(_objects(space, "instructions.join_specs")):
        if not isinstance(each.get("left"), dict) or not isinstance(each.get("right"), dict):
            faults.append(f"instructions.join_specs[{number}]: left and right are required.")
    return [*faults, *_counts(space)]


def as_stored(space: dict[str, Any], columns: dict[str, set[str]]) -> dict[str, Any]:
    """What the service keeps: settings of columns that a known table does not have are dropped, all else stays.

    `columns` holds the column names of each table, all in folded case.
    """
    kept = copy.deepcopy(space)
    for entry in (*_objects(kept, "data_sources.tables"), *_objects(kept, "data_sources.metric_views")):
        known = columns.get(str(entry.get("identifier", "")).replace("`", "").casefold())
        configs = entry.get("column_configs")
        if known is None or not isinstance(configs, list):
            continue
        entry["column_configs"] = [each for each in configs if str(each.get("column_name", "")).casefold() in known]
    return kept


def in_order(space: dict[str, Any]) -> dict[str, Any]:
    """A copy with its lists sorted as the service wants them; items that cannot be sorted stay where they are."""
    kept = copy.deepcopy(space)
    for path in (*_QUESTIONS, *_INSTRUCTIONS):
        _sort(_list(kept, path), "id")
    for path in ("data_sources.tables", "data_sources.metric_views"):
        _sort(_list(kept, path), "identifier")
        for entry in _objects(kept, path):
            _sort(entry.get("column_configs"), "column_name")
    for each in _objects(kept, "instructions.example_question_sqls"):
        _sort(each.get("parameters"), "name")
    return kept


def _at(space: dict[str, Any], path: str) -> Any:
    value: Any = space
    for key in path.split("."):
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _list(space: dict[str, Any], path: str) -> list[Any]:
    value = _at(space, path)
    return value if isinstance(value, list) else []


def _objects(space: dict[str, Any], path: str) -> list[dict[str, Any]]:
    return [each for each in _list(space, path) if isinstance(each, dict)]


def _sort(items: Any, key: str) -> None:
    if isinstance(items, list) and all(isinstance(each, dict) and isinstance(each.get(key), str) for each in items):
        items.sort(key=lambda each: each[key])


def _shape(space: dict[str, Any], path: str) -> Iterator[str]:
    value = _at(space, path)
    if value is None:
        return
    if not isinstance(value, list):
        yield f"{path}: must be a list."
        return
    for number, each in enumerate(value):
        if not isinstance(each, dict):
            yield f"{path}[{number}]: must be an object."
            continue
        for key in _TEXTS & each.keys():
            text = each[key]
            if text is not None and not (isinstance(text, list) and all(isinstance(part, str) for part in text)):
                yield f"{path}[{number}].{key}: must be a list of strings."


def _sizes(value: Any, path: str) -> Iterator[str]:
    if isinstance(value, str) and len(value) > MAX_STRING_CHARS:
        yield f"{path}: has {len(value):,} characters; the limit is {MAX_STRING_CHARS:,}."
    elif isinstance(value, list):
        if len(value) > MAX_LIST_ITEMS:
            yield f"{path}: has {len(value):,} items; the limit is {MAX_LIST_ITEMS:,}."
        for number, each in enumerate(value[:MAX_LIST_ITEMS]):
            yield from _sizes(each, f"{path}[{number}]")
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from _sizes(each, f"{path}.{key}" if path else str(key))


def _ids(space: dict[str, Any]) -> Iterator[str]:
    for paths, kind in ((_QUESTIONS, "questions"), (_INSTRUCTIONS, "instructions")):
        seen: dict[str, str] = {}
        for path in paths:
            for number, each in enumerate(_objects(space, path)):
                place, id_ = f"{path}[{number}].id", each.get("id")
                if not isinstance(id_, str) or not _HEX_ID.fullmatch(id_):
                    yield f"{place}: must be 32 lowercase hex digits, not {json.dumps(id_)[:60]}."
                elif id_ in seen:
                    yield f"{place}: {id_} is used by {seen[id_]} too; ids are unique over all {kind}."
                else:
                    seen[id_] = place
            if path != "benchmarks.questions":  # seen in both orders
                yield from _sorted_by(_at(space, path), path, "id")


def _sources(space: dict[str, Any]) -> Iterator[str]:
    seen: set[str] = set()
    for path in ("data_sources.tables", "data_sources.metric_views"):
        for number, entry in enumerate(_objects(space, path)):
            place, name = f"{path}[{number}]", entry.get("identifier")
            if not isinstance(name, str) or not _IDENTIFIER.fullmatch(name):
                yield f"{place}.identifier: must be a three-level name like catalog.schema.table, not {json.dumps(name)[:80]}."
                continue
            if name.casefold() in seen:
                yield f"{place}.identifier: {name} is listed twice."
            seen.add(name.casefold())
            configs = entry.get("column_configs")
            if configs is not None and not isinstance(configs, list):
                yield f"{place}.column_configs: must be a list."
                continue
            yield from _columns(configs or [], f"{place}.column_configs")
        yield from _sorted_by(_at(space, path), path, "identifier")


def _columns(configs: list[Any], place: str) -> Iterator[str]:
    seen: set[str] = set()
    for number, config in enumerate(configs):
        name = config.get("column_name") if isinstance(config, dict) else None
        if not isinstance(name, str) or not name:
            yield f"{place}[{number}].column_name: is required."
            continue
        if name in seen:
            yield f"{place}[{number}].column_name: {name} is listed twice."
        seen.add(name)
        for key in ("description", "synonyms"):
            text = config.get(key)
            if text is not None and not (isinstance(text, list) and all(isinstance(part, str) for part in text)):
                yield f"{place}[{number}].{key}: must be a list of strings."
    yield from _sorted_by(configs, place, "column_name")


def _sorted_by(items: Any, path: str, key: str) -> Iterator[str]:
    if not isinstance(items, list):
        return
    values = [each.get(key) for each in items if isinstance(each, dict)]
    if not all(isinstance(each, str) for each in values):
        return
    for number, (before, after) in enumerate(itertools.pairwise(values), 1):
        if before > after:
            yield f"{path}: must be sorted by {key}; item {number} ({after[:60]}) comes after {before[:60]}."
            return


def _benchmark(each: dict[str, Any], place: str) -> Iterator[str]:
    if not each.get("question"):
        yield f"{place}.question: is required."
    answers = each.get("answer")
    if answers is None:
        return
    if not isinstance(answers, list) or len(answers) > 1 or not all(isinstance(one, dict) for one in answers):
        yield f"{place}.answer: must be a list of one object with format and content."
        return
    for answer in answers:
        content = answer.get("content")
        if answer.get("format") != "SQL" or not isinstance(content, list):
            yield f'{place}.answer: format must be "SQL" and content a list of strings.'


def _counts(space: dict[str, Any]) -> Iterator[str]:
    def length(*paths: str) -> int:
        return sum(len(_list(space, path)) for path in paths)

    tables = length("data_sources.tables", "data_sources.metric_views")
    instructions = length(*_INSTRUCTIONS)
    for path, count, limit, what in (
        ("data_sources", tables, MAX_TABLES, "tables and metric views"),
        ("instructions", instructions, MAX_INSTRUCTIONS, "instructions"),
        ("benchmarks.questions", length("benchmarks.questions"), MAX_BENCHMARKS, "benchmark questions"),
        ("instructions.text_instructions", length("instructions.text_instructions"), 1, "text instruction"),
    ):
        if count > limit:
            yield f"{path}: has {count} {what}; the limit is {limit}."
