"""Our own statements: SQLAlchemy Core over stored tables means in DuckDB what it means elsewhere."""

import datetime
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Double, Float, Integer, Numeric, String, case, cast, func, literal, select

from core import sources
from core.errors import NotFoundError, ServiceTimeoutError


@pytest.fixture
def reader(write: Callable, add: Callable) -> Iterator[sources.Reader]:
    text = "i,x,word,ok,day,at,at_time,100 %s\n" + "\n".join(
        [
            "1,0.5,it's 50 % :x $1,true,2026-03-01,2026-03-01 12:30:00,12:30:00,a",
            "2,1.25,ABC,false,2026-03-02,2026-03-02 12:30:00,00:00:01,b",
            "-7,,xABCy,,,,,",
        ]
    )
    with sources.open_source(add(write(text + "\n"), table="odd 'table' %")) as opened:
        yield opened


def one(reader: sources.Reader, *expressions) -> tuple:
    (row,) = reader.select(select(*expressions).select_from(reader.clause("odd 'table' %")))
    return row


def test_values_come_back_as_pythons_own(workbench, reader):
    table = reader.clause("odd 'table' %")
    first, _, third = reader.select(select(table).order_by(table.c.at.nulls_last()))
    assert first == (
        1, 0.5, "it's 50 % :x $1", True, datetime.date(2026, 3, 1), datetime.datetime(2026, 3, 1, 12, 30), datetime.time(12, 30), "a",
    )  # fmt: skip
    assert third == (-7, None, "xABCy", None, None, None, None, None)


@pytest.mark.parametrize("value", ["it's 50 % :x $1", "ABC"])
def test_texts_are_compared_whatever_they_hold(workbench, reader, value: str):
    c = reader.clause("odd 'table' %").c
    assert reader.select(select(func.count()).where(c.word == value)) == [(1,)]
    assert reader.select(select(func.count()).where(c.word.in_([value, "none"]))) == [(1,)]
    assert reader.select(select(func.count()).where(c["100 %s"].like("%"))) == [(2,)]


def test_arithmetic_loses_no_digits(workbench, reader):
    c = reader.clause("odd 'table' %").c
    assert one(reader, func.sum(c.i), func.sum(c.i) / func.count(), func.sum(c.i) // func.count(), func.avg(c.x)) == (
        -4, pytest.approx(-4 / 3, rel=1e-15), -2, 0.875,
    )  # fmt: skip
    tenth = literal(1) / 10
    assert one(reader, *(func.max(cast(tenth, kind)) for kind in (Float, Double, Numeric))) == (0.1, 0.1, 0.1)
    assert one(reader, func.max(cast(c.x, Integer)), func.min(cast(c.i, String))) == (1, "-7")


def test_conditions_and_times_mean_what_they_mean_elsewhere(workbench, reader):
    c = reader.clause("odd 'table' %").c
    matched = func.count(case((c.word.regexp_match("^A|B"), 1)))
    unmatched = func.count(case((~c.word.regexp_match("^A"), 1)))
    later = func.count(case((c.at > datetime.datetime(2026, 3, 1, 13), 1)))
    days = func.count(case((c.day == datetime.date(2026, 3, 1), 1)))
    clock = func.count(case((c.at_time < datetime.time(1), 1)))
    assert one(reader, matched, unmatched, later, days, clock) == (2, 2, 1, 1, 1)
    assert one(reader, func.count(case((c.ok.is_(True), 1))), func.count(c.x.distinct())) == (1, 2)


def test_windows_limits_and_subqueries_work(workbench, reader):
    table = reader.clause("odd 'table' %")
    ranked = select(table.c.i, func.row_number().over(order_by=table.c.i).label("place")).subquery()
    assert reader.select(select(ranked.c.i).where(ranked.c.place == 2)) == [(1,)]
    assert reader.select(select(table.c.i).order_by(table.c.i.desc()).limit(1).offset(1)) == [(1,)]
    assert reader.select(select(table.c.i).order_by(table.c.i).offset(2)) == [(2,)]


def test_a_table_of_another_name_is_not_there(workbench, reader):
    from sqlalchemy import column, table

    with pytest.raises(NotFoundError, match="The table 'gone' no longer exists"):
        reader.select(select(table("gone", column("x"))))
    with pytest.raises(NotFoundError):
        reader.clause("gone")


def test_a_statement_past_its_deadline_is_stopped(workbench, reader):
    numbers = (
        func.range(3_000_000).table_valued("range").alias("a"),
        func.range(3_000_000).table_valued("range").alias("b"),
    )
    product = numbers[0].c.range * numbers[1].c.range
    slow = select(func.count()).select_from(numbers[0], numbers[1]).where(product % 7 == 3)
    with pytest.raises(ServiceTimeoutError):
        reader.select(slow, deadline_s=1)
    assert one(reader, func.count()) == (3,)


def test_a_wide_table_gives_the_columns_that_are_asked_for_and_one_is_enough(workbench, write, add):
    names = [f"c{n}" for n in range(120)]
    text = ",".join(names) + "\n" + "".join(",".join(str(row * n) for n in range(120)) + "\n" for row in range(1, 6))
    with sources.open_source(add(write(text), table="wide")) as opened:
        wide = opened.clause("wide")
        assert opened.select(select(func.count()).select_from(wide)) == [(5,)]
        assert opened.select(select(func.sum(wide.c.c7), func.max(wide.c.c119))) == [(105, 595)]
        other = wide.alias("other")
        pairs = select(func.count()).select_from(wide.join(other, wide.c.c3 == other.c.c3)).where(other.c.c2 > 2)
        assert opened.select(pairs) == [(4,)]
        assert opened.select(select(wide).limit(1))[0][:3] == (0, 1, 2)
