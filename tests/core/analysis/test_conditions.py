"""Conditions in words become SQL over real columns, or are not read at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.analysis.conditions import Condition, read_conditions
from core.sources import Column

COLUMNS = (
    Column("sex", "text", "text"),
    Column("age", "decimal", "double"),
    Column("pclass", "integer", "bigint"),
    Column("Home Town", "text", "text"),
    Column("is_alone", "boolean", "boolean"),
    Column("when", "date", "date"),
)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("sex = female", [("sex", "=", ("female",))]),
        ("sex is 'female'", [("sex", "=", ("female",))]),
        ('`sex` == "female"', [("sex", "=", ("female",))]),
        ("Sex: female", [("sex", "=", ("female",))]),
        ("age > 30", [("age", ">", (30,))]),
        ("age is greater than 30.5", [("age", ">", (30.5,))]),
        ("age at least 18", [("age", ">=", (18,))]),
        ("age below 1,000", [("age", "<", (1000,))]),
        ("age is between 18 and 30", [("age", "between", (18, 30))]),
        ("age outside 0 to 100", [("age", "outside", (0, 100))]),
        ("age is missing", [("age", "null", ())]),
        ("age is not null", [("age", "not null", ())]),
        ("sex in ('female', 'male')", [("sex", "in", ("female", "male"))]),
        ("sex != male", [("sex", "!=", ("male",))]),
        ("rows where sex = female and pclass = 1", [("sex", "=", ("female",)), ("pclass", "=", (1,))]),
        ("age between 18 and 30 and pclass = 3", [("age", "between", (18, 30)), ("pclass", "=", (3,))]),
        ("home_town = 'Fish and Chips'", [("Home Town", "=", ("Fish and Chips",))]),
        ("is_alone = true", [("is_alone", "=", (True,))]),
    ],
)
def test_reads_a_condition(text, read):
    assert read_conditions(text, COLUMNS) == tuple(Condition(*each) for each in read)


@pytest.mark.parametrize(
    "text",
    [
        "young women",
        "sex = female and young",
        "sex = female or pclass = 1",
        "age > thirty",
        "age = old",
        "sex > 3",
        "pclass = 1, mostly women",
        "age is high",
        "sex is often female",
        "nope = 3",
        "when = tomorrow",
        "is_alone = maybe",
        "age between 30 and 18",
        "",
    ],
)
def test_reads_nothing_where_a_part_is_unclear(text):
    assert read_conditions(text, COLUMNS) is None


@given(st.text(max_size=120))
def test_any_text_is_taken_without_failing(text):
    read_conditions(text, COLUMNS)
    read_conditions(f"sex = {text}", COLUMNS)
    read_conditions(f"age between {text}", COLUMNS)
