"""Ranges of days, hints that name no date, things counted by a filter's name, and sentences that define nothing."""

from datetime import date

import pytest

from core.local_genie.rules.dates import find_dates
from core.local_genie.rules.words import tokens


@pytest.mark.parametrize(
    ("said", "first", "last"),
    [
        ("between 1 October and 15 November 2024", date(2024, 10, 1), date(2024, 11, 16)),
        ("from October 1st to November 15, 2024", date(2024, 10, 1), date(2024, 11, 16)),
        ("between 1 and 15 March 2024", date(2024, 3, 1), date(2024, 3, 16)),
        ("from 3 March 2023 to 5 May 2024", date(2023, 3, 3), date(2024, 5, 6)),
    ],
)
def test_days_whose_year_is_said_once_are_a_range(said, first, last):
    (span,) = find_dates(tokens(said))
    assert (span.lo, span.hi) == (first, last)


@pytest.mark.parametrize("said", ["between 1 and 15 loans", "between 31 and 15 March 2024", "from 1 to 3 branches"])
def test_numbers_that_are_no_days_are_no_range(said):
    assert all(span.start > 0 or span.lo == span.hi for span in find_dates(tokens(said)))


def test_a_word_that_a_description_only_mentions_names_no_date(space, rows):
    config = space({("members", "joined_on"): {"description": ["Day the member joined the town's library."]}})
    assert rows("How many loans did the library make in 2023?", config) == [(4,)]


def test_a_verb_of_a_dates_description_names_it(space, rows):
    config = space(
        {("books", "withdrawn_on"): {"description": ["Day on which the book left the shelves; empty before."]}}
    )
    assert rows("How many books left in February 2024?", config) == [(1,)]


def test_rows_within_a_filters_name_are_what_is_counted(space, rows):
    science = {"id": "1", "display_name": "Science loans", "sql": ["books.genre = 'science'"], "synonyms": []}
    config = space(filters=[science])
    assert rows("Which desks had more than 2 science loans?", config) == [("self-service", 3)]


def test_a_number_may_stand_behind_its_unit(space, rows):
    measure = {"id": "1", "display_name": "Income", "sql": ["SUM(loans.fine_eur)"], "synonyms": []}
    question = "Which members brought more than 6 euros of income? Show their name and the income."
    assert rows(question, space(measures=[measure])) == [("Cora Cole", 11.0)]


def test_more_to_group_by_stands_behind_an_owner(rows):
    found = rows("Number of loans by genre of the book and desk")
    assert ("science", "front", 1) in found and ("science", "self-service", 3) in found


def test_a_month_made_of_another_tables_date_is_not_the_rows_own(space, rows):
    month = {"id": "1", "alias": "joining_month", "display_name": "Joining month", "sql": ["DATE_TRUNC('MONTH', members.joined_on)"], "synonyms": ["month"]}  # fmt: skip
    found = rows("How many loans were there in 2023, month by month?", space(expressions=[month]))
    assert found == [("2023-01-01", 1), ("2023-03-01", 2), ("2023-11-01", 1)]


def test_a_column_that_is_empty_in_every_row_is_not_listed(rows):
    assert rows("List the title and genre of the books without a withdrawal date.") == rows(
        "List the title and genre of the books that are not withdrawn."
    )


@pytest.mark.parametrize(
    "text",
    [
        "The branch of a member is members.branch_id.",
        "City of loans means that of the branch.",
        "Loans are dated by lent_on; when a question says returned in a period, use returned_on.",
        "Loans are dated by lent_on. Use returned_on only when the question asks for returns.",
    ],
)
def test_sentences_that_define_nothing_change_nothing(space, rows, text):
    config = space(text=text)
    for question in (
        "How many loans were there in 2023?",
        "Number of members per branch",
        "Number of branches per city",
    ):
        assert rows(question, config) == rows(question)


def test_who_did_it_for_each_is_no_group(rows):
    assert rows("How many loans were made by members of each branch?") == [
        ("Hilltop", 2), ("Old Market", 2), ("Riverside", 6),
    ]  # fmt: skip


def test_the_first_word_of_what_a_code_means_names_it(space, rows):
    config = space({("loans", "desk"): {"description": ["front = counter staffed, self-service = machine only."]}})
    assert rows("How many machine loans were there?", config) == [(4,)]


def test_only_said_of_the_data_is_no_condition(space, rows):
    measure = {
        "id": "1", "display_name": "Average days out", "sql": ["AVG(DATEDIFF(loans.returned_on, loans.lent_on))"],
        "synonyms": [], "instruction": ["In days; only returned loans have one."],
    }  # fmt: skip
    states = {("loans", "desk"): {"description": ["front = returned at the desk, self-service = at the machine."]}}
    assert rows("Average days out", space(states, measures=[measure])) == rows(
        "Average days out", space(measures=[measure])
    )


def test_rows_are_not_counted_by_a_name_that_they_share(space, rows):
    config = space({("loans", "desk"): {"description": ["Name of the loan's desk; not unique."], "synonyms": ["loan"]}})
    assert rows("How many different loans were there in 2023?", config) == [(4,)]
