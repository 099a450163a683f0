"""Figures of stored tables, against figures computed another way."""

import json
import math
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import sources
from core.sources import choosing
from core.sources.files import pool
from core.sources.files.engine import histograms

TABLES = Path(__file__).parents[5] / "shared" / "data" / "tables"
NAMES = ("healthexp", "mpg", "penguins", "taxis", "titanic")


@pytest.fixture
def frame(tmp_path: Path, add: Callable) -> Callable[..., sources.Reader]:
    """A reader over a table made of columns."""

    def frame(**columns: Any) -> sources.Reader:
        pq.write_table(pa.table(columns), tmp_path / "t.parquet")
        return sources.open_source(add(tmp_path / "t.parquet"))

    return frame


def pandas_of(path: Path, profile: sources.Profile) -> pd.DataFrame:
    """The file by pandas: only empty cells are missing, dates parsed where the profile found them."""
    found = pd.read_csv(path, keep_default_na=False, na_values=[""])
    for column in profile.columns:
        if column.type in ("date", "timestamp"):
            found[column.name] = pd.to_datetime(found[column.name])
    return found


@pytest.mark.parametrize("name", NAMES)
def test_a_real_table_has_the_figures_that_pandas_computes(workbench, add: Callable, name: str):
    path = TABLES / f"{name}.csv"
    if not path.exists():
        pytest.skip(f"{path} is not there")
    with sources.open_source(add(path, table=name, has_header=True)) as reader:
        profile = reader.full_profile(name)
        measures = reader.measures(name, profile)
    data = pandas_of(path, profile)
    assert (profile.kind, profile.rows) == ("full", len(data))
    assert [column.name for column in profile.columns] == list(data.columns)
    for column in profile.columns:
        check_column(column, data[column.name])
    assert measures.duplicate_rows == data.duplicated().sum()
    check_correlations(measures, data)
    check_outliers(measures, data)
    check_segments(measures, data)
    check_series(measures, data)
    json.dumps([sources.profile_to_json(profile), sources.measures_to_json(measures)], allow_nan=False)


def check_column(column: sources.ColumnProfile, series: pd.Series) -> None:
    assert column.nulls == series.isna().sum()
    assert (column.distinct, column.distinct_is_exact) == (series.nunique(), True)
    counts = series.value_counts()
    assert [count for _, count in column.top_values] == (list(counts[:10]) if counts.iloc[0] > 1 else [])
    for value, count in column.top_values:
        key = pd.Timestamp(value) if column.type in ("date", "timestamp") else value
        assert counts[key] == count
    if column.type in sources.NUMERIC:
        quartiles = series.quantile([0.25, 0.5, 0.75])
        expected = [series.min(), series.max(), series.mean(), series.std(), *quartiles]
        assert [
            column.minimum, column.maximum, column.mean, column.std_dev, column.lower_quartile, column.median, column.upper_quartile,
        ] == pytest.approx([float(each) for each in expected], rel=1e-9)  # fmt: skip
        assert [bin.count for bin in column.histogram] == counted(column, series.dropna().to_numpy())
    elif column.type == "text":
        assert (column.minimum, column.maximum) == (min(series.dropna()), max(series.dropna()))
    elif column.type in ("date", "timestamp"):
        assert datetime.fromisoformat(column.minimum) == series.min()
        assert sum(bin.count for bin in column.histogram) == series.count()


def counted(column: sources.ColumnProfile, values: numpy.ndarray) -> list[int]:
    """How many of the values fall into each bin, by the definition of bins that all kinds of source share."""
    cut = choosing.bins(column.minimum, column.maximum, column.type)
    places = numpy.minimum(numpy.floor((values - cut.low) / cut.width), cut.count - 1).astype(int)
    return list(numpy.bincount(places, minlength=cut.count))


def check_correlations(measures: sources.Measures, data: pd.DataFrame) -> None:
    for each in measures.correlations:
        both = data[[each.first, each.second]].dropna()
        assert each.n == len(both)
        assert each.r == pytest.approx(both[each.first].corr(both[each.second]), abs=1e-9)
    strengths = [abs(each.r) for each in measures.correlations]
    assert strengths == pytest.approx(sorted(strengths, reverse=True), abs=1e-8)


def check_outliers(measures: sources.Measures, data: pd.DataFrame) -> None:
    assert measures.outliers
    for each in measures.outliers:
        series = data[each.column].dropna()
        low, high = series.quantile(0.25), series.quantile(0.75)
        assert (each.low_fence, each.high_fence) == pytest.approx((low - 1.5 * (high - low), high + 1.5 * (high - low)))
        assert (each.below, each.above) == ((series < each.low_fence).sum(), (series > each.high_fence).sum())
        assert each.beyond_3_sd == ((series - series.mean()).abs() > 3 * series.std()).sum()


def check_segments(measures: sources.Measures, data: pd.DataFrame) -> None:
    for (group, column), values in measures.segments.items():
        grouped = data.groupby(group)[column]
        assert {value: rows for value, rows, _ in values} == data[group].value_counts().to_dict()
        for value, _, mean in values:
            assert mean == pytest.approx(grouped.mean()[value], nan_ok=True)


def check_series(measures: sources.Measures, data: pd.DataFrame) -> None:
    for series in measures.series:
        days = data[series.time_column].dt.strftime("%Y-%m-%d")
        assert 3 <= len(series.points) <= 40
        assert sum(point.rows for point in series.points) == data[series.time_column].notna().sum()
        assert [point.start for point in series.points] == sorted(point.start for point in series.points)
        if series.unit == "day":
            assert {point.start: point.rows for point in series.points} == days.value_counts().to_dict()


def test_the_real_time_table_is_cut_into_days(workbench, add: Callable):
    path = TABLES / "taxis.csv"
    if not path.exists():
        pytest.skip(f"{path} is not there")
    with sources.open_source(add(path)) as reader:
        measures = reader.measures("t", reader.full_profile("t"))
    assert [(series.time_column, series.unit) for series in measures.series] == [("pickup", "day"), ("dropoff", "day")]


def test_a_quick_profile_agrees_with_the_full_one_but_for_distinct_counts(workbench, frame):
    numbers = numpy.random.default_rng(1).normal(size=50_000)
    with frame(n=list(range(50_000)), x=numbers, word=[f"w{n % 7}" for n in range(50_000)]) as reader:
        quick, full = reader.quick_profile("t"), reader.full_profile("t")
    for fast, exact in zip(quick.columns, full.columns, strict=True):
        assert (fast.nulls, fast.minimum, fast.maximum) == (exact.nulls, exact.minimum, exact.maximum)
        assert fast.mean == (exact.mean and pytest.approx(exact.mean, rel=1e-9))
        assert fast.distinct == pytest.approx(exact.distinct, rel=0.2)
        assert (fast.distinct_is_exact, fast.median, fast.histogram) == (False, None, ())
    assert (len(quick.sample), len(full.sample)) == (20, 50)


def test_a_sample_is_random_and_the_same_at_each_reading(workbench, frame):
    with frame(n=list(range(200_000))) as reader:
        first, again = reader.sample("t", 50), reader.sample("t", 50)
        whole = reader.full_profile("t").sample
    assert first == again == whole
    numbers = [row["n"] for row in first]
    assert numbers == sorted(set(numbers))
    assert len(numbers) == 50
    assert 60_000 < sum(numbers) / 50 < 140_000


@pytest.mark.parametrize("rows", [0, 1, 19, 20, 21, 160, 161, 400, 5_000])
def test_a_sample_has_as_many_rows_as_there_are(workbench, frame, rows: int):
    with frame(n=pa.array(range(rows), pa.int64())) as reader:
        assert len(reader.sample("t", 50)) == min(rows, 50)
        assert len(reader.quick_profile("t").sample) == min(rows, 20)


def test_a_table_without_rows_has_a_profile_without_figures(workbench, write, add):
    with sources.open_source(add(write("a,b\n"))) as reader:
        profile = reader.full_profile("t")
        measures = reader.measures("t", profile)
    assert (profile.rows, profile.sample) == (0, ())
    assert [(each.nulls, each.distinct, each.minimum, each.histogram) for each in profile.columns] == [
        (0, 0, None, ())
    ] * 2
    assert measures == sources.Measures("t", 0)


def test_a_column_of_nothing_and_one_of_a_single_value(workbench, frame):
    with frame(nothing=pa.nulls(5, pa.float64()), same=[7] * 5, one=[None, None, 3.5, None, None]) as reader:
        profile = reader.full_profile("t")
        measures = reader.measures("t", profile)
    nothing, same, one = profile.columns
    assert (nothing.nulls, nothing.distinct, nothing.mean, nothing.median) == (5, 0, None, None)
    assert (same.std_dev, same.median, same.histogram) == (0.0, 7.0, (sources.Bin(7.0, 8.0, 5),))
    assert (one.std_dev, one.median, one.mean) == (None, 3.5, 3.5)
    assert measures.duplicate_rows == 3
    assert (measures.correlations, measures.outliers) == ((), ())


def test_nan_and_infinity_are_values_but_no_numbers(workbench, frame):
    values = [1.0, 2.0, 3.0, math.nan, math.nan, math.inf, -math.inf, None]
    with frame(x=values, y=[float(n) for n in range(8)]) as reader:
        profile = reader.full_profile("t")
        measures = reader.measures("t", profile)
        quick = reader.quick_profile("t")
    x = profile.column("x")
    assert (x.nulls, x.distinct, x.minimum, x.maximum, x.mean, x.median, x.std_dev) == (1, 6, 1.0, 3.0, 2.0, 2.0, 1.0)
    assert x.top_values[0] == ("nan", 2)
    assert sum(bin.count for bin in x.histogram) == 3
    assert (quick.column("x").mean, quick.column("x").maximum) == (2.0, 3.0)
    assert [(each.n, round(each.r, 9)) for each in measures.correlations] == [(3, 1.0)]
    assert json.loads(json.dumps(sources.profile_to_json(profile), allow_nan=False))["columns"][0]["maximum"] == 3.0
    assert {row["x"] for row in profile.sample} == {1.0, 2.0, 3.0, "nan", "inf", "-inf", None}


def test_numbers_at_the_edge_of_floats_do_not_stop_a_profile(workbench, frame):
    with frame(x=[1.7e308, -1.7e308, 1e308], y=[5e-324, 0.0, 1e-320], big=[2**63 - 1, -(2**63), 0]) as reader:
        profile = reader.full_profile("t")
        reader.measures("t", profile)
    assert (profile.column("x").minimum, profile.column("x").maximum) == (-1.7e308, 1.7e308)
    assert (profile.column("big").minimum, profile.column("big").maximum) == (-(2**63), 2**63 - 1)
    json.dumps(sources.profile_to_json(profile), allow_nan=False)


def test_times_beyond_pythons_calendar_do_not_stop_a_profile(workbench, frame):
    late = pa.array([0, 10**17, -(10**17)], pa.timestamp("us"))
    with frame(at=late, day=pa.array([0, 5_000_000, -5_000_000], pa.date32())) as reader:
        profile = reader.full_profile("t")
        reader.measures("t", profile)
        reader.run_sql("SELECT * FROM t")
    assert profile.column("at").distinct == 3


def test_exact_decimals_are_summed_up_too(workbench, write, add):
    path = write("money\n12345678901234567890.12\n12345678901234567890.13\n")
    with sources.open_source(add(path, types={"money": "decimal"})) as reader:
        (column,) = reader.full_profile("t").columns
        assert reader.run_sql("SELECT max(money) - min(money) FROM t").rows == ((0.01,),)
    assert (column.minimum, column.distinct) == ("12345678901234567890.12", 2)
    assert column.mean == pytest.approx(12345678901234567890.125)


def test_names_with_quotes_dots_and_emoji_are_measured(workbench, tmp_path: Path, add):
    names = ['say "hi"', "a.b", "🙂", "100 %s", "select", "'; drop table t; --", "{d}", "naïve"]
    columns: dict[str, Any] = {name: [float(n * k) for k in range(30)] for n, name in enumerate(names, 1)}
    columns |= {"group 'x'": ["a", "b"] * 15, 'at "t"': pd.date_range("2026-01-01", periods=30)}
    pq.write_table(pa.table(columns), tmp_path / "t.parquet")
    table = """Robert"); '; drop table "x" 🙂"""
    with sources.open_source(add(tmp_path / "t.parquet", table=table)) as reader:
        profile = reader.full_profile(table)
        measures = reader.measures(table, profile)
        assert reader.run_sql('SELECT max("a.b") FROM "' + table.replace('"', '""') + '"').rows == ((58.0,),)
    assert [column.name for column in profile.columns] == list(columns)
    assert all(each.r == pytest.approx(1) for each in measures.correlations)
    assert measures.series[0].time_column == 'at "t"'
    assert ("group 'x'", "🙂") in measures.segments


def test_two_thousand_columns_are_profiled(workbench, frame):
    with frame(**{f"c{n}": [n, n + 1, None] for n in range(2_000)}) as reader:
        quick = reader.quick_profile("t")
    assert [column.mean for column in quick.columns] == [n + 0.5 for n in range(2_000)]
    assert quick.sample[0] == {f"c{n}": n for n in range(2_000)}


def test_five_hundred_columns_are_profiled_in_full(workbench, frame):
    """The scan takes 120 columns at a time and each has queries of its own: more would take longer and prove nothing new."""
    with frame(**{f"c{n}": [n, n + 1, None] for n in range(500)}) as reader:
        full = reader.full_profile("t")
        measures = reader.measures("t", full)
    assert [column.distinct for column in full.columns] == [2] * 500
    assert full.sample[0] == {f"c{n}": n for n in range(500)}
    assert (measures.duplicate_rows, len(measures.outliers)) == (0, 500)


def test_cells_of_a_megabyte_are_cut_in_what_is_shown(workbench, frame):
    cells = ["x" * 1_000_000, "y" * 1_000_000, "x" * 1_000_000] * 10
    with frame(a=cells) as reader:
        profile = reader.full_profile("t")
        assert reader.measures("t", profile).duplicate_rows == 28
    (column,) = profile.columns
    assert column.maximum == "y" * 1_000 + "…"
    assert column.top_values == (("x" * 1_000 + "…", 20), ("y" * 1_000 + "…", 10))
    assert all(len(row["a"]) == 1_001 for row in profile.sample)


def test_repeated_rows_are_counted_by_value_with_missing_ones_alike(workbench, frame):
    with frame(a=[1, 1, None, None, 2, 1], b=["x", "x", None, None, "", None]) as reader:
        assert reader.measures("t", reader.full_profile("t")).duplicate_rows == 2


@settings(max_examples=100, deadline=None)
@given(low=st.integers(-(2**62), 2**62), reach=st.integers(0, 2**62), is_whole=st.booleans())
def test_bins_are_those_of_all_kinds_of_source(low: int, reach: int, is_whole: bool):
    kind = "integer" if is_whole else "decimal"
    ends = (low, low + reach) if is_whole else (low / 7, (low + reach) / 7)
    ours = histograms.bins_of({"type": kind, "minimum": ends[0], "maximum": ends[1]})
    shared = choosing.bins(*ends, kind)
    assert (ours.low, ours.high, ours.width, ours.count) == (shared.low, shared.high, shared.width, shared.count)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    values=st.lists(
        st.none() | st.floats(-1e6, 1e6, allow_nan=False).map(lambda x: round(x, 3)), min_size=1, max_size=40
    )
)
def test_quartiles_of_any_numbers_are_those_of_numpy(workbench, frame, values: list[float | None]):
    with frame(x=pa.array(values, pa.float64())) as reader:
        (column,) = reader.full_profile("t").columns
    filled = [value for value in values if value is not None]
    if not filled:
        assert column.median is None
        return
    expected = numpy.quantile(filled, [0.25, 0.5, 0.75])
    assert [column.lower_quartile, column.median, column.upper_quartile] == pytest.approx(
        list(expected), rel=1e-9, abs=1e-9
    )
    assert sum(bin.count for bin in column.histogram) == len(filled)


def test_a_profile_is_kept_until_it_is_wanted_anew(workbench, write, add):
    source = add(write("n\n1\n2\n"))
    first = sources.profile_table(source.id, "t", "full")
    assert sources.profile_table(source.id, "t", "full") == first
    with sources.open_source(source) as reader:
        assert reader.table("t").profiled_at == first.measured_at
    assert sources.profile_table(source.id, "t", "full", refresh=True).measured_at > first.measured_at
    assert sources.profile_table(source.id, "t", "quick").kind == "quick"


def test_idle_children_hold_little_and_end_when_asked(workbench, frame):
    with frame(n=list(range(1_000))) as reader:
        reader.quick_profile("t")
    pids = pool.child_pids()
    assert pids
    sources.close()
    assert not any(Path(f"/proc/{pid}").exists() for pid in pids)


def test_quartiles_by_sorting_are_the_same(tmp_path: Path):
    """What is done when all values of a column do not fit into memory."""
    import duckdb

    from core.sources.files.engine.profiling import _sorted_quartiles

    values = numpy.random.default_rng(2).normal(size=1_001)
    pq.write_table(pa.table({"v": [*values, None]}), tmp_path / "1.parquet")
    found = _sorted_quartiles(duckdb.connect(), f"(SELECT v FROM '{tmp_path}/1.parquet')")
    assert found == pytest.approx(list(numpy.quantile(values, [0.25, 0.5, 0.75])), rel=1e-12)
