"""Sentences of a text instruction: each part by itself, and nothing changes where one is not surely understood."""

import pytest

from core.local_genie.rules.clauses import sentences

STATUS = {("members", "status_cd"): {"description": ["A = active, L = lapsed, X: expelled"]}}
ASKED = "How many members are there?"


def test_semicolons_part_clauses_but_not_within_brackets_or_quotes():
    found = sentences('- Note: a is b; but the c (d; e) is f.\n* Say "g; h" always.')
    assert [clause.text for clause in found] == ["the c (d; e) is f", 'Say "g; h" always']
    assert [clause.continues for clause in found] == [True, False]


def test_each_part_of_a_sentence_may_name_a_date(rows, space):
    for text in (
        "The day of return (returned_on) is meant for loans; the day of joining (joined_on) for members.",
        "Loans are dated by returned_on, members by joined_on.",
        "Use returned_on for loans and joined_on for members.",
    ):
        assert rows("How many loans in April 2023?", space(text=text)) == [(2,)], text


@pytest.mark.parametrize(
    "text",
    [
        "The returned_on is the date on which a book came back.",
        "Loans without a returned_on date are still out.",
        "Dates of front desk loans refer to returned_on.",
    ],
)
def test_a_sentence_about_a_date_is_not_always_a_rule(text, rows, space):
    assert rows("How many loans in April 2023?", space(text=text)) == [(0,)]
    assert rows("How many loans in January 2023?", space(text=text)) == [(1,)]


@pytest.mark.parametrize(
    "text",
    [
        "A member is one person; include lapsed and expelled members unless the question says active.",
        "Count expelled members too unless the question says otherwise.",
        "Do not exclude expelled members unless asked.",
        "When a question is about active members, exclude expelled members.",
        "When members are grouped by status, show the code as it is stored.",
        "Members are shown by name, lapsed ones last.",
        "Active members exclude expelled members.",
        "Members that are neither lapsed nor vanished have paid.",
    ],
)
def test_what_is_not_surely_a_rule_changes_nothing(text, rows, space):
    assert rows(ASKED, space(STATUS, text=text)) == [(5,)]


def test_all_that_is_left_out_or_kept_is_understood_together(rows, space):
    assert rows(ASKED, space(STATUS, text="By default, exclude expelled and lapsed members.")) == [(3,)]
    assert rows(ASKED, space(STATUS, text="Only count active or lapsed members by default.")) == [(4,)]
    assert rows(ASKED, space(text="Silent members are excluded by default (newsletter = false).")) == [(3,)]
    assert rows(ASKED, space(text="Newsletter readers are always excluded (newsletter = false).")) == [(2,)]


def test_values_of_one_column_are_alternatives(rows, answer, space):
    config = space(STATUS, text="Former members are lapsed or expelled members.")
    assert rows("How many former members are there?", config) == [(2,)]
    denied = space(STATUS, text="Welcome members are members that are not expelled.")
    assert rows("How many welcome members are there?", denied) == [(4,)]


def test_an_empty_column_is_a_condition(rows, space):
    for text in ("Missing loans have no returned_on.", "A loan is missing when returned_on is empty."):
        assert rows("How many missing loans are there?", space(text=text)) == [(3,)], text


def test_a_measure_leaves_out_what_its_sentence_leaves_out(rows, space):
    text = "Income is the sum of fine_eur of loans that were not at the front desk."
    assert rows("What is the income?", space(text=text)) == [(11.0,)]


def test_a_term_may_be_explained_behind_its_other_name(rows, space):
    fines = [{"display_name": "late fees", "sql": ["SUM(loans.fine_eur)"]}]
    config = space(text="Penalties means late fees: what readers owe times nothing.", measures=fines)
    assert rows("Penalties by desk", config) == [("front", 7.5), ("self-service", 11.0)]


@pytest.mark.parametrize(
    ("text", "question", "keys"),
    [
        ("Within one year, months are shown as numbers 1 to 12 and quarters as 1 to 4.", "Loans by quarter in 2023", [1, 4]),
        ("A quarter within one year is shown as its number 1-4.", "Number of loans by month in 2023", ["2023-01-01", "2023-03-01", "2023-11-01"]),
        ("Show a month as a number, a year as four digits.", "Number of loans per month in 2023", [1, 3, 11]),
        ("Months are shown as yyyy-MM.", "Number of loans per month in 2023", ["2023-01", "2023-03", "2023-11"]),
        ("Within one year, quarters are shown as numbers.", "Loans by quarter from 2023 to 2024", ["2023-01-01", "2023-10-01", "2024-01-01", "2024-04-01", "2024-10-01"]),
        ("Show a month as its first day, a year as a number.", "Loans by month in 2023", ["2023-01-01", "2023-03-01", "2023-11-01"]),
    ],
)  # fmt: skip
def test_the_instruction_says_how_months_and_quarters_look(space, rows, text, question, keys):
    assert sorted((row[0] for row in rows(question, space(text=text))), key=str) == sorted(keys, key=str)
