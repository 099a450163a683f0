"""The same table gives the same figures, whichever database it lies in; and they are those of an independent reckoning."""

import math
import statistics
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import pytest
from sqlalchemy import BigInteger, Boolean, Date, DateTime, Double, Integer, Numeric, String, Text

from core.sources import Measures, Profile
from tests.core.sources.databases.conftest import KINDS, Database

COLUMNS = {
    "id": Integer(),
    "at": DateTime(),
    "day": Date(),
    "distance": Double(),
    "fare": Numeric(12, 2),
    "big": BigInteger(),
    "paid": Boolean(),
    "payment": String(40),
    "note": Text(),
    "empty": Double(),
    "same": Integer(),
}
NOTES = ["Cash", "cash", "cash ", "", "ä", "a", "Z", "🎉", "%s", "'quoted'", 'dou"ble', None]


def rows(count: int = 3_000) -> list[tuple[Any, ...]]:
    """Made by a rule, with gaps, repeats, an hour of each day, and texts that collations would mix up."""
    made: list[tuple[Any, ...]] = []
    for n in range(count):
        distance = None if n % 17 == 0 else round((n * 7919 % 1009) / 13.7, 4)
        made.append(
            (
                n,
                datetime(2024, 1 + n % 3, 1 + n % 28, n % 24, n % 60, n % 59),
                None if n % 29 == 0 else date(2020 + n % 3, 1 + n % 12, 1 + n % 27),
                distance,
                None if distance is None else round(2.5 + distance * 1.75 + (n % 7) / 4, 2),
                1_700_000_000_000 + n % 40,
                None if n % 31 == 0 else n % 3 == 0,
                ["credit card", "cash", "no charge", None][n % 4],
                NOTES[n * n % len(NOTES)],
                None,
                7,
            )
        )
    return made


def measured(database: Database, name: str = "trips") -> tuple[Profile, Measures]:
    with database.reader() as reader:
        profile = reader.full_profile(name)
        return profile, reader.measures(name, profile)


def without_sources(profile: Profile) -> dict[str, Any]:
    """What has to agree: not the source's own words for types, the sample and the time it took."""
    columns = [asdict(each) | {"raw_type": ""} for each in profile.columns]
    return {"rows": profile.rows, "columns": columns}


def assert_alike(first: Any, second: Any, where: str = "") -> None:
    """Equal, numbers to a relative 1e-9."""
    if isinstance(first, float) or isinstance(second, float):
        assert isinstance(first, (int, float)) and isinstance(second, (int, float)), f"{where}: {first!r} {second!r}"
        assert math.isclose(first, second, rel_tol=1e-9, abs_tol=1e-9), f"{where}: {first!r} {second!r}"
    elif isinstance(first, dict):
        assert isinstance(second, dict) and first.keys() == second.keys(), f"{where}: {first} {second}"
        for key in first:
            assert_alike(first[key], second[key], f"{where}.{key}")
    elif isinstance(first, (list, tuple)):
        assert len(first) == len(second), f"{where}: {first} {second}"
        for at, (one, other) in enumerate(zip(first, second, strict=True)):
            assert_alike(one, other, f"{where}[{at}]")
    else:
        assert first == second, f"{where}: {first!r} {second!r}"


def test_every_kind_of_database_gives_the_same_figures(make_database: Callable[[str], Database]):
    found = {}
    for kind in KINDS:
        database = make_database(kind)
        database.fill("trips", COLUMNS, rows())
        found[kind] = measured(database)
    profile, measures = found["sqlite"]
    for kind in KINDS[1:]:
        other_profile, other_measures = found[kind]
        assert_alike(without_sources(profile), without_sources(other_profile), kind)
        assert_alike(asdict(measures), asdict(other_measures), kind)


def test_figures_are_those_of_an_independent_reckoning(database: Database):
    data = rows()
    database.fill("trips", COLUMNS, data)
    profile, measures = measured(database)
    assert profile.rows == len(data)
    for at, name in enumerate(COLUMNS):
        values = [row[at] for row in data if row[at] is not None]
        column = profile.column(name)
        assert column is not None
        assert (column.nulls, column.distinct, column.distinct_is_exact) == (
            len(data) - len(values),
            len(set(values)),
            True,
        )
    fares = [float(row[4]) for row in data if row[4] is not None]
    fare = profile.column("fare")
    assert fare is not None and fare.type == "decimal"
    assert math.isclose(fare.mean, statistics.fmean(fares), rel_tol=1e-12)
    assert math.isclose(fare.std_dev, statistics.stdev(fares), rel_tol=1e-9)
    low, middle, high = statistics.quantiles(fares, n=4, method="inclusive")
    assert_alike((fare.lower_quartile, fare.median, fare.upper_quartile), (low, middle, high))
    assert (fare.minimum, fare.maximum) == (min(fares), max(fares))
    assert sum(each.count for each in fare.histogram) == len(fares)
    note = profile.column("note")
    notes = Counter(row[8] for row in data if row[8] is not None)
    assert dict(note.top_values) == dict(sorted(notes.items(), key=lambda each: (-each[1], each[0]))[:10])
    assert (note.minimum, note.maximum) == (min(notes), max(notes))
    assert profile.column("at").minimum == min(row[1] for row in data).isoformat()
    assert profile.column("day").maximum == max(row[2] for row in data if row[2]).isoformat()
    assert profile.column("big").maximum == 1_700_000_000_000 + 39
    assert profile.column("empty").mean is None
    pairs = [(row[3], float(row[4])) for row in data if row[3] is not None]
    r = next(each for each in measures.correlations if {each.first, each.second} == {"distance", "fare"})
    assert r.n == len(pairs)
    assert math.isclose(r.r, statistics.correlation(*zip(*pairs, strict=True)), rel_tol=1e-9)
    assert measures.duplicate_rows == 0
    outlier = next(each for each in measures.outliers if each.column == "fare")
    assert outlier.above == sum(value > outlier.high_fence for value in fares)
    assert outlier.beyond_3_sd == sum(abs(value - fare.mean) > 3 * fare.std_dev for value in fares)
    by_cash = dict((value, (count, mean)) for value, count, mean in measures.segments["payment", "fare"])
    cash = [float(row[4]) for row in data if row[7] == "cash" and row[4] is not None]
    assert by_cash["cash"][0] == sum(row[7] == "cash" for row in data)
    assert math.isclose(by_cash["cash"][1], statistics.fmean(cash), rel_tol=1e-9)
    series = next(each for each in measures.series if each.time_column == "at")
    assert sum(point.rows for point in series.points) == len(data)


def test_rows_that_repeat_are_counted_with_their_gaps(database: Database):
    database.fill(
        "t", {"a": Integer(), "b": Text()}, [(1, None), (1, None), (1, "x"), (1, "X"), (None, None), (None, None)]
    )
    with database.reader() as reader:
        assert reader.measures("t", reader.full_profile("t")).duplicate_rows == 2


def test_the_sample_is_random_and_stays_the_same(database: Database):
    database.fill("t", {"n": Integer(), "s": Text()}, [(n, f"row {n}") for n in range(500)])
    with database.reader() as reader:
        first, second = reader.sample("t"), reader.sample("t")
    assert first == second and len(first) == 50
    assert len({row["n"] for row in first}) == 50
    assert all(row["s"] == f"row {row['n']}" for row in first)
    assert statistics.fmean(row["n"] for row in first[:10]) > 50, "not the table's beginning"


def test_an_empty_table_has_a_profile(database: Database):
    database.fill("nothing", COLUMNS, [])
    profile, measures = measured(database, "nothing")
    assert (profile.rows, profile.sample) == (0, ())
    assert all(
        (each.nulls, each.distinct, each.minimum, each.mean, each.top_values) == (0, 0, None, None, ())
        for each in profile.columns
    )
    assert (measures.duplicate_rows, measures.correlations, measures.series, measures.segments) == (0, (), (), {})


def test_a_quick_profile_says_what_it_measured(database: Database):
    database.fill("trips", COLUMNS, rows(300))
    with database.reader() as reader:
        profile = reader.quick_profile("trips")
    assert (profile.kind, profile.rows, len(profile.sample)) == ("quick", 300, 20)
    fare = profile.column("fare")
    assert fare.mean is not None and fare.distinct_is_exact and fare.median is None and fare.histogram == ()


def test_statements_of_others_run_over_the_shown_names(database: Database):
    from sqlalchemy import func, select

    database.fill("trips", COLUMNS, rows(100))
    with database.reader() as reader:
        trips = reader.clause("trips")
        other = trips.alias("other")
        found = reader.select(
            select(func.count(), func.sum(trips.c.id)).where(
                trips.c.at >= datetime(2024, 2, 1), trips.c.payment == "cash"
            )
        )
        joined = reader.select(select(func.count()).select_from(trips.join(other, trips.c.id == other.c.id)))
        days = reader.select(select(func.min(trips.c.day), func.max(trips.c.at)))
    wanted = [row for row in rows(100) if row[1] >= datetime(2024, 2, 1) and row[7] == "cash"]
    assert found == [(len(wanted), sum(row[0] for row in wanted))]
    assert joined == [(100,)]
    assert days == [(min(row[2] for row in rows(100) if row[2]), max(row[1] for row in rows(100)))]


@pytest.mark.parametrize("kind", KINDS)
def test_two_thousand_columns_are_profiled_in_parts(kind: str, make_database: Callable[[str], Database]):
    width = {"sqlite": 1_990, "postgresql": 790, "mysql": 500}[kind]  # one that needs many parts is enough
    database = make_database(kind)
    names = ", ".join(f"c{n} integer" for n in range(width))
    values = "), (".join(", ".join(str(row * n) for n in range(width)) for row in range(4))
    database.run(f"CREATE TABLE wide ({names})", f"INSERT INTO wide VALUES ({values})")
    with database.reader() as reader:
        profile = reader.quick_profile("wide")
        assert len(profile.columns) == width and len(profile.sample) == 4
        assert profile.column(f"c{width - 1}").maximum == 3 * (width - 1)
        assert all(row[f"c{width - 1}"] == row["c1"] * (width - 1) for row in profile.sample)


def test_tables_may_be_joined_with_themselves_in_any_form(database: Database):
    from sqlalchemy import func, select

    database.fill("t", {"i": Integer()}, [(n,) for n in range(4)])
    with database.reader() as reader:
        t, one, two = reader.clause("t"), reader.clause("t").alias(), reader.clause("t").alias()
        inner = select(one.c.i.label("v")).where(one.c.i > 0).subquery()
        assert reader.select(select(func.count()).where(one.c.i < two.c.i)) == [(6,)]
        assert reader.select(select(func.sum(inner.c.v))) == [(6,)]
        assert reader.select(
            select(func.count()).select_from(t.join(one, one.c.i == t.c.i).join(two, two.c.i > 2))
        ) == [(4,)]
        assert reader.select(select(func.max(t.c.i)).where(t.c.i.in_(select(one.c.i).where(one.c.i < 2)))) == [(1,)]
        assert reader.select(select(func.count()).where(reader.clause("t").c.i > 0, reader.clause("t").c.i < 3)) == [
            (2,)
        ]
