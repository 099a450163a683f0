"""The last words of a question that only say in which order rows stand: "…, newest first" picks none of them."""

from collections.abc import Sequence

from core.local_genie.rules.cues import SUPERLATIVES
from core.local_genie.rules.intent import Group
from core.local_genie.rules.reading import Reading
from core.local_genie.rules.schema import Column
from core.local_genie.rules.words import Token

_LEAD = frozenset("the with sorted ordered sort order show showing and from".split())  # noqa: SIM905
_MOST_WORDS = 4  # "highest total revenue first"


def cut_order(words: Sequence[Token]) -> tuple[Sequence[Token], str]:
    """The question without its last clause ", <superlative> … first", and the superlative; empty if there is none."""
    end = len(words)
    while end and words[end - 1].kind == "sign":
        end -= 1
    if end < 4 or words[end - 1].lower != "first":
        return words, ""
    for at in range(end - 2, max(2, end - 2 - _MOST_WORDS), -1):
        if words[at].kind == "sign":
            break
        if words[at].lower not in SUPERLATIVES:
            continue
        start = at
        while words[start - 1].lower in _LEAD and start > 2:
            start -= 1
        if words[start - 1].kind == "sign":
            return [*words[: start - 1], *words[end:]], words[at].lower
    return words, ""


def apply_order(reading: Reading, superlative: str) -> bool:
    """Order what the answer shows by its one number or date; False, and nothing done, if that is not clear."""
    intent = reading.intent
    descending, hint = SUPERLATIVES[superlative]
    if intent.order or intent.rank or intent.limit or intent.count_groups:
        return False
    if intent.groups and len(intent.measures) == 1 and all(not group.bucket for group in intent.groups):
        intent.rank = (intent.measures[0], descending)
        return True
    shown = [(group, column) for group in intent.columns if (column := _column(reading, group)) is not None]
    dates = [(group, column) for group, column in shown if column.is_date]
    numbers = [(group, column) for group, column in shown if column.kind == "number" and not column.key_like]
    found = dates if hint in ("date", "old", "new", "recent", "early") else numbers or dates
    if len(found) != 1:
        return False
    group, column = found[0]
    intent.order.append((column.sql, descending != (hint == "old" and column.is_date), group.tables))
    return True


def _column(reading: Reading, group: Group) -> Column | None:
    """The column that a shown piece is, if it is just one."""
    columns = (column for table in group.tables for column in reading.table(table).columns.values())
    return next((column for column in columns if group.shown == (column.sql,)), None)
