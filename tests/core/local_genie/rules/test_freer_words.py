"""Freer ways of saying which things, which days and which columns are meant, one idea a test, over a small library."""

import pytest

STATUS = {"description": ["State: A = adult, L = lapsed pupil, X = expired guest."], "synonyms": ["adults", "status"]}


def _snippet(name, sql, *synonyms):
    return {"id": "a" * 32, "display_name": name, "sql": [sql], "synonyms": list(synonyms)}


# -- codes


@pytest.mark.parametrize("question", ["How many adults are there?", "Number of adult members", "members by adults"])
def test_a_synonym_that_is_what_a_code_means_names_the_code(space, answer, question):
    config = space({("members", "status_cd"): STATUS})
    assert "members.status_cd = 'A'" in answer(question, config).sql


def test_synonyms_that_are_parts_of_what_codes_mean_name_them_if_several_do(space, rows):
    config = space({("members", "status_cd"): {**STATUS, "synonyms": ["pupils", "guests"]}})
    assert rows("How many guests are there?", config) == [(1,)]
    assert rows("Number of members by status", config) == [("A", 3), ("L", 1), ("X", 1)]


def test_women_are_female(space, answer):
    config = space({("members", "status_cd"): {"description": ["Sex: A = female, L = male, X = other."]}})
    assert "members.status_cd = 'A'" in answer("How many women joined in 2022?", config).sql


def test_the_head_of_what_a_code_means_names_it(space, answer):
    texts = ["State: A = admitted by a parent, L = lapsed, X = sent to another town."]
    config = space({("members", "status_cd"): {"description": texts}})
    assert "members.status_cd = 'A'" in answer("Which branches admitted more than 1 member?", config).sql
    both = ["State: A = admitted by a parent, L = lapsed, X = admitted by a school."]
    config = space({("members", "status_cd"): {"description": both}})
    assert "status_cd" not in (answer("Which branches admitted more than 1 member?", config).sql or "")


# -- things and their names


def test_different_things_are_counted_by_their_key_though_their_name_is_called_alike(space, answer):
    config = space({("members", "member_name"): {"synonyms": ["member"]}})
    assert "member_name" not in answer("How many different members did each branch have?", config).sql


def test_a_column_that_refers_to_a_thing_shows_its_name(space, rows):
    config = space({("members", "branch_id"): {"synonyms": ["home branch"]}})
    assert rows("Members per home branch", config) == [("Hilltop", 2), ("Old Market", 1), ("Riverside", 2)]
    assert ("Cora Cole", "Hilltop") in rows("List the members with their home branch name", config)
    assert ("Cora Cole", "Bern") in rows("List the members with their home branch city", config)


def test_a_number_is_shown_once(space, answer):
    config = space(measures=[_snippet("Fine total", "SUM(loans.fine_eur)", "takings")])
    written = answer("Top 2 members by fine total. Show their names and the takings.", config)
    assert written.sql.split("FROM")[0].count("SUM(") == 1


def test_a_plural_column_heads_a_question(rows):
    assert rows("Genres with at least 2 books and how many books they have") == [("novel", 2), ("science", 2)]


def test_a_filter_that_says_of_what_it_is_one_shows_its_things(space, rows):
    config = space(filters=[_snippet("Members who lapsed", "members.status_cd = 'L'")])
    assert rows("List the members who lapsed, with the day they joined", config) == [("Cora Cole", "2023-02-01")]


def test_two_columns_may_share_their_noun(space, answer):
    config = space(
        {("books", "title"): {"synonyms": ["main heading"]}, ("books", "genre"): {"synonyms": ["sub heading"]}}
    )
    assert "books.title, books.genre" in answer("Main and sub heading of books withdrawn in 2024", config).sql


def test_a_name_may_be_turned_round(space, rows):
    config = space({("books", "pages"): {"synonyms": ["volume size"]}})
    assert rows("List the books of science with their size of volume", config) == [
        ("Deep Time", 520), ("Star Maps", 220),
    ]  # fmt: skip
    assert rows("Number of loans", config) == [(10,)]


def test_what_is_listed_behind_a_comparison_is_shown(rows):
    assert rows("Books with a price above 25: title, genre and price") == [
        ("Deep Time", "science", 41.0), ("Star Maps", "science", 30.0),
    ]  # fmt: skip


def test_who_did_something_is_nothing_to_break_down_by(rows):
    assert rows("Number of loans by members who joined in 2023") == [(4,)]


def test_rows_that_tie_two_things_are_what_a_comparison_of_their_numbers_is_about(rows):
    assert rows("Members who had loans of more than 2 books") == [("Ada Abel", 3)]


# -- days


@pytest.mark.parametrize(
    "question", ["Loans per desk, March to June 2024", "Loans per desk March – June 2024", "Loans per desk from March to June 2024"]
)  # fmt: skip
def test_months_of_one_year_are_a_range(rows, question):
    assert rows(question) == [("front", 3), ("self-service", 1)]


def test_a_date_belongs_to_what_it_is_said_of(rows):
    assert rows("How many members who joined in 2023 had a loan in 2024?") == [(2,)]
    assert rows("Number of loans in 2024 by members who joined in 2022") == [(2,)]


def test_things_seen_by_others_go_by_the_day_of_the_event(rows):
    assert rows("How many different members did each genre have in 2023?") == [("novel", 2), ("science", 1)]


def test_spans_stand_side_by_side(rows):
    assert rows("Total fine per desk in 2023 and in 2024 side by side") == [
        ("front", 7.5, 0.0), ("self-service", 0.0, 11.0),
    ]  # fmt: skip


# -- measures


def test_a_measure_that_counts_rows_can_be_denied(space, rows):
    late = _snippet("Late returns", "SUM(CASE WHEN loans.fine_eur > 0 THEN 1 ELSE 0 END)")
    config = space(measures=[late])
    assert rows("How many members have never had a late return?", config) == [(2,)]
    assert rows("Late returns per desk", config) == [("front", 2), ("self-service", 1)]


def test_a_time_whose_words_stand_apart(space, rows):
    config = space(measures=[_snippet("Average days to return", "AVG(DATEDIFF(loans.returned_on, loans.lent_on))")])
    wanted = rows("Average days to return by desk", config)
    assert rows("How many days does it take on average to return a book, by desk?", config) == wanted
    assert rows("How long do members take to return books, by desk?", config) == wanted


def test_scores_behind_a_number_are_counted(space, answer):
    config = space({("loans", "fine_eur"): {"synonyms": ["rating"]}})
    sql = answer("Average rating per member, only members with at least 3 ratings", config).sql
    assert "HAVING COUNT(loans.fine_eur) >= 3" in sql


def test_what_somebody_saw_is_no_request(space, rows):
    config = space(filters=[_snippet("Checked", "loans.fine_eur > 0", "seen")])
    assert rows("How many loans did the front desk see?", config) == [(2,)]


def test_how_a_month_is_shown_is_no_name_for_anything(space, rows):
    config = space(text="Months are shown as the number of the loan. Per desk means the desk of returned loans.")
    assert rows("Loans per desk", config) == [("front", 6), ("self-service", 4)]


def test_a_number_and_an_average_of_another(rows):
    question = "Number of loans and average fine by desk"
    assert rows(question) == [("front", 6, 1.25), ("self-service", 4, 2.75)]


@pytest.mark.parametrize("question", ["How many SelfScan loans were there?", "How many express loans were there?"])
def test_a_proper_name_or_what_tells_codes_apart_names_a_code(space, rows, question):
    meaning = "front = staffed counter, self-service = SelfScan express counter"
    if "express" in question:
        meaning = "front = staffed counter, self-service = express counter"
    assert rows(question, space({("loans", "desk"): {"description": [meaning]}})) == [(4,)]
