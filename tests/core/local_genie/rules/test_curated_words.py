"""What the words of a curated space and freer ways of asking come to, one idea a test, over a small lending library."""

import pytest

from core.local_genie.rules.words import stem


def _snippet(name, sql, *synonyms):
    return {"id": "a" * 32, "display_name": name, "sql": [sql], "synonyms": list(synonyms)}


def _example(question, sql):
    return {"id": "b" * 32, "question": [question], "sql": [sql]}


# -- descriptions, synonyms and names


def test_a_description_says_what_an_empty_cell_means(space, rows):
    config = space({("books", "withdrawn_on"): {"description": ["Day it was taken out. NULL while it is available."]}})
    assert rows("How many books are available?", config) == [(4,)]


def test_what_is_not_yet_done_is_an_empty_date(rows):
    assert rows("How many unreturned loans are there?") == [(3,)]


def test_a_prefix_denies_a_yes_no_column(space, rows):
    config = space({("members", "newsletter"): {"synonyms": ["subscribed"]}})
    assert rows("How many unsubscribed members are there?", config) == [(2,)]


def test_a_synonym_that_begins_with_the_tables_name_is_also_known_without_it(space, rows):
    config = space({("books", "genre"): {"synonyms": ["book category"]}})
    assert rows("How many books of each category are there?", config) == [("hobby", 1), ("novel", 2), ("science", 2)]


def test_a_synonym_that_a_code_stands_for_is_the_value(space, rows):
    codes = {"description": ["A = active, L = lapsed and written to, X: expelled"]}
    config = space({("members", "status_cd"): {**codes, "synonyms": ["active", "lapsed", "standing"]}})
    assert rows("How many active members are there?", config) == [(3,)]
    assert rows("Number of lapsed members", config) == [(1,)]
    assert rows("Members by standing", config) == [("A", 3), ("L", 1), ("X", 1)]


def test_a_key_called_like_its_table_does_not_stand_for_the_name_of_the_row(space, rows):
    config = space({("branches", "branch_id"): {"synonyms": ["branch"]}})
    assert rows("Which branches have more than 1 member?", config) == [("Hilltop", 2), ("Riverside", 2)]


def test_listed_rows_show_their_own_numbers(space, rows):
    config = space(measures=[_snippet("fines", "SUM(loans.fine_eur)")])
    asked = "List the loans of the self-service desk with the due date and the fines"
    assert ("2024-02-08", 11.0) in [row[-2:] for row in rows(asked, config)]


def test_a_snippet_called_by_month_leaves_the_words_to_the_grouping(space, rows):
    month = _snippet("lending month", "DATE_FORMAT(loans.lent_on, 'yyyy-MM')", "by month")
    assert rows("Number of loans by month in 2023", space(expressions=[month]))[0] == ("2023-01", 1)


def test_a_unit_in_an_example_is_no_name_of_its_number(space, answer):
    example = _example("Longest loan in days", "SELECT MAX(DATEDIFF(returned_on, lent_on)) AS longest FROM loans")
    assert "MAX" not in (answer("Total fine by desk, in days", space(examples=[example])).sql or "")


def test_a_thing_is_not_what_was_done_to_it(space, rows):
    config = space({("loans", "lent_on"): {"synonyms": ["loaned"]}})
    assert rows("List the loans that cost more than 4 euros", config) == [(103,), (104,)]


def test_a_word_of_little_meaning_is_no_measure(space, rows):
    config = space(measures=[_snippet("Fines", "SUM(loans.fine_eur)", "takings")])
    assert rows("Which members have never taken a loan?", config) == [("Eve Ende",)]


def test_the_adjective_of_a_filter_may_stand_apart_from_its_noun(space, rows):
    config = space(filters=[_snippet("Active members", "members.status_cd = 'A'")])
    assert rows("How many active Basel members are there?", config) == [(3,)]


def test_the_people_of_a_country_are_from_there():
    assert stem("Swedish") == stem("Sweden")


# -- the text instruction and the examples


def test_dates_go_by_the_column_that_the_text_names(space, rows):
    config = space(text="Loans are dated by returned_on unless the question says otherwise.")
    assert rows("How many loans in April 2023?", config) == [(2,)]


def test_a_definition_may_compare_in_words(space, rows):
    config = space(text="A long book is a book with more than 250 pages.")
    assert rows("How many long books are there?", config) == [(2,)]


def test_a_definition_that_was_not_understood_is_no_other_name(space, answer):
    config = space(text="Rare books are books whose owner is famous.")
    written = answer("How many rare books are there?", config)
    assert "rare" in written.explanation or written.sql is None


def test_what_an_example_calls_its_rows_names_them(space, rows):
    example = _example("How often was Star Maps borrowed?", "SELECT COUNT(*) AS checkouts FROM town.library.loans l JOIN town.library.books b ON l.book_id = b.book_id WHERE b.title = 'Star Maps'")  # fmt: skip
    assert rows("How many checkouts were there in 2024?", space(examples=[example])) == [(6,)]


# -- questions


@pytest.mark.parametrize(
    ("question", "count"),
    [
        ("How many loans in the first and second quarter of 2024?", 5), ("How many loans in Q1 and Q2 2024?", 5),
        ("How many loans in 2024 or later?", 6), ("How many loans in 2023 or before?", 4),
    ],
)  # fmt: skip
def test_reads_spans_that_share_a_year_and_spans_with_an_open_end(rows, question, count):
    assert rows(question) == [(count,)]


def test_halves_of_a_year_are_compared(rows):
    assert rows("What is the difference in the number of loans between the first and the second half of 2024?") == [(-4,)]  # fmt: skip


def test_percent_of_a_quotient_counts_to_a_hundred(space, rows):
    config = space(measures=[_snippet("Fine rate", "COUNT_IF(loans.fine_eur > 0) / COUNT(*)")])
    assert rows("Which desks have a fine rate above 30%?", config) == [("front", 0.3333)]


def test_different_things_in_a_span_are_those_that_something_happened_to(rows):
    assert rows("How many different books were used in 2024?") == [(4,)]


def test_who_asks_for_the_people(rows):
    assert rows("Who had the most loans?") == [("Ada Abel", 4)]


def test_the_time_between_two_dates_is_measured(rows):
    assert rows("What is the average number of days between lent and returned?") == [(32.1429,)]


def test_a_named_time_between_dates_is_compared_in_the_unit_that_is_said(space, rows):
    config = space(expressions=[_snippet("Loan time", "DATEDIFF(loans.returned_on, loans.lent_on)")])
    assert rows("How many loans took more than 5 weeks?", config) == [(3,)]


def test_highest_first_orders_all_groups(answer):
    sql = answer("Number of loans per genre, highest first").sql
    assert sql.endswith("ORDER BY COUNT(*) DESC")


def test_a_unit_between_the_number_and_or_more_is_read(rows):
    assert rows("How many books cost 30 euros or more?") == [(2,)]


def test_a_code_may_stand_before_its_column(rows):
    assert rows("How many members with A status are there?") == [(3,)]


def test_what_a_share_is_of_stands_before_an_unknown_verb(rows):
    assert rows("What share of science books needs a withdrawn date?") == [(0.0,)]


# -- words that say less, or more, than they seem to


def test_a_count_called_by_the_plural_of_its_rows_is_no_number_of_its_own(space, rows):
    config = space(measures=[_snippet("Loan count", "COUNT(loans.loan_id)", "borrowings")])
    assert rows("How many different members have borrowings from 2023?", config) == [(2,)]
    assert rows("Borrowings by desk", config) == [("front", 6), ("self-service", 4)]


def test_a_thing_is_known_without_the_participle_of_its_description(space, answer):
    config = space(tables={"members": "One row per registered patron."})
    assert "members" in (answer("How many patrons are there?", config).sql or "")


def test_an_average_of_a_counting_measure_divides_rows(space, rows):
    config = space(measures=[_snippet("Number of borrowings", "COUNT(loans.loan_id)")])
    assert rows("What is the average number of borrowings per member?", config) == [(2.5,)]


def test_what_a_filter_says_of_its_rows_counts_in_other_words_too(space, rows):
    config = space(filters=[_snippet("Late", "loans.returned_on > loans.due_on", "loans that ran over")])
    assert rows("How many loans by Cora Cole ran over?", config) == [(1,)]


def test_two_definitions_may_share_a_line(space, rows):
    config = space(text="* A steady member means status_cd = 'A'; a former member means status_cd = 'X'.")
    assert rows("How many former members are there?", config) == [(1,)]


def test_the_description_tells_which_column_names_a_row(space, rows):
    config = space(
        {("branches", "branch_name"): {"exclude": True}, ("branches", "opened_on"): {"description": ["First day."]},
         ("branches", "city"): {"description": ["Name of the branch, called by its town."]}},
    )  # fmt: skip
    assert rows("Which branch has the highest monthly rent?", config)[0][0] == "Basel"


def test_no_thing_means_that_nothing_is_referred_to(space, answer):
    config = space(
        {("members", "member_name"): {"synonyms": ["borrower"]}}, tables={"members": "One row per borrower."}
    )
    assert "loans" in (answer("Which borrowers have no loan?", config).sql or "")


def test_each_with_an_adjective_groups_by_the_thing(space, rows):
    config = space({("branches", "city"): {"description": ["Town of the branch."]}})
    assert rows("How many members does each Basel branch have?", config) == [("Old Market", 1), ("Riverside", 2)]


def test_how_much_more_is_a_difference(rows):
    assert rows("How much more did members pay in fines in 2024 than in 2023?") == [(3.5,)]
    assert rows("How many fewer loans were there in 2023 than in 2024?") == [(2,)]


def test_a_number_word_may_stand_before_the_thing(rows):
    assert rows("Which two members have the highest total fine?") == [("Ben Berg", 5.0), ("Cora Cole", 11.0)]
