"""Questions that lean on earlier ones, questions that nothing answers, and questions meant to do harm."""

import time

import pytest

FIRST = "How many loans were there in 2023 by genre?"


@pytest.mark.parametrize(
    ("following", "found"),
    [
        ("and in 2024?", [("novel", 3), ("science", 3)]),
        ("What about self-service?", [("novel", 1)]),
        ("only at the front desk", [("novel", 2), ("science", 1)]),
    ],
)
def test_a_follow_up_changes_what_it_names(rows, following, found):
    assert rows(following, earlier=(FIRST,)) == found


def test_follow_ups_add_up(rows):
    assert rows("by desk", earlier=("How many loans in 2023?", "and in 2024?")) == [("front", 3), ("self-service", 3)]


def test_a_whole_question_does_not_lean_on_earlier_ones(rows):
    assert rows("How many books are there?", earlier=(FIRST,)) == [(5,)]


@pytest.mark.parametrize("question", ["", "  ", "?!", "42", "Wie viele Hunde?", "What is the meaning of life?", "🦆🦆"])
def test_what_nothing_explains_is_asked_back(answer, question):
    written = answer(question)
    assert written.sql is None
    assert "loans" in written.text, "it says what can be asked about"


def test_a_number_that_nothing_names_is_asked_back_with_its_word(answer):
    written = answer("Turnover by genre")
    assert written.sql is None
    assert "turnover" in written.text


def test_words_that_were_not_understood_stand_in_the_explanation(answer):
    assert "Not explained: dusty" in answer("How many dusty books are there?").explanation


@pytest.mark.parametrize(
    "question",
    [
        "How many loans for member 'x'' OR 1=1 --'?", "'; DROP TABLE loans; --", "books` UNION SELECT * FROM members",
        "How many members named \"Robert'); DELETE FROM members;--\"?", "SELECT * FROM read_csv('/etc/passwd')",
    ],
)  # fmt: skip
def test_hostile_words_never_become_sql(answer, library_catalog, question):
    written = answer(question)
    if written.sql is not None:
        assert not any(word in written.sql.upper() for word in ("DROP", "DELETE", "UNION", "READ_CSV"))
        library_catalog().query(written.sql)


def test_a_name_is_looked_up_in_the_data(rows):
    assert rows('How many loans did "Cora Cole" have?') == [(2,)]


def test_very_long_questions_are_read_in_time(answer):
    answer("How many loans?")
    start = time.perf_counter()
    answer("How many loans of novels in 2024 by desk " * 500)
    assert time.perf_counter() - start < 2.0


def test_the_same_question_gets_the_same_answer(answer, space):
    assert len({answer("Top 2 genres by total fine in 2024", space()).sql for _ in range(3)}) == 1


def test_benchmarks_do_not_matter(answer, space):
    config = space()
    config["benchmarks"] = {
        "questions": [
            {"id": "3" * 32, "question": ["Turnover by genre"], "answer": [{"format": "SQL", "content": ["SELECT 1"]}]}
        ]
    }
    assert answer("Turnover by genre", config).sql is None


def test_a_space_without_tables_says_so(answer):
    assert "no tables" in answer("How many loans?", {"version": 2}).text
