"""The pieces that the types' schemas and drafts are made of."""

from typing import Any

from core.analysis.numbers import Figure, figure_of
from core.analysis.types.base import Statement

TEXT: dict[str, Any] = {"type": "string"}
TEXT_OR_NULL: dict[str, Any] = {"anyOf": [{"type": "string"}, {"type": "null"}]}
TEXTS: dict[str, Any] = {"type": "array", "items": TEXT}
NUMBER_OR_UNKNOWN: dict[str, Any] = {"anyOf": [{"type": "number"}, {"type": "string", "enum": ["unknown"]}]}
NUMBER_OR_NA: dict[str, Any] = {"anyOf": [{"type": "number"}, {"type": "string", "enum": ["n/a"]}]}
CELLS: dict[str, Any] = {
    "type": "array",
    "items": {"anyOf": [{"type": "string"}, {"type": "number"}, {"type": "boolean"}, {"type": "null"}]},
}

MOST_EXAMPLES = 10


def closed(**properties: Any) -> dict[str, Any]:
    """An object with exactly these properties, in this order."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def listed(**properties: Any) -> dict[str, Any]:
    """A list of such objects."""
    return {"type": "array", "items": closed(**properties)}


def one_of(*words: str) -> dict[str, Any]:
    return {"type": "string", "enum": list(words)}


def figure(measure: str, column: str | None, value: Any, *, percent: bool = False) -> list[Statement]:
    """The statement of a typed field; none where it holds no number."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return []
    stated: Figure = figure_of(value, percent=percent)
    return [Statement(measure, {"column": column} if column else {}, stated, stated.words)]


def prose(
    text: str | None,
    *,
    hint: str | None = None,
    values: bool = True,
    pair: bool = False,
    magnitude: bool = False,
    certain: bool = True,
) -> list[Statement]:
    """A text whose numbers are read when the table is known.

    `hint` is what its shares and counts are of ("condition": of the one condition that the finding names); `values` False
    leaves averages and extremes alone, where they may be those of a part; `pair` is about the correlation of two columns.
    """
    if not text or not text.strip():
        return []
    arguments = {"hint": hint, "values": values, "pair": pair, "magnitude": magnitude, "certain": certain}
    return [Statement("text", arguments, None, text)]


def examples(column: str, values: list[Any]) -> list[Statement]:
    """Each value that is given as an example; at most ten, since each is a query."""
    kept = [value for value in values if value is not None and value != ""][:MOST_EXAMPLES]
    return [Statement("example", {"column": column}, value, str(value)) for value in kept]


def judgement(why: str) -> list[Statement]:
    """For a claim that no data decides; `why` is the sentence that a person reads."""
    return [Statement("judgement", {}, None, why)]


def sentence(*parts: str | None) -> str:
    """The parts that are there, each ended by a full stop."""
    given = [part.strip() for part in parts if part and part.strip()]
    return " ".join(part if part[-1] in ".!?" else f"{part}." for part in given)
