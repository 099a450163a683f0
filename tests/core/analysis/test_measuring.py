"""Exact figures of real tables, against the same figures computed by pandas."""

from itertools import combinations

import pandas as pd
import pytest

from core.analysis.conditions import Condition
from core.analysis.measuring import Meter
from core.analysis.trending import mann_kendall
from tests.core.analysis.real_tables import SHARED, SmallReader, add_real


@pytest.fixture(params=["titanic", "penguins", "mpg", "taxis", "healthexp"])
def real(request):
    reader = SmallReader()
    add_real(reader, request.param)
    meter = Meter(reader, lambda name: None)
    return meter, meter.table(request.param), pd.read_csv(SHARED / f"{request.param}.csv")


def test_every_figure_of_every_column_is_that_of_pandas(real):
    meter, table, frame = real
    for column in table.columns:
        values = frame[column.name]
        missing = meter.missing(table, column)
        assert (missing.rows, missing.nulls) == (len(frame), int(values.isna().sum()))
        assert meter.distinct(table, column) == values.nunique()
        repeats = meter.repeats(table, (column,))
        assert repeats.surplus == int(values.dropna().duplicated().sum())
        assert repeats.involved == int(values.dropna().duplicated(keep=False).sum())
        if column.type in ("integer", "decimal"):
            moments = meter.moments(table, column)
            assert (moments.minimum, moments.maximum) == (values.min(), values.max())
            assert moments.mean == pytest.approx(values.mean())
            assert meter.std_dev(table, column) == pytest.approx(values.std())
            for share in (0.25, 0.5, 0.75):
                assert meter.quantile(table, column, share) == pytest.approx(values.quantile(share))
    assert meter.repeats(table, table.columns).surplus == int(frame.duplicated().sum())


def test_correlations_are_those_of_pandas(real):
    meter, table, frame = real
    numeric = [column for column in table.columns if column.type in ("integer", "decimal")]
    for first, second in combinations(numeric, 2):
        r, n = meter.correlation(table, first, second)
        assert r == pytest.approx(frame[first.name].corr(frame[second.name]), abs=1e-9)
        assert n == len(frame[[first.name, second.name]].dropna())


def test_each_figure_is_measured_once():
    reader = SmallReader()
    reader.add("t", [("a", "integer")], [(1,), (2,), (None,)])
    meter = Meter(reader, lambda name: None)
    table = meter.table("t")
    for _ in range(3):
        meter.moments(table, table.columns[0])
        meter.missing(table, table.columns[0])
    assert reader.queries == 2


def test_an_empty_table_and_an_empty_column_have_no_figures():
    reader = SmallReader()
    reader.add("none", [("a", "decimal"), ("b", "text")], [])
    reader.add("nulls", [("a", "decimal"), ("b", "text")], [(None, None)] * 3)
    meter = Meter(reader, lambda name: None)
    for name in ("none", "nulls"):
        table = meter.table(name)
        a, b = table.columns
        assert meter.moments(table, a).mean is None and meter.std_dev(table, a) is None
        assert meter.quantile(table, a, 0.5) is None and meter.fences(table, a) is None
        assert meter.distinct(table, b) == 0 and meter.correlation(table, a, a)[0] is None


def test_texts_are_matched_exactly_before_their_case_is_let_go():
    reader = SmallReader()
    reader.add("t", [("a", "text")], [("Yes",), ("yes",), ("NO",)])
    meter = Meter(reader, lambda name: None)
    table = meter.table("t")
    assert meter.count(table, (Condition("a", "=", ("yes",)),)) == 1
    assert meter.count(table, (Condition("a", "=", ("no",)),)) == 1
    assert meter.count(table, (Condition("a", "=", ("YES",)),)) == 2


@pytest.mark.parametrize(
    ("values", "tau", "clear"),
    [
        ([1, 2, 3, 4, 5, 6, 7, 8], 1, True),
        ([8, 7, 6, 5, 4, 3, 2, 1], -1, True),
        ([1, 2, 3, 4], 1, True),
        ([5, 5, 5, 5, 5], 0, False),
        ([1, 9, 2, 8, 3, 7, 4, 6], 1 / 7, False),
    ],
)
def test_the_trend_statistic_tells_order_from_noise(values, tau, clear):
    found, p = mann_kendall([float(each) for each in values])
    assert found == pytest.approx(tau, abs=0.01) and (p < 0.05) is clear
