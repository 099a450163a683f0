"""Printing: JSON that is always JSON, tables that stay tables."""

import json
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from core.cli import output

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(ANYTHING)
def test_whatever_is_printed_as_json_can_be_read_by_a_strict_reader(value):
    def refuse(word):
        raise AssertionError(word)

    json.loads(json.dumps(output.plain(value), allow_nan=False), parse_constant=refuse)


def test_times_and_numbers_that_json_does_not_know():
    at = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
    assert output.plain({"at": at, "bad": float("nan")}) == {"at": "2026-01-02T03:04:00+00:00", "bad": None}


@given(st.lists(st.tuples(st.text(), st.text()), max_size=5))
def test_a_table_has_one_line_for_each_row_whatever_the_cells_hold(rows):
    printed = output.table(("one", "two"), rows)
    assert len(printed.splitlines()) == len(rows) + 1
    assert "\x1b" not in printed


def test_a_table_aligns_numbers_to_the_right_and_shows_what_is_unknown():
    assert (
        output.table(("name", "n"), [("a", 5), ("b", 1200), ("c", None)])
        == "name      n\na         5\nb     1,200\nc         –"
    )


def test_harmless_text_keeps_lines_and_tabs_and_loses_commands():
    assert output.harmless("a\tb\nc\r\nd\x1b[2J\x9b") == "a\tb\nc\nd�[2J�"
