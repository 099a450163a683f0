"""SQL written by a model for the local Genie: what the model is told of a space, and what its answer becomes.

Told are the columns of the tables, a few of their values, and the space's configuration without its benchmarks; as fenced
data of bounded size. The call is recorded like any other.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from core import library
from core.db import reading
from core.errors import PromptSchemaError, RateLimitError, ServiceError, WorkbenchError
from core.genie.local_writer import check_writer
from core.genie.spaces import Space, parse

PROMPT = "genie/write_sql"
LONGEST = 60_000
"""Characters of the description of a space: about 15,000 tokens."""

_EARLIER = 5
_LONGEST_QUESTION = 8_000
_SCHEMA: dict[str, Any] = {
    "name": "genie_write_sql",
    "schema": {
        "type": "object",
        "properties": {
            "sql": {"type": ["string", "null"]},
            "text": {"type": ["string", "null"]},
            "explanation": {"type": "string"},
        },
        "required": ["sql", "text", "explanation"],
        "additionalProperties": False,
    },
}


class _Named(Protocol):
    """A column of a table, or a dimension or measure of a metric view."""

    @property
    def name(self) -> str: ...
    @property
    def comment(self) -> str: ...


class _Column(_Named, Protocol):
    @property
    def type(self) -> str: ...


class _Table(Protocol):
    @property
    def identifier(self) -> str: ...
    @property
    def columns(self) -> Sequence[_Column]: ...
    @property
    def rows(self) -> int: ...
    @property
    def comment(self) -> str: ...


class _View(Protocol):
    @property
    def comment(self) -> str: ...
    @property
    def dimensions(self) -> Sequence[_Named]: ...
    @property
    def measures(self) -> Sequence[_Named]: ...


@dataclass(frozen=True)
class Material:
    """What a space sees of its workspace. `values(identifier, column, limit)` are distinct values, the frequent ones first."""

    tables: Sequence[_Table]
    metric_views: Mapping[str, _View]
    values: Callable[[str, str, int], Sequence[Any]]


@dataclass(frozen=True)
class WrittenSql:
    """What the model answered. `sql` None: `text` asks back, or says what is missing."""

    sql: str | None
    text: str | None
    explanation: str


@dataclass(frozen=True)
class _Room:
    """How much of everything is told: values per column, columns per table, examples, characters of a text."""

    values: int
    columns: int
    examples: int
    text: int


_ROOMS = (
    _Room(8, 400, 100, 25_000), _Room(5, 200, 40, 4_000), _Room(3, 100, 20, 1_000), _Room(0, 60, 10, 500), _Room(0, 30, 3, 200),
)  # fmt: skip
"""The first that fits is taken."""


def write_sql(
    question: str,
    definition: Mapping[str, Any],
    material: Material,
    earlier: Sequence[str],
    *,
    connection: str,
    person: str,
) -> WrittenSql:
    """Ask the connection's model for the SQL of a question.

    Raises:
        InputError: the connection's model cannot write SQL. NotFoundError, BudgetError, ConfigError: as for any call.
        RateLimitError: the model's service asks to wait. ServiceError: it failed, or its answer is of another form.
    """
    values = {
        "question": _cut(question, _LONGEST_QUESTION),
        "earlier": "\n".join(f"- {_cut(each, 500)}" for each in earlier[-_EARLIER:]),
        "space": described(parse(definition), material),
    }
    with reading() as session:
        check_writer(session, connection)
        overrides = {"connection": connection, "response_schema": _SCHEMA}
        call = library.call_reference(session, PROMPT, values, overrides=overrides, source="genie", person=person)
    run = library.start(call)
    execution = run.wait()
    if execution.status != "completed":
        if isinstance(run.error, RateLimitError):
            raise run.error
        if isinstance(run.error, PromptSchemaError):
            raise ServiceError(
                f"The model of '{connection}' gave no answer that can be used. Ask again.", service=connection
            ) from run.error
        raise run.error or WorkbenchError(execution.error or f"The call was {execution.status}. Ask again.")
    answer = execution.parsed
    sql, text = (str(answer[key] or "").strip() or None for key in ("sql", "text"))
    if sql is None and text is None:
        text = "The model wrote no query and did not say why. Please ask in other words."
    return WrittenSql(sql, text, answer["explanation"].strip())


def described(space: Space, material: Material) -> str:
    """The space as fenced text of at most `LONGEST` characters; what had to be left out is said in it."""
    for room in _ROOMS:
        text = "\n".join(_lines(space, material, room))
        if len(text) <= LONGEST - 100:
            break
    else:
        text = f"{text[: LONGEST - 200]}\nThe rest is left out, because it would not fit."
    # Nobody who writes a description can know it, and the same space gives the same prompt.
    fence = f"data-{hashlib.sha256(text.encode()).hexdigest()[:8]}"
    return f"<{fence}>\n{text}\n</{fence}>"


def _lines(space: Space, material: Material, room: _Room) -> Iterator[str]:
    for table in material.tables:
        yield from _table_lines(space, table, material, room)
    for name, view in material.metric_views.items():
        yield from _view_lines(space, name, view, room)
    for join in space.joins:
        yield f"Join {join.left} with {join.right}: {_text(' '.join(join.sql), room)}{_said(join.comment, join.instruction, room=room)}"
    for snippet in space.snippets:
        names = ", ".join(_quoted(each) for each in (snippet.name, snippet.alias, *snippet.synonyms) if each)
        yield f"Named {snippet.kind.removesuffix('s')} {names}: {_text(snippet.sql, room)}"
    for function in space.functions:
        yield f"SQL function {function.identifier}"
    for example in space.examples[: room.examples]:
        yield f"Example question: {_text(example.question, room)}{_said(example.usage_guidance, room=room)}"
        defaults = {each.name: each.default_value for each in example.parameters}
        yield f"Its SQL: {_text(example.sql, room)}" + (f" (parameters {json.dumps(defaults)})" if defaults else "")
    if (hidden := len(space.examples) - room.examples) > 0:
        yield f"Left out: {hidden} more examples."
    if space.text_instruction.strip():
        yield f"General instruction:\n{_cut(space.text_instruction.strip(), room.text)}"


def _table_lines(space: Space, table: _Table, material: Material, room: _Room) -> Iterator[str]:
    source = space.source(table.identifier)
    yield f"Table {table.identifier}: {table.rows:,} rows{_said(source.description if source else '', table.comment, room=room)}"
    configured = {each.name.casefold(): each for each in source.columns} if source else {}
    shown = [each for each in table.columns if not (own := configured.get(each.name.casefold())) or not own.excluded]
    for column in shown[: room.columns]:
        own = configured.get(column.name.casefold())
        said = _said(own.description if own else "", column.comment, room=room)
        called = f"; also called {', '.join(map(_quoted, own.synonyms))}" if own and own.synonyms else ""
        # A space can say that the values of a column are not to be shown.
        quiet = own is not None and own.raw.get("enable_format_assistance") is False
        values = [] if quiet or not room.values or column.type != "STRING" else material.values(
            table.identifier, column.name, room.values
        )  # fmt: skip
        listed = f"; values {', '.join(_quoted(_cut(str(each), 60)) for each in values)}" if values else ""
        yield f"- {column.name} {column.type}{said}{called}{listed}"
    if (hidden := len(shown) - room.columns) > 0:
        yield f"- left out: {hidden} more columns"


def _view_lines(space: Space, name: str, view: _View, room: _Room) -> Iterator[str]:
    source = space.source(name)
    yield f"Metric view {name}{_said(source.description if source else '', view.comment, room=room)}"
    for kind, parts in (("dimension", view.dimensions), ("measure", view.measures)):
        for part in parts[: room.columns]:
            own = space.column(name, part.name)
            called = f"; also called {', '.join(map(_quoted, own.synonyms))}" if own and own.synonyms else ""
            yield f"- {kind} {part.name}{_said(own.description if own else '', part.comment, room=room)}{called}"


def _said(*texts: str, room: _Room) -> str:
    """The texts that are not empty, each once, behind a colon."""
    found = dict.fromkeys(short for each in texts if (short := _text(each, room)))
    return f": {' '.join(found)}" if found else ""


def _text(text: str, room: _Room) -> str:
    return _cut(" ".join(text.split()), room.text)


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}… ({len(text):,} characters)"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
