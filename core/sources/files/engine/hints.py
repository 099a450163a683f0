"""Why a column is text although it nearly is, or looks like, something else: a sentence that says what to do."""

import re

from .refusals import shown
from .types import Inferred

_HINTS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"[-+]?0\d+"), "Numbers with leading zeros stay text, so that no zero is lost."),
    (re.compile(r"[-+]?\d{16,}"), "Integers this long are kept as text, digit by digit; choose decimal to count with them exactly."),
    (re.compile(r"\d+[eE]\d+"), "Values such as 1E5 may be codes and stay text; choose decimal if they are numbers."),
    (re.compile(r"-?(\d{1,3}(\.\d{3})+|\d+),\d+"), "These look like numbers with a decimal comma: read the file with decimal commas to make them numbers."),
    (re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{4}( \d.*)?"), "These look like dates, but nothing says whether the day or the month comes first: say so to make them dates."),
    (re.compile(r"[-+]?\d[\d.,]*\s*%"), "Percentages stay text, since nothing says whether 5 % is 5 or 0.05."),
    (re.compile(r"[$€£¥]\s?-?\d[\d.,]*|-?\d[\d.,]*\s?[$€£¥]"), "Amounts with a currency sign stay text."),
)  # fmt: skip


_COMMA = 3  # the place of the decimal comma's hint
_THOUSANDS = re.compile(r"-?\d{1,3}(\.\d{3})+")


def looks_german(column: Inferred) -> bool:
    """Whether the column is text because its numbers have a decimal comma."""
    return hint_for(column, column.type()) == _HINTS[_COMMA][1]


def may_be_thousands(column: Inferred) -> bool:
    """Whether the first number with a point is one such as 1.000, which beside decimal commas is a thousand."""
    ended = column.failed.get("integer")
    return ended is not None and _THOUSANDS.fullmatch(ended[1].strip()) is not None


THOUSANDS_HINT = (
    "Other columns have decimal commas, so 1.000 may be a thousand or one: read the file with decimal commas, "
    "or choose decimal for this column."
)


def hint_for(column: Inferred, chosen: str) -> str | None:
    """A sentence on why a column is text although it nearly is, or looks like, something else."""
    if chosen != "text" or not column.filled:
        return "No cell of this column holds anything." if not column.filled and column.rows else None
    for pattern, words in _HINTS:
        like = sum(pattern.fullmatch(each.strip()) is not None for each in column.first)
        if like and like >= 0.6 * len(column.first):
            return words
    begun = [(fitted, kind, row, value) for kind, (row, value, fitted) in column.failed.items() if fitted]
    if not begun:
        return None
    fitted, kind, row, value = max(begun)
    noun = {"integer": "whole numbers", "decimal": "numbers", "boolean": "true or false"}.get(kind, f"{kind}s")
    values = "value is" if fitted == 1 else f"{fitted:,} values are"
    noun = noun if fitted > 1 or kind == "boolean" else noun.removesuffix("s")
    article = "a " if fitted == 1 and kind != "boolean" else ""
    return (
        f"The first {values} {article}{noun}, but row {row:,} holds {shown(value)}, so the column is text. "
        "If that stands for a missing value, name it among the words for missing values."
    )
