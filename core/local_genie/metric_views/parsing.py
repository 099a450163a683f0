"""Reading a metric view: the CREATE statement, and the YAML inside it.

YAML 1.1 reads a bare key `on:` as True, so joins look for both.
"""

import re
from dataclasses import dataclass
from typing import Any

from core.local_genie.metric_views.definition import Dimension, Join, Measure, MetricView
from core.local_genie.sql_errors import SqlError

_NAME = r"(?:`(?:[^`]|``)+`|[\w-]+)"
_CREATE = re.compile(
    rf"^\s*CREATE\s+(?P<replace>OR\s+REPLACE\s+)?VIEW\s+(?P<exists>IF\s+NOT\s+EXISTS\s+)?(?P<name>{_NAME}(?:\s*\.\s*{_NAME})*)"
    r"(?P<middle>.*?)\bAS\s+\$\$(?P<yaml>.*?)\$\$\s*;?\s*$",
    re.IGNORECASE | re.DOTALL,
)
_WITH_METRICS = re.compile(r"\bWITH\s+METRICS\b", re.IGNORECASE)
_LANGUAGE_YAML = re.compile(r"\bLANGUAGE\s+YAML\b", re.IGNORECASE)
_TOP = {"version", "source", "filter", "joins", "dimensions", "fields", "measures", "comment", "materialization"}
_COLUMN = {"name", "expr", "display_name", "comment", "synonyms", "format"}
_JOIN = {"name", "source", "on", "using", "joins", "cardinality", "rely"}
MAX_YAML_CHARS = 200_000


@dataclass(frozen=True)
class CreateMetricView:
    """A CREATE VIEW … WITH METRICS: the parts of its name, whether it may replace another, and its YAML."""

    name: tuple[str, ...]
    replace: bool
    if_not_exists: bool
    yaml: str


def invalid(reason: str) -> SqlError:
    return SqlError(
        f"[METRIC_VIEW_INVALID_VIEW_DEFINITION] The metric view definition is invalid. Reason: {reason} SQLSTATE: 42K0L"
    )


def read_create(sql: str) -> CreateMetricView | None:
    """The parts of a statement that creates a metric view; None if it is any other statement.

    Raises:
        SqlError: it says WITH METRICS, and is not written as the service wants it.
    """
    text = re.sub(r"^\s*--[^\n]*\n", "", sql)
    if not re.match(r"\s*CREATE\b", text, re.IGNORECASE) or not _WITH_METRICS.search(text.split("$$")[0]):
        return None
    match = _CREATE.match(text)
    if not match:
        raise SqlError(
            "[PARSE_SYNTAX_ERROR] Write it as CREATE OR REPLACE VIEW catalog.schema.name WITH METRICS LANGUAGE YAML "
            "AS $$ … $$. SQLSTATE: 42601"
        )
    if not _LANGUAGE_YAML.search(match["middle"]):
        raise SqlError("[PARSE_SYNTAX_ERROR] Syntax error: LANGUAGE YAML is missing before AS. SQLSTATE: 42601")
    parts = re.findall(_NAME, match["name"])
    return CreateMetricView(
        tuple(part.strip("`").replace("``", "`") for part in parts),
        bool(match["replace"]),
        bool(match["exists"]),
        match["yaml"],
    )


def parse(yaml_text: str) -> MetricView:
    """The metric view that a YAML text defines.

    Raises:
        SqlError: it is not YAML, a part is missing, or a key is unknown; the text names it.
    """
    import yaml

    if len(yaml_text) > MAX_YAML_CHARS:
        raise invalid(f"The YAML has {len(yaml_text):,} characters; the limit is {MAX_YAML_CHARS:,}.")
    if re.search(r"(?:^|[\s\[{,:-])[&*][A-Za-z0-9_]", _without_quoted(yaml_text)):
        raise invalid("YAML anchors and aliases are not allowed.")
    try:
        data = yaml.safe_load(yaml_text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        place = f" at line {mark.line + 1}, column {mark.column + 1}" if mark else ""
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        raise invalid(f"Failed to parse YAML{place}: {problem}.") from error
    if not isinstance(data, dict):
        raise invalid("Failed to parse YAML: a mapping with version, source and measures is expected.")
    _known(data, _TOP, "the metric view")
    if "fields" in data and "dimensions" in data:
        raise invalid("Give either fields or dimensions, not both.")
    return MetricView(
        version=str(data.get("version", "")),
        source=_text(data, "source", "the metric view", required=True).strip(),
        filter=_text(data, "filter", "the metric view"),
        comment=_text(data, "comment", "the metric view"),
        joins=_joins(data.get("joins"), "joins"),
        dimensions=tuple(
            Dimension(**_column(each, f"{key}[{number}]"))
            for key in ("dimensions", "fields")
            for number, each in enumerate(_list(data.get(key), key))
        ),
        measures=tuple(
            Measure(**_column(each, f"measures[{number}]"))
            for number, each in enumerate(_list(data.get("measures"), "measures"))
        ),
        yaml=yaml_text,
    )


def _without_quoted(text: str) -> str:
    """The text without quoted strings and without expressions, where & and * mean something else."""
    text = re.sub(r"\"[^\"\n]*\"|'[^'\n]*'|`[^`\n]*`", "x", text)
    text = re.sub(
        r"^(\s*(?:-\s+)?(?:expr|on|filter|source|comment|display_name|name):)\s.*$", r"\1 x", text, flags=re.MULTILINE
    )
    return "\n".join(line for line in text.splitlines() if ":" in line or line.lstrip().startswith("- "))


def _column(each: Any, place: str) -> dict[str, Any]:
    if not isinstance(each, dict):
        raise invalid(f"{place} must be a mapping with name and expr.")
    name = _text(each, "name", place, required=True)
    if "window" in each:
        raise invalid(f"{place} ({name}) uses window, which the local Genie does not offer.")
    _known(each, _COLUMN, f"{place} ({name})")
    synonyms = tuple(str(word) for word in _list(each.get("synonyms"), f"{place}.synonyms"))
    return {
        "name": name,
        "expr": _text(each, "expr", f"{place} ({name})", required=True),
        "display_name": _text(each, "display_name", place),
        "comment": _text(each, "comment", place),
        "synonyms": synonyms,
    }


def _joins(value: Any, place: str) -> tuple[Join, ...]:
    found = []
    for number, each in enumerate(_list(value, place)):
        here = f"{place}[{number}]"
        if not isinstance(each, dict):
            raise invalid(f"{here} must be a mapping with name, source and on or using.")
        each = {("on" if key is True else key): part for key, part in each.items()}
        _known(each, _JOIN, here)
        name = _text(each, "name", here, required=True)
        on, using = _text(each, "on", here), _list(each.get("using"), f"{here}.using")
        if bool(on) == bool(using):
            raise invalid(f"{here} ({name}) needs exactly one of on and using.")
        found.append(
            Join(
                name=name,
                source=_text(each, "source", here, required=True).strip(),
                on=on,
                using=tuple(str(column) for column in using),
                joins=_joins(each.get("joins"), f"{here}.joins"),
            )
        )
    return tuple(found)


def _list(value: Any, place: str) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise invalid(f"{place} must be a list.")
    return value


def _text(data: dict[Any, Any], key: str, place: str, *, required: bool = False) -> str:
    value = data.get(key)
    if value is None or value == "":
        if required:
            raise invalid(f"Missing required field '{key}' in {place}.")
        return ""
    if isinstance(value, (dict, list)):
        raise invalid(f"'{key}' in {place} must be text.")
    return str(value)


def _known(data: dict[Any, Any], keys: set[str], place: str) -> None:
    unknown = [str(key) for key in data if key not in keys]
    if unknown:
        raise invalid(f"Unrecognized field '{unknown[0]}' in {place} (known: {', '.join(sorted(keys))}).")
