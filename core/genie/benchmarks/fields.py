"""The names that fields of a benchmark have in files, and how one record becomes a benchmark."""

from collections.abc import Mapping
from typing import Any

from core.genie.benchmarks.model import Benchmark, Problem, fresh_id
from core.genie.space_parts import joined

NAMES: dict[str, tuple[str, ...]] = {
    "id": ("id", "question_id", "benchmark_id", "qid"),
    "question": ("question", "query_text", "prompt", "nl_question", "natural_language", "utterance", "input"),
    "expected_sql": (
        "expected_sql",
        "sql",
        "gold_sql",
        "ground_truth_sql",
        "expected",
        "query",
        "answer",
        "reference_sql",
    ),
    "category": ("category", "topic", "group"),
    "difficulty": ("difficulty", "level"),
    "tags": ("tags", "tag", "labels"),
    "held_out": ("held_out", "heldout", "holdout", "hold_out"),
    "notes": ("notes", "note", "comment", "comments", "explanation"),
}
"""Each field with the names that it may have in a file, the one that is written first. Case, blanks and - do not count."""

_YES = frozenset({"true", "yes", "1", "y", "x", "held out", "held-out", "held_out", "test"})


def plain_name(name: str) -> str:
    return "_".join(name.strip().lower().replace("-", " ").replace("_", " ").split())


def benchmark_of(record: Mapping[str, Any], where: str) -> tuple[Benchmark | None, tuple[Problem, ...]]:
    """One record as a benchmark, None without a question. Fields without a name here go to `extra` as they are."""
    by_name: dict[str, str] = {}
    for key in record:
        by_name.setdefault(plain_name(str(key)), key)
    used: dict[str, str] = {}
    for field, names in NAMES.items():
        key = next((by_name[each] for each in names if each in by_name and by_name[each] not in used.values()), None)
        if key is not None:
            used[field] = key
    value = {field: record[key] for field, key in used.items()}
    question = _text(value.get("question"))
    if not question.strip():
        return None, (Problem(where, "There is no question, so it was left out. Name the field “question”."),)
    problems: list[Problem] = []
    sql = _sql(value.get("expected_sql")).strip() or None
    if sql is None:
        problems.append(Problem(where, "There is no expected SQL, so only a person or a model can judge the answer."))
    id_ = _text(value.get("id")).strip() or fresh_id(question, sql)
    extra = {str(key): each for key, each in record.items() if key not in used.values()}
    benchmark = Benchmark(
        id_,
        question.strip(),
        sql,
        _text(value.get("category")).strip(),
        _text(value.get("difficulty")).strip(),
        _tags(value.get("tags")),
        _flag(value.get("held_out")),
        _text(value.get("notes")).strip(),
        extra,
    )
    return benchmark, tuple(problems)


def _text(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return ""
    return joined(value) if isinstance(value, str | list) else str(value)


def _sql(value: Any) -> str:
    """The SQL itself, or as a space holds it: a list of answers with format and content."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return joined(value[0].get("content"))
    if isinstance(value, dict):
        return joined(value.get("content") or value.get("sql"))
    return _text(value)


def _tags(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        value = value.replace(";", ",").split(",")
    if not isinstance(value, list):
        return ()
    return tuple(dict.fromkeys(text for each in value if isinstance(each, str) and (text := each.strip())))


def _flag(value: Any) -> bool:
    if isinstance(value, str):
        return value.strip().lower() in _YES
    return value is True or value == 1
