"""Numbers out of prose: read as they were written, with the precision in which they were written."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.analysis.numbers import figure_of, number_in, read_figures


def only(text):
    figures = read_figures(text)
    assert len(figures) == 1, figures
    return figures[0]


@pytest.mark.parametrize(
    ("text", "value", "tolerance", "percent"),
    [
        ("1,234 rows", 1234, 0.5, False),
        ("1 234 rows", 1234, 0.5, False),
        ("1.234.567", 1_234_567, 0.5, False),
        ("1.234 kg on average", 1.234, 0.0005, False),
        ("1.234,5", 1234.5, 0.05, False),
        ("12,5 %", 12.5, 0.05, True),
        ("12.3 percent of rows", 12.3, 0.05, True),
        ("1.2k rows", 1200, 50, False),
        ("3 million", 3e6, 5e5, False),
        ("about 40", 40, 4, False),
        ("~20 %", 20, 2, True),
        ("-3.25.", -3.25, 0.005, False),
        ("(−7)", -7, 0.5, False),
        ("n=44", 44, 0.5, False),
        ("r = 0.92.", 0.92, 0.005, False),
        ("1.5e-05", 1.5e-5, 5e-7, False),
        ("a third of the rows", 100 / 3, 10 / 3, True),
        ("half of the rows", 50, 5, True),
        ("three quarters", 75, 7.5, True),
        ("no missing values", 0, 0, False),
        ("seven duplicates", 7, 0, False),
    ],
)
def test_reads_a_number_with_its_precision(text, value, tolerance, percent):
    figure = only(text)
    assert math.isclose(figure.value, value) and figure.percent is percent
    assert math.isclose(figure.tolerance, tolerance)


@pytest.mark.parametrize(
    ("text", "low", "high", "percent"),
    [
        ("between 10 and 20 %", 10, 20, True),
        ("10–20 %", 10, 20, True),
        ("range 0.42 to 80", 0.42, 80, False),
        ("-5 to 10", -5, 10, False),
        ("from −5 to −2", -5, -2, False),
    ],
)
def test_reads_a_range(text, low, high, percent):
    figure = only(text)
    assert (figure.value, figure.high, figure.percent) == (low, high, percent)


@pytest.mark.parametrize("text", ["3 of 150", "3 out of 150 rows", "3/150", "3 of the 150 rows", "three of 150"])
def test_reads_so_many_of_so_many(text):
    figure = only(text)
    assert (figure.value, figure.base, figure.percent) == (3, 150, False)


@pytest.mark.parametrize(
    "text",
    [
        "on 2019-03-23 at 20:21",
        "2019-03-23T20:21:09",
        "in Q3, on the 1st",
        "column x_17 of v2",
        'the value "about 12" and `37`',
        "a 3-hour window",
        "12 percentage points more",
        "second half-hour",
    ],
)
def test_reads_no_number_out_of_dates_names_and_quotes(text):
    assert read_figures(text) == []


@pytest.mark.parametrize(
    ("text", "agrees", "differs"),
    [
        ("12.3 %", [12.27, 12.349, 12.25], [12.2, 12.36]),
        ("20 %", [19.87, 20.5], [19.4, 20.6]),
        ("177", [177], [176, 178]),
        ("about 40 %", [36, 44], [35.9, 44.1]),
        ("roughly 1,000 rows", [900, 1_100], [899, 1_101]),
        ("more than 20 %", [20.1, 90], [19.87]),
        ("less than 1 %", [0, 0.99], [1.4]),
        ("at most 5 rows", [5, 0], [6]),
        ("10 to 20 %", [10, 20, 15, 9.6], [9.4, 21]),
    ],
)
def test_agrees_within_what_was_stated(text, agrees, differs):
    figure = only(text)
    assert [figure.agrees_with(each) for each in agrees] == [True] * len(agrees)
    assert [figure.agrees_with(each) for each in differs] == [False] * len(differs)


def test_a_typed_number_is_as_exact_as_it_is_written():
    assert figure_of(12.3, percent=True).agrees_with(12.349) and not figure_of(12.3, percent=True).agrees_with(12.4)
    assert figure_of(177).agrees_with(177) and not figure_of(177).agrees_with(178)
    assert figure_of(1_234.0).words == "1,234.0"


@pytest.mark.parametrize(
    ("text", "value"),
    [("1,234", 1234), ("12 %", 12), (" 7 ", 7), ("-0.5", -0.5), ("about 7", None), ("7 rows", None), ("", None)],
)
def test_a_text_that_is_one_number_is_that_number(text, value):
    assert number_in(text) == value


@given(st.text(max_size=300))
def test_any_text_is_read_without_failing_and_its_figures_are_pieces_of_it(text):
    end = 0
    for figure in read_figures(text):
        assert figure.start >= end and figure.words == text[figure.start : figure.end] and figure.words
        assert math.isfinite(figure.value) and figure.tolerance >= 0
        end = figure.end


@given(
    st.integers(min_value=0, max_value=10**9),
    st.integers(min_value=0, max_value=4),
    st.sampled_from(["{:.{d}f}", "{:,.{d}f}"]),
    st.sampled_from(["", " %", "%", " rows", ", and", ")", "; x"]),
    st.sampled_from(["", "is ", "(", "mean: ", "n=", "has "]),
)
def test_a_written_number_is_read_back(digits, decimals, form, after, before):
    number = digits / 10**decimals
    written = form.format(number, d=decimals)
    figure = only(f"{before}{written}{after}")
    assert math.isclose(figure.value, number, rel_tol=1e-12, abs_tol=1e-12)
    assert math.isclose(figure.tolerance, 0.5 * 10**-decimals)
    assert figure.percent == ("%" in after)
    assert figure.agrees_with(number) and not figure.agrees_with(number + 1.1 * 10**-decimals)


@given(st.integers(min_value=1, max_value=10**6), st.integers(min_value=0, max_value=10**6))
def test_so_many_of_so_many_is_read_back(base, part):
    part = min(part, base)
    figure = only(f"{part:,} of {base:,} rows")
    assert (figure.value, figure.base) == (part, base)
