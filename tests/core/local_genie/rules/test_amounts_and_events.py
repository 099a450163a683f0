"""Amounts and things counted over what happened, curated shares in other words, and how quarters look, over a small library."""

import pytest

NAMED = {("members", "member_name"): {"synonyms": ["patron", "patron name"]}}
PATRONS = {"members": "One row per registered patron."}
EARLY_OR_LATE = "100.0 * SUM(CASE WHEN loans.fine_eur > 0 THEN loans.fine_eur END) / SUM(loans.fine_eur)"


def _snippet(name, sql, *synonyms):
    return {"id": "a" * 32, "display_name": name, "sql": [sql], "synonyms": list(synonyms)}


def _share(space):
    return space(measures=[_snippet("Pupils' share of fines", EARLY_OR_LATE, "share borne by pupils")])


# -- rows called by the column with their names


def test_rows_called_like_their_name_column_are_counted_as_rows(space, rows, answer):
    config = space(NAMED, tables=PATRONS)
    assert rows("How many patrons never borrowed a book?", config) == [(1,)]
    assert "DISTINCT" not in answer("Number of patrons per branch", config).sql
    assert "member_id" in answer("What is the average number of loans per patron?", config).sql


# -- ratios


@pytest.mark.parametrize("told", [", in percent", " as a percentage", " in percent"])
def test_a_named_ratio_told_in_percent_is_no_other_share(space, answer, told):
    config = space(measures=[_snippet("Late rate", EARLY_OR_LATE)])
    written = answer(f"What is the late rate per desk{told}?", config)
    assert "OVER" not in written.sql and "loans.fine_eur > 0" in written.sql
    assert "OVER" in answer(f"Fines by desk{told}", config).sql


@pytest.mark.parametrize(
    "question",
    [
        "What share of the fines do pupils bear at each desk?",
        "Which proportion of fines is borne by the pupils by desk?",
    ],
)
def test_a_curated_share_is_found_by_its_words_apart(space, answer, question):
    assert "100.0 * SUM(CASE WHEN loans.fine_eur > 0" in answer(question, _share(space)).sql


def test_a_share_of_something_else_is_not_the_curated_one(space, answer):
    assert "fine_eur > 0" not in answer("What share of fines comes from novels?", _share(space)).sql


# -- amounts of many rows


@pytest.mark.parametrize(
    "question",
    [
        "Which members have more than 10 euros in loans at the front desk?",
        "Members with over 10 euros worth of front loans",
        "How many members have more than 10 euros in front loans?",
    ],
)
def test_an_amount_in_many_rows_is_their_sum(space, answer, question):
    sql = answer(question, space()).sql
    assert "SUM(loans.fine_eur) > 10" in sql and "loans.desk = 'front'" in sql


def test_a_unit_belongs_to_its_own_comparison(space, answer):
    config = space({("books", "pages"): {"synonyms": ["length in minutes", "minutes"]}})
    sql = answer("Which books cost more than 10 euros and take less than 200 minutes?", config).sql
    assert "books.price_eur > 10" in sql and "books.price_eur < 200" not in sql


# -- what happened


@pytest.mark.parametrize(
    "question",
    ["How many different members did each book reach in 2023?", "Distinct members per book in 2023"],
)
def test_different_things_are_counted_over_what_happened(space, answer, question):
    assert "COUNT(DISTINCT loans.member_id)" in answer(question, space()).sql


# -- words that are denied, verbs of a way, states before a noun


def test_a_denied_meaning_is_not_found_without_its_denial(space, answer):
    texts = {"description": ["State: A = active, L = lapsed (member did not come), X = expired guest."]}
    assert "'L'" not in (answer("How many members came in 2023?", space({("members", "status_cd"): texts})).sql or "")


def test_current_before_rows_is_their_state(space, answer):
    config = space(filters=[_snippet("Current books", "books.withdrawn_on IS NULL")])
    assert "withdrawn_on IS NULL" in answer("How many current novels are there?", config).sql
    assert "withdrawn_on" not in answer("How many members are there by current status cd?", config).sql


def test_a_kind_of_something_is_found_as_its_kind(space, answer):
    config = space({("books", "genre"): {"synonyms": ["sort of book"]}})
    assert "GROUP BY books.genre" in answer("Average price per book sort", config).sql


# -- how quarters and months look


def test_quarters_look_as_the_instruction_says(space, answer):
    asked, over_years = "Loans per quarter in 2023", "Loans per quarter"
    within = space(text="A quarter within one year is shown as its number 1-4.")
    assert "QUARTER(loans." in answer(asked, within).sql and "DATE_TRUNC" in answer(over_years, within).sql
    always = space(text="Quarters are shown as numbers 1 to 4.")
    assert "DATE_TRUNC" not in answer(over_years, always).sql
    text = space(text="Show months as yyyy-MM.")
    assert "DATE_FORMAT" in answer("Loans per month in 2023", text).sql
    denied = space(text="Never show quarters as numbers.")
    assert "DATE_TRUNC" in answer(asked, denied).sql


# -- the order of rows


@pytest.mark.parametrize("last", [", highest first", ", sorted with the largest first", ", lowest first."])
def test_what_comes_first_picks_nothing(space, answer, last):
    sql = answer(f"Total fines by desk{last}", space()).sql
    assert "LIMIT" not in sql and "ORDER BY SUM(loans.fine_eur)" in sql and ("DESC" in sql) == ("lowest" not in last)


def test_what_is_shown_may_end_with_what_comes_first(space, rows, answer):
    question = "Which branches opened before 2005? Branch name, city and opened on, newest first."
    sql = answer(question, space()).sql
    assert "ORDER BY branches.opened_on DESC" in sql and "LIMIT" not in sql
    assert ("Riverside", "Basel", "2001-04-01") in rows(question, space())


def test_a_row_is_of_the_thing_that_its_description_goes_on_about(space, answer):
    config = space(
        {("books", "title"): {"synonyms": ["work", "work name"]}}, tables={"books": "One row per work we lend."}
    )
    sql = answer("Show the two most expensive works with genre and price", config).sql
    assert "ORDER BY books.price_eur DESC" in sql and "SUM(" not in sql


def test_what_has_happened_is_a_condition_of_a_list(space, rows):
    config = space({("books", "withdrawn_on"): {"synonyms": ["withdrawn"]}})
    assert rows("Which books have been withdrawn?", config) == [("Tall Tales",)]
    assert rows("Which novels have already been withdrawn?", config) == [("Tall Tales",)]


def test_most_of_what_is_called_like_its_name_column_counts_rows(space, answer):
    sql = answer("Which branch has the most patrons?", space(NAMED, tables=PATRONS)).sql
    assert "member_name" not in sql and "COUNT(*)" in sql
