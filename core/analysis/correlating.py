"""Sign and strength of correlations, against Pearson's r of the real columns.

The classes of strength stand here, and in the same numbers in `prompts/analysis/relationships.prompty`.
"""

from itertools import combinations
from typing import Any

from core.analysis.measuring import Meter, is_number
from core.analysis.outcomes import Outcome
from core.analysis.types.base import Statement
from core.sources import Table

WEAK_BELOW = 0.3
MODERATE_BELOW = 0.6
NONE_BELOW = 0.05
"""A smaller |r| has no sign worth the name."""

_AT_THE_EDGE = 0.02
"""So near to the edge of a class both classes will do: a rounded r lies on either side."""


def strength_of(r: float) -> str:
    """weak, moderate or strong."""
    size = abs(r)
    return "weak" if size < WEAK_BELOW else "moderate" if size < MODERATE_BELOW else "strong"


def check_sign(meter: Meter, table: Table, _: Any, statement: Statement) -> Outcome:
    """`stated` is "positive" or "negative"."""
    found, doubt = _coefficients(meter, table, statement)
    if found is None:
        return doubt
    wanted = 1 if statement.stated == "positive" else -1
    answers = [None if abs(r) < NONE_BELOW else (r > 0) == (wanted > 0) for r, _ in found]
    return _together(found, answers, "Too small to have a sign.")


def check_strength(meter: Meter, table: Table, _: Any, statement: Statement) -> Outcome:
    """`stated` is weak, moderate or strong."""
    found, doubt = _coefficients(meter, table, statement)
    if found is None:
        return doubt
    answers = [
        statement.stated
        in {strength_of(r), strength_of(abs(r) + _AT_THE_EDGE), strength_of(max(0.0, abs(r) - _AT_THE_EDGE))}
        for r, _ in found
    ]
    outcome = _together(found, answers, "")
    if outcome.agrees is False:
        classes = " and ".join(dict.fromkeys(strength_of(r) for r, _ in found))
        return Outcome(f"{classes}, {outcome.true}", False, outcome.note)
    return outcome


def check_correlation(meter: Meter, table: Table, _: Any, statement: Statement) -> Outcome:
    """`stated` is a Figure between -1 and 1. A size without a sign ("a coefficient of 0.85") may be that of a negative r."""
    found, doubt = _coefficients(meter, table, statement)
    if found is None:
        return doubt
    r, n = found[0]
    figure = statement.stated
    true = f"{r:.4f} (n = {n:,})"
    if figure.agrees_with(r):
        return Outcome(true, True)
    if r < 0 <= figure.value and figure.agrees_with(-r):
        return Outcome(true, True, "In size; the sign is negative.")
    return Outcome(true, False)


def check_pairs(meter: Meter, table: Table, _: Any, statement: Statement) -> Outcome:
    """`stated` is how many rows the coefficient stands on: those that have both values, or all."""
    found, doubt = _coefficients(meter, table, statement)
    if found is None:
        return doubt
    n = found[0][1]
    if statement.stated.agrees_with(n):
        return Outcome(f"{n:,}", True)
    return Outcome(f"{n:,}", statement.stated.agrees_with(meter.count(table)), "Rows that have both values.")


def _coefficients(meter: Meter, table: Table, statement: Statement) -> tuple[list[tuple[float, int]] | None, Outcome]:
    columns = [meter.column(table, name) for name in statement.arguments["columns"]]
    named = [column for column in columns if column is not None]
    if len(named) < 2:
        return None, Outcome(None, None, "Fewer than two columns are named.")
    if other := [column.name for column in named if not is_number(column)]:
        return None, Outcome(None, None, f"'{other[0]}' is not numeric, so that there is no correlation to compute.")
    found = []
    for first, second in combinations(named, 2):
        r, n = meter.correlation(table, first, second)
        if r is None:
            return None, Outcome(None, None, f"'{first.name}' or '{second.name}' does not vary.")
        found.append((r, n))
    return found, Outcome(None, None)


def _together(found: list[tuple[float, int]], answers: list[bool | None], unclear: str) -> Outcome:
    """One answer for all pairs: true or false if they agree on it, else open."""
    true = ", ".join(f"r = {r:.4f}" for r, _ in found[:6])
    if len(found) == 1:
        true += f" (n = {found[0][1]:,})"
    if all(answer is True for answer in answers):
        return Outcome(true, True)
    if all(answer is False for answer in answers):
        return Outcome(true, False)
    return Outcome(true, None, "The pairs differ." if len(found) > 1 else unclear)
