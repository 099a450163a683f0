"""Types of columns: inferred from every value, never at the cost of one; chosen ones hold or are refused."""

from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal

import pytest

from core import sources
from core.errors import InputError


def inferred(write: Callable, *cells: str, **options) -> sources.InspectedColumn:
    quoted = [f'"{cell}"' if any(mark in cell for mark in ',"\n') else cell for cell in cells]
    return sources.inspect_file(write("\n".join(["c,x", *(f"{cell},." for cell in quoted)]) + "\n"), **options).columns[
        0
    ]


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (("1", "-2", "0"), "integer"),
        (("1", "", "3"), "integer"),
        (("1", " 2 ", "3"), "integer"),
        (("9223372036854775807",), "integer"),
        (("9223372036854775808",), "text"),
        (("007", "8"), "text"),
        (("-01",), "text"),
        (("+5",), "text"),
        (("0x10",), "text"),
        (("1.5", "2"), "decimal"),
        (("0.5", "-0.25", ".5"), "decimal"),
        (("1e-05", "2.5e10"), "decimal"),
        (("1e5", "2E7"), "text"),
        (("00.5",), "text"),
        (("1.5", "1e999"), "text"),
        (("1.5", "1.0e-400"), "text"),
        (("12345678901234567890.12",), "text"),
        (("0.30000000000000004",), "decimal"),
        (("1.5", "nan"), "text"),
        (("1.5", "inf"), "text"),
        (("1,5", "2,5"), "text"),
        (("1.234,56",), "text"),
        (("5 %",), "text"),
        (("true", "FALSE", "True"), "boolean"),
        (("yes", "no"), "text"),
        (("2026-03-01", "1999-12-31"), "date"),
        (("2026-02-30",), "text"),
        (("01/02/2026",), "text"),
        (("01.02.2026",), "text"),
        (("20260301",), "integer"),
        (("2026-03-01 12:30", "2026-03-01T12:30:01.5"), "timestamp"),
        (("2026-03-01T12:30:00Z", "2026-03-01T12:30:00+02:00"), "timestamp"),
        (("2026-03-01T12:30:00Z", "2026-03-01T12:30:00"), "text"),
        (("2026-03-01 12:30:00", "2026-03-01"), "text"),
        (("12:30:05",), "time"),
        (("12:30",), "text"),
        (("25:00:00",), "text"),
        (("NA", "null", "None"), "text"),
        (("", ""), "text"),
        (("1", "2", "x"), "text"),
        (("1\u00a02",), "text"),
        (("१२",), "text"),
    ],
)
def test_infers_the_narrowest_type_that_changes_no_value(workbench, write, cells: tuple[str, ...], kind: str):
    assert inferred(write, *cells).type == kind


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (("007", "008"), "leading zeros stay text"),
        (("9223372036854775808", "18446744073709551616"), "kept as text, digit by digit"),
        (("1,5", "2,5"), "decimal comma"),
        (("01/02/2026", "13/02/2026"), "nothing says whether the day or the month comes first"),
        (("1e5",), "may be codes"),
        (("5 %", "6%"), "Percentages stay text"),
        (("$5", "€ 1,000"), "currency sign"),
        (("1", "2", "3", "NA"), "The first 3 values are whole numbers, but row 4 holds “NA”"),
        (("2026-03-01", "soon"), "The first value is a date, but row 2 holds “soon”"),
        (("", ""), "No cell of this column holds anything"),
    ],
)
def test_says_why_a_column_is_text(workbench, write, cells: tuple[str, ...], words: str):
    assert words in inferred(write, *cells).hint


def test_every_row_counts_even_the_last_of_many(workbench, write):
    rows = "\n".join(["a,b", *(f"{n},{n / 4}" for n in range(200_000)), "7,x"])
    first, second = sources.inspect_file(write(rows)).columns
    assert (first.type, second.type) == ("integer", "text")
    assert "The first 200,000 values are numbers, but row 200,001 holds “x”" in second.hint


def test_words_for_missing_values_are_missing_only_where_they_are_named(workbench, write, stored):
    path = write("n,word\n1,NA\nNA,x\n")
    assert stored(path) == [{"n": "1", "word": "NA"}, {"n": "NA", "word": "x"}]
    assert stored(path, missing=("NA",)) == [{"n": 1, "word": None}, {"n": None, "word": "x"}]


def test_decimal_commas_are_read_when_they_are_said(workbench, write, stored):
    path = write("price;n\n1.234,5;1\n-0,25;1.000\n3;2\n", "german.csv")
    assert stored(path)[:2] == [{"price": "1.234,5", "n": "1"}, {"price": "-0,25", "n": "1.000"}]
    assert stored(path, decimal_comma=True) == [
        {"price": 1234.5, "n": 1},
        {"price": -0.25, "n": 1000},
        {"price": 3.0, "n": 2},
    ]


@pytest.mark.parametrize(("day_first", "day"), [(True, date(2026, 4, 3)), (False, date(2026, 3, 4))])
def test_dates_are_read_by_the_order_that_is_said(workbench, write, stored, day_first: bool, day: date):
    assert stored(write("d\n03/04/2026\n3/4/2026\n"), day_first=day_first) == [{"d": day}, {"d": day}]


def test_a_day_that_does_not_exist_in_that_order_keeps_the_column_text(workbench, write):
    assert inferred(write, "13/04/2026", day_first=False).type == "text"
    assert inferred(write, "13/04/2026 10:30", day_first=True).type == "timestamp"


def test_times_with_an_offset_are_stored_in_utc(workbench, write, stored):
    assert stored(write("t\n2026-03-01T12:00:00+02:00\n2026-03-01T12:00:00Z\n")) == [
        {"t": datetime(2026, 3, 1, 10)},
        {"t": datetime(2026, 3, 1, 12)},
    ]


@pytest.mark.parametrize(
    ("kind", "cell", "value"),
    [
        ("text", "007", "007"),
        ("integer", "007", 7),
        ("integer", "+7", 7),
        ("integer", "-0", 0),
        ("decimal", "1e5", 100000.0),
        ("decimal", "007.50", 7.5),
        ("decimal", "12345678901234567890.12", Decimal("12345678901234567890.12")),
        ("decimal", "18446744073709551616", Decimal(18446744073709551616)),
        ("boolean", "Yes", True),
        ("boolean", "0", False),
        ("date", "2026-03-01", date(2026, 3, 1)),
        ("timestamp", "2026-03-01", datetime(2026, 3, 1)),
        ("time", "12:30", time(12, 30)),
    ],
)
def test_a_chosen_type_is_applied(workbench, write, stored, kind: str, cell: str, value: object):
    rows = stored(write(f"c,x\n{cell},1\n,2\n"), types={"c": kind})
    assert rows == [{"c": value, "x": 1}, {"c": None, "x": 2}]


@pytest.mark.parametrize(
    ("kind", "cell"),
    [
        ("integer", "1.0"),
        ("integer", "9223372036854775808"),
        ("integer", "NA"),
        ("decimal", "1,5"),
        ("decimal", "nan"),
        ("boolean", "maybe"),
        ("date", "2026-02-30"),
        ("date", "2026-03-01 10:00"),
        ("timestamp", "03/04/2026"),
        ("time", "24:00:01"),
    ],
)
def test_a_value_that_does_not_fit_a_chosen_type_is_refused_with_its_row(workbench, write, add, kind: str, cell: str):
    rows = "\n".join(["c;x", *(";1" for _ in range(70_000)), f"{cell};2", ";3"])
    with pytest.raises(InputError, match=rf"“c”, row 70,001: “{cell}” is not ".replace("+", r"\+")):
        add(write(rows), types={"c": kind})


def test_a_refused_file_leaves_nothing_behind(workbench, write, add):
    with pytest.raises(InputError):
        add(write("c\nx\n"), types={"c": "integer"})
    folder = workbench.data_dir / "sources"
    assert not any(path.suffix == ".part" for path in folder.rglob("*"))
    with_rows = {source.id for source in listed()}
    assert {path.name for path in folder.iterdir()} <= with_rows


def listed() -> list[sources.SourceView]:
    from core.db import reading

    with reading() as session:
        return sources.list_sources(session)


def test_no_type_can_be_chosen_that_is_none(workbench, write, add):
    with pytest.raises(InputError, match="cannot be of type other"):
        add(write("c\nx\n"), types={"c": "other"})
    with pytest.raises(InputError, match="has no column 'd'"):
        add(write("c\nx\n"), types={"d": "text"})
