"""What goes beyond a full profile: repeated rows, correlations, outliers, series over time, and means by segment.

What is compared with what is decided outside (`core.sources.choosing`); here it is counted, over all rows and exactly.
"""

from collections.abc import Sequence
from typing import Any

from .cells import finite, readable
from .correlating import correlations
from .tables import quoted

_AT_ONCE = 100

Column = dict[str, Any]


def measures(connection: Any, file: str, columns: Sequence[Column], plan: dict[str, Any]) -> dict[str, Any]:
    """As JSON: duplicate_rows, correlations, outliers, series, segments.

    `plan` names columns as {name, raw_type, mean, std_dev}: `correlated`, `averaged`; `fenced` also with low and high;
    `series` as [{name, unit, first: the start of the first bucket}]; `segmenting` as names.
    """
    return {
        "duplicate_rows": duplicate_rows(connection, file, columns),
        "correlations": correlations(connection, file, plan["correlated"]),
        "outliers": _outliers(connection, file, plan["fenced"]),
        "series": [_series(connection, file, each, plan["averaged"]) for each in plan["series"]],
        "segments": _segments(connection, file, plan["segmenting"], plan["averaged"]),
    }


def duplicate_rows(connection: Any, file: str, columns: Sequence[Column]) -> int:
    """Rows that repeat an earlier one in every column. Hashes find the candidates, values decide."""
    names = ", ".join(quoted(column["name"]) for column in columns)
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE doubled AS SELECT hash({names}) AS h FROM read_parquet('{file}') GROUP BY h HAVING count(*) > 1"
    )
    try:
        if not connection.execute("SELECT count(*) FROM doubled").fetchone()[0]:
            return 0
        found = connection.execute(
            f"SELECT coalesce(sum(n - 1), 0) FROM (SELECT count(*) AS n FROM read_parquet('{file}') "
            f"WHERE hash({names}) IN (SELECT h FROM doubled) GROUP BY {names})"
        ).fetchone()[0]
    finally:
        connection.execute("DROP TABLE doubled")
    return int(found)


def number(figures: Column) -> str:
    """The column as a finite number or null."""
    name = quoted(figures["name"])
    return f"(CASE WHEN isfinite({name}) THEN {name} END)" if figures["raw_type"] == "double" else f"({name}::DOUBLE)"


def _outliers(connection: Any, file: str, fenced: Sequence[Column]) -> list[Column]:
    found = []
    for start in range(0, len(fenced), _AT_ONCE):
        part = fenced[start : start + _AT_ONCE]
        asked = []
        for each in part:
            value = number(each)
            asked += [
                f"count(*) FILTER ({value} < {each['low']!r}::DOUBLE)",
                f"count(*) FILTER ({value} > {each['high']!r}::DOUBLE)",
                f"count(*) FILTER (abs({value} - {each['mean']!r}::DOUBLE) > {3 * each['std_dev']!r}::DOUBLE)",
            ]
        answers = iter(connection.execute(f"SELECT {', '.join(asked)} FROM read_parquet('{file}')").fetchone())
        for each in part:
            below, above, beyond = (next(answers) for _ in range(3))
            found.append({"column": each["name"], "below": below, "above": above, "beyond_3_sd": beyond})
    return found


def _series(connection: Any, file: str, time: Column, averaged: Sequence[Column]) -> Column:
    name = quoted(time["name"])
    means = "".join(f", avg({number(each)})" for each in averaged)
    rows = connection.execute(
        f"SELECT date_trunc('{time['unit']}', {name}) AS bucket, count(*){means} FROM read_parquet('{file}') "
        f"WHERE {name} >= ?::TIMESTAMP GROUP BY 1 ORDER BY 1",
        [time["first"]],
    ).fetchall()
    points = [
        {
            "start": readable(start),
            "rows": count,
            "means": {each["name"]: finite(mean) for each, mean in zip(averaged, values, strict=True)},
        }
        for start, count, *values in rows
    ]
    return {"time_column": time["name"], "unit": time["unit"], "points": points}


def _segments(connection: Any, file: str, by: Sequence[str], averaged: Sequence[Column]) -> list[list[Any]]:
    """[[segment column, numeric column, [[value, rows, mean], …]], …], the largest segment first."""
    found = []
    for segment in by if averaged else ():
        name = quoted(segment)
        means = "".join(f", avg({number(each)})" for each in averaged)
        rows = connection.execute(
            f"SELECT {name}, count(*){means} FROM read_parquet('{file}') WHERE {name} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1"
        ).fetchall()
        for place, each in enumerate(averaged):
            found.append([segment, each["name"], [[readable(row[0]), row[1], finite(row[2 + place])] for row in rows]])
    return found
