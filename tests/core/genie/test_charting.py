"""Which rows get a picture, and what it shows."""

import json

import pytest

from core.genie import ResultColumn, ResultTable, picture_of


def table(columns: dict[str, str], *rows: tuple[str | None, ...], total: int | None = None) -> ResultTable:
    return ResultTable(tuple(ResultColumn(name, type_) for name, type_ in columns.items()), rows, total_rows=total)


def test_a_number_for_each_text_is_bars_in_the_order_of_the_rows():
    picture = picture_of(table({"country": "STRING", "revenue": "DECIMAL(10,2)"}, ("FR", "3.5"), ("DE", "1.25")))
    assert picture is not None and picture.spec["mark"]["type"] == "bar"
    assert picture.spec["data"]["values"] == [{"label": "FR", "value": 3.5}, {"label": "DE", "value": 1.25}]
    assert picture.spec["encoding"]["y"]["sort"] is None
    assert picture.title == "revenue by country"


@pytest.mark.parametrize("days", [("2024-01-01", "2024-02-01"), ("2024-01", "2024-02")])
def test_a_number_over_time_is_a_line(days):
    picture = picture_of(table({"day": "", "n": ""}, (days[0], "3"), (days[1], "4")))
    assert picture is not None and picture.spec["mark"]["type"] == "line"
    assert picture.spec["encoding"]["x"]["scale"] == {"type": "utc"}


def test_years_and_months_are_no_amounts():
    picture = picture_of(table({"order_year": "INT", "revenue": "DOUBLE"}, ("2023", "1.0"), ("2024", "2.0")))
    assert picture is not None and picture.title == "revenue by order_year"
    assert picture_of(table({"number_of_years": "INT", "revenue": "DOUBLE"}, ("2", "1.0"), ("3", "2.0"))) is None


def test_a_second_text_with_few_values_is_the_colour():
    rows = [(f"2024-0{month}-01", channel, "1") for month in (1, 2, 3) for channel in ("web", "shop")]
    picture = picture_of(table({"month": "DATE", "channel": "STRING", "orders": "BIGINT"}, *rows))
    assert picture is not None and picture.spec["mark"]["type"] == "line"
    assert picture.spec["encoding"]["color"]["title"] == "channel"
    rows = [(country, channel, "1") for country in "abcdefghij" for channel in ("web", "shop")]
    picture = picture_of(
        table({"channel": "STRING", "country": "STRING", "n": "INT"}, *[(b, a, n) for a, b, n in rows])
    )
    assert picture is not None and picture.spec["encoding"]["color"]["title"] == "channel"


@pytest.mark.parametrize(
    ("columns", "rows"),
    [
        ({"n": "BIGINT"}, [("3",), ("4",)]),
        ({"country": "STRING", "n": "BIGINT"}, [("DE", "3")]),
        ({"country": "STRING", "n": "BIGINT"}, []),
        ({"country": "STRING", "n": "BIGINT"}, [("DE", "3"), ("DE", "4")]),
        ({"country": "STRING", "city": "STRING"}, [("DE", "Bonn"), ("FR", "Lyon")]),
        ({"country": "STRING", "n": "BIGINT", "m": "BIGINT"}, [("DE", "3", "1"), ("FR", "4", "1")]),
        ({"country": "STRING", "n": "BIGINT"}, [(None, None), ("FR", None)]),
        ({"a": "STRING", "b": "STRING", "n": "INT"}, [(str(n), str(n), "1") for n in range(20)]),
    ],
)
def test_rows_that_a_table_says_better_get_no_picture(columns, rows):
    assert picture_of(table(columns, *rows)) is None


def test_a_picture_of_some_of_the_rows_says_so():
    rows = [(f"c{n}", str(n)) for n in range(50)]
    picture = picture_of(table({"customer": "STRING", "n": "INT"}, *rows, total=1_000))
    assert picture is not None and picture.title == "n by customer, the first 30 of 1,000 rows"
    assert len(picture.spec["data"]["values"]) == 30


def test_what_json_has_no_number_for_is_left_out_of_the_picture_and_names_may_hold_anything():
    picture = picture_of(table({"a.b[0]": "STRING", "n": "DOUBLE"}, ("x", "NaN"), (None, "Infinity"), ("y", "1e3")))
    assert picture is not None
    values = [row["value"] for row in picture.spec["data"]["values"]]
    assert values == [None, None, 1000.0]
    json.dumps(picture.spec, allow_nan=False)
    assert picture.spec["encoding"]["y"]["field"] == "label"
