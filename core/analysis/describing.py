"""What is said of a column beside its figures: that a value occurs in it, and what type it has."""

from datetime import date, datetime
from typing import Any

from core.analysis.conditions import Condition, value_for
from core.analysis.measuring import Meter
from core.analysis.outcomes import SIX_DIGITS, Outcome
from core.analysis.types.base import Statement
from core.sources import Column, ColumnType, Table


def check_example(meter: Meter, table: Table, column: Column, statement: Statement) -> Outcome:
    """Whether a value that was given as an example occurs in the column."""
    given = statement.stated
    text = given if isinstance(given, str) else repr(given) if not isinstance(given, bool) else str(given).lower()
    if statement.arguments.get("withheld"):
        return Outcome(None, None, "The column's values were masked or hashed before they left.")
    if text.endswith("…") or not text.strip():
        return Outcome(None, None, "The value is cut off.")
    try:
        value = _plain_value(column, text)
    except (ValueError, OverflowError):
        if column.type == "other" or column.type == "time":
            return Outcome(None, None, f"Values of type {column.raw_type} are not looked up.")
        return Outcome("does not occur", False, f"'{text[:60]}' is no {column.type}.")
    if isinstance(value, float):
        slack = abs(value) * SIX_DIGITS
        found = meter.count(table, (Condition(column.name, "between", (value - slack, value + slack)),))
    else:
        found = meter.count(table, (Condition(column.name, "=", (value,)),))
    if found or column.type in ("text", "integer", "decimal", "boolean", "date"):
        return Outcome(f"in {found:,} {'row' if found == 1 else 'rows'}" if found else "does not occur", found > 0)
    return Outcome(None, None, "No row has just that value.")


_SAME_TYPE: dict[ColumnType, tuple[str, ...]] = {
    "text": ("text", "string", "str", "char", "varchar", "object", "categor", "enum", "character"),
    "integer": ("int", "number", "numeric", "long", "year"),
    "decimal": ("decimal", "float", "double", "real", "numeric", "number"),
    "boolean": ("bool", "flag", "binary"),
    "date": ("date", "day"),
    "timestamp": ("timestamp", "datetime", "date", "time"),
}


def check_data_type(meter: Meter, table: Table, column: Column, statement: Statement) -> Outcome:
    stated = str(statement.stated).casefold()
    known = [kind for kind, words in _SAME_TYPE.items() if any(word in stated for word in words)]
    if column.type not in _SAME_TYPE or not known:
        return Outcome(
            column.type, True if stated == column.raw_type.casefold() else None, "The type has another name."
        )
    agrees = column.type in known or stated == column.raw_type.casefold()
    return Outcome(column.type, agrees, "" if agrees else f"In the source it is {column.raw_type}.")


def _plain_value(column: Column, text: str) -> Any:
    """An example as a value of the column. Texts are taken as they are, quotes and all."""
    if column.type == "text":
        return text
    value = value_for(column, text)
    if column.type == "decimal" and isinstance(value, (int, float)):
        return float(value)
    if isinstance(value, (date, datetime)) or column.type in ("integer", "boolean"):
        return value
    raise ValueError
