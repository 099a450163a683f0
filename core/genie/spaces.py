"""A Genie space's definition (`serialized_space`): typed reading over JSON that is kept as it came.

The JSON stays the truth: nothing that this module does not know is dropped, renamed or put in another order, so that
parse → write → parse is the identity. Typed parts are read from it on demand and are tolerant: what has the wrong shape
is left out here and named by `core.genie.validating`.
"""

import copy
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from core.errors import InputError
from core.genie.space_parts import (
    Example,
    JoinSpec,
    Question,
    Snippet,
    SpaceBenchmark,
    SpaceColumn,
    SqlFunction,
    TableSource,
    TextInstruction,
    dicts,
    joined,
    read_benchmark,
    read_example,
    read_join,
    read_snippet,
    read_source,
    text_of,
)

VERSION = 2
"""The version that is written. Version 1 differs in the names of two column settings."""

RENAMED_COLUMN_KEYS = {
    "get_example_values": "enable_format_assistance",
    "build_value_dictionary": "enable_entity_matching",
}
"""Version 1 → version 2. The service refuses the old names in a version 2 space."""

_LARGEST = 50_000_000
_DEEPEST = 60


@dataclass(frozen=True)
class Space:
    """One definition. `data` is the whole JSON object, in version 2; treat it as read-only and edit a `copy()` of it."""

    data: Mapping[str, Any] = field(repr=False)

    def copy(self) -> dict[str, Any]:
        """The JSON as a dictionary of its own, to change."""
        return copy.deepcopy(dict(self.data))

    @cached_property
    def sources(self) -> tuple[TableSource, ...]:
        """Everything that stands under `tables` and under `metric_views`, in that order."""
        found = _at(self.data, "data_sources")
        return tuple(
            read_source(item, place, index)
            for place in ("tables", "metric_views")
            for index, item in dicts(found.get(place))
        )

    def tables(self, known_metric_views: frozenset[str] = frozenset()) -> tuple[TableSource, ...]:
        """The sources that are no metric views."""
        return tuple(source for source in self.sources if not _is_view(source, known_metric_views))

    def metric_views(self, known: frozenset[str] = frozenset()) -> tuple[TableSource, ...]:
        """The metric views of both places. One under `tables` looks like any table there: `known` names those.

        `known` holds identifiers, lower case, that the catalog calls metric views.
        """
        return tuple(source for source in self.sources if _is_view(source, known))

    def source(self, identifier: str) -> TableSource | None:
        """The table or metric view of that three-part name, whatever its case."""
        return next((each for each in self.sources if each.identifier.lower() == identifier.lower()), None)

    @cached_property
    def sample_questions(self) -> tuple[Question, ...]:
        found = _at(self.data, "config").get("sample_questions")
        return tuple(Question(text_of(item.get("id")), joined(item.get("question"))) for _, item in dicts(found))

    @cached_property
    def text_instructions(self) -> tuple[TextInstruction, ...]:
        """A valid space has at most one."""
        found = self._instructions.get("text_instructions")
        return tuple(TextInstruction(text_of(item.get("id")), joined(item.get("content"))) for _, item in dicts(found))

    @property
    def text_instruction(self) -> str:
        """The general instruction, empty without one."""
        return "\n".join(each.content for each in self.text_instructions)

    @cached_property
    def examples(self) -> tuple[Example, ...]:
        return tuple(read_example(item) for _, item in dicts(self._instructions.get("example_question_sqls")))

    @cached_property
    def functions(self) -> tuple[SqlFunction, ...]:
        found = self._instructions.get("sql_functions")
        return tuple(SqlFunction(text_of(item.get("id")), text_of(item.get("identifier"))) for _, item in dicts(found))

    @cached_property
    def joins(self) -> tuple[JoinSpec, ...]:
        return tuple(read_join(item) for _, item in dicts(self._instructions.get("join_specs")))

    @cached_property
    def snippets(self) -> tuple[Snippet, ...]:
        """Filters, expressions and measures, in that order."""
        found = _at(self._instructions, "sql_snippets")
        return tuple(
            read_snippet(item, kind)
            for kind in ("filters", "expressions", "measures")
            for _, item in dicts(found.get(kind))
        )

    @cached_property
    def benchmarks(self) -> tuple[SpaceBenchmark, ...]:
        found = _at(self.data, "benchmarks").get("questions")
        return tuple(read_benchmark(item) for _, item in dicts(found))

    @property
    def _instructions(self) -> Mapping[str, Any]:
        return _at(self.data, "instructions")

    def column(self, identifier: str, name: str) -> SpaceColumn | None:
        """The configured column of a source, whatever its case."""
        source = self.source(identifier)
        columns = source.columns if source else ()
        return next((each for each in columns if each.name.lower() == name.lower()), None)


def parse(text: str | bytes | Mapping[str, Any]) -> Space:
    """Read a definition of version 1 or 2 (missing counts as 2), given as JSON text or as an object.

    Raises:
        InputError: it is no JSON object, has a key twice, or is of a newer version. Everything else that may be wrong with
            it is for `validating.faults` to name.
    """
    data = dict(text) if isinstance(text, Mapping) else loaded(text)
    version = data.get("version", VERSION)
    if isinstance(version, int) and not isinstance(version, bool) and version > VERSION:
        raise InputError(
            f"The space is of version {version}; versions 1 and {VERSION} are known. Update Whetstone, or export the space anew."
        )
    return Space(_upgraded(data))


def write(space: Space, *, indent: int | None = None) -> str:
    """The definition as JSON text of version 2; `indent=2` for a file that people read."""
    return json.dumps(space.data, ensure_ascii=False, indent=indent, allow_nan=False)


def empty() -> Space:
    """A definition without anything in it."""
    return Space({"version": VERSION})


def loaded(text: str | bytes) -> dict[str, Any]:
    """The JSON object of a definition's text, as it stands there. Raises InputError as `parse` does."""
    if len(text) > _LARGEST:
        raise InputError(
            f"The file has {len(text):,} characters, more than a space can have. Choose a .geniespace.json."
        )
    try:
        if isinstance(text, bytes):
            text = text.decode("utf-8-sig")
        data = json.loads(text.removeprefix("\ufeff"), object_pairs_hook=_unique, parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise InputError("The file is not text in UTF-8, so it is no space definition. Export it again.") from error
    except json.JSONDecodeError as error:
        raise InputError(
            f"The text is not JSON: line {error.lineno}, column {error.colno}: {error.msg}. Correct it there, or export the "
            "space again."
        ) from error
    except RecursionError as error:
        raise InputError("The JSON is nested too deeply to be a space definition. Export the space again.") from error
    if not isinstance(data, dict):
        raise InputError("The JSON is not an object, so it is no space definition. It must begin with {.")
    if _deeper_than(data, _DEEPEST):
        raise InputError("The JSON is nested too deeply to be a space definition. Export the space again.")
    # What the service returns, or a whole export, holds the definition as a string in a field.
    inner = data.get("serialized_space")
    if isinstance(inner, str) and "data_sources" not in data:
        return loaded(inner)
    return data


def _deeper_than(data: Any, most: int) -> bool:
    level: list[Any] = [data]
    for _ in range(most + 1):
        level = [
            inner
            for outer in level
            for inner in (outer.values() if isinstance(outer, dict) else outer)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return False
    return True


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise InputError(f"The key “{twice}” stands twice in one object of the JSON. Remove one of the two.")
    return found


def _no_constant(name: str) -> Any:
    raise InputError(f"The JSON holds {name}, which is no JSON value. Replace it by a number or null.")


def _upgraded(data: dict[str, Any]) -> dict[str, Any]:
    """The same in version 2. Only version 1's two column settings change their names."""
    if data.get("version") != 1:
        return copy.deepcopy(data)
    upgraded = copy.deepcopy(data) | {"version": VERSION}
    sources = _at(upgraded, "data_sources")
    for place in ("tables", "metric_views"):
        for _, source in dicts(sources.get(place)):
            columns = source.get("column_configs")
            if isinstance(columns, list):
                source["column_configs"] = [_renamed(each) if isinstance(each, dict) else each for each in columns]
    return upgraded


def _renamed(column: dict[str, Any]) -> dict[str, Any]:
    # A column that already has the new name keeps that value: it is the later one.
    return {
        RENAMED_COLUMN_KEYS.get(key, key): value
        for key, value in column.items()
        if RENAMED_COLUMN_KEYS.get(key) not in column
    }


def _at(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = data.get(key)
    return found if isinstance(found, dict) else {}


def _is_view(source: TableSource, known: frozenset[str]) -> bool:
    return source.place == "metric_views" or source.identifier.lower() in known
