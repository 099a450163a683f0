"""Quick and full profiles of a stored table, as JSON in the shape of `ColumnProfile`.

Quick is one scan: figures, approximate distinct counts, and the sample in passing. Full is exact: one scan for what adds up,
then each column by itself, so that memory holds one at a time, and DuckDB spills what is larger.
NaN and infinity are no numbers here: minimum, mean and the like are those of the finite values.
"""

import math
from collections.abc import Sequence
from typing import Any

from .cells import CELL_CHARS, finite, readable
from .histograms import Bins, bins_of, counts_of
from .tables import quoted

_COLUMNS_AT_ONCE = 120
_HASHES = 2**64
NUMERIC = ("integer", "decimal")
TEMPORAL = ("date", "timestamp")
_TOP = 10

Column = dict[str, Any]


def quick_profile(
    connection: Any, file: str, rows: int, columns: Sequence[Column], sample_rows: int = 20
) -> dict[str, Any]:
    """{rows, columns, sample} of the Parquet `file`, which has so many `rows`."""
    found, sample = _scan(connection, file, rows, columns, sample_rows, exact=False)
    return {"rows": rows, "columns": found, "sample": sample}


def full_profile(
    connection: Any, file: str, rows: int, columns: Sequence[Column], sample_rows: int = 50
) -> dict[str, Any]:
    """Like `quick_profile`, with exact figures."""
    found, sample = _scan(connection, file, rows, columns, sample_rows, exact=True)
    for figures in found:
        figures |= {"distinct_is_exact": True} | _values_of(connection, file, figures, rows - figures["nulls"])
        if figures["type"] in NUMERIC and figures["minimum"] is not None:
            figures |= _quartiles(connection, file, figures)
    return {"rows": rows, "columns": found, "sample": sample}


def sample(connection: Any, file: str, rows: int, columns: Sequence[Column], wanted: int) -> list[dict[str, Any]]:
    """At most `wanted` rows at random, the same at each reading, in the order of the table."""
    return _merged(
        [_sampled(_ask(connection, file, rows, part, [], wanted)[-1], part, wanted) for part in _parts(columns)]
    )


def _scan(
    connection: Any, file: str, rows: int, columns: Sequence[Column], wanted: int, *, exact: bool
) -> tuple[list[Column], list[dict[str, Any]]]:
    found, samples = [], []
    for part in _parts(columns):
        asked = [_figures_sql(column, exact=exact) for column in part]
        answers = iter(_ask(connection, file, rows, part, [sql for each in asked for sql in each], wanted))
        found += [
            _figures(column, rows, [next(answers) for _ in each]) for column, each in zip(part, asked, strict=True)
        ]
        samples.append(_sampled(next(answers), part, wanted))
    for place, (column, figures) in enumerate(zip(columns, found, strict=True)):
        if figures.pop("not_finite"):
            wanted_again = ", ".join(_figures_sql(column, exact=exact, only="isfinite"))
            answers = connection.execute(f"SELECT {wanted_again} FROM {_source(file)}").fetchone()
            again = _figures(column, rows, answers)
            again.pop("not_finite")
            found[place] = again | {"nulls": figures["nulls"], "distinct": figures["distinct"]}
    if exact:
        _add_deviations(connection, file, found)
    return found, _merged(samples)


def _ask(
    connection: Any, file: str, rows: int, columns: Sequence[Column], asked: Sequence[str], wanted: int
) -> tuple[Any, ...]:
    """The answers to the aggregates `asked`, and the sample as the last one, from one scan."""
    named = [f"{sql} AS a{place}" for place, sql in enumerate(asked)]
    inner = f"SELECT {', '.join([*named, f'{_sample_sql(columns, rows, wanted)} AS s'])} FROM {_source(file)}"
    outer = ", ".join([*(f"a{place}" for place in range(len(asked))), _shortened_sql(columns, "s")])
    answers: tuple[Any, ...] = connection.execute(f"SELECT {outer} FROM ({inner})").fetchone()
    return answers


def _parts(columns: Sequence[Column]) -> list[Sequence[Column]]:
    """So many columns at a time as one query plans and holds well."""
    return [columns[start : start + _COLUMNS_AT_ONCE] for start in range(0, len(columns), _COLUMNS_AT_ONCE)]


def _source(file: str) -> str:
    return f"read_parquet('{file}', file_row_number = true)"


def _figures_sql(column: Column, *, exact: bool, only: str = "") -> list[str]:
    """Count, distinct, minimum, maximum and mean, as far as the type has them."""
    name, kind = quoted(column["name"]), column["type"]
    where = f" FILTER ({only}({name}))" if only else ""
    asked = [f"count({name})", "NULL" if exact else f"approx_count_distinct({name})"]
    if kind == "text":
        asked += [f"left(min({name}), {CELL_CHARS + 1})", f"left(max({name}), {CELL_CHARS + 1})"]
    elif kind == "boolean":
        asked += ["NULL", "NULL"]
    else:
        asked += [f"min({name}){where}", f"max({name}){where}"]
    return [*asked, f"avg({name}){where}"] if kind in NUMERIC else asked


def _figures(column: Column, rows: int, answers: Sequence[Any]) -> Column:
    filled, distinct, low, high, *mean = answers
    wild = isinstance(low, float) and not (math.isfinite(low) and math.isfinite(high))
    return {
        "name": column["name"],
        "type": column["type"],
        "raw_type": column["raw_type"],
        "nulls": rows - filled,
        "distinct": None if distinct is None else min(distinct, filled),
        "minimum": readable(low),
        "maximum": readable(high),
        "mean": finite(mean[0]) if mean else None,
        "not_finite": wild,
    }


def _add_deviations(connection: Any, file: str, found: Sequence[Column]) -> None:
    """Standard deviations of the sample, from distances to the mean: squares of the values themselves would lose digits."""
    numeric = [each for each in found if each["type"] in NUMERIC and each["mean"] is not None and _is_tame(each)]
    for part in _parts(numeric):
        away = [f"({_number(each)} - {each['mean']!r}::DOUBLE)" for each in part]
        asked = ", ".join(f"count({each}), sum({each}), sum({each} * {each})" for each in away)
        answers = iter(connection.execute(f"SELECT {asked} FROM {_source(file)}").fetchone())
        for each in part:
            n, rest, squares = (next(answers) for _ in range(3))
            if n > 1:  # the rest is what rounding the mean left over
                each["std_dev"] = finite(math.sqrt(max(squares - rest * rest / n, 0.0) / (n - 1)))


def _is_tame(figures: Column) -> bool:
    low, high = figures["minimum"], figures["maximum"]
    return isinstance(low, int | float) and isinstance(high, int | float) and max(abs(low), abs(high)) < 1e150


def _number(figures: Column) -> str:
    """The column as a finite number or null."""
    name = quoted(figures["name"])
    return f"CASE WHEN isfinite({name}) THEN {name} END" if figures["raw_type"] == "double" else f"{name}::DOUBLE"


def _values_of(connection: Any, file: str, figures: Column, filled: int) -> Column:
    """The exact number of distinct values, the most frequent ones where any repeats (then the smallest), and the histogram."""
    name = quoted(figures["name"])
    bins = bins_of(figures)
    rank = f"left(v, {CELL_CHARS + 1})" if figures["type"] == "text" else "v"
    counted = bins.counting_sql("v") if bins else "NULL"
    distinct, top, counts = connection.execute(
        f"WITH g AS MATERIALIZED (SELECT {name} AS v, count(*) AS n FROM read_parquet('{file}') WHERE {name} IS NOT NULL GROUP BY 1) "
        f"SELECT (SELECT count(*) FROM g), "
        f"(SELECT list(struct_pack(v := {rank}, n := n)) FROM (SELECT * FROM g ORDER BY n DESC, v LIMIT {_TOP})), "
        + (
            f"(SELECT list(struct_pack(b := b, n := n)) FROM (SELECT {counted} AS b, sum(n) AS n FROM g GROUP BY 1))"
            if bins
            else "NULL"
        )
    ).fetchone()
    repeats = distinct < filled
    ranked = sorted(top or [], key=lambda each: -each["n"]) if repeats else []
    return {
        "distinct": distinct,
        "top_values": [[readable(each["v"]), each["n"]] for each in ranked],
        "histogram": counts_of(bins, counts) if isinstance(bins, Bins) else [],
    }


def _quartiles(connection: Any, file: str, figures: Column) -> Column:
    """Median and quartiles, interpolated between the two values around them."""
    import duckdb

    source = f"(SELECT {_number(figures)} AS v FROM read_parquet('{file}'))"
    try:
        found = connection.execute(f"SELECT quantile_cont(v, [0.25, 0.5, 0.75]) FROM {source}").fetchone()[0]
    except duckdb.OutOfMemoryException:
        found = _sorted_quartiles(connection, source)
    low, middle, high = (finite(value) for value in found)
    return {"lower_quartile": low, "median": middle, "upper_quartile": high}


def _sorted_quartiles(connection: Any, source: str) -> list[float]:
    """The same by sorting, which spills where the other way needs all values in memory."""
    count = connection.execute(f"SELECT count(v) FROM {source}").fetchone()[0]
    places = [(count - 1) * part for part in (0.25, 0.5, 0.75)]
    wanted = sorted({each for place in places for each in (math.floor(place), math.ceil(place))})
    numbered = f"SELECT v, row_number() OVER (ORDER BY v) - 1 AS place FROM {source} WHERE v IS NOT NULL"
    found = dict(
        connection.execute(
            f"SELECT place, v FROM ({numbered}) WHERE place IN ({', '.join(map(str, wanted))})"
        ).fetchall()
    )
    return [found[math.floor(p)] + (p - math.floor(p)) * (found[math.ceil(p)] - found[math.floor(p)]) for p in places]


def _sample_sql(columns: Sequence[Column], rows: int, wanted: int) -> str:
    """A list of somewhat more than `wanted` rows, chosen by the hash of their number, so that the scan sorts nothing."""
    cells = ", ".join(f"c{place} := {quoted(column['name'])}" for place, column in enumerate(columns))
    share = (wanted + 10 * math.sqrt(wanted)) / max(rows, 1)  # fewer than wanted is as likely as one in a million
    where = "" if share >= 0.5 else f" FILTER (hash(file_row_number) <= {int(share * _HASHES)}::UBIGINT)"
    return f"list(struct_pack(r := file_row_number, h := hash(file_row_number), {cells})){where}"


def _shortened_sql(columns: Sequence[Column], found: str) -> str:
    """The rows of such a list with their texts cut: done for the few chosen, not for all on the way."""
    if not any(column["type"] == "text" for column in columns):
        return found
    cells = (
        f"left(x.c{place}, {CELL_CHARS + 1})" if column["type"] == "text" else f"x.c{place}"
        for place, column in enumerate(columns)
    )
    named = ", ".join(f"c{place} := {cell}" for place, cell in enumerate(cells))
    return f"list_transform({found}, lambda x: struct_pack(r := x.r, h := x.h, {named}))"


def _sampled(
    found: list[dict[str, Any]] | None, columns: Sequence[Column], wanted: int
) -> list[tuple[int, dict[str, Any]]]:
    chosen = sorted(sorted(found or [], key=lambda row: row["h"])[:wanted], key=lambda row: row["r"])
    return [
        (row["r"], {column["name"]: readable(row[f"c{place}"]) for place, column in enumerate(columns)})
        for row in chosen
    ]


def _merged(parts: Sequence[Sequence[tuple[int, dict[str, Any]]]]) -> list[dict[str, Any]]:
    """The same rows, whose columns were read in parts."""
    rows: dict[int, dict[str, Any]] = {}
    for part in parts:
        for number, cells in part:
            rows.setdefault(number, {}).update(cells)
    return list(rows.values())
