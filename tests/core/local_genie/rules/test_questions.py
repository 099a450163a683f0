"""What the rules understand from names and data alone, one idea a test, over a small lending library."""

import pytest

# -- counting and adding up


@pytest.mark.parametrize("question", ["How many loans are there?", "Number of loans", "count of loans", "Total number of loans?"])  # fmt: skip
def test_counts_rows(rows, question):
    assert rows(question) == [(10,)]


def test_counts_a_thing_once_when_many_rows_speak_of_it(rows):
    assert rows("How many members had a loan in 2024?") == [(3,)]
    assert rows("How many different books were lent in 2023?") == [(3,)]


def test_counts_the_values_of_a_column(rows):
    assert rows("How many genres are there?") == [(3,)]


@pytest.mark.parametrize(
    ("question", "value"),
    [
        ("What is the total fine?", 18.5), ("What is the average price of books?", 22.9), ("Median number of pages per book?", 220),
        ("What is the highest fine?", 11.0), ("What is the minimum price?", 9.0), ("How much fine was paid in 2023?", 7.5),
    ],
)  # fmt: skip
def test_aggregates_a_column_by_its_word(rows, question, value):
    assert rows(question) == [(value,)]


def test_units_at_the_end_of_a_name_need_not_be_said(rows):
    assert rows("Total monthly rent by city") == [("Basel", 3900.5), ("Bern", 950.0)]


def test_two_measures_stand_side_by_side(rows):
    assert rows("Number of loans and total fine by desk") == [("front", 6, 7.5), ("self-service", 4, 11.0)]


# -- grouping, ranking, groups with a condition


def test_groups_by_a_column_of_another_table(rows):
    assert rows("Number of loans by genre") == [("novel", 6), ("science", 4)]
    assert rows("Loans per genre") == [("novel", 6), ("science", 4)]


def test_rows_of_a_table_are_shown_by_their_name(rows):
    assert rows("How many members does each branch have?") == [("Hilltop", 2), ("Old Market", 1), ("Riverside", 2)]


def test_groups_by_two_things(rows):
    assert rows("Number of loans by genre and desk") == [
        ("novel", "front", 5), ("novel", "self-service", 1), ("science", "front", 1), ("science", "self-service", 3),
    ]  # fmt: skip


def test_groups_by_stretches_of_time(rows):
    assert rows("Loans per year") == [(2023, 4), (2024, 6)]
    assert rows("Number of loans by quarter in 2023") == [("2023-01-01", 3), ("2023-10-01", 1)]
    assert rows("Monthly loans in 2023") == [("2023-01-01", 1), ("2023-03-01", 2), ("2023-11-01", 1)]


def test_ranks_by_a_count(rows):
    assert rows("Which genre has the most loans?") == [("novel", 6)]
    assert rows("Top 2 books by number of loans") == [("Quiet Rivers", 4), ("Star Maps", 2)] or rows(
        "Top 2 books by number of loans"
    )[0] == ("Deep Time", 2)
    assert rows("Which branch has the fewest members?") == [("Old Market", 1)]


def test_ranks_by_an_amount(rows):
    assert rows("Which member paid the highest total fine?") == [("Cora Cole", 11.0)]


def test_ranks_rows_of_one_table_by_their_own_column(rows):
    assert rows("What is the most expensive book?") == [("Deep Time", 41.0)]
    assert rows("List the two cheapest books") == [("Quiet Rivers", 12.5), ("Tall Tales", 9.0)]
    assert rows("Which book has the highest price?") == [("Deep Time", 41.0)]
    assert rows("Which branch is the oldest?") == [("Old Market", "1998-01-10")]


def test_ranks_within_each_group(rows):
    assert rows("Top 1 genre by number of loans for each desk") == [
        ("novel", "front", 5),
        ("science", "self-service", 3),
    ]


def test_keeps_groups_that_meet_a_number(rows):
    assert rows("Which members have more than 2 loans?") == [("Ada Abel", 4)]
    assert rows("How many members have at least 2 loans?") == [(4,)]
    assert rows("Which genres have an average price above 20?") == [("hobby", 22.0), ("science", 35.5)]


# -- filters


def test_finds_values_in_the_data(rows):
    assert rows("How many members are there in Basel?") == [(3,)]
    assert rows("How many loans of novels were there?") == [(6,)]
    assert rows("How many loans had Quiet Rivers?") == [(4,)]


def test_hyphens_and_plurals_do_not_hide_a_value(rows):
    assert rows("How many self-service loans were there in 2024?") == [(3,)]


def test_values_of_one_column_are_alternatives(rows):
    assert rows("How many loans of novels or hobby books?") == [(6,)]


def test_by_with_a_value_is_a_filter(rows):
    assert rows("How many loans by Ada Abel?") == [(4,)]


def test_compares_numbers(rows):
    assert rows("How many books have more than 200 pages?") == [(3,)]
    assert rows("Which books cost less than 13 euros?") == [("Quiet Rivers",), ("Tall Tales",)]
    assert rows("How many books are between 10 and 30 euros?") == [(3,)]


def test_a_column_and_a_number_behind_it_are_an_equality(rows):
    assert rows("How many loans for book 10?") == [(4,)]


def test_yes_no_columns_are_conditions(rows):
    assert rows("How many members get the newsletter?") == [(3,)]
    assert rows("How many members do not get the newsletter?") == [(2,)]


def test_an_empty_date_is_a_state(rows):
    assert rows("How many books were withdrawn?") == [(1,)]
    assert rows("How many loans were not returned?") == [(3,)]


def test_what_never_happened_is_an_absence(rows):
    assert rows("Which members have no loans?") == [("Eve Ende",)]
    assert rows("Which books were never lent?") == [("Garden Year",)]
    assert rows("How many books had no loans in 2023?") == [(2,)]


def test_what_never_happened_need_not_be_named_when_only_one_thing_can_be_meant(rows):
    assert rows("Which books were never touched?") == [("Garden Year",)]


def test_what_is_excluded_is_left_out(rows):
    assert rows("Number of books by genre excluding novels") == [("hobby", 1), ("science", 2)]
    assert rows("How many loans were not at the front desk?") == [(4,)]


# -- dates


@pytest.mark.parametrize(
    ("question", "count"),
    [
        ("How many loans in 2024?", 6), ("How many loans in March 2024?", 2), ("How many loans since June 2024?", 3),
        ("How many loans between January 2024 and March 2024?", 3), ("How many loans in Q1 2023?", 3),
        ("How many loans in the first half of 2024?", 5), ("How many loans before 2024?", 4), ("How many loans after 4 March 2024?", 4),
        ("How many loans on 2024-03-04?", 1), ("How many loans in March?", 4), ("How many loans from March to June 2024?", 4),
    ],
)  # fmt: skip
def test_reads_dates(rows, question, count):
    assert rows(question) == [(count,)]


def test_relative_dates_count_from_the_newest_date_in_the_data(rows, answer):
    assert rows("How many loans this year?") == [(6,)]
    assert rows("How many loans last year?") == [(4,)]
    assert rows("How many loans in the last 30 days?") == [(1,)]
    assert "2024-12-20" in answer("How many loans last year?").explanation


def test_a_named_date_column_is_meant(rows):
    assert rows("How many loans were returned in April 2023?") == [(2,)]
    assert rows("How many members joined in 2023?") == [(2,)]
    assert rows("How many loans were due in July 2024?") == [(2,)]


def test_a_number_that_is_a_year_serves_as_the_date(rows):
    assert rows("What was the total granted in 2024?") == [(8000.0,)]
    assert rows("Total granted by year") == [(2023, 7000.0), (2024, 8000.0)]
    assert rows("Total granted since 2023 by branch") == [("Hilltop", 4500.0), ("Riverside", 10500.0)]


def test_last_and_first_dates_are_asked_with_when(rows):
    assert rows("When was the last loan?") == [("2024-12-20",)]
    assert rows("When was the first branch opened?") == [("1998-01-10",)]


def test_two_spans_are_compared(rows):
    assert rows("Compare the number of loans in 2023 and 2024") == [(2023, 4), (2024, 6)]
    assert rows("What is the difference in the number of loans between 2023 and 2024?") == [(2,)]


# -- shares and averages of counts


def test_percentages_count_to_a_hundred_and_shares_to_one(rows):
    assert rows("What percentage of members gets the newsletter?") == [(60.0,)]
    assert rows("What share of loans was at the front desk?") == [(0.6,)]


def test_what_stands_before_the_verb_is_the_whole(rows):
    assert rows("What percentage of science loans were self-service?") == [(75.0,)]


def test_a_share_can_be_of_an_amount(rows):
    assert rows("What share of the total fine came from self-service?") == [(0.5946,)]


def test_a_comparison_can_make_the_part(rows):
    assert rows("What percentage of books has more than 200 pages?") == [(60.0,)]
    assert rows("What share of members joined in 2022?") == [(0.4,)]


def test_each_group_has_its_share_of_all(rows):
    assert rows("What is the share of each genre in all books?") == [("hobby", 0.2), ("novel", 0.4), ("science", 0.4)]


def test_averages_of_counts_are_quotients(rows):
    assert rows("What is the average number of loans per member?") == [(2.5,)]
    assert rows("On average, how many loans did each member have in 2024?") == [(2.0,)]


# -- lists


def test_lists_show_names_or_what_is_named(rows):
    assert rows("List the members of the Hilltop branch") == [("Cora Cole",), ("Eve Ende",)]
    assert rows("Show title and price of science books") == [("Deep Time", 41.0), ("Star Maps", 30.0)]
    assert rows("Which cities have a branch?") == [("Basel",), ("Bern",)]
