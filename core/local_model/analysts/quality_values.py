"""Rules on values that the prompt shows: spellings, stand-ins for nothing, numbers kept as text, broken formats."""

import re
from collections.abc import Iterator, Sequence

from core.local_model.analysts import naming
from core.local_model.analysts.described import Column, Table
from core.local_model.analysts.quality_issues import Issue, from_share
from core.local_model.analysts.wording import amount, of_rows, presentable, quoted

_NOTHING = frozenset(
    [
        "",
        "-",
        "--",
        "–",
        "?",
        "n/a",
        "na",
        "n.a.",
        "nan",
        "none",
        "null",
        "nil",
        "#n/a",
        "unknown",
        "undefined",
        "missing",
        "tbd",
        "xxx",
    ]
)
_NUMBER = re.compile(r"[-+]?(?:\d{1,15}(?:[.,]\d{1,12})?|\d{1,3}(?:[,' ]\d{3}){1,4}(?:\.\d{1,12})?)(?: ?%)?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}.*)?|\d{1,2}[./]\d{1,2}[./](?:\d{4}|\d{2})")
_MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s.]+")
_SHAPES = {"numbers": _NUMBER, "dates": _DATE, "mail addresses": _MAIL}
_LETTERS = re.compile(r"[^\W_]+")
_SHORTEST_TYPO = 5
_RARE = 0.2
_MOST = {"numbers": 0.8, "dates": 0.8, "mail addresses": 0.5}
"""The share of texts from which a shape is taken to be the one that is meant."""

_Counted = tuple[str, int]


def value_issues(table: Table, column: Column) -> Iterator[Issue]:
    """Issues that the most frequent values and the sampled cells of a text column show."""
    if column.type != "text":
        return
    counted = [(value, times) for value, times in column.top_values if isinstance(value, str)]
    yield from _spellings(table, column, counted)
    yield from _stand_ins(table, column, counted)
    yield from _shapes(table, column, counted)


def _spellings(table: Table, column: Column, counted: Sequence[_Counted]) -> Iterator[Issue]:
    same: dict[str, list[_Counted]] = {}
    for value, times in counted:
        same.setdefault(" ".join(_LETTERS.findall(value.casefold())), []).append((value, times))
    groups = [group for key, group in same.items() if key and len(group) > 1 and all(presentable(v) for v, _ in group)]
    if groups:
        fewer = sum(times for group in groups for _, times in group[1:])
        yield _spelling_issue(table, column, groups, fewer, "case, spaces or signs", unsure=False)
    usual = [
        (max(group, key=lambda each: each[1])[0], sum(times for _, times in group))
        for key, group in same.items()
        if key
    ]
    typos = [
        [(one, times), (other, rarer)]
        for one, times in usual
        for other, rarer in usual
        if rarer <= _RARE * times and presentable(one) and presentable(other) and _one_letter_apart(one, other)
    ]
    if typos:
        fewer = sum(group[1][1] for group in typos)
        yield _spelling_issue(table, column, typos, fewer, "one letter", unsure=True)


def _spelling_issue(
    table: Table, column: Column, groups: Sequence[Sequence[_Counted]], fewer: int, by: str, *, unsure: bool
) -> Issue:
    shown = "; ".join(", ".join(f"{quoted(value)} {amount(times)}" for value, times in group) for group in groups[:4])
    return Issue(
        table,
        column,
        "invalid_values",
        from_share(fewer, table.rows or 0, medium=0.005, high=0.2),
        f"{quoted(column.name)} holds spellings of one value that differ by {by} only.",
        f"{shown}. {of_rows(fewer, table.rows, 'rows')} have a rarer spelling." if table.rows else f"{shown}.",
        (
            f"List all values of {quoted(column.name)} with their counts, folded to lower case without spaces and signs.",
        ),
        unsure=unsure,
        weight=fewer / table.rows if table.rows else 0,
    )


def _stand_ins(table: Table, column: Column, counted: Sequence[_Counted]) -> Iterator[Issue]:
    # The most frequent value is rather a category of its own, such as "none" of a membership.
    found = [(value, times) for value, times in counted[1:] if value.strip().casefold() in _NOTHING]
    rows = sum(times for _, times in found)
    if not found or not table.rows:
        return
    shown = ", ".join(f"{quoted(value)} {amount(times)}" for value, times in found)
    yield Issue(
        table,
        column,
        "missing_data",
        from_share(rows, table.rows, medium=0.05, high=0.3),
        f"{quoted(column.name)} holds texts that stand for a missing value.",
        f"{shown}. {of_rows(rows, table.rows)} have such a text.",
        (f"Ask what these texts in {quoted(column.name)} mean, and count them as missing if they mean nothing.",),
        unsure=True,
        weight=rows / table.rows,
    )


def _shapes(table: Table, column: Column, counted: Sequence[_Counted]) -> Iterator[Issue]:
    """Texts most of which are numbers, dates or mail addresses: kept in the wrong type, or broken where they are not."""
    cells = [cell for cell in table.cells(column.name) if isinstance(cell, str)]
    texts = [(cell, 1) for cell in cells] if len(cells) >= 3 else []
    for values, where in ((counted, "rows with one of the most frequent values"), (texts, "sampled values")):
        whole = sum(times for _, times in values)
        for shape, pattern in _SHAPES.items() if whole else ():
            fitting = sum(times for value, times in values if pattern.fullmatch(value.strip()))
            if fitting < _MOST[shape] * whole or (shape == "numbers" and naming.holds_digits_as_text(column.name)):
                continue
            others = [value for value, _ in values if not pattern.fullmatch(value.strip())]
            if shape == "mail addresses" and not others:
                return
            yield _shape_issue(table, column, shape, fitting, whole, where, others)
            return
    padded = sum(1 for cell in cells if cell != cell.strip())
    if padded:
        yield Issue(
            table,
            column,
            "format_violation",
            "low",
            f"{quoted(column.name)} holds texts that begin or end with a space.",
            f"{amount(padded)} of {amount(len(cells))} sampled values.",
            (f"Count the values of {quoted(column.name)} that change when they are trimmed.",),
        )


def _shape_issue(
    table: Table, column: Column, shape: str, fitting: int, whole: int, where: str, others: Sequence[str]
) -> Issue:
    shown = [quoted(value) for value in dict.fromkeys(others) if presentable(value)][:3]
    broken = bool(others)
    return Issue(
        table,
        column,
        "format_violation" if broken else "schema_mismatch",
        "medium",
        f"{quoted(column.name)} is a text column that holds {shape}" + (", but not in every row." if broken else "."),
        f"{of_rows(fitting, whole, where)} are {shape}" + (f"; others: {', '.join(shown)}." if shown else "."),
        (f"Convert {quoted(column.name)} to {shape} and list what fails.",)
        if shape != "mail addresses"
        else (f"List the values of {quoted(column.name)} that are no {shape}.",),
        unsure=True,
        weight=0.5,
    )


def _one_letter_apart(one: str, other: str) -> bool:
    """Whether adding, leaving out, changing or swapping one letter makes one of the other; digits do not count."""
    one, other = one.casefold(), other.casefold()
    if min(len(one), len(other)) < _SHORTEST_TYPO or abs(len(one) - len(other)) > 1 or one == other:
        return False
    start = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    end = 0
    while end < min(len(one), len(other)) - start and one[-1 - end] == other[-1 - end]:
        end += 1
    left, right = one[start : len(one) - end], other[start : len(other) - end]
    swapped = len(left) == len(right) == 2 and left == right[::-1]
    return (swapped or max(len(left), len(right)) <= 1) and (left + right).isalpha()
