"""Profiling: the figures of the prompt in the answer's form. What the prompt does not say is "unknown" or "n/a"."""

from core.local_model.analysts.described import Column, Table
from core.local_model.analysts.examples import examples
from core.local_model.analysts.parsing import tables_of
from core.local_model.analysts.wording import (
    column_named,
    executive_summary,
    many,
    number,
    percent,
    presentable,
    quoted,
    readable_tables,
    some,
)
from core.local_model.chat_request import ChatRequest

_UNKNOWN = "unknown"
_NONE = "n/a"
_MOST_SHARES = 3


def profiling(asked: ChatRequest) -> dict[str, object]:
    """The answer to `analysis_profiling`; every readable table with every column that the prompt shows."""
    tables = tables_of(asked)
    readable = readable_tables(tables)
    pairs = [(table, column) for table in readable for column in table.columns]
    gaps = [column_named(table, column) for table, column in pairs if column.missing]
    withheld = [column_named(table, column) for table, column in pairs if column.withheld]
    return {
        "executive_summary": executive_summary(
            tables,
            f"Values are missing in {many(len(gaps), 'column')}: {some(gaps)}." if gaps else "No values are missing.",
            f"The values of {some(withheld)} are withheld." if withheld else "",
        ),
        "tables": [_table(table) for table in readable],
    }


def _table(table: Table) -> dict[str, object]:
    return {
        "table_name": table.name,
        "row_count_estimate": _UNKNOWN if table.rows is None else table.rows,
        "columns": [_column(table, column) for column in table.columns],
    }


def _column(table: Table, column: Column) -> dict[str, object]:
    share: object = column.missing_percent
    if column.missing is not None and table.rows:
        share = round(100 * column.missing / table.rows, 2)
    return {
        "column_name": column.name,
        "data_type": column.type,
        "distinct_values_estimate": _UNKNOWN if column.distinct is None else column.distinct,
        "example_values": examples(table, column),
        "missing_values_count": _UNKNOWN if column.missing is None else column.missing,
        "missing_values_percent": _UNKNOWN if share is None else share,
        "basic_statistics": {
            "min": _figure(column.low_number if column.is_numeric else None),
            "max": _figure(column.high_number if column.is_numeric else None),
            "mean": _figure(column.mean),
            "median": _figure(column.median),
            "std_dev": _figure(column.std_dev),
        },
        "distribution_summary": _distribution(table, column),
    }


def _figure(value: float | None) -> object:
    return _NONE if value is None else value


def _distribution(table: Table, column: Column) -> str:
    present = table.present(column)
    if column.withheld:
        return "The values are withheld."
    if present == 0:
        return "No values."
    if column.distinct == 1 and column.distinct_is_exact:
        return "One value in every row that has one."
    parts = []
    if column.is_numeric:
        if column.lower_quartile is not None and column.upper_quartile is not None:
            low, high = number(column.lower_quartile), number(column.upper_quartile)
            parts.append(f"The middle half lies between {low} and {high}")
        parts += _skew(column)
    elif column.is_temporal and column.low is not None:
        parts.append(f"From {column.low} to {column.high}")
    shares = [
        f"{quoted(value)} {percent(times, present)}"
        for value, times in column.top_values[:_MOST_SHARES]
        if present and presentable(value)
    ]
    if shares:
        parts.append(f"most frequent: {', '.join(shares)} of the values that are there")
    elif present is not None and column.distinct == present and column.distinct_is_exact:
        parts.append("every value occurs once")
    text = "; ".join(parts)
    return f"{text[0].upper()}{text[1:]}." if text else _UNKNOWN


def _skew(column: Column) -> list[str]:
    """By the distance of average and median in standard deviations, a rough measure of skew."""
    if column.mean is None or column.median is None or not column.std_dev:
        return []
    distance = (column.mean - column.median) / column.std_dev
    if abs(distance) < 0.1:
        return ["about symmetric"]
    return ["skewed to the right" if distance > 0 else "skewed to the left"]
