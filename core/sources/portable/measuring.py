"""Measures beyond the profile, by portable statements. What is taken in is decided in `choosing`."""

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, and_, case, func, literal, select

from core.sources.choosing import (
    averaged,
    buckets,
    by_strength,
    correlated,
    fences,
    segmenting,
    start_text,
    time_columns,
    varying_numbers,
)
from core.sources.portable.profiling import aggregates, as_float, ask, count_rows, edge, number, typed
from core.sources.views import (
    Column,
    ColumnProfile,
    Correlation,
    Measures,
    Outliers,
    Profile,
    Series,
    SeriesPoint,
    Table,
)

if TYPE_CHECKING:
    from core.sources.portable.base import PortableReader


def measures(reader: "PortableReader", name: str, profile: Profile) -> Measures:
    """Duplicates, correlations, outliers, series and segments of one table; `profile` is a full one of it."""
    table = reader.described(name)
    there = {each.name for each in table.columns}
    known = replace(profile, columns=tuple(each for each in profile.columns if each.name in there), sample=())
    return Measures(
        name,
        _duplicates(reader, table),
        _correlations(reader, table, correlated(known)),
        _outliers(reader, table, varying_numbers(known)),
        tuple(
            series
            for each in time_columns(known)
            if (series := _series(reader, table, each, averaged(known))) is not None
        ),
        _segments(reader, table, segmenting(known), averaged(known)),
    )


def _column(table: Table, profile: ColumnProfile) -> Column:
    return table.column(profile.name) or Column(profile.name, profile.type, profile.raw_type)


def _duplicates(reader: "PortableReader", table: Table) -> int | None:
    if not table.columns:
        return None
    source = reader.clause(table.name)
    different = select(*source.c).distinct().subquery("different")
    rows, kept = (int(ask(reader, select(func.count()).select_from(counted))[0][0]) for counted in (source, different))
    return max(rows - kept, 0)


def _correlations(
    reader: "PortableReader", table: Table, columns: Sequence[ColumnProfile]
) -> tuple[Correlation, ...]:  # fmt: skip
    """Pearson's r from sums of distances to the columns' means, which keeps the digits that raw squares would lose."""
    away = {each.name: number(reader, table, _column(table, each)) - each.mean for each in columns}
    alone = aggregates(
        reader,
        table,
        [((name, part), each) for name, value in away.items() for part, each in _sums(value, value).items()],
    )
    pairs = list(combinations(away, 2))
    # Where neither column has gaps, all but the product is known already.
    total = count_rows(reader, table)
    whole = {name for name in away if int(alone[name, "n"]) == total}
    wanted: list[tuple[Any, ColumnElement[Any]]] = []
    for first, second in pairs:
        parts = _sums(away[first], away[second])
        needed = ["xy"] if {first, second} <= whole else list(parts)
        wanted += [((first, second, part), parts[part]) for part in needed]
    found = aggregates(reader, table, wanted)
    results = []
    for first, second in pairs:
        if {first, second} <= whole:
            known = {"n": total, "x": alone[first, "x"], "y": alone[second, "x"]}
            known |= {"xx": alone[first, "xx"], "yy": alone[second, "xx"], "xy": found[first, second, "xy"]}
        else:
            known = {part: found[first, second, part] for part in ("n", "x", "y", "xx", "yy", "xy")}
        n, x, y, xx, yy, xy = (as_float(each) or 0.0 for each in known.values())
        r = _pearson(int(n), x, y, xx, yy, xy)
        if r is not None:
            results.append(Correlation(first, second, r, int(n)))
    return by_strength(results)


def _sums(x: ColumnElement[Any], y: ColumnElement[Any]) -> dict[str, ColumnElement[Any]]:
    """The sums behind a correlation, over the rows that have both."""
    both = and_(x.is_not(None), y.is_not(None))
    sums = {part: func.sum(case((both, each))) for part, each in _products(x, y).items()}
    return {"n": func.count(x * y), **sums}


def _products(x: ColumnElement[Any], y: ColumnElement[Any]) -> dict[str, ColumnElement[Any]]:
    return {"x": x, "y": y, "xx": x * x, "yy": y * y, "xy": x * y}


def _pearson(n: int, x: float, y: float, xx: float, yy: float, xy: float) -> float | None:
    """None for fewer than two rows, or where one of the columns does not vary over them."""
    if n < 2:
        return None
    of_x, of_y = xx - x * x / n, yy - y * y / n
    if of_x <= 1e-12 * xx or of_y <= 1e-12 * yy:
        return None
    return max(-1.0, min(1.0, (xy - x * y / n) / math.sqrt(of_x * of_y)))


def _outliers(
    reader: "PortableReader", table: Table, columns: Sequence[ColumnProfile]
) -> tuple[Outliers, ...]:  # fmt: skip
    wanted: list[tuple[Any, ColumnElement[Any]]] = []
    limits = {each.name: fence for each in columns if (fence := fences(each)) is not None}
    for each in columns:
        if each.name not in limits:
            continue
        value = number(reader, table, _column(table, each))
        low, high = limits[each.name]
        reach = 3 * (each.std_dev or 0)
        far = func.abs(value - each.mean) > reach
        for part, condition in (("below", value < low), ("above", value > high), ("far", far)):
            wanted.append(((each.name, part), func.count(case((condition, 1)))))
    found = aggregates(reader, table, wanted)
    return tuple(
        Outliers(
            name,
            low,
            high,
            int(found[name, "below"]),
            int(found[name, "above"]),
            int(found[name, "far"]),
        )
        for name, (low, high) in limits.items()
    )


def _series(
    reader: "PortableReader", table: Table, column: ColumnProfile, numbers: Sequence[ColumnProfile]
) -> Series | None:  # fmt: skip
    """Rows and means by bucket of time. The buckets' starts are compared with, so no date function is needed."""
    cut = buckets(column)
    if cut is None:
        return None
    unit, starts = cut
    source = reader.clause(table.name)
    at = source.c[column.name]
    edges = [edge(start, column.type) for start in starts[1:]]
    place = case(*((at < each, n) for n, each in enumerate(edges)), else_=len(starts) - 1) if edges else literal(0)
    inner = (
        select(
            place.label("bucket"),
            *(number(reader, table, _column(table, each)).label(f"n{i}") for i, each in enumerate(numbers)),
        )
        .select_from(source)
        .where(at >= edge(starts[0], column.type))
        .subquery("placed")
    )
    statement = (
        select(inner.c.bucket, func.count(), *(func.avg(inner.c[f"n{i}"]) for i in range(len(numbers))))
        .group_by(inner.c.bucket)
        .order_by(inner.c.bucket)
    )
    points = tuple(
        SeriesPoint(
            start_text(starts[int(bucket)], unit),
            int(rows),
            {each.name: as_float(mean) for each, mean in zip(numbers, means, strict=True)},
        )
        for bucket, rows, *means in ask(reader, statement)
    )
    return Series(column.name, unit, points) if len(points) > 1 else None


def _segments(
    reader: "PortableReader", table: Table, by: Sequence[ColumnProfile], numbers: Sequence[ColumnProfile]
) -> dict[tuple[str, str], tuple[tuple[Any, int, float | None], ...]]:
    source = reader.clause(table.name)
    found: dict[tuple[str, str], tuple[tuple[Any, int, float | None], ...]] = {}
    for each in by if numbers else ():
        key = source.c[each.name]
        means = [func.avg(number(reader, table, _column(table, of))) for of in numbers]
        statement = (
            select(key, func.count(), *means)
            .select_from(source)
            .where(key.is_not(None))
            .group_by(key)
            .order_by(func.count().desc(), key)
        )
        rows = ask(reader, statement)
        for at, of in enumerate(numbers):
            found[each.name, of.name] = tuple(
                (typed(row[0], _column(table, each)), int(row[1]), as_float(row[2 + at])) for row in rows
            )
    return found
