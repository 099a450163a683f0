"""Every fault of a space's definition that the service would refuse, each with its path and a sentence.

All faults are listed, not only the first. A space without faults may still be poor: that is for `core.genie.health`.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from core.errors import InputError
from core.genie.fingerprints import SORTED_BY
from core.genie.limits import (
    LONGEST_LIST,
    LONGEST_TEXT,
    LONGEST_TITLE,
    MOST_BENCHMARKS,
    MOST_INSTRUCTIONS,
    MOST_SOURCES,
    instruction_count,
)
from core.genie.space_fields import SHAPE, Shape
from core.genie.spaces import RENAMED_COLUMN_KEYS, VERSION, Space, loaded, parse

_ID = re.compile(r"[0-9a-f]{32}")
_QUESTION_LISTS = ("config.sample_questions", "benchmarks.questions")
_INSTRUCTION_LISTS = (
    "instructions.text_instructions",
    "instructions.example_question_sqls",
    "instructions.sql_functions",
    "instructions.join_specs",
    "instructions.sql_snippets.filters",
    "instructions.sql_snippets.expressions",
    "instructions.sql_snippets.measures",
)
_SOURCE_LISTS = ("data_sources.tables", "data_sources.metric_views")


@dataclass(frozen=True)
class Fault:
    """One thing that the service refuses. `path` is like `instructions.example_question_sqls[2].id`; empty means the whole."""

    path: str
    sentence: str


def faults(space: Space | Mapping[str, Any]) -> tuple[Fault, ...]:
    """All faults, in the order of the checks: shape, ids, order, duplicates, limits.

    Give the JSON object itself to learn about version 1's column settings, which a parsed `Space` has renamed already.
    """
    data = space.data if isinstance(space, Space) else space
    checks: tuple[Callable[[Mapping[str, Any]], Iterator[Fault]], ...] = (
        _version,
        _shape,
        _ids,
        _order,
        _sources,
        _content,
        _sizes,
    )
    return tuple(fault for check in checks for fault in check(data))


def title_faults(title: str) -> tuple[Fault, ...]:
    """What is wrong with a space's title."""
    if not title.strip():
        return (Fault("title", "The title is empty. Give the space one."),)
    if len(title) > LONGEST_TITLE:
        too_long = f"The title has {len(title)} characters; {LONGEST_TITLE} are allowed. Shorten it."
        return (Fault("title", too_long),)
    return ()


def at(data: Mapping[str, Any], path: str) -> Any:
    """What stands under a dotted path of object keys, None where the path ends early."""
    found: Any = data
    for key in path.split("."):
        found = found.get(key) if isinstance(found, dict) else None
    return found


def _items(data: Mapping[str, Any], path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    found = at(data, path)
    if isinstance(found, list):
        yield from ((f"{path}[{i}]", item) for i, item in enumerate(found) if isinstance(item, dict))


def _version(data: Mapping[str, Any]) -> Iterator[Fault]:
    version = data.get("version")
    if version is None:
        yield Fault("version", f"The version is missing. Set it to {VERSION}.")
    elif not isinstance(version, int) or isinstance(version, bool) or not 1 <= version <= VERSION:
        yield Fault("version", f"The version is {version!r}; it must be {VERSION}.")
    if version == 1:
        return
    for place in _SOURCE_LISTS:
        for path, source in _items(data, place):
            for column_path, column in _items(source, "column_configs"):
                for old, new in RENAMED_COLUMN_KEYS.items():
                    if old in column:
                        yield Fault(f"{path}.{column_path}.{old}", f"“{old}” belongs to version 1. Name it “{new}”.")


def _shape(data: Mapping[str, Any]) -> Iterator[Fault]:
    yield from _shaped(data, SHAPE, "")


def _shaped(value: Any, shape: Shape, path: str) -> Iterator[Fault]:
    """Known fields have the right kind of value, strings and lists are not too long; unknown ones only that."""
    if isinstance(shape, dict):
        if not isinstance(value, dict):
            yield Fault(path, f"{_named(path)} must be an object, not {_kind(value)}.")
            return
        for key, inner in value.items():
            yield from _shaped(inner, shape.get(key), f"{path}.{key}" if path else key)
        return
    if isinstance(shape, list):
        if not isinstance(value, list):
            hint = " Put the text into a list." if isinstance(value, str) else ""
            yield Fault(path, f"{_named(path)} must be a list, not {_kind(value)}.{hint}")
            return
        if len(value) > LONGEST_LIST:
            yield Fault(path, f"{_named(path)} has {len(value):,} items; {LONGEST_LIST:,} are allowed.")
        for index, inner in enumerate(value):
            yield from _shaped(inner, shape[0], f"{path}[{index}]")
        return
    if shape is not None and not isinstance(value, shape):
        yield Fault(path, f"{_named(path)} must be {_KINDS[shape]}, not {_kind(value)}.")
    elif isinstance(value, str):
        yield from _text(value, path)
    elif isinstance(value, dict | list):  # an unknown part: only its sizes can be checked
        if isinstance(value, list) and len(value) > LONGEST_LIST:
            yield Fault(path, f"{_named(path)} has {len(value):,} items; {LONGEST_LIST:,} are allowed.")
        inner_of = value.items() if isinstance(value, dict) else enumerate(value)
        for key, inner in inner_of:
            yield from _shaped(inner, None, f"{path}.{key}" if isinstance(value, dict) else f"{path}[{key}]")


def _text(value: str, path: str) -> Iterator[Fault]:
    if len(value) > LONGEST_TEXT:
        yield Fault(path, f"{_named(path)} has {len(value):,} characters; {LONGEST_TEXT:,} are allowed in one string.")
    if any("\ud800" <= character <= "\udfff" for character in value):
        yield Fault(path, f"{_named(path)} holds half of a character (a lone surrogate), which cannot be stored.")


def _ids(data: Mapping[str, Any]) -> Iterator[Fault]:
    for lists, what in ((_QUESTION_LISTS, "sample questions and benchmarks"), (_INSTRUCTION_LISTS, "instructions")):
        first: dict[str, str] = {}
        for place in lists:
            for path, item in _items(data, place):
                found = item.get("id")
                if not isinstance(found, str):
                    if found is None:
                        yield Fault(f"{path}.id", "The id is missing. It is 32 digits of 0–9 and a–f.")
                    continue
                if not _ID.fullmatch(found):
                    yield Fault(f"{path}.id", f"The id “{found[:40]}” is not 32 digits of 0–9 and a–f in lower case.")
                if found in first:
                    yield Fault(
                        f"{path}.id", f"The id stands already at {first[found]}. Ids are unique over all {what}."
                    )
                first.setdefault(found, path)


def _order(data: Mapping[str, Any]) -> Iterator[Fault]:
    for place in (*_SOURCE_LISTS, *_INSTRUCTION_LISTS, "config.sample_questions"):  # benchmarks come in any order
        yield from _sorted(place, [item for _, item in _items(data, place)])
    for place in _SOURCE_LISTS:
        for path, source in _items(data, place):
            yield from _sorted(f"{path}.column_configs", [item for _, item in _items(source, "column_configs")])
    for path, example in _items(data, "instructions.example_question_sqls"):
        yield from _sorted(f"{path}.parameters", [item for _, item in _items(example, "parameters")])


def _sorted(path: str, items: list[dict[str, Any]]) -> Iterator[Fault]:
    key = SORTED_BY[path.rsplit(".", 1)[-1]]
    values = [item[key] for item in items if isinstance(item.get(key), str)]
    wrong = next((i for i in range(1, len(values)) if values[i] < values[i - 1]), None)
    if wrong is not None:
        yield Fault(path, f"The list must be sorted by {key}: “{values[wrong]}” stands after “{values[wrong - 1]}”.")


def _sources(data: Mapping[str, Any]) -> Iterator[Fault]:
    first: dict[str, str] = {}
    for place in _SOURCE_LISTS:
        for path, source in _items(data, place):
            identifier = source.get("identifier")
            if not isinstance(identifier, str):
                if identifier is None:
                    yield Fault(f"{path}.identifier", "The identifier is missing. It is like catalog.schema.table.")
            else:
                if not _three_parts(identifier):
                    yield Fault(f"{path}.identifier", f"“{identifier[:80]}” is not of the form catalog.schema.table.")
                if identifier.lower() in first:
                    yield Fault(f"{path}.identifier", f"“{identifier}” stands already at {first[identifier.lower()]}.")
                first.setdefault(identifier.lower(), path)
            columns: dict[str, str] = {}
            for column_path, column in _items(source, "column_configs"):
                name = column.get("column_name")
                if not isinstance(name, str) or not name:
                    yield Fault(f"{path}.{column_path}.column_name", "The column's name is missing.")
                elif name.lower() in columns:
                    yield Fault(
                        f"{path}.{column_path}", f"The column “{name}” stands already at {columns[name.lower()]}."
                    )
                else:
                    columns[name.lower()] = f"{path}.{column_path}"


def _three_parts(identifier: str) -> bool:
    parts = re.findall(r"`(?:[^`]|``)+`|[^.`]+", identifier)
    return len(parts) == 3 and ".".join(parts) == identifier and all(part.strip() for part in parts)


def _content(data: Mapping[str, Any]) -> Iterator[Fault]:
    texts = [path for path, _ in _items(data, "instructions.text_instructions")]
    if len(texts) > 1:
        yield Fault(
            "instructions.text_instructions", f"There are {len(texts)} text instructions; one is allowed. Join them."
        )
    for place in _QUESTION_LISTS:
        for path, item in _items(data, place):
            if not _filled(item.get("question")):
                yield Fault(f"{path}.question", "The question is empty.")
    for path, item in _items(data, "instructions.example_question_sqls"):
        for name in ("question", "sql"):
            if not _filled(item.get(name)):
                yield Fault(f"{path}.{name}", f"The example's {'SQL' if name == 'sql' else name} is empty.")
    for path, item in _items(data, "benchmarks.questions"):
        answers = item.get("answer")
        if isinstance(answers, list) and len(answers) > 1:
            yield Fault(f"{path}.answer", f"The benchmark has {len(answers)} answers; one is allowed.")
        for answer_path, answer in _items(item, "answer"):
            if answer.get("format") != "SQL":
                yield Fault(
                    f"{path}.{answer_path}.format",
                    f"The answer's format is {answer.get('format')!r}; it must be “SQL”.",
                )
            if not _filled(answer.get("content")):
                yield Fault(f"{path}.{answer_path}.content", "The answer is empty.")


def _filled(value: Any) -> bool:
    """Whether a text field holds something; wrong kinds are named by the check of the shape."""
    if isinstance(value, list):
        return any(not isinstance(part, str) or part.strip() for part in value)
    return value is not None and (not isinstance(value, str) or bool(value.strip()))


def _sizes(data: Mapping[str, Any]) -> Iterator[Fault]:
    space = Space(data)
    sources, benchmarks, instructions = len(space.sources), len(space.benchmarks), instruction_count(space)
    if sources > MOST_SOURCES:
        yield Fault(
            "data_sources", f"There are {sources} tables and metric views; {MOST_SOURCES} are allowed. Remove some."
        )
    if instructions > MOST_INSTRUCTIONS:
        counted = "each example, each function and the text count one"
        yield Fault(
            "instructions", f"There are {instructions} instructions ({counted}); {MOST_INSTRUCTIONS} are allowed."
        )
    if benchmarks > MOST_BENCHMARKS:
        yield Fault("benchmarks.questions", f"There are {benchmarks} benchmarks; {MOST_BENCHMARKS} are allowed.")


_KINDS: dict[type, str] = {str: "text", bool: "true or false", int: "a number"}


def _kind(value: Any) -> str:
    if value is None:
        return "null"
    return {str: "text", bool: "true or false", int: "a number", float: "a number", list: "a list", dict: "an object"}[
        type(value)
    ]


def _named(path: str) -> str:
    last = path.rsplit(".", 1)[-1]
    return f"“{last}”" if last else "The space"


def check_text(text: str | bytes) -> tuple[Space | None, tuple[Fault, ...]]:
    """A file's definition and all its faults; the space is None where the text cannot even be read as one."""
    try:
        data = loaded(text)
        return parse(data), faults(data)
    except InputError as error:
        return None, (Fault("", str(error)),)
