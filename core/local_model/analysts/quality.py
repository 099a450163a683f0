"""Data quality by fixed rules: what breaks a rule is an issue, what only looks so is a "potential_issue" and says so."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from core.local_model.analysts import naming
from core.local_model.analysts.described import Column, Table, Value
from core.local_model.analysts.parsing import tables_of
from core.local_model.analysts.quality_issues import Issue, from_share
from core.local_model.analysts.quality_ranges import range_issues, usual_latest
from core.local_model.analysts.quality_values import value_issues
from core.local_model.analysts.wording import (
    MOST_ITEMS,
    amount,
    column_named,
    executive_summary,
    first_of_each,
    listed,
    many,
    of_rows,
    presentable,
    quoted,
    readable_tables,
    some,
)
from core.local_model.chat_request import ChatRequest

_RANK = {"high": 0, "medium": 1, "low": 2}
_REMEDIES = {
    "missing_data": "Find out why values are missing in {columns}, and fill them at the source or allow for them in every figure.",
    "duplicates": "Remove repeated rows from {columns} and hold the key unique where the data is written.",
    "range_violation": "Check the values outside of their range in {columns} against the source, and refuse them on entry.",
    "invalid_values": "Map the values in {columns} to one agreed list, and refuse others on entry.",
    "format_violation": "Bring the values of {columns} into one format, and check the format on entry.",
    "schema_mismatch": "Store {columns} in the type that the values have.",
    "other": "Decide whether {columns} is still needed as it is.",
}


def quality(asked: ChatRequest) -> dict[str, object]:
    """The answer to `analysis_quality`."""
    tables = tables_of(asked)
    readable = readable_tables(tables)
    found = [issue for table in readable for issue in _of_table(table)]
    found += _unknown_references(readable)
    latest = usual_latest(readable)
    found += [issue for table in readable for column in table.columns for issue in _of_column(table, column, latest)]
    found.sort(key=lambda issue: (_RANK[issue.severity], issue.unsure, -issue.weight))
    told = found[:MOST_ITEMS]
    return {
        "executive_summary": executive_summary(tables, *_sentences(found)),
        "issues": [issue.as_json() for issue in told],
        "recommended_remediations": _remedies(told),
    }


def _of_table(table: Table) -> Iterator[Issue]:
    if table.rows == 0:
        yield Issue(
            table, None, "missing_data", "high", "The table has no rows.", "0 rows.",
            ("Find out whether the table has been loaded.",), weight=1,
        )  # fmt: skip
    if table.rows and table.repeated_rows:
        yield Issue(
            table,
            None,
            "duplicates",
            from_share(table.repeated_rows, table.rows, medium=0.001, high=0.05),
            "Rows repeat an earlier row in every column.",
            f"{of_rows(table.repeated_rows, table.rows)} repeat an earlier row.",
            ("List the repeated rows, and compare when and by what they were written.",),
            weight=table.repeated_rows / table.rows,
        )


def _of_column(table: Table, column: Column, latest: datetime | None) -> Iterator[Issue]:
    yield from _missing(table, column)
    yield from _constant(table, column)
    yield from _repeated_key(table, column)
    yield from range_issues(table, column, latest)
    yield from value_issues(table, column)


def _missing(table: Table, column: Column) -> Iterator[Issue]:
    if not column.missing or not table.rows:
        return
    empty = column.missing == table.rows
    severity = from_share(column.missing, table.rows, medium=0.05, high=0.3)
    if severity == "low" and naming.is_own_key(table, column):
        severity = "high"
    if naming.is_optional(column.name) and not empty:
        severity = "low"
    yield Issue(
        table,
        column,
        "missing_data",
        severity,
        f"{quoted(column.name)} has no value in any row."
        if empty
        else f"{quoted(column.name)} is not filled in every row.",
        f"{of_rows(column.missing, table.rows, 'values missing')}.",
        (f"Count the rows without {quoted(column.name)} by time and by the other columns.",),
        weight=column.missing / table.rows,
    )


def _constant(table: Table, column: Column) -> Iterator[Issue]:
    if column.distinct == 1 and column.distinct_is_exact and (table.present(column) or 0) > 1:
        yield Issue(
            table,
            column,
            "other",
            "low",
            f"{quoted(column.name)} has the same value in every row that has one, so it tells nothing apart.",
            "1 distinct value.",
            (f"Ask whether {quoted(column.name)} may ever hold another value.",),
        )


def _repeated_key(table: Table, column: Column) -> Iterator[Issue]:
    present = table.present(column)
    if not present or column.distinct is None or not column.distinct_is_exact or column.distinct >= present:
        return
    # Where many values repeat, the column refers to another table's rows instead of telling its own apart.
    if not naming.is_own_key(table, column) or column.distinct < 0.9 * present:
        return
    repeated = present - column.distinct
    yield Issue(
        table,
        column,
        "duplicates",
        "high",
        f"{quoted(column.name)} looks like the key of the table by its name, and yet its values repeat.",
        f"{amount(column.distinct)} distinct values. {of_rows(repeated, present)} have a repeated value.",
        (f"Group by {quoted(column.name)} and list the values with more than one row.",),
        unsure=True,
        weight=repeated / present,
    )


def _unknown_references(tables: Sequence[Table]) -> list[Issue]:
    """A column that shares its name with another table's key, and holds values that the key cannot have."""
    keys = [
        (table, column)
        for table in tables
        for column in table.columns
        if naming.is_own_key(table, column) and _is_unique(table, column)
    ]
    found = []
    for table in tables:
        for column in table.columns if len(tables) > 1 else ():
            for owner, key in keys if naming.is_key(column.name) else ():
                if owner is not table and naming.refers_to(column.name, owner.name, key.name):
                    evidence = _beyond_key(column, owner, key)
                    found += [_unknown_reference(table, column, owner, key, evidence)] if evidence else []
    return found


def _unknown_reference(table: Table, column: Column, owner: Table, key: Column, evidence: str) -> Issue:
    return Issue(
        table,
        column,
        "invalid_values",
        "high",
        f"{quoted(column.name)} refers by its name to {quoted(key.name)} of {quoted(owner.name)}, "
        "and holds values that do not stand there.",
        evidence,
        (f"List the values of {quoted(column.name)} without a row in {quoted(owner.name)}, and count their rows.",),
        unsure=True,
    )


def _is_unique(table: Table, column: Column) -> bool:
    present = table.present(column)
    return column.distinct is not None and present is not None and column.distinct >= 0.98 * present > 0


def _beyond_key(column: Column, owner: Table, key: Column) -> str | None:
    known = f"{quoted(key.name)} of {quoted(owner.name)}"
    reasons = []
    both_exact = key.distinct_is_exact and column.distinct_is_exact
    if both_exact and key.distinct is not None and column.distinct is not None and column.distinct > key.distinct:
        reasons.append(f"{amount(column.distinct)} distinct values where {known} has {amount(key.distinct)}")
    for value, limit, word, sign in (
        (column.low, key.low, "smallest", -1),
        (column.high, key.high, "largest", 1),
    ):
        if _beyond(value, limit, sign):
            shown = f" ({quoted(value)})" if presentable(value) else ""
            reasons.append(f"the {word} value{shown} lies outside of the range of {known}")
    return f"{'; '.join(reasons)}." if reasons else None


def _beyond(value: Value, limit: Value, sign: int) -> bool:
    """Whether the value lies beyond the limit, upwards (1) or downwards (-1); False where they cannot be compared."""
    if isinstance(value, str) and isinstance(limit, str):
        return value > limit if sign > 0 else value < limit
    if isinstance(value, str) or isinstance(limit, str) or value is None or limit is None:
        return False
    return sign * (value - limit) > 0


def _sentences(found: Sequence[Issue]) -> Iterator[str]:
    if not found:
        yield "Fixed rules found no issue of quality in what the prompt shows."
        return
    counts = [(severity, sum(issue.severity == severity for issue in found)) for severity in _RANK]
    parts = [
        f"{'all' if count == len(found) else amount(count)} of {severity} severity"
        for severity, count in counts
        if count
    ]
    yield f"Fixed rules found {many(len(found), 'issue')} of quality, {listed(parts)}."
    serious = [issue for issue in found if issue.severity == found[0].severity]
    if len(parts) > 1 or found[0].severity != "low":
        yield f"The most serious ones concern {some(column_named(i.table, i.column) for i in serious)}."
    if missing := [issue for issue in found if issue.kind == "missing_data" and issue.column]:
        yield f"Values are missing in {some(column_named(i.table, i.column) for i in missing)}."
    if len(found) > MOST_ITEMS:
        yield f"The {MOST_ITEMS} most serious of {amount(len(found))} issues are listed."


def _remedies(told: Sequence[Issue]) -> list[str]:
    by_kind: dict[str, list[str]] = {}
    for issue in told:
        place = (
            f"{quoted(issue.column.name)} of {quoted(issue.table.name)}" if issue.column else quoted(issue.table.name)
        )
        by_kind.setdefault(issue.kind, []).append(place)
    return first_of_each(_REMEDIES[kind].format(columns=some(places)) for kind, places in by_kind.items())
