"""Patterns: values that prevail, groups that differ from the rest, rows beyond the fences.

Everything listed is counted in the prompt; what several columns do together is not in it, and is not guessed.
"""

from collections.abc import Iterator, Sequence

from core.local_model.analysts import naming
from core.local_model.analysts.described import Column, Group, Segments, Table, Value
from core.local_model.analysts.parsing import tables_of
from core.local_model.analysts.wording import (
    MOST_ITEMS,
    amount,
    column_named,
    executive_summary,
    first_of_each,
    many,
    number,
    of_rows,
    percent,
    presentable,
    quoted,
    readable_tables,
    short,
    some,
)
from core.local_model.chat_request import ChatRequest

_LEAST_SHARE = 0.05
_PREVAILS = 0.5
_ALWAYS = 0.999
_SEGMENTS_PER_COLUMN = 3
_LEAST_DISTANCE = 0.25
_LEAST_ROWS = 20
_Json = dict[str, object]
_Ranked = tuple[float, _Json]


def patterns(asked: ChatRequest) -> dict[str, object]:
    """The answer to `analysis_patterns`."""
    tables = tables_of(asked)
    readable = readable_tables(tables)
    groupings = [(table, column) for table in readable for column in table.columns if _groups(table, column)]
    segments = _strongest(each for table, column in groupings for each in _segments(table, column))
    frequent = _strongest(each for table in readable for each in _frequent(table))
    special = _strongest(each for table in readable for each in (*_apart(table), *_outside(table)))
    return {
        "executive_summary": executive_summary(tables, *_sentences(groupings, frequent, special)),
        "clusters_or_segments": segments,
        "frequent_patterns": frequent,
        "notable_subpopulations": special,
        "recommended_next_analyses": _next_steps(groupings),
    }


def _strongest(found: Iterator[_Ranked]) -> list[_Json]:
    return [each for _, each in sorted(found, key=lambda ranked: -ranked[0])[:MOST_ITEMS]]


def _groups(table: Table, column: Column) -> bool:
    """Whether few enough values repeat often enough to form groups."""
    if column.type not in ("text", "boolean", "integer") or naming.is_key(column.name) or not table.rows:
        return False
    shown = sum(times for _, times in column.top_values)
    few = column.distinct is not None and 2 <= column.distinct <= max(8, len(column.top_values))
    return few and shown >= _PREVAILS * (table.present(column) or 0) > 0


def condition(column: str, value: Value) -> str:
    """'"payment" = "cash"'."""
    return f"{quoted(column)} = {quoted(value)}"


def _segments(table: Table, column: Column) -> Iterator[_Ranked]:
    rows = table.rows or 0
    told = [(value, times) for value, times in column.top_values if presentable(value) and times >= _LEAST_SHARE * rows]
    for value, times in told[:_SEGMENTS_PER_COLUMN]:
        yield (
            times / rows,
            {
                "table_name": table.name,
                "segment_label": f"{naming.business_name(column)}: {value if isinstance(value, str) else quoted(value)}",
                "defining_characteristics": [condition(column.name, value)],
                "approximate_prevalence": percent(times, rows),
                "key_columns": [column.name],
            },
        )


def _frequent(table: Table) -> Iterator[_Ranked]:
    rows = table.rows or 0
    for column in table.columns if rows else ():
        if naming.is_key(column.name):
            continue
        missing = column.missing or 0
        value, times = column.top_values[0] if column.top_values else (None, 0)
        if _PREVAILS * rows <= missing < rows:
            text, count = f"{quoted(column.name)} is missing", missing
        elif times >= _PREVAILS * rows and presentable(value):
            text, count = condition(column.name, value), times
        else:
            continue
        yield (
            # What holds in every row tells little: it comes last.
            count / rows if count < _ALWAYS * rows else 0,
            {
                "table_name": table.name,
                "description": text,
                "columns_involved": [column.name],
                "approximate_prevalence": of_rows(count, rows),
            },
        )


def _apart(table: Table) -> Iterator[_Ranked]:
    """Groups whose average lies well away from that of all rows."""
    found: dict[tuple[str, Value], list[tuple[float, Segments, Group]]] = {}
    for segments in table.segments:
        target = table.by_name.get(segments.target)
        if target is None or target.mean is None or not target.std_dev or naming.is_key(target.name):
            continue
        for group in segments.groups:
            distance = abs(group.mean - target.mean) / target.std_dev
            enough = group.rows >= min(_LEAST_ROWS, 0.05 * (table.rows or 0))
            if distance >= _LEAST_DISTANCE and enough and presentable(group.value):
                found.setdefault((segments.by, group.value), []).append((distance, segments, group))
    for (by, value), properties in found.items():
        properties.sort(key=lambda each: -each[0])
        yield (
            properties[0][0],
            {
                "table_name": table.name,
                "filter_description": condition(by, value),
                "distinctive_properties": [
                    f"average {quoted(segments.target)} {short(group.mean)} against "
                    f"{short(table.by_name[segments.target].mean or 0)} over all rows ({many(group.rows, 'row')}, "
                    f"{distance:.1f} standard deviations)"
                    for distance, segments, group in properties[:4]
                ],
            },
        )


def _outside(table: Table) -> Iterator[_Ranked]:
    for fences in table.fences:
        column = table.by_name.get(fences.column)
        present = table.present(column) if column else None
        if naming.is_key(fences.column) or not present:
            continue
        for sign, limit, rows in (("<", fences.low, fences.below), (">", fences.high, fences.above)):
            if rows >= max(1, 0.01 * present):
                yield (
                    0.1 + rows / present / 10,
                    {
                        "table_name": table.name,
                        "filter_description": f"{quoted(fences.column)} {sign} {number(limit)}",
                        "distinctive_properties": [
                            # The limit is rounded in the prompt, so values right at it may lie on either side.
                            f"about {amount(rows)} of {many(table.rows or 0, 'row')}",
                            "beyond the fence, which lies 1.5 × the interquartile range outside of the quartiles",
                        ],
                    },
                )


def _sentences(
    groupings: Sequence[tuple[Table, Column]], frequent: Sequence[_Json], special: Sequence[_Json]
) -> Iterator[str]:
    if not groupings and not frequent and not special:
        yield "Fixed rules found no pattern: no value repeats, and no group differs, enough."
        return
    if groupings:
        named = some(column_named(table, column) for table, column in groupings)
        yield f"Fixed rules found {many(len(groupings), 'column that divides', 'columns that divide')} the rows into few groups: {named}."
    if frequent:
        yield f"In {many(len(frequent), 'column')} one value, or a missing one, prevails in at least half of the rows."
    if special:
        yield f"{many(len(special), 'part', 'parts')} of the rows {'differs' if len(special) == 1 else 'differ'} from the rest."
    yield "All of this is counted; how several columns combine is not in the prompt, and is left open."


def _next_steps(groupings: Sequence[tuple[Table, Column]]) -> list[str]:
    by_table: dict[str, list[str]] = {}
    for table, column in groupings:
        by_table.setdefault(table.name, []).append(column.name)
    steps = [
        f"Count the combinations of {quoted(names[0])} and {quoted(names[1])} of {quoted(table)}."
        for table, names in by_table.items()
        if len(names) > 1
    ]
    if any(sum(column.is_numeric for column in table.columns) > 1 for table, _ in groupings):
        steps.append("Cluster the rows by their numeric columns, and describe the clusters by the groups found here.")
    return first_of_each(steps)
