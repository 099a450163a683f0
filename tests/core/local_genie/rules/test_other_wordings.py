"""The same question in other words: how the answer is sorted, asides, ellipses, states and times."""

import pytest


@pytest.mark.parametrize(
    ("wording", "first"),
    [("from highest to lowest", "front"), ("sorted from lowest to highest", "self-service"), ("in descending order", "front")],
)  # fmt: skip
def test_the_whole_answer_is_sorted(answer, wording, first):
    sql = answer(f"Number of loans per desk, {wording}").sql
    assert sql is not None
    assert ("DESC" in sql) == (first == "front")
    assert "ORDER BY COUNT(*)" in sql
    assert "LIMIT" not in sql


def test_an_aside_says_how_a_share_is_written(rows):
    assert rows("What share of loans, in percent, came through the front desk?") == [(60.0,)]
    assert rows("Share of novel books, in percent") == [(40.0,)]


def test_how_many_they_had_is_what_was_compared(rows):
    assert rows("List the members with over 2 loans and how many they had.") == [("Ada Abel", 4)]


def test_what_is_compared_is_not_shown_beside_what_is_asked_for(rows):
    question = "Which members have 3 or more loans, and what is their average fine?"
    assert rows(question) == [("Ada Abel", 0.625)]


def test_what_no_longer_holds_is_the_filled_cell(space, rows):
    config = space({("books", "withdrawn_on"): {"description": ["Day it was withdrawn. Empty while the book still stands here."]}})  # fmt: skip
    assert rows("Which books no longer stand here?", config) == [("Tall Tales",)]


def test_a_state_asked_for_like_a_number_is_counted(space, rows):
    snippet = {"id": "1", "display_name": "Open loans", "sql": ["loans.returned_on IS NULL"], "synonyms": ["backlog"]}
    assert rows("What is our backlog?", space(filters=[snippet])) == [(3,)]


def test_distinct_things_are_no_sum_of_a_measure(space, rows):
    measure = {"id": "1", "display_name": "Loans made", "sql": ["SUM(CASE WHEN loans.desk = 'front' THEN 1 ELSE 0 END)"], "synonyms": ["members served"]}  # fmt: skip
    served = {"id": "2", "display_name": "Served", "sql": ["loans.desk = 'front'"], "synonyms": []}
    config = space(measures=[measure], filters=[served])
    assert rows("Number of distinct members served in 2023", config) == [(2,)]


def test_a_compared_state_stays_a_condition(space, rows):
    late = {"id": "1", "display_name": "Late loans", "sql": ["loans.desk = 'front'"], "synonyms": []}
    assert rows("List the members with over 2 late loans.", space(filters=[late])) == [("Ada Abel", 3)]


def test_things_without_others_are_not_others_without_things(space, rows):
    without = {"id": "1", "display_name": "Kept without a member", "sql": ["loans.member_id IS NULL"], "synonyms": ["without member"]}  # fmt: skip
    assert rows("List the members without any loans.", space(filters=[without])) == [("Eve Ende",)]


def test_a_participle_dates_a_stretch_of_time(space, rows):
    states = {("loans", "desk"): {"description": ["front = returned, self-service = lent"]}}
    config = space({**states, ("loans", "returned_on"): {"synonyms": ["returned"]}})
    assert rows("Number of loans that were returned during March 2024", config) == [(2,)]


def test_what_they_lack_is_not_shown(rows):
    assert rows("Which books have no withdrawn date? Show title.")[0] == ("Deep Time",)
