"""Metric views as YAML: parsed for display, checked before they are created, and the statements that create and drop one.

YAML 1.1 reads the key `on:` of a join as true; it is put right here, so that nobody else need know.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from core.errors import InputError

_IDENTIFIER = re.compile(r"(?:`[^`;$]+`|[A-Za-z0-9_-]+)(?:\.(?:`[^`;$]+`|[A-Za-z0-9_-]+)){2}")
_VERSIONS = ("0.1", "1.0", "1.1")


@dataclass(frozen=True)
class Named:
    """A dimension or measure."""

    name: str
    expr: str
    display_name: str
    comment: str
    synonyms: tuple[str, ...]


@dataclass(frozen=True)
class MetricView:
    """One definition. `joins` are the names of its joins, nested ones as `outer.inner`."""

    version: str
    source: str
    filter: str
    dimensions: tuple[Named, ...]
    measures: tuple[Named, ...]
    joins: tuple[str, ...]
    data: Mapping[str, Any] = field(repr=False)


def parse_metric_view(text: str) -> MetricView:
    """Read a definition. Raises InputError where it is no YAML object; what else may be wrong is for `metric_view_faults`."""
    data = _loaded(text)
    dimensions = data.get("dimensions", data.get("fields"))
    return MetricView(
        str(data.get("version") or ""),
        _text(data.get("source")),
        _text(data.get("filter")),
        tuple(_named(each) for each in _objects(dimensions)),
        tuple(_named(each) for each in _objects(data.get("measures"))),
        tuple(_join_names(data.get("joins"), "")),
        data,
    )


def metric_view_faults(text: str) -> tuple[str, ...]:
    """What the service would refuse, a sentence each; none if it may be created."""
    try:
        view = parse_metric_view(text)
    except InputError as error:
        return (str(error),)
    return tuple(_faults(view))


def create_statement(identifier: str, text: str) -> str:
    """The statement that creates the view, or replaces one of that name.

    Raises:
        InputError: the name is not of three parts, or the definition has faults.
    """
    for fault in metric_view_faults(text):
        raise InputError(fault)
    body = text.strip("\n")
    if "$$" in body:
        raise InputError("The definition contains $$, which would end it early. Write the text without it.")
    return f"CREATE OR REPLACE VIEW {_checked(identifier)} WITH METRICS LANGUAGE YAML AS $$\n{body}\n$$"


def drop_statement(identifier: str) -> str:
    """The statement that drops the view from the catalog. Raises InputError for a name that is not of three parts."""
    return f"DROP VIEW IF EXISTS {_checked(identifier)}"


def _faults(view: MetricView) -> Iterator[str]:
    if view.version not in _VERSIONS:
        yield f"The version is “{view.version}”; it must be one of {', '.join(_VERSIONS)}."
    if not view.source:
        yield "There is no source. Name the table or the query that the view is over."
    if "dimensions" in view.data and "fields" in view.data:
        yield "There are both dimensions and fields; they mean the same. Keep one."
    if not view.measures:
        yield "There is no measure. Add at least one with an aggregate, such as sum(amount)."
    names: set[str] = set()
    for what, items in (("dimension", view.dimensions), ("measure", view.measures)):
        for number, each in enumerate(items, start=1):
            called = f"“{each.name}”" if each.name else f"number {number}"
            if not each.name:
                yield f"The {what} {called} has no name."
            if not each.expr:
                yield f"The {what} {called} has no expr."
            if each.name and each.name.lower() in names:
                yield f"The name {called} stands twice. Names are unique over dimensions and measures."
            names.add(each.name.lower())
    yield from _join_faults(view.data.get("joins"))


def _join_faults(joins: Any) -> Iterator[str]:
    for number, join in enumerate(_objects(joins), start=1):
        called = f"“{join['name']}”" if join.get("name") else f"number {number}"
        for key in ("name", "source"):
            if not join.get(key):
                yield f"The join {called} has no {key}."
        if ("on" in join) == ("using" in join):
            yield f"The join {called} needs either “on” or “using”."
        yield from _join_faults(join.get("joins"))


def _loaded(text: str) -> dict[str, Any]:
    import yaml

    try:
        data = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError) as error:
        where = getattr(error, "problem_mark", None)
        line = f" Line {where.line + 1}, column {where.column + 1}:" if where else ""
        problem = getattr(error, "problem", None) or "it is nested too deeply"
        raise InputError(f"The metric view is not YAML.{line} {problem}. Correct it there.") from error
    if not isinstance(data, dict):
        raise InputError("The metric view is no YAML object. It begins with “version:”, “source:” and “measures:”.")
    return _with_on(data)


def _with_on(value: Any) -> Any:
    if isinstance(value, dict):
        return {"on" if key is True else str(key): _with_on(each) for key, each in value.items()}
    return [_with_on(each) for each in value] if isinstance(value, list) else value


def _named(item: Mapping[str, Any]) -> Named:
    synonyms = item.get("synonyms")
    return Named(
        _text(item.get("name")),
        _text(item.get("expr")),
        _text(item.get("display_name")),
        _text(item.get("comment")),
        tuple(str(each) for each in synonyms) if isinstance(synonyms, list) else (),
    )


def _join_names(joins: Any, above: str) -> Iterator[str]:
    for join in _objects(joins):
        name = f"{above}{_text(join.get('name'))}"
        yield name
        yield from _join_names(join.get("joins"), f"{name}.")


def _objects(value: Any) -> list[dict[str, Any]]:
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _checked(identifier: str) -> str:
    if not _IDENTIFIER.fullmatch(identifier):
        raise InputError(f"“{identifier[:80]}” is no name for a metric view. It is like catalog.schema.name.")
    return identifier
