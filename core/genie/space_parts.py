"""The parts of a space as frozen dataclasses, each read from its JSON object. Text fields arrive as lists of strings.

`raw` is the JSON that the part was read from, with every key that has no field here.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Place = Literal["tables", "metric_views"]
SnippetKind = Literal["filters", "expressions", "measures"]


@dataclass(frozen=True)
class SpaceColumn:
    """How the space describes one column."""

    name: str
    description: str
    synonyms: tuple[str, ...]
    excluded: bool
    format_assistance: bool
    entity_matching: bool
    raw: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True)
class TableSource:
    """A table or metric view, `identifier` in three parts. `place` and `index` say where it stands in the JSON."""

    identifier: str
    description: str
    columns: tuple[SpaceColumn, ...]
    place: Place
    index: int
    raw: Mapping[str, Any] = field(repr=False)

    @property
    def name(self) -> str:
        """The last part of the identifier."""
        return self.identifier.replace("`", "").rsplit(".", 1)[-1]


@dataclass(frozen=True)
class Question:
    """A sample question."""

    id: str
    text: str


@dataclass(frozen=True)
class TextInstruction:
    id: str
    content: str


@dataclass(frozen=True)
class Parameter:
    """A parameter `:name` of an example's SQL, with the value that it has when nobody gives one."""

    name: str
    type_hint: str
    description: str
    default_value: str | None


@dataclass(frozen=True)
class Example:
    """A question with the SQL that answers it, shown to Genie."""

    id: str
    question: str
    sql: str
    parameters: tuple[Parameter, ...]
    usage_guidance: str
    raw: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True)
class SqlFunction:
    id: str
    identifier: str


@dataclass(frozen=True)
class JoinSpec:
    """How two sources are joined. `sql` is the condition and, as a comment, the relationship."""

    id: str
    left: str
    right: str
    sql: tuple[str, ...]
    comment: str
    instruction: str
    raw: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True)
class Snippet:
    """A named piece of SQL: a filter, an expression or a measure."""

    id: str
    kind: SnippetKind
    name: str
    alias: str
    sql: str
    synonyms: tuple[str, ...]
    raw: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True)
class SpaceBenchmark:
    """A benchmark as the space holds it. `sql` is None if it has no answer in SQL."""

    id: str
    question: str
    sql: str | None
    raw: Mapping[str, Any] = field(repr=False)


def read_source(item: Mapping[str, Any], place: str, index: int) -> TableSource:
    columns = tuple(read_column(each) for _, each in dicts(item.get("column_configs")))
    where: Place = "metric_views" if place == "metric_views" else "tables"
    return TableSource(text_of(item.get("identifier")), joined(item.get("description")), columns, where, index, item)


def read_column(item: Mapping[str, Any]) -> SpaceColumn:
    return SpaceColumn(
        text_of(item.get("column_name")),
        joined(item.get("description")),
        texts(item.get("synonyms")),
        item.get("exclude") is True,
        item.get("enable_format_assistance") is True,
        item.get("enable_entity_matching") is True,
        item,
    )


def read_example(item: Mapping[str, Any]) -> Example:
    parameters = tuple(
        Parameter(
            text_of(each.get("name")),
            text_of(each.get("type_hint")),
            joined(each.get("description")),
            default_of(each.get("default_value")),
        )
        for _, each in dicts(item.get("parameters"))
    )
    question, sql = joined(item.get("question")), joined(item.get("sql"))
    return Example(text_of(item.get("id")), question, sql, parameters, joined(item.get("usage_guidance")), item)


def default_of(value: Any) -> str | None:
    """A parameter's default as text: it is written as a string, or as `{"values": [first, …]}`."""
    if isinstance(value, dict):
        return next(iter(texts(value.get("values"))), None)
    return joined(value) if isinstance(value, str | list) else None if value is None else str(value)


def read_join(item: Mapping[str, Any]) -> JoinSpec:
    return JoinSpec(
        text_of(item.get("id")),
        _side(item.get("left")),
        _side(item.get("right")),
        texts(item.get("sql")),
        joined(item.get("comment")),
        joined(item.get("instruction")),
        item,
    )


def read_snippet(item: Mapping[str, Any], kind: str) -> Snippet:
    which: SnippetKind = "filters" if kind == "filters" else "expressions" if kind == "expressions" else "measures"
    return Snippet(
        text_of(item.get("id")),
        which,
        text_of(item.get("display_name")),
        text_of(item.get("alias")),
        joined(item.get("sql")),
        texts(item.get("synonyms")),
        item,
    )


def read_benchmark(item: Mapping[str, Any]) -> SpaceBenchmark:
    answers = [each for _, each in dicts(item.get("answer")) if text_of(each.get("format")).upper() in ("SQL", "")]
    sql = joined(answers[0].get("content")) if answers else None
    return SpaceBenchmark(text_of(item.get("id")), joined(item.get("question")), sql or None, item)


def joined(value: Any) -> str:
    """A text field as one string: its list joined without separator. A plain string counts too; anything else is empty."""
    if isinstance(value, list):
        return "".join(part for part in value if isinstance(part, str))
    return value if isinstance(value, str) else ""


def texts(value: Any) -> tuple[str, ...]:
    """A list of strings whose items are of their own, such as synonyms."""
    if isinstance(value, str):
        return (value,)
    return tuple(part for part in value if isinstance(part, str)) if isinstance(value, list) else ()


def text_of(value: Any) -> str:
    return value if isinstance(value, str) else ""


def dicts(value: Any) -> Iterator[tuple[int, Any]]:
    """The objects of a list with their index; other items, and what is no list, are passed over."""
    if isinstance(value, list):
        yield from ((index, item) for index, item in enumerate(value) if isinstance(item, dict))


def _side(value: Any) -> str:
    return text_of(value.get("identifier")) if isinstance(value, dict) else text_of(value)
