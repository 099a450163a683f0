"""The profile of a table by portable statements: two scans for the figures, then one per histogram and top values.

The standard deviation takes two passes (mean, then squared distances), as one pass loses digits. Where the source has
no quantile of its own, numbers are ranked by a window and the few ranks around a quantile are fetched.
"""

import math
import random
import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ColumnElement,
    Date,
    DateTime,
    Double,
    Select,
    case,
    cast,
    distinct,
    func,
    literal,
    literal_column,
    select,
)

from core.clock import now
from core.sources.choosing import (
    HAS_EXTREMES,
    HAS_TOP_VALUES,
    LONGEST_TEXT,
    QUICK_SAMPLE_ROWS,
    SAMPLE_ROWS,
    TOP_VALUES,
    as_json,
    bins,
    cut_text,
    time_edges,
)
from core.sources.views import NUMERIC, TEMPORAL, Bin, Column, ColumnProfile, ColumnType, Profile, Table

if TYPE_CHECKING:
    from core.sources.portable.base import PortableReader

MOST_AT_ONCE = 240
"""Expressions in one statement: SQLite allows 2,000 result columns, PostgreSQL 1,664, and their texts grow long."""

_MOST_CELLS = 1_650
_LARGEST = 1.7976931348623157e308
_FEW_ROWS = 100_000
"""Up to here a quick profile counts distinct values exactly; beyond, not at all."""

_DEADLINE_S = 600


def quick(reader: "PortableReader", name: str) -> Profile:
    """Counts, extremes and means in one scan; distinct counts of small tables only, and those exact."""
    started = time.monotonic()
    table = reader.described(name)
    rows = count_rows(reader, table)
    figures = _first_scan(reader, table, with_distinct=rows <= _FEW_ROWS)
    columns = tuple(ColumnProfile(**figures[each.name]) for each in table.columns)
    shown = sample(reader, table, rows, QUICK_SAMPLE_ROWS)
    return Profile(name, "quick", rows, columns, shown, now(), time.monotonic() - started)


def full(reader: "PortableReader", name: str) -> Profile:
    """Every figure, exact."""
    started = time.monotonic()
    table = reader.described(name)
    rows = count_rows(reader, table)
    figures = _first_scan(reader, table, with_distinct=True)
    filled = {each.name: rows - figures[each.name]["nulls"] for each in table.columns}
    numbers = [each for each in table.columns if each.type in NUMERIC and figures[each.name]["mean"] is not None]
    _deviations(reader, table, numbers, figures)
    for each in numbers:
        figures[each.name].update(_quartiles(reader, table, each))
    for each in table.columns:
        figures[each.name]["histogram"] = _histogram(reader, table, each, figures[each.name])
    for each in table.columns:
        if each.type in HAS_TOP_VALUES and (figures[each.name]["distinct"] or 0) < filled[each.name]:
            figures[each.name]["top_values"] = _top_values(reader, table, each)
    columns = tuple(ColumnProfile(**figures[each.name]) for each in table.columns)
    shown = sample(reader, table, rows, SAMPLE_ROWS)
    return Profile(name, "full", rows, columns, shown, now(), time.monotonic() - started)


def number(reader: "PortableReader", table: Table, column: Column) -> ColumnElement[Any]:
    """A numeric column as a double, without NaN and the infinities."""
    raw = reader.clause(table.name).c[column.name]
    return finite(raw, column)


def finite(raw: ColumnElement[Any], column: Column) -> ColumnElement[Any]:
    as_double = cast(raw, Double)
    return case((func.abs(as_double) <= _LARGEST, as_double)) if column.type == "decimal" else as_double


def count_rows(reader: "PortableReader", table: Table) -> int:
    return int(ask(reader, select(func.count()).select_from(reader.clause(table.name)))[0][0])


def ask(reader: "PortableReader", statement: Select[Any]) -> list[tuple[Any, ...]]:
    return reader.select(statement, deadline_s=_DEADLINE_S)


def in_batches(expressions: Sequence[tuple[Any, ColumnElement[Any]]]) -> Iterator[list[tuple[Any, ColumnElement[Any]]]]:
    for start in range(0, len(expressions), MOST_AT_ONCE):
        yield list(expressions[start : start + MOST_AT_ONCE])


def aggregates(
    reader: "PortableReader", table: Table, wanted: Sequence[tuple[Any, ColumnElement[Any]]]
) -> dict[Any, Any]:
    """The values of aggregate expressions over the whole table, by their key, in as few statements as allowed."""
    source = reader.clause(table.name)
    found: dict[Any, Any] = {}
    for batch in in_batches(wanted):
        statement = select(*(expression.label(f"f{at}") for at, (_, expression) in enumerate(batch)))
        (row,) = ask(reader, statement.select_from(source))
        found.update({key: value for (key, _), value in zip(batch, row, strict=True)})
    return found


def typed(value: Any, column: Column) -> Any:
    """A value of the column as JSON: whole numbers whole, decimals as floats, texts cut."""
    if value is None or isinstance(value, bool):
        return value
    if column.type == "boolean":
        return bool(value)
    if column.type == "integer" and isinstance(value, (int, float)):
        return int(value)
    if column.type == "decimal" and isinstance(value, (int, float)):
        return as_json(float(value))
    shown = as_json(value)
    return cut_text(shown) if isinstance(shown, str) else shown


def sample(reader: "PortableReader", table: Table, rows: int | None, most: int) -> tuple[dict[str, Any], ...]:
    """Rows at random positions, in random order, the same at each reading as long as the table stays."""
    source = reader.clause(table.name)
    total = count_rows(reader, table) if rows is None else rows
    if not total or not table.columns:
        return ()
    keys = reader.keys(table.name)
    places = random.Random(table.name).sample(range(1, total + 1), min(most, total))
    wanted: dict[int, dict[str, Any]] = {place: {} for place in places}
    # 2,000 columns do not fit one statement; those of any server do, whose order may change between two statements.
    for start in range(0, len(table.columns), _MOST_CELLS):
        part = table.columns[start : start + _MOST_CELLS]
        cells = [_short(source.c[each.name], each).label(f"c{at}") for at, each in enumerate(part)]
        ordered = func.row_number().over(order_by=[source.c[key] for key in keys] or reader.any_order(source))
        numbered = select(ordered.label("place"), *cells).select_from(source).subquery("numbered")
        for place, *found in ask(reader, select(numbered).where(numbered.c.place.in_(sorted(places)))):
            wanted[int(place)].update({each.name: typed(cell, each) for each, cell in zip(part, found, strict=True)})
    return tuple(row for row in wanted.values() if row)


def _short(column: ColumnElement[Any], described: Column) -> ColumnElement[Any]:
    """Texts may be megabytes long: one character more than is shown says that they are cut."""
    return func.substr(column, 1, LONGEST_TEXT + 1) if described.type in ("text", "other") else column


def _first_scan(reader: "PortableReader", table: Table, *, with_distinct: bool) -> dict[str, dict[str, Any]]:
    source = reader.clause(table.name)
    wanted: list[tuple[Any, ColumnElement[Any]]] = [(("rows", ""), func.count())]
    for each in table.columns:
        column = source.c[each.name]
        wanted.append((("filled", each.name), func.count(column)))
        if with_distinct:
            wanted.append((("distinct", each.name), func.count(distinct(column))))
        value = finite(column, each) if each.type == "decimal" else column
        if each.type in HAS_EXTREMES:
            wanted.append((("minimum", each.name), _extreme(func.min(value), each)))
            wanted.append((("maximum", each.name), _extreme(func.max(value), each)))
        if each.type in NUMERIC:
            wanted.append((("mean", each.name), func.avg(finite(column, each))))
    found = aggregates(reader, table, wanted)
    rows = int(found["rows", ""])
    return {
        each.name: {
            "name": each.name,
            "type": each.type,
            "raw_type": each.raw_type,
            "nulls": rows - int(found["filled", each.name]),
            "distinct": int(found["distinct", each.name]) if with_distinct else None,
            "distinct_is_exact": with_distinct,
            "minimum": typed(found.get(("minimum", each.name)), each),
            "maximum": typed(found.get(("maximum", each.name)), each),
            "mean": as_float(found.get(("mean", each.name))),
        }
        for each in table.columns
    }


def _extreme(value: ColumnElement[Any], column: Column) -> ColumnElement[Any]:
    return func.substr(value, 1, LONGEST_TEXT + 1) if column.type == "text" else value


def as_float(value: Any) -> float | None:
    return None if value is None or not math.isfinite(float(value)) else float(value)


def _deviations(
    reader: "PortableReader", table: Table, numbers: Sequence[Column], figures: dict[str, dict[str, Any]]
) -> None:
    wanted: list[tuple[Any, ColumnElement[Any]]] = []
    for each in numbers:
        value = number(reader, table, each)
        away = value - figures[each.name]["mean"]
        wanted += [
            ((each.name, "n"), func.count(value)),
            ((each.name, "rest"), func.sum(away)),
            ((each.name, "squares"), func.sum(away * away)),
        ]
    found = aggregates(reader, table, wanted)
    for each in numbers:
        n, squares = int(found[each.name, "n"]), as_float(found[each.name, "squares"])
        if n < 2 or squares is None:
            continue
        rest = as_float(found[each.name, "rest"]) or 0.0  # what rounding the mean left over
        figures[each.name]["std_dev"] = math.sqrt(max(squares - rest * rest / n, 0.0) / (n - 1))


def _quartiles(reader: "PortableReader", table: Table, column: Column) -> dict[str, float | None]:
    value = number(reader, table, column)
    names = {"lower_quartile": 0.25, "median": 0.5, "upper_quartile": 0.75}
    if reader.native_quantiles:
        source = reader.clause(table.name)
        asked = [func.percentile_cont(literal_column(str(q))).within_group(value.asc()) for q in names.values()]
        (row,) = ask(reader, select(*asked).select_from(source))
        return {name: as_float(each) for name, each in zip(names, row, strict=True)}
    n = int(aggregates(reader, table, [("n", func.count(value))])["n"])
    ranks = {name: (n - 1) * q for name, q in names.items()}
    places = sorted(
        {math.floor(rank) + 1 for rank in ranks.values()} | {math.ceil(rank) + 1 for rank in ranks.values()}
    )
    inner = select(value.label("v")).select_from(reader.clause(table.name)).subquery("numbers")
    ranked = (
        select(inner.c.v, func.row_number().over(order_by=inner.c.v).label("place"))
        .where(inner.c.v.is_not(None))
        .subquery("ranked")
    )
    statement = select(ranked.c.place, ranked.c.v).where(ranked.c.place.in_(places))
    at = {int(place): float(each) for place, each in ask(reader, statement)}
    return {name: _between(at, rank) for name, rank in ranks.items()}


def _between(at: dict[int, float], rank: float) -> float | None:
    low = math.floor(rank)
    below, above = at.get(low + 1), at.get(math.ceil(rank) + 1)
    return None if below is None or above is None else below + (above - below) * (rank - low)


def _histogram(
    reader: "PortableReader", table: Table, column: Column, figures: dict[str, Any]
) -> tuple[Bin, ...]:  # fmt: skip
    cut = bins(figures["minimum"], figures["maximum"], column.type)
    if cut is None:
        return ()
    if column.type in TEMPORAL:
        value = reader.clause(table.name).c[column.name]
        edges = enumerate(time_edges(cut, column.type))
        branches = [(value < edge(each, column.type), at) for at, each in edges]
        place = case(*branches, else_=cut.count - 1) if branches else literal(0)
    else:
        value = number(reader, table, column)
        place = func.floor((value - cut.low) / cut.width)
    inner = (
        select(place.label("bin")).select_from(reader.clause(table.name)).where(value.is_not(None)).subquery("binned")
    )
    statement = select(inner.c.bin, func.count()).group_by(inner.c.bin)
    return cut.bars({int(place): int(count) for place, count in ask(reader, statement)})


def edge(at: datetime, kind: ColumnType) -> ColumnElement[Any]:
    """A time to compare a column of dates or timestamps with."""
    return literal(at.date(), Date()) if kind == "date" else literal(at, DateTime())


def _top_values(reader: "PortableReader", table: Table, column: Column) -> tuple[tuple[Any, int], ...]:
    source = reader.clause(table.name)
    value = source.c[column.name]
    count = func.count()
    grouped = (
        select(value.label("v"), count.label("n"))
        .select_from(source)
        .where(value.is_not(None))
        .group_by(value)
        .order_by(count.desc(), value)
        .limit(TOP_VALUES)
        .subquery("grouped")
    )
    shown = _short(grouped.c.v, column)
    statement = select(shown, grouped.c.n).order_by(grouped.c.n.desc(), grouped.c.v)
    return tuple((typed(each, column), int(n)) for each, n in ask(reader, statement))
