"""Trends: the direction of rows and averages over time, lasting jumps, and what repeats by week or year."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from core.local_model.analysts import naming, timelines
from core.local_model.analysts.described import Series, Table
from core.local_model.analysts.parsing import tables_of
from core.local_model.analysts.wording import (
    MOST_ITEMS,
    amount,
    column_named,
    executive_summary,
    first_of_each,
    many,
    quoted,
    readable_tables,
    short,
    some,
)
from core.local_model.chat_request import ChatRequest

_WORDS = {
    "increasing": "rises",
    "decreasing": "falls",
    "stable": "hardly changes",
    "mixed": "changes its direction",
    "unclear": "shows no clear direction",
}
_STRONGEST_FIRST = ("increasing", "decreasing", "mixed", "stable", "unclear")
_ROWS = "rows"
"""Stands for a column where rows are counted."""
_Json = dict[str, object]


@dataclass(frozen=True)
class _Line:
    """A measured line with its place, its direction and Kendall's τ."""

    table: Table
    series: Series
    line: timelines.Line
    direction: str
    tau: float

    @property
    def what(self) -> str:
        column = self.line.column
        return "The number of rows" if column is None else f"The average of {quoted(column)}"

    @property
    def target(self) -> str:
        return _ROWS if self.line.column is None else self.line.column

    @property
    def place(self) -> _Json:
        return {"table_name": self.table.name, "time_column": self.series.time_column}


def trends(asked: ChatRequest) -> dict[str, object]:
    """The answer to `analysis_trends`."""
    tables = tables_of(asked)
    readable = readable_tables(tables)
    found = [
        _Line(table, series, line, timelines.direction(line.values), timelines.kendall(line.values)[0])
        for table in readable
        for series in table.series
        for line in timelines.lines(table, series)
        if line.column is None or not naming.is_key(line.column)
    ]
    found.sort(key=lambda each: (_STRONGEST_FIRST.index(each.direction), -abs(each.tau)))
    considered = [
        _considered(table, column.name) for table in readable for column in table.columns if column.is_temporal
    ]
    changes = [change for each in found if (change := _change(each)) is not None]
    seasons = [each for each in found if timelines.season(each.series, each.line)]
    return {
        "executive_summary": executive_summary(tables, *_sentences(readable, found, len(changes), seasons)),
        "time_dimensions_considered": considered[:MOST_ITEMS],
        "trends": [_trend(each) for each in found[:MOST_ITEMS]],
        "change_points": changes[:MOST_ITEMS],
        "seasonality_and_cycles": [_season(each) for each in seasons[:MOST_ITEMS]],
        "recommended_next_analyses": _next_steps(readable, found),
    }


def _considered(table: Table, name: str) -> _Json:
    column = table.by_name[name]
    series = [each for each in table.series if each.time_column == name]
    parts = []
    if column.low is not None:
        parts.append(f"From {column.low} to {column.high}.")
    parts += [f"Shown by {each.unit} in {many(len(each.buckets), 'step')}." for each in series]
    for each in series:
        if strays := timelines.stray_buckets(each):
            parts.append(f"{many(sum(b.rows for b in strays), 'row')} far from all others in time are left aside.")
    if not series:
        parts.append("The prompt shows no values over it.")
    return {"table_name": table.name, "time_column": name, "comment": " ".join(parts)}


def _trend(each: _Line) -> _Json:
    first, last = each.line.points[0], each.line.points[-1]
    return {
        **each.place,
        "target_columns": [each.target],
        "trend_type": each.direction,
        "description": (
            f"{each.what} {_WORDS[each.direction]} over {many(len(each.line.points), each.series.unit)}: "
            f"{short(first[1])} in the first, {short(last[1])} in the last "
            f"(Kendall's tau {each.tau:.2f})."
        ),
        "approximate_period": f"{first[0]} to {last[0]}, by {each.series.unit}",
    }


def _change(each: _Line) -> _Json | None:
    found = timelines.jump(each.line)
    if found is None:
        return None
    start, before, after = found
    return {
        **each.place,
        "target_column": each.target,
        "approximate_position": start,
        "description": (
            f"{each.what} {'rises' if after > before else 'falls'} with the {each.series.unit} that begins on {start}: "
            f"{short(before)} on average before, {short(after)} from then on."
        ),
    }


def _season(each: _Line) -> _Json:
    return {
        **each.place,
        "target_column": each.target,
        "pattern_description": f"{each.what}: {timelines.season(each.series, each.line)}",
    }


def _sentences(
    tables: Sequence[Table], found: Sequence[_Line], changes: int, seasons: Sequence[_Line]
) -> Iterator[str]:
    if not any(column.is_temporal for table in tables for column in table.columns):
        yield "None of the columns holds dates or times, so there is nothing to follow over time."
        return
    if not found:
        yield "There are time columns, but too few values over time are shown to tell a direction."
        return
    clear = [each for each in found if each.direction in ("increasing", "decreasing")]
    yield f"Fixed rules found a clear direction in {amount(len(clear))} of {many(len(found), 'line')} over time."
    for word, verb in (("increasing", "Rising"), ("decreasing", "Falling")):
        if lines := [each for each in clear if each.direction == word]:
            yield f"{verb}: {some(_named(each) for each in lines)}."
    if changes:
        yield f"{many(changes, 'lasting jump was', 'lasting jumps were')} found."
    if seasons:
        yield f"A season shows in {some(_named(each) for each in seasons)}."


def _named(each: _Line) -> str:
    place = column_named(each.table, each.line.column)
    return f"the number of rows of {place}" if each.line.column is None else place


def _next_steps(tables: Sequence[Table], found: Sequence[_Line]) -> list[str]:
    steps = [
        f"Split {quoted(each.line.column)} of {quoted(each.table.name)} by its groups, to see which of them "
        f"{_WORDS[each.direction]}."
        for each in found[:3]
        if each.line.column is not None and each.direction in ("increasing", "decreasing")
    ]
    steps += [
        f"Draw the values of {quoted(table.name)} over {quoted(column.name)}."
        for table in tables
        for column in table.columns
        if column.is_temporal and not any(each.time_column == column.name for each in table.series)
    ][:3]
    if any(series.unit == "month" for table in tables for series in table.series):
        steps.append("Look at single days, to tell a weekly rhythm from a trend.")
    return first_of_each(steps)
