"""The other side of bench_profiles: the same figures by queries that a person would write, without limits of memory.

Each call is a process of its own that prints JSON, so that its peak is its own.
"""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

WAYS = {"quick": ("arg_min", "reservoir", "hash filter"), "full": ("all at once", "column by column")}
_BINS = 20


def main() -> None:
    action, path, last = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
    if action == "make":
        make(path, int(last))
    elif action == "csv":
        import duckdb

        duckdb.execute(f"COPY (FROM '{path}') TO '{last}' (HEADER)")
    else:
        print(json.dumps(timed(quick_by_hand if action == "quick" else full_by_hand, path, last)))


def timed(profile: Callable[[Any, str, str], int], path: Path, way: str) -> dict[str, float]:
    import duckdb

    connection = duckdb.connect(config={"threads": 2, "preserve_insertion_order": False})
    connection.execute(f"CREATE VIEW t AS SELECT * FROM read_parquet('{path}')")
    connection.execute(f"CREATE VIEW numbered AS SELECT * FROM read_parquet('{path}', file_row_number = true)")
    connection.execute("SELECT count(*) FROM t").fetchall()
    started = time.perf_counter()
    profile(connection, str(path), way)
    seconds = time.perf_counter() - started
    status = Path("/proc/self/status")
    peak = int(status.read_text().split("VmHWM:")[1].split()[0]) / 1024 if status.exists() else 0.0
    return {"seconds": seconds, "peak_mb": peak}


def columns_of(connection: Any) -> list[tuple[str, bool, bool]]:
    """Name, whether it is a number, whether it has a histogram."""
    described = connection.execute("DESCRIBE t").fetchall()
    return [
        (row[0], row[1] in ("BIGINT", "DOUBLE"), row[1] in ("BIGINT", "DOUBLE", "DATE", "TIMESTAMP"))
        for row in described
    ]


def quick_by_hand(connection: Any, path: str, way: str) -> int:
    columns = columns_of(connection)
    asked = ["count(*)"]
    for name, is_number, _ in columns:
        asked += [f"count({name})", f"approx_count_distinct({name})", f"min({name})", f"max({name})"]
        asked += [f"avg({name})"] if is_number else []
    row = "struct_pack(" + ", ".join(f"{name} := {name}" for name, _, _ in columns) + ")"
    if way == "arg_min":
        asked.append(f"arg_min({row}, random(), 20)")
    elif way == "hash filter":
        total = connection.execute("SELECT count(*) FROM t").fetchone()[0]
        asked.append(f"list({row}) FILTER (hash(file_row_number) <= {int(min(80 / total, 1) * (2**64 - 1))}::UBIGINT)")
    connection.execute(f"SELECT {', '.join(asked)} FROM {'numbered' if way == 'hash filter' else 't'}").fetchall()
    if way == "reservoir":
        connection.execute("SELECT * FROM t USING SAMPLE reservoir(20 ROWS)").fetchall()
    return len(columns)


def full_by_hand(connection: Any, path: str, way: str) -> int:
    columns = columns_of(connection)
    asked = ["count(*)"]
    for name, is_number, _ in columns:
        asked += [f"count({name})", f"min({name})", f"max({name})"]
        asked += [f"avg({name})", f"stddev_samp({name})"] if is_number else []
        if way == "all at once":
            asked += [f"count(DISTINCT {name})"]
            asked += [f"quantile_cont({name}, [0.25, 0.5, 0.75])"] if is_number else []
    connection.execute(f"SELECT {', '.join(asked)} FROM t").fetchall()
    for name, is_number, has_bins in columns:
        number = f"{name}::DOUBLE" if is_number else f"epoch({name})"
        bins = f"floor(({number} - low) / ((high - low) / {_BINS}))"
        limits = f"(SELECT min({number}) AS low, max({number}) AS high FROM t)"
        if way == "all at once":
            connection.execute(
                f"SELECT {name}, count(*) FROM t WHERE {name} IS NOT NULL GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 10"
            ).fetchall()
            if has_bins:
                connection.execute(f"SELECT {bins}, count(*) FROM t, {limits} GROUP BY 1").fetchall()
            continue
        grouped = f"WITH g AS MATERIALIZED (SELECT {name}, count(*) AS n FROM t WHERE {name} IS NOT NULL GROUP BY 1)"
        limits = f"(SELECT min({number}) AS low, max({number}) AS high FROM g)"
        counted = (
            f"(SELECT list(b) FROM (SELECT {bins} AS b, sum(n) AS n FROM g, {limits} GROUP BY 1) AS b)"
            if has_bins
            else "NULL"
        )
        connection.execute(
            f"{grouped} SELECT (SELECT count(*) FROM g), (SELECT list(g) FROM (FROM g ORDER BY n DESC, {name} LIMIT 10) AS g), {counted}"
        ).fetchall()
        if is_number:
            connection.execute(f"SELECT quantile_cont({name}, [0.25, 0.5, 0.75]) FROM t").fetchall()
    connection.execute("SELECT * FROM t USING SAMPLE reservoir(50 ROWS)").fetchall()
    return len(columns)


def make(path: Path, rows: int) -> None:
    """20 columns as tables have them: keys, codes, amounts, words, days and times; some with gaps."""
    import duckdb

    whole = [f"(hash(i, {n}) % {most})::BIGINT AS whole_{n}" for n, most in enumerate((10, 1_000, 100_000, 10**9))]
    parts = [
        f"round((hash(i, {9 + n}) % 1000000007) / 10000019.0 - 3, {digits})::DOUBLE AS part_{n}"
        for n, digits in enumerate((1, 2, 3, 4, 6, 9))
    ]
    words = [
        f"'word ' || (hash(i, {20 + n}) % {most}) AS word_{n}"
        for n, most in enumerate((5, 50, 1_000, 50_000, 4 * rows))
    ]
    days = [f"DATE '2020-01-01' + (hash(i, {30 + n}) % 1500)::INTEGER AS day_{n}" for n in range(2)]
    times = [
        f"TIMESTAMP '2020-01-01' + to_seconds((hash(i, {40 + n}) % 100000000)::BIGINT) AS time_{n}" for n in range(2)
    ]
    names = [*whole, *parts, *words, *days, *times, "hash(i, 50) % 2 = 0 AS yes"]
    for place in (1, 5, 11):
        value, name = names[place].rsplit(" AS ", 1)
        names[place] = f"CASE WHEN hash(i, 60) % 20 > 0 THEN {value} END AS {name}"
    duckdb.connect(config={"threads": 2}).execute(
        f"COPY (SELECT {', '.join(names)} FROM range({rows}) r(i)) TO '{path}' (FORMAT parquet)"
    )


if __name__ == "__main__":
    main()
