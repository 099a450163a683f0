"""The verdict of an evaluation run on one answer: GOOD, BAD or NEEDS_REVIEW, with the service's reasons.

Rows are compared as a multiset; their order counts only where the expected SQL orders its outermost rows and the question
asks for a ranking. NULL equals NULL, numbers are equal to four significant digits, texts exactly. Columns are matched by
position, else by a permutation that makes the results equal.
"""

import itertools
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

Assessment = Literal["GOOD", "BAD", "NEEDS_REVIEW"]
_RANKING = re.compile(
    r"\b(top|bottom|first|last|rank(ed|ing)?|order(ed)?|sort(ed)?|highest|lowest|most|least|largest|smallest|best|worst)\b",
    re.IGNORECASE,
)
_NUMERIC = re.compile(r"(TINYINT|SMALLINT|INT|BIGINT|FLOAT|DOUBLE|DECIMAL.*)$")
_TIMES = ("DATE", "TIMESTAMP")
_MOST_PERMUTATIONS = 200


@dataclass(frozen=True)
class Verdict:
    """An assessment. `note` says what was done to make the results equal, or what was not."""

    assessment: Assessment
    reasons: tuple[str, ...] = ()
    note: str = field(default="")


def judge(question: str, expected_sql: str, expected: dict[str, Any], actual: dict[str, Any]) -> Verdict:
    """Compare two results in their wire form (`columns`, `types`, `rows` of strings)."""
    if not expected["rows"]:
        return Verdict("BAD", ("EMPTY_GOOD_SQL",), "The expected SQL returns no rows.")
    if not actual["rows"]:
        return Verdict("BAD", ("EMPTY_RESULT",))
    wide, narrow = len(actual["columns"]), len(expected["columns"])
    if wide != narrow:
        return Verdict("BAD", ("RESULT_EXTRA_COLUMNS" if wide > narrow else "RESULT_MISSING_COLUMNS",))
    ordered = order_counts(question, expected_sql)
    wanted, got = _rows(expected), _rows(actual)
    for places in _permutations(wanted, got):
        if _same(wanted, [tuple(row[place] for place in places) for row in got], ordered):
            return _equal(expected, actual, places)
    return _different(wanted, got, ordered)


def order_counts(question: str, expected_sql: str) -> bool:
    """Whether the order of rows is part of the answer."""
    return bool(_RANKING.search(question)) and _orders_outermost(expected_sql)


def _orders_outermost(sql: str) -> bool:
    import sqlglot
    from sqlglot.errors import SqlglotError

    try:
        return bool(sqlglot.parse_one(sql, read="databricks").args.get("order"))
    except SqlglotError:
        return False


def _permutations(wanted: list[tuple[Any, ...]], got: list[tuple[Any, ...]]) -> Iterator[tuple[int, ...]]:
    """Orders of the columns worth trying: by position, then those in which each column holds the expected values."""
    width = len(wanted[0])
    yield tuple(range(width))
    if len(wanted) != len(got):
        return
    held, needed = (
        [frozenset(Counter(row[place] for row in rows).items()) for place in range(width)] for rows in (got, wanted)
    )
    if Counter(held) != Counter(needed):
        return
    # Columns of equal content form a group; any order inside the groups puts fitting content everywhere
    groups = {content: [place for place in range(width) if held[place] == content] for content in set(held)}
    orders = itertools.product(*(itertools.permutations(places) for places in groups.values()))
    for chosen in itertools.islice(orders, _MOST_PERMUTATIONS):
        left = {content: list(places) for content, places in zip(groups, chosen, strict=True)}
        yield tuple(left[content].pop(0) for content in needed)


def _same(wanted: list[tuple[Any, ...]], got: list[tuple[Any, ...]], ordered: bool) -> bool:
    return wanted == got if ordered else Counter(wanted) == Counter(got)


def _rows(result: dict[str, Any]) -> list[tuple[Any, ...]]:
    types = result["types"]
    return [tuple(comparable(cell, type_) for cell, type_ in zip(row, types, strict=True)) for row in result["rows"]]


def comparable(cell: str | None, type_text: str) -> Any:
    """A cell in the form in which it is compared: numbers to 4 significant digits, midnight as its date."""
    if cell is None:
        return None
    if _NUMERIC.match(type_text):
        try:
            # ten digits first, so that sums that differ in the last bit do not fall on two sides of a rounding step
            return f"{float(f'{float(cell):.10g}') + 0.0:.4g}"
        except ValueError:
            return cell
    if type_text in _TIMES:
        return re.sub(r"[T ]00:00:00(\.0+)?Z?$", "", cell)
    return cell


def _equal(expected: dict[str, Any], actual: dict[str, Any], places: tuple[int, ...]) -> Verdict:
    moved = places != tuple(range(len(places)))
    note = "The columns stand in another order." if moved else ""
    kinds = [
        (_kind(want), _kind(actual["types"][place])) for want, place in zip(expected["types"], places, strict=True)
    ]
    if any(want != got and "VOID" not in (want, got) for want, got in kinds):
        return Verdict("BAD", ("COLUMN_TYPE_DIFFERENCE",), note)
    return Verdict("GOOD", (), note)


def _kind(type_text: str) -> str:
    if _NUMERIC.match(type_text):
        return "number"
    return "time" if type_text in _TIMES else type_text


def _different(wanted: list[tuple[Any, ...]], got: list[tuple[Any, ...]], ordered: bool) -> Verdict:
    if len(wanted) == len(got) == 1 and len(wanted[0]) == 1:
        return Verdict("BAD", ("SINGLE_CELL_DIFFERENCE",))
    missing, extra = Counter(wanted) - Counter(got), Counter(got) - Counter(wanted)
    if ordered and not missing and not extra:
        return Verdict("BAD", ("LLM_JUDGE_FORMATTING_ERROR",), "The same rows in another order, and the order counts.")
    reasons = (("RESULT_MISSING_ROWS", missing), ("RESULT_EXTRA_ROWS", extra))
    return Verdict("BAD", tuple(reason for reason, rows in reasons if rows))
