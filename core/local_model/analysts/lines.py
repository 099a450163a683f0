"""Reading one line of the fenced text: the figures of a column, or one kind of measure.

Every function gives nothing for a line that it does not understand.
"""

import json
import math
import re
from collections.abc import Iterator
from typing import Any

from core.local_model.analysts.described import Bucket, Column, Correlation, Fences, Group, Segments, Series, Value

STRING = r'"(?:[^"\\]|\\.)*"'
COUNT = r"\d{1,3}(?:,\d{3})+|\d+"
_NUMBER = r"[-+]?\d[\d.]*(?:[eE][-+]?\d+)?"
_ANY = rf'{STRING}|[^\s"]{{1,80}}'
_WELL_QUOTED = re.compile(rf'(?:[^"]|{STRING})*+')


def _each(pattern: str) -> re.Pattern[str]:
    """For all places of the pattern in a line. Strings and words are stepped over whole: trying inside of them takes
    quadratic time."""
    return re.compile(rf'{pattern}|{STRING}|[^\s"]+|\s')


_PARTS = re.compile(rf'(?:{STRING}|[^";])+')
_COLUMN = re.compile(rf"- ({STRING}) \(([^()]{{1,40}})\):? ?(.*)$")
_MISSING = re.compile(rf"({COUNT}) missing(?: \(([\d.]+) ?%\))?")
_DISTINCT = re.compile(rf"(about )?({COUNT}) distinct")
_RANGE = re.compile(rf"range ({_ANY}) to ({_ANY})$")
_FIGURE = re.compile(rf"(average|median|standard deviation) ({_NUMBER})$")
_QUARTILES = re.compile(rf"quartiles ({_NUMBER}) and ({_NUMBER})$")
_TOP_VALUE = _each(rf"({_ANY}) ({COUNT})(?:, |$)")
_PAIR = _each(rf"({STRING}) × ({STRING}) ({_NUMBER})(?: \(({COUNT})\))?")
_FENCES = re.compile(
    rf"Outside the fences[^:]{{0,80}}: ({STRING}) below ({_NUMBER}): ({COUNT}), above ({_NUMBER}): ({COUNT})"
)
_BEYOND = re.compile(rf"beyond 3 standard deviations: ({COUNT})")
_SERIES = re.compile(rf"Over time by (\w+) of ({STRING}): (.*)$")
_BUCKET = re.compile(rf"\s*(\S+): ({COUNT}) rows?(.*)$")
_BUCKET_MEAN = _each(rf"({STRING}) ({_NUMBER})")
_SEGMENTS = re.compile(rf"Mean of ({STRING}) by ({STRING}): (.*)$")
_GROUP = _each(rf"({_ANY}) ({_NUMBER}) \(({COUNT}) rows?\)")
_FIGURE_FIELDS = {"average": "mean", "median": "median", "standard deviation": "std_dev"}


def is_well_quoted(line: str) -> bool:
    """Whether every string in the line ends; in one that does not, nothing can be told apart."""
    return _WELL_QUOTED.fullmatch(line) is not None


def text_of(string: str) -> str | None:
    """The text of a JSON string, None if it is none."""
    try:
        value = json.loads(string)
    except ValueError:
        return None
    return value if isinstance(value, str) else None


def count(text: str) -> int:
    """A whole number with or without thousands separators."""
    return int(text.replace(",", ""))


def column(line: str, position: int) -> Column | None:
    """`- "name" (type): figure; figure; …`"""
    found = _COLUMN.match(line)
    name = text_of(found[1]) if found else None
    if found is None or name is None:
        return None
    values: dict[str, Any] = {}
    for part in _parts(found[3]):
        values |= _figures(part)
    if values.get("withheld"):  # what is shown of it stands for something else
        values["top_values"] = ()
    return Column(name=name, type=found[2].strip(), position=position, **values)


def correlations(line: str) -> Iterator[Correlation]:
    """`Correlations (…): "a" × "b" 0.92 (6,433); …`"""
    for first, second, r, rows in _found(_PAIR, line):
        names, value = (text_of(first), text_of(second)), _number(r)
        if names[0] is not None and names[1] is not None and value is not None and abs(value) <= 1:
            yield Correlation(names[0], names[1], value, count(rows) if rows else None)


def fences(line: str) -> Iterator[Fences]:
    """`Outside the fences (…): "a" below -3: 0, above 24: 482; beyond 3 standard deviations: 131`"""
    found, beyond = _FENCES.match(line), _BEYOND.search(line)
    if found is None:
        return
    name, low, high = text_of(found[1]), _number(found[2]), _number(found[4])
    if name is not None and low is not None and high is not None:
        yield Fences(name, low, count(found[3]), high, count(found[5]), count(beyond[1]) if beyond else None)


def series(line: str) -> Iterator[Series]:
    """`Over time by day of "t": 2019-03-01: 210 rows, "a" 12.9, "b" –; …`"""
    found = _SERIES.match(line)
    name = text_of(found[2]) if found else None
    if found is None or name is None:
        return
    buckets = []
    for part in _parts(found[3]):
        if bucket := _BUCKET.match(part):
            named = ((text_of(key), _number(value)) for key, value in _found(_BUCKET_MEAN, bucket[3]))
            means = {key: value for key, value in named if key is not None and value is not None}
            buckets.append(Bucket(bucket[1].strip('"'), count(bucket[2]), means))
    if buckets:
        yield Series(found[1], name, tuple(buckets))


def segments(line: str) -> Iterator[Segments]:
    """`Mean of "a" by "b": "x" 13.8 (4,577 rows), …`"""
    found = _SEGMENTS.match(line)
    names = (text_of(found[1]), text_of(found[2])) if found else (None, None)
    if found is None or names[0] is None or names[1] is None:
        return
    groups = []
    for value, mean, rows in _found(_GROUP, found[3]):
        number = _number(mean)
        if number is not None:
            groups.append(Group(_value(value), number, count(rows)))
    if groups:
        yield Segments(names[0], names[1], tuple(groups))


def _found(pattern: re.Pattern[str], text: str) -> Iterator[tuple[str, ...]]:
    return (groups for groups in pattern.findall(text) if groups[0])


def _parts(text: str) -> list[str]:
    """Split at semicolons that do not stand inside a string."""
    return [part.strip() for part in _PARTS.findall(text)]


def _figures(part: str) -> dict[str, Any]:
    if part in ("values withheld", "values masked", "values hashed"):
        return {"withheld": True}
    if found := _MISSING.match(part):
        return {"missing": count(found[1]), "missing_percent": _number(found[2] or "")}
    if found := _DISTINCT.match(part):
        return {"distinct": count(found[2]), "distinct_is_exact": not found[1]}
    if found := _RANGE.match(part):
        return {"low": _value(found[1]), "high": _value(found[2])}
    if found := _FIGURE.match(part):
        return {_FIGURE_FIELDS[found[1]]: _number(found[2])}
    if found := _QUARTILES.match(part):
        return {"lower_quartile": _number(found[1]), "upper_quartile": _number(found[2])}
    if part.startswith("top values "):
        found_values = _found(_TOP_VALUE, part.removeprefix("top values "))
        return {"top_values": tuple((_value(value), count(times)) for value, times in found_values)}
    return {}


def _number(text: str) -> int | float | None:
    try:
        return int(text)
    except ValueError:
        pass
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _value(text: str) -> Value:
    if text.startswith('"'):
        return text_of(text)
    if text.lower() in ("true", "false"):
        return text.lower() == "true"
    number = _number(text)
    return text if number is None and text not in ("–", "null") else number
