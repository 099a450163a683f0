"""Delimited files: delimiters, names, quotes, line ends, sizes; what differs between readers is settled or refused."""

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import sources
from core.errors import InputError
from core.sources.files.engine.delimited import DelimitedFile
from core.sources.files.engine.refusals import RefusedError

TEXTS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=8)


@pytest.mark.parametrize(
    ("text", "name", "delimiter", "columns"),
    [
        ("a,b\n1,2\n", "t.csv", ",", ["a", "b"]),
        ("a;b\n1,5;2\n2,5;3\n", "t.csv", ";", ["a", "b"]),
        ("a\tb\n1\t2\n", "t.tsv", "\t", ["a", "b"]),
        ("a|b|c\n1|2|3\n", "t.txt", "|", ["a", "b", "c"]),
        ("word\nhello, you\nand you\n", "t.csv", ",", None),
        ("word\nhello\nyou\n", "t.csv", ",", ["word"]),
        ('a,"b;c;d"\n1,2\n', "t.csv", ",", ["a", "b;c;d"]),
    ],
)
def test_finds_the_delimiter(workbench, write, text: str, name: str, delimiter: str, columns: list[str] | None):
    if columns is None:
        with pytest.raises(InputError, match="line 2, has 2 cells where 1 is expected"):
            sources.inspect_file(write(text, name))
        return
    found = sources.inspect_file(write(text, name))
    assert (found.delimiter, [each.name for each in found.columns]) == (delimiter, columns)


def test_a_said_delimiter_goes_before_the_found_one(workbench, write):
    found = sources.inspect_file(write("a,b;c\n1,2;3\n"), delimiter=";")
    assert [each.name for each in found.columns] == ["a,b", "c"]
    with pytest.raises(InputError, match="cannot separate cells"):
        sources.inspect_file(write("a,b\n"), delimiter="ab")


@pytest.mark.parametrize("pair", [("A", "a"), ("straße", "STRASSE"), ("x", " x "), ("né", "ne\u0301")])
def test_refuses_names_that_differ_only_in_how_they_are_written(workbench, write, pair: tuple[str, str]):
    with pytest.raises(InputError, match="two columns with the same name"):
        sources.inspect_file(write(",".join(pair) + "\nx,y\n"))


def test_names_keep_quotes_dots_and_emoji(workbench, write, stored):
    names = ['say "hi"', "a.b", "👩‍🔬 lab", "100 %", "select", "naïve;", "'", "x/y\\z", "{{ n }}"]
    out = io.StringIO()
    csv.writer(out).writerows([names, range(len(names))])
    assert stored(write(out.getvalue())) == [dict(zip(names, range(len(names)), strict=True))]


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("name,2019,2020\nx,1,2\n", True),
        ("1,2\n3,4\n", True),
        ("2026-01-01,x\n2026-01-02,y\n", True),
        ("name,count\nx,1\n", False),
        ("ann,berlin\nbo,paris\n", False),
        ("7\n", True),
        ("id,7 days\n1,2\n", False),
    ],
)
def test_asks_whether_a_first_line_with_values_holds_names(workbench, write, text: str, asked: bool):
    assert ("has_header" in sources.inspect_file(write(text)).questions) is asked


def test_the_answer_settles_whether_there_are_names(workbench, write, stored):
    path = write("name,2019\nx,1\n")
    assert stored(path, has_header=True) == [{"name": "x", "2019": 1}]
    assert stored(path, has_header=False) == [{"column_1": "name", "column_2": 2019}, {"column_1": "x", "column_2": 1}]


def test_blank_lines_are_no_rows_but_an_empty_cell_of_a_single_column_is_one(workbench, write, stored):
    assert stored(write("\n\na,b\n1,2\n\n3,4\n\n\n")) == [{"a": 1, "b": 2}, {"a": 3, "b": 4}]
    assert stored(write("a\n1\n\n3\n\n\n")) == [{"a": 1}, {"a": None}, {"a": 3}]


def test_names_the_line_of_a_ragged_row_behind_cells_with_line_breaks(workbench, write):
    with pytest.raises(InputError, match=r"line 6, has 3 cells") as refused:
        sources.inspect_file(write('\n"a",b\n"x\ny",1\nz,2\nz,2,3\nw\n'))
    assert str(refused.value).splitlines()[1:] == ["line 6: “z,2,3”", "line 7: “w”"]


def test_quotes_can_be_ordinary_characters(workbench, write, stored):
    path = write('size\tn\n5"\t1\n"x\t2\n', "inches.tsv")
    with pytest.raises(InputError, match="read the file without quoting"):
        sources.inspect_file(path)
    assert stored(path, quoting=False) == [{"size": '5"', "n": 1}, {"size": '"x', "n": 2}]


def test_a_lone_carriage_return_within_a_quoted_cell_is_kept(workbench, write, stored):
    assert stored(write('a,b\r\n"x\ry",1\r\n')) == [{"a": "x\ry", "b": 1}]


def test_cells_of_a_megabyte_are_kept_whole(workbench, write, stored):
    large = ["x" * 1_000_000, "y" * 5_000_000, "z\n" * 1_500_000]
    rows = "a,b\n" + "".join(f'"{cell}",{n}\n' for n, cell in enumerate(large))
    assert stored(write(rows)) == [{"a": cell, "b": n} for n, cell in enumerate(large)]


def test_short_rows_before_a_long_one_are_read_once(workbench, write, stored):
    rows = "a,b\n" + "".join(f"short {n},{n}\n" for n in range(300_000)) + "x" * 6_000_000 + ",1\n"
    found = stored(write(rows))
    assert len(found) == 300_001
    assert [row["b"] for row in found[:300_000]] == list(range(300_000))


def test_two_thousand_columns_are_taken_and_ten_thousand_are_not(workbench, write, stored):
    names = [f"c{n}" for n in range(2_000)]
    assert stored(write(",".join(names) + "\n" + ",".join("1" for _ in names) + "\n")) == [dict.fromkeys(names, 1)]
    with pytest.raises(InputError, match="10,000 columns, and 5,000 are read at most"):
        sources.inspect_file(write(",".join(f"c{n}" for n in range(10_000)) + "\n"))


def test_refuses_a_name_that_is_a_paragraph(workbench, write):
    with pytest.raises(InputError, match="has 300 characters, and 200 are allowed"):
        sources.inspect_file(write("x" * 300 + ",b\n1,2\n"))


def test_refuses_zero_bytes_with_their_line(workbench, write):
    with pytest.raises(InputError, match="line 5,002, holds a zero byte"):
        sources.inspect_file(write(b"a,b\n" + b"1,2\n" * 5_000 + b"x\x00,3\n"))


def test_an_unknown_encoding_is_refused_and_a_wrong_one_too(workbench, write):
    with pytest.raises(InputError, match=r"is not known\. Use utf-8, utf-16, cp1252 or latin-1"):
        sources.inspect_file(write("a\nx\n"), encoding="zlib")
    with pytest.raises(InputError, match="cannot be read as cp1252"):
        sources.inspect_file(write(b"a\n\x81\n"), encoding="cp1252")
    with pytest.raises(InputError, match="is not valid UTF-8: line 3"):
        sources.inspect_file(write(b"a\nb\n\xff\n"), encoding="utf-8")


def test_a_byte_that_cp1252_does_not_know_offers_latin_1(workbench, write):
    assert sources.inspect_file(write(b"a\nx\x81\n")).encoding == "latin-1"


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(st.lists(TEXTS, min_size=2, max_size=2), max_size=6),
    delimiter=st.sampled_from(",;\t|"),
    ends=st.sampled_from(["\n", "\r\n"]),
    window=st.sampled_from([1, 2, 7, 1 << 24]),
)
def test_what_a_csv_writer_wrote_is_read_back(
    tmp_path: Path, monkeypatch, rows, delimiter: str, ends: str, window: int
):
    """Cells by Python's writer, which quotes where it must; windows of few bytes try every border."""
    monkeypatch.setattr("core.sources.files.engine.quotes._WINDOW", window)
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator=ends, quoting=csv.QUOTE_ALL).writerows([["a", "b"], *rows])
    path = tmp_path / "written.csv"
    path.write_bytes(out.getvalue().encode())
    file = DelimitedFile(path, "written.csv", {"has_header": True, "delimiter": delimiter}, tmp_path)
    found = [list(row.values()) for batch in file.batches() for row in batch.to_pylist()]
    assert found == [[cell or None for cell in row] for row in rows]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(st.sampled_from('ab",\n\r'), max_size=30), window=st.sampled_from([1, 3, 1 << 24]))
def test_what_is_not_refused_is_what_a_strict_parser_reads(tmp_path: Path, monkeypatch, text: str, window: int):
    """Any soup of quotes and line ends: refused, or the same as Python's csv module reads strictly."""
    monkeypatch.setattr("core.sources.files.engine.quotes._WINDOW", window)
    path = tmp_path / "soup.csv"
    path.write_bytes(("x,y\n" + text).encode())
    try:
        file = DelimitedFile(path, "soup.csv", {"has_header": True, "delimiter": ","}, tmp_path)
        found = [list(row.values()) for batch in file.batches() for row in batch.to_pylist()]
    except RefusedError as refused:
        assert "soup.csv" in str(refused)
        return
    expected = [row for row in csv.reader(io.StringIO("x,y\n" + text, newline=""), strict=True) if row]
    assert found == [[cell or None for cell in row] for row in expected[1:]]


def rows_of(found: list[dict[str, Any]]) -> list[list[Any]]:
    return [list(row.values()) for row in found]


def test_what_was_added_is_what_select_finds(workbench, write: Callable, add: Callable):
    from sqlalchemy import select

    path = write('id,who,at\n1,"O\'Neill ""x""",2026-03-01 12:30\n2,,\n')
    with sources.open_source(add(path, table='odd "name".x 🙂')) as reader:
        table = reader.clause('odd "name".x 🙂')
        found = reader.select(select(table).order_by(table.c.id))
    from datetime import datetime

    assert found == [(1, 'O\'Neill "x"', datetime(2026, 3, 1, 12, 30)), (2, None, None)]
