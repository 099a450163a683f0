"""Anomalies by fixed limits, strong against weak evidence: far values, sudden steps in time, odd categories."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from core.local_model.analysts import naming, timelines
from core.local_model.analysts.described import Column, Fences, Series, Table
from core.local_model.analysts.parsing import tables_of
from core.local_model.analysts.quality_issues import Severity
from core.local_model.analysts.wording import (
    MOST_ITEMS,
    amount,
    column_named,
    executive_summary,
    many,
    of_rows,
    presentable,
    quoted,
    readable_tables,
    short,
    some,
)
from core.local_model.chat_request import ChatRequest

_FAR, _VERY_FAR, _EXTREME = 4.0, 6.0, 10.0
"""Standard deviations between the average and a value that is worth a word."""
_SKEWED_SHARE = 0.05
_STEP_FAR_AWAY = 10.0
_MOST_STEPS = 2
_STANDARD_ERRORS = 5.0
_STEP_RATIO = 1.4
_DOMINANT = 0.95
_RARE = 0.005
_MOST_CATEGORIES = 8


_OTHER_CAUSE = {
    (True, True): "Rows loaded twice",
    (True, False): "Rows lost while loading",
    (False, True): "A few extreme values in a wrong unit",
    (False, False): "Zeros or other stand-ins for missing values",
}
"""By whether rows are counted, and whether the step goes up."""


@dataclass(frozen=True)
class _Anomaly:
    table: Table
    column: str | None
    kind: str
    severity: Severity
    description: str
    frequency: str
    magnitude: str
    time: str | None = None
    causes: tuple[str, ...] = ()
    next_steps: tuple[str, ...] = ()
    weight: float = field(default=0.0)

    def as_json(self) -> dict[str, object]:
        return {
            "table_name": self.table.name,
            "column_name": self.column,
            "anomaly_type": self.kind,
            "description": self.description,
            "evidence": {
                "approximate_frequency": self.frequency,
                "approximate_magnitude": self.magnitude,
                "time_context": self.time,
            },
            "severity": self.severity,
            "possible_causes": list(self.causes),
            "recommended_next_analyses": list(self.next_steps),
        }


def anomaly(asked: ChatRequest) -> dict[str, object]:
    """The answer to `analysis_anomaly`."""
    tables = tables_of(asked)
    found = [each for table in readable_tables(tables) for each in _of_table(table)]
    order = {"high": 0, "medium": 1, "low": 2}
    found.sort(key=lambda each: (order[each.severity], -each.weight))
    return {
        "executive_summary": executive_summary(tables, *_sentences(found)),
        "anomalies": [each.as_json() for each in found[:MOST_ITEMS]],
    }


def _of_table(table: Table) -> Iterator[_Anomaly]:
    fences = {each.column: each for each in table.fences}
    for column in table.columns:
        if column.is_numeric and not naming.is_key(column.name):
            yield from _far_values(table, column, fences.get(column.name))
        elif column.type in ("text", "boolean"):
            yield from _categories(table, column)
    steps: dict[str | None, list[_Anomaly]] = {}
    for series in table.series:
        for line in timelines.lines(table, series):
            if line.column is None or not naming.is_key(line.column):
                steps.setdefault(line.column, []).extend(_steps(table, series, line))
    # Several time columns mostly show the same step.
    for found in steps.values():
        yield from sorted(found, key=lambda each: -each.weight)[:_MOST_STEPS]


def _far_values(table: Table, column: Column, fences: Fences | None) -> Iterator[_Anomaly]:
    low, high, present = column.low_number, column.high_number, table.present(column)
    if low is None or high is None or column.mean is None or not column.std_dev or not present:
        return
    ends = [(abs(end - column.mean) / column.std_dev, end) for end in (low, high)]
    away, end = max(ends)
    outside = fences.below + fences.above if fences else 0
    skewed = outside > _SKEWED_SHARE * present
    # Beyond 3 standard deviations lie 0.3 % of a bell curve; that alone is no anomaly.
    if away < _FAR:
        return
    severity: Severity = "high" if away >= _EXTREME else "medium" if away >= _VERY_FAR else "low"
    if skewed and severity != "low":
        severity = "medium" if severity == "high" else "low"
    frequency, limit = "Not known: the text has no count of values outside of the fences.", ""
    if fences:
        frequency = f"{of_rows(outside, present, 'values')} lie outside of the fences"
        frequency += (
            "." if fences.beyond_3_sd is None else f", {amount(fences.beyond_3_sd)} beyond 3 standard deviations."
        )
        limit = f"; fences {short(fences.low)} and {short(fences.high)}"
    name = quoted(column.name)
    yield _Anomaly(
        table,
        column.name,
        "value_outlier",
        severity,
        f"The {'largest' if end == high else 'smallest'} value of {name} lies far from its average."
        + (" So many values lie outside of the fences that the column is rather skewed than wrong." if skewed else ""),
        frequency,
        f"{short(end)} lies {away:.1f} standard deviations from the average {short(column.mean)}{limit}.",
        None,
        ("A wrong unit or a slip of the decimal point", "A rare but real case")
        if not skewed
        else ("A distribution with a long tail",),
        (f"List the rows with the {'largest' if end == high else 'smallest'} values of {name}.",),
        away,
    )


def _categories(table: Table, column: Column) -> Iterator[_Anomaly]:
    present, top = table.present(column), column.top_values
    if not present or not top or (column.distinct or 0) < 2:
        return
    name, (value, times) = quoted(column.name), top[0]
    if times >= _DOMINANT * present:
        shown = f"{quoted(value)} alone" if presentable(value) else "One value alone"
        yield _Anomaly(
            table,
            column.name,
            "category_surprise",
            "low",
            f"{shown} makes up nearly all of {name}.",
            f"{of_rows(times, present, 'values')}.",
            f"{amount(present - times)} values differ.",
            None,
            ("A default that is hardly ever changed",),
            (f"Look at the rows with another value of {name}.",),
            times / present,
        )
    rare = [(v, n) for v, n in top if n < _RARE * present and presentable(v)]
    # Only where all values are shown is a rare one rare among few; else it is one of many.
    if rare and column.distinct == len(top) <= _MOST_CATEGORIES:
        rows = sum(n for _, n in rare)
        shown = ", ".join(f"{quoted(v)} {amount(n)}" for v, n in rare)
        yield _Anomaly(
            table,
            column.name,
            "category_surprise",
            "low",
            f"{name} has {many(len(top), 'value')}, of which {many(len(rare), 'is', 'are')} very rare: {shown}.",
            f"{of_rows(rows, present, 'values')}.",
            f"The most frequent value stands in {of_rows(times, present, 'values')}.",
            None,
            ("A misspelling or a code that is no longer used", "A rare but real case"),
            (f"List the rows with the rare values of {name}.",),
            rows / present,
        )


def _steps(table: Table, series: Series, line: timelines.Line) -> Iterator[_Anomaly]:
    found = [
        each
        for each in timelines.outliers(line)
        if _differs(each.value, each.usual) and _beyond_chance(table, series, line.column, each)
    ]
    what = "The number of rows" if line.column is None else f"The average of {quoted(line.column)}"
    for each in found[:_MOST_STEPS]:
        start, value, usual, away = each.start, each.value, each.usual, each.away
        up = value > usual
        yield _Anomaly(
            table,
            line.column,
            "sudden_spike" if up else "sudden_drop",
            "high" if abs(away) >= _STEP_FAR_AWAY else "medium",
            f"{what} {'jumps up' if up else 'drops'} in one {series.unit} against the {series.unit}s around it.",
            f"{many(len(found), f'such {series.unit}', f'such {series.unit}s')} of {amount(len(line.points))}.",
            f"{short(value)} where {short(usual)} is usual, {100 * (value - usual) / abs(usual):+.0f} %."
            if usual
            else f"{short(value)} where 0 is usual.",
            f"{series.unit} that begins on {start}, by {quoted(series.time_column)}",
            ("An event of that time", _OTHER_CAUSE[line.column is None, up]),
            (f"Count the rows of {quoted(table.name)} by a smaller unit of time around {start}.",),
            abs(away),
        )


def _differs(value: float, usual: float) -> bool:
    small, large = sorted((abs(value), abs(usual)))
    return value * usual <= 0 or large >= _STEP_RATIO * small


def _beyond_chance(table: Table, series: Series, column: str | None, step: timelines.Outlier) -> bool:
    """An average moves by chance, the more the fewer rows it is of; five standard errors are more than that."""
    target = table.by_name.get(column) if column is not None else None
    if target is None or not target.std_dev:
        return True
    rows = next(bucket.rows for bucket in series.buckets if bucket.start == step.start)
    return abs(step.value - step.usual) >= _STANDARD_ERRORS * target.std_dev / max(rows, 1) ** 0.5


def _sentences(found: Sequence[_Anomaly]) -> Iterator[str]:
    if not found:
        yield "Fixed rules found no anomaly: nothing lies far enough from the rest."
        return
    high = sum(each.severity == "high" for each in found)
    yield f"Fixed rules found {many(len(found), 'anomaly', 'anomalies')}, {amount(high)} of high severity."
    if values := [each for each in found if each.kind == "value_outlier"]:
        yield f"Values far from the average stand in {some(column_named(e.table, e.column) for e in values)}."
    if steps := [each for each in found if each.time]:
        yield f"Sudden steps in time were seen in {some(column_named(e.table, e.column) for e in steps)}."
    if len(found) > MOST_ITEMS:
        yield f"The {MOST_ITEMS} strongest of {amount(len(found))} are listed."
