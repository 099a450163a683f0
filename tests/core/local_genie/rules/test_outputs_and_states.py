"""What an answer is said to show, and words that are a state, a date or a unit by where they stand."""

import pytest

from core.local_genie.rules.words import root


def _snippet(name, sql, *synonyms):
    return {"id": "a" * 32, "display_name": name, "sql": [sql], "synonyms": list(synonyms)}


# -- what the answer shows


@pytest.mark.parametrize(
    "question",
    [
        "Which members have more than 2 loans? Show member and number of loans.",
        "Which members have more than 2 loans? I want the member name and the count",
        "Members with more than 2 loans. Show name and number of loans please",
    ],
)
def test_a_last_sentence_says_what_is_shown(rows, question):
    assert rows(question) == [("Ada Abel", 4)]


def test_what_a_last_sentence_does_not_name_is_not_shown(rows):
    assert rows("Which members have more than 2 loans? Just the member names.") == [("Ada Abel",)]


def test_a_last_sentence_may_add_what_belongs_to_the_thing(rows):
    question = "Who is the member with the most loans? Name, status code and number of loans please."
    assert rows(question) == [("Ada Abel", "A", 4)]


def test_a_last_sentence_that_restricts_is_read_with_the_question(rows):
    assert rows("How many loans are there per desk? Only novels.") == [("front", 5), ("self-service", 1)]


def test_a_number_that_is_said_twice_is_shown_once(space, rows):
    config = space(measures=[_snippet("Fines", "SUM(loans.fine_eur)", "fine total")])
    assert rows("Top 1 members by fines, with the fine total", config) == [("Cora Cole", 11.0)]


# -- states, dates and units by their place


def test_a_unit_behind_in_is_no_number_of_its_own(space, rows):
    config = space(
        measures=[_snippet("Average delay", "AVG(loans.fine_eur)"), _snippet("Hours", "COUNT(loans.loan_id) / 2.0")]
    )
    assert rows("Average delay in hours for novels", config) == [(pytest.approx(0.8333, abs=1e-4),)]


def test_a_participle_right_before_a_span_names_its_date(space, rows):
    config = space(
        {
            ("members", "status_cd"): {"description": ["A = active, L = joined lately, X = joined elsewhere"]},
            ("members", "joined_on"): {"description": ["Day the person joined."]},
            ("loans", "desk"): {"description": ["front = returned at the front, self-service = returned by machine"]},
            ("loans", "returned_on"): {"description": ["When the book was returned."]},
        }
    )
    assert rows("How many loans were returned in March 2024?", config) == [(2,)]


def test_a_state_before_a_kind_of_things_is_a_condition(space, rows):
    config = space(
        {
            ("members", "newsletter"): {"synonyms": ["subscribed"]},
            ("members", "status_cd"): {"description": ["A = adult, L = learner, X = expert"]},
        }
    )
    assert rows("List our subscribed adults with their joined on", config) == [("Ada Abel", "2022-01-05")]


def test_words_of_one_root_in_any_order_say_the_same(space, rows):
    config = space({("members", "status_cd"): {"description": ["A = annual insurance, L = private insurance"]}})
    assert rows("How many privately insured members are there?", config) == [(1,)]
    assert root("insured") == root("insurance")


def test_a_synonym_of_a_key_that_names_no_key_names_the_row(space, rows):
    config = space({("loans", "loan_id"): {"synonyms": ["checkout"]}})
    assert rows("Top 1 members by checkouts, including the number of checkouts", config) == [("Ada Abel", 4)]


def test_by_behind_a_participle_says_who_did_it(space, rows):
    config = space({("members", "newsletter"): {"synonyms": ["subscriber"]}})
    assert rows("List the loans lent by subscribers that cost more than 4 euros", config) == [(104,)]


def test_two_states_before_a_noun_are_both_conditions(space, rows):
    config = space({("members", "newsletter"): {"synonyms": ["subscribed"]}})
    assert rows("Which subscribed Basel members joined after 2021?", config) == [("Ada Abel",)]


def test_who_did_most_is_not_the_thing_itself(answer):
    assert answer("Which loan has the most loans?").sql is None


# -- years, people, yes and no


def test_people_are_called_by_what_they_are(space, rows):
    config = space({("members", "status_cd"): {"description": ["A = female, L = male, X = unknown"]}})
    assert rows("How many women joined after 2021?", config) == [(3,)]


# -- words that nothing explains


@pytest.mark.parametrize(
    ("question", "word"),
    [
        ("How many shabby books are there?", "shabby"), ("How many books are shabby?", "shabby"),
        ("How many loans were made by Zoltan?", "zoltan"), ("How many loans were there in summer 2023?", "summer"),
        ("Fines by flavour", "flavour"), ("How many gnomes joined in 2023?", "gnomes"), ("How many members died?", "died"),
        ("How many loans were made through the kiosk in 2023?", "kiosk"), ("Loans by desk last summer", "summer"),
    ],
)  # fmt: skip
def test_a_word_that_may_be_a_condition_and_is_not_known_is_asked_about(answer, question, word):
    written = answer(question)
    assert written.sql is None
    assert f"“{word}”" in written.text


@pytest.mark.parametrize(
    "question",
    [
        "How many new members joined in 2023?",
        "How many books were handed out?",
        "Who are the five members with the most loans?",
        "Which members have never been fined?",
    ],
)
def test_words_that_say_nothing_more_are_passed_over(answer, question):
    assert answer(question).sql is not None


def test_a_verb_behind_a_value_makes_the_part_of_a_share(space, rows):
    config = space(
        {
            ("members", "status_cd"): {"description": ["A = female, L = male, X = unknown"]},
            ("members", "newsletter"): {"synonyms": ["subscribed"]},
        }
    )
    assert rows("What percentage of women subscribed?", config) == [(33.3333,)]
    assert rows("What percentage of female members subscribed?", config) == [(33.3333,)]


@pytest.mark.parametrize(
    ("text", "question", "count"),
    [
        ("Spring means the months March, April and May.", "How many loans were there in spring 2023?", 2),
        ("- Busy season: March to June", "How many loans were there in the busy season of 2024?", 4),
        ("Winter is December, January and February.", "How many loans were there in winter 2023?", None),
    ],
)
def test_the_instruction_says_which_months_a_season_has(space, answer, rows, text, question, count):
    if count is None:
        assert answer(question, space(text=text)).sql is None, "of which year January is, nothing says"
    else:
        assert rows(question, space(text=text)) == [(count,)]


def test_an_example_names_what_it_measures_before_the_unit(space, rows):
    sql = "SELECT AVG(DATEDIFF(returned_on, lent_on)) AS d FROM town.library.loans WHERE returned_on IS NOT NULL"
    example = {"id": "b" * 32, "question": ["What is the average loan time in days?"], "sql": [sql]}
    assert rows("Average loan time in days for self-service loans", space(examples=[example])) == [(41.0,)]
