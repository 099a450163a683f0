"""Which rows numbers are about, how months look, terms that a count defines, and small words within names."""

import pytest

from core.local_genie.rules.forms import said_forms
from core.local_genie.rules.ratios import ratio_home

FINES = {"display_name": "late fees", "synonyms": ["revenue"], "sql": ["SUM(loans.fine_eur)"]}
FRONT = {"display_name": "front desk loans", "sql": ["loans.desk = 'front'"]}


@pytest.mark.parametrize(
    "text",
    [
        "Late fees and loan counts refer to front desk loans (desk = 'front') unless the question names another desk.",
        "The number of loans and revenue are always based on loans with desk = 'front'; this also holds for fine_eur.",
        "Loan counts are limited to front desk loans. Late fees cover front desk loans only.",
    ],
)
def test_numbers_are_of_the_rows_that_a_sentence_names(text, rows, space):
    config = space(text=text, measures=[FINES], filters=[FRONT])
    assert rows("What are the late fees?", config) == [(7.5,)]
    assert rows("How many loans are there?", config) == [(6,)]
    assert rows("How many self-service loans are there?", config) == [(4,)]
    assert rows("Number of loans by desk", config) == [("front", 6), ("self-service", 4)]


@pytest.mark.parametrize("note", ["Front desk loans only, in euros.", "In euros; only front desk loans."])
def test_a_note_beside_a_measure_names_its_rows(note, rows, space):
    config = space(measures=[{**FINES, "instruction": [note]}], filters=[FRONT])
    assert rows("What are the late fees?", config) == [(7.5,)]
    assert rows("How many loans are there?", config) == [(10,)]


def test_a_filter_may_be_the_default_of_all_figures(rows, space):
    config = space(filters=[{**FRONT, "instruction": ["Default for all lending figures."]}])
    assert rows("How many loans in 2024?", config) == [(3,)]
    assert rows("How many members borrowed a book, i.e. have a loan, in 2024?", config) == [(3,)]
    vague = space(filters=[{**FRONT, "instruction": ["The default desk of our town."]}])
    assert rows("How many loans in 2024?", vague) == [(6,)]


@pytest.mark.parametrize(
    "text",
    [
        "Late fees do not refer to front desk loans.",
        "Late fees refer to front desk loans that were told twice.",
        "Late fees and miracles refer to front desk loans.",
    ],
)
def test_what_is_not_surely_about_rows_changes_nothing(text, rows, space):
    assert rows("What are the late fees?", space(text=text, measures=[FINES], filters=[FRONT])) == [(18.5,)]


@pytest.mark.parametrize(
    "text",
    [
        "Only front desk loans count as revenue.",
        "For late fees only front desk loans are counted.",
        "Revenue includes only loans with desk = 'front'.",
        "Late fees are calculated for front desk loans only.",
    ],
)
def test_rows_of_a_number_are_told_by_only(text, rows, space):
    config = space(text=text, measures=[FINES], filters=[FRONT])
    assert rows("What are the late fees?", config) == [(7.5,)]
    assert rows("How many loans are there?", config) == [(10,)]


def test_a_definition_may_end_with_its_rows(rows, space):
    text = "Late fees means fines * 1, front desk loans only."
    assert rows("What are the late fees?", space(text=text, measures=[FINES], filters=[FRONT])) == [(7.5,)]


def test_how_months_look_is_said():
    within = {"MONTH": "MONTH({})", "QUARTER": "QUARTER({})"}
    assert said_forms("Within one year, months are shown as numbers 1 to 12 and quarters as 1 to 4.") == ({}, within)
    assert said_forms("Show months as yyyy-MM.") == ({"MONTH": "DATE_FORMAT({}, 'yyyy-MM')"}, {})
    assert said_forms("Give quarters as numbers.") == ({"QUARTER": "QUARTER({})"}, {})
    assert said_forms("Months are shown as numbers unless asked. Months as year and number.") == ({}, {})


def test_months_of_one_year_are_numbers(rows, answer, space):
    config = space(text="Within one calendar year, months are given as numbers.")
    assert rows("Loans per month in 2023", config) == [(1, 1), (11, 1), (3, 2)]
    assert "DATE_TRUNC" in answer("Loans per month in 2023 and 2024", config).sql


@pytest.mark.parametrize(
    "text",
    [
        "A repeat member has more than two loans.",
        "Repeat members are members with at least 3 loans.",
        "A repeat member is a member who has 3 or more loans.",
    ],
)
def test_a_term_may_be_defined_by_a_count(text, rows, space):
    config = space(text=text)
    assert rows("How many repeat members are there?", config) == [(1,)]
    assert rows("How many repeat members are there, i.e. members with more than 2 loans?", config) == [(1,)]


def test_a_count_may_be_of_rows_of_a_kind(rows, space):
    config = space(filters=[{**FRONT, "display_name": "front loans"}])
    assert rows("How many members have more than one front loan?", config) == [(1,)]


def test_what_somebody_spent_is_the_income_of_their_rows(rows, space):
    config = space(measures=[FINES])
    assert rows("Which members spent more than 4 euros?", config) == [("Ben Berg", 5.0), ("Cora Cole", 11.0)]


def test_the_name_of_a_column_is_one_piece(rows, space):
    config = space(
        {("loans", "desk"): {"synonyms": ["desk", "sales desk"]}},
        measures=[{**FINES, "synonyms": ["sales"]}],
    )
    assert rows("Number of loans by sales desk", config) == [("front", 6), ("self-service", 4)]


def test_the_order_of_an_order_value_does_not_sort(rows, space):
    config = space(measures=[{"display_name": "average order value", "sql": ["AVG(loans.fine_eur)"]}])
    assert rows("Average order value by desk", config) == [("front", 1.25), ("self-service", 2.75)]


def test_the_number_of_days_between_dates_counts_no_rows(rows, space):
    lasting = {"display_name": "loan time", "sql": ["DATEDIFF(loans.returned_on, loans.lent_on)"]}
    config = space(text="Loan time is the number of days from the loan to its return.", expressions=[lasting])
    assert rows("What is the average loan time at the self-service desk?", config) == [(41.0,)]


def test_an_empty_cell_says_what_the_others_are(rows, space):
    described = {
        ("books", "withdrawn_on"): {"description": ["Day of leaving the open shelf; NULL = not off the shelf."]}
    }
    assert rows("How many books are off the shelf?", space(described)) == [(1,)]


def test_what_was_used_is_there(rows, space):
    described = {("loans", "returned_on"): {"synonyms": ["return slip"]}}
    assert rows("What percentage of loans used a return slip?", space(described)) == [(70.0,)]


def test_a_quotient_of_things_counted_is_of_those_it_is_divided_by():
    assert ratio_home("100.0 * COUNT(DISTINCT a.x) / COUNT(DISTINCT b.x)") == "b"
    assert ratio_home("COUNT(DISTINCT a.x) / NULLIF(COUNT(DISTINCT b.x), 0)") == "b"
    assert ratio_home("SUM(a.x) / COUNT(DISTINCT b.x)") is None
