"""Conditions on columns, read out of a model's words and turned into SQL over the real columns.

Reading is all or nothing: "sex = female and young" is no condition, because half of it would be another one.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

import sqlalchemy as sa

from core.analysis.numbers import number_in
from core.analysis.quoting import QUOTED, quoted_text
from core.sources import NUMERIC, TEMPORAL, Column

Operator = Literal["=", "!=", "<", "<=", ">", ">=", "between", "outside", "in", "null", "not null"]


@dataclass(frozen=True)
class Condition:
    """`column` is a real column's name; `values` has one value, two bounds, or a list for "in"; None of "null"."""

    column: str
    operator: Operator
    values: tuple[Any, ...] = ()

    def __str__(self) -> str:
        shown = [f"'{value}'" if isinstance(value, str) else f"{value}" for value in self.values]
        match self.operator:
            case "null" | "not null":
                return f"{self.column} is {self.operator}"
            case "between" | "outside":
                return f"{self.column} {self.operator} {shown[0]} and {shown[1]}"
            case "in":
                return f"{self.column} in ({', '.join(shown)})"
            case _:
                return f"{self.column} {self.operator} {shown[0]}"


_LEAD = re.compile(
    r"^(?:(?:all\s+)?(?:rows?|records?|entries|observations|cases|values|those|the\s+rows)\s+)?(?:where|with|whose|having|in\s+which)\s+",
    re.IGNORECASE,
)
_AND = re.compile(r"\s*(?:,?\s+\band\b\s+|&&?|,|;|∧)\s*", re.IGNORECASE)
_OPERATORS: tuple[tuple[str, Operator], ...] = (
    (r"(?:is|are)\s+(?:not\s+(?:null|missing|empty|blank)|present|known|filled)|not\s+null", "not null"),
    (r"(?:is|are)\s+(?:null|missing|empty|blank|unknown|not\s+recorded)|is\s+none", "null"),
    (r"(?:is\s+|are\s+|lies\s+)?(?:outside|not\s+between)(?:\s+of)?(?:\s+the\s+range)?", "outside"),
    (r"(?:is\s+|are\s+|lies\s+|ranges\s+)?(?:between|from|in\s+the\s+range)", "between"),
    (r">=|≥|=>|(?:is\s+|are\s+)?(?:at\s+least|greater\s+than\s+or\s+equal\s+to|no\s+less\s+than)", ">="),
    (r"<=|≤|=<|(?:is\s+|are\s+)?(?:at\s+most|less\s+than\s+or\s+equal\s+to|no\s+more\s+than|up\s+to)", "<="),
    (r"!=|<>|≠|(?:is\s+|are\s+)not(?:\s+equal\s+to)?", "!="),
    (r">|(?:is\s+|are\s+)?(?:greater|more|higher|larger|above|over|exceeds|exceeding|older|longer)(?:\s+than)?", ">"),
    (r"<|(?:is\s+|are\s+)?(?:less|fewer|lower|smaller|below|under|younger|shorter)(?:\s+than)?", "<"),
    (r"(?:is\s+|are\s+)?(?:one\s+of|in)(?=\s*[(\[{])", "in"),
    (r"==?|:|(?:is|are|equals)(?:\s+equal\s+to)?|equal\s+to", "="),
)
_COMPILED = tuple((re.compile(rf"\s*(?:{pattern})(?![\w])\s*" if pattern[-1].isalnum() else rf"\s*(?:{pattern})\s*", re.IGNORECASE), name) for pattern, name in _OPERATORS)  # fmt: skip
_TWO = re.compile(r"\s*(?:\band\b|\bto\b|-|–|,)\s*", re.IGNORECASE)
_UNREADABLE_VALUE = re.compile(
    r"\b(?:or|and|not|than|with|which|typically|mostly|often|usually|high|low|average|mean|median)\b|[<>=;]",
    re.IGNORECASE,
)


def read_conditions(text: str, columns: Sequence[Column]) -> tuple[Condition, ...] | None:
    """The conditions that the whole text states, all of which hold together; None if any of it cannot be read."""
    rest = _LEAD.sub("", " ".join(text.split()).strip(" ."))
    found: list[Condition] = []
    while rest:
        for cut in [*reversed([match.span() for match in _AND.finditer(rest)]), None][::-1]:
            head = rest if cut is None else rest[: cut[0]]
            condition = _one(head.strip(), columns)
            if condition is not None:
                found.append(condition)
                rest = "" if cut is None else rest[cut[1] :]
                break
        else:
            return None
    return tuple(found) or None


def column_named(name: str, columns: Sequence[Column]) -> Column | None:
    """The column of that name; else the only one that differs from it in case, blanks and underscores alone."""
    exact = next((each for each in columns if each.name == name), None)
    if exact:
        return exact
    alike = [each for each in columns if _bare(each.name) == _bare(name)]
    return alike[0] if len(alike) == 1 and _bare(name) else None


def value_for(column: Column, text: str) -> Any:
    """`text` as a value of the column.

    Raises:
        ValueError: it is none.
    """
    match = QUOTED.fullmatch(text.strip())
    bare = quoted_text(match) if match else text.strip()
    if column.type in NUMERIC:
        number = number_in(bare)
        if number is None or bare.endswith("%"):
            raise ValueError
        return int(number) if number.is_integer() and abs(number) < 2**63 else number
    if column.type == "boolean":
        return {"true": True, "false": False}[bare.lower()] if bare.lower() in ("true", "false") else _fail()
    if column.type == "date":
        return date.fromisoformat(bare[:10])
    if column.type == "timestamp":
        return datetime.fromisoformat(bare)
    if column.type not in ("text", "other") or not bare or (not match and _UNREADABLE_VALUE.search(bare)):
        raise ValueError
    return bare


def sql_of(condition: Condition, clause: sa.TableClause, *, ignore_case: bool = False) -> sa.ColumnElement[bool]:
    """The condition over the table. Rows in which the column is NULL meet none but "null"."""
    column: Any = clause.c[condition.column]
    values: tuple[Any, ...] = condition.values
    if ignore_case and all(isinstance(value, str) for value in values):
        column, values = sa.func.lower(column), tuple(value.lower() for value in values)
    match condition.operator:
        case "null":
            return clause.c[condition.column].is_(None)
        case "not null":
            return clause.c[condition.column].is_not(None)
        case "between":
            return sa.and_(column >= values[0], column <= values[1])
        case "outside":
            return sa.or_(column < values[0], column > values[1])
        case "in":
            return column.in_(values)
        case "=":
            return column == values[0]
        case "!=":
            return column != values[0]
        case "<":
            return column < values[0]
        case "<=":
            return column <= values[0]
        case ">":
            return column > values[0]
        case _:
            return column >= values[0]


def _one(text: str, columns: Sequence[Column]) -> Condition | None:
    for column, rest in _column_at_start(text, columns):
        for pattern, operator in _COMPILED:
            match = pattern.match(rest)
            if not match:
                continue
            try:
                return Condition(column.name, operator, _values(column, operator, rest[match.end() :].strip()))
            except ValueError:
                return None
    return None


def _column_at_start(text: str, columns: Sequence[Column]) -> list[tuple[Column, str]]:
    """The columns whose name the text may begin with, the longest first, each with what follows."""
    match = QUOTED.match(text)
    if match:
        column = column_named(quoted_text(match), columns)
        return [(column, text[match.end() :])] if column else []
    found = []
    for column in columns:
        pattern = r"[\s_]+".join(re.escape(part) for part in re.split(r"[\s_]+", column.name.strip()) if part)
        if pattern and (start := re.match(rf"(?:the\s+)?{pattern}(?!\w)", text, re.IGNORECASE)):
            found.append((column, text[start.end() :]))
    found.sort(key=lambda pair: len(pair[1]))
    exact = [pair for pair in found if text.startswith(pair[0].name)]
    return exact or (found if len({column.name.lower() for column, _ in found}) == len(found) else [])


def _values(column: Column, operator: Operator, text: str) -> tuple[Any, ...]:
    if operator in ("null", "not null"):
        return () if not text else _fail()
    if operator in ("between", "outside"):
        return _bounds(column, text)
    if operator == "in":
        inside = text[1:-1] if text[:1] in "([{" and text[-1:] in ")]}" else _fail()
        return tuple(value_for(column, part) for part in re.split(r"\s*,\s*", inside.strip()))
    value = value_for(column, text)
    if operator not in ("=", "!=") and column.type not in NUMERIC | TEMPORAL:
        raise ValueError
    return (value,)


def _bounds(column: Column, text: str) -> tuple[Any, ...]:
    inside = text[1:-1] if text[:1] in "([" and text[-1:] in ")]" else text
    if column.type not in NUMERIC | TEMPORAL:
        raise ValueError
    for cut in _TWO.finditer(inside):
        if cut.start() == 0:
            continue
        try:
            low, high = value_for(column, inside[: cut.start()]), value_for(column, inside[cut.end() :])
        except ValueError:
            continue
        if low <= high:
            return (low, high)
    raise ValueError


def _bare(name: str) -> str:
    return re.sub(r"[\s_\-]+", "", name).casefold()


def _fail() -> Any:
    raise ValueError
