"""An evaluation as a file: what was asked, whole, in each form, and harmless where it is opened."""

import csv
import io
import json
from collections.abc import Callable

import pytest

from core.db import reading
from core.genie import Export, export_evaluation, get_evaluation


@pytest.fixture
def export() -> Callable[[str, str], Export]:
    def export(job_id: str, form: str) -> Export:
        with reading() as session:
            return export_evaluation(session, job_id, form)

    return export


def test_json_is_the_whole_document(evaluate, document, export, right):
    done = evaluate(right(2))
    found = export(done.id, "json")
    assert json.loads(found.text) == document(done.id) and found.mime == "application/json"
    assert found.name == f"evaluation_{done.id}.json"


def test_csv_has_a_row_for_each_question_and_round(evaluate, export, right, benchmark):
    done = evaluate([*right(1), benchmark(7, "=1+1", "SELECT 99", tags=("a", "b"), held_out=True)], repeats=2)
    rows = list(csv.DictReader(io.StringIO(export(done.id, "csv").text)))
    assert [(row["id"][-1], row["round"], row["verdict"]) for row in rows] == [
        ("1", "1", "passed"), ("1", "2", "passed"), ("7", "1", "wrong"), ("7", "2", "wrong"),
    ]  # fmt: skip
    assert rows[2]["question"] == "'=1+1", "a spreadsheet must not take it for a formula"
    assert (rows[2]["tags"], rows[2]["held_out"], rows[2]["reasons"]) == ("a, b", "true", "SINGLE_CELL_DIFFERENCE")
    assert (rows[2]["expected_sql"], rows[2]["actual_sql"]) == ("SELECT 99", "SELECT 4")


def test_markdown_says_the_score_and_holds_foreign_text_harmless(evaluate, export, benchmark, right):
    sql = "SELECT '```\n# not a heading' FROM nowhere"
    ones = [*right(2), benchmark(7, "![x](http://example.invalid/x.png) <b>bold</b>", sql, held_out=True)]
    text = export(evaluate(ones, name="The *first*").id, "markdown").text
    assert "Score: 100.0% (2 of 2 measured)" in text and "to configure: 1; of 3 asked and 3 planned" in text
    assert "![x]" not in text and "<b>" not in text and f"````sql\n{sql}\n````" in text
    assert "**configuration**, held out (expected_sql_failed)." in text


def test_an_evaluation_that_was_cut_short_says_what_was_not_asked(genie, submit, export, document, right):
    from core import jobs
    from core.db import transaction

    genie.genie.polls_until_done = 1_000_000
    job = submit(right(3))
    with transaction() as session:
        jobs.cancel(session, job.id, person="bo")
    found = document(job.id)
    assert (found["state"], found["score"], found["total"], found["planned"]) == ("cancelled", None, 0, 3)
    assert {each["verdict"] for each in found["questions"]} == {"not_asked"}
    rows = list(csv.DictReader(io.StringIO(export(job.id, "csv").text)))
    assert [(row["verdict"], row["round"], row["expected_sql"]) for row in rows] == [("not_asked", "", "SELECT 13")] * 3
    assert "nothing measured" in export(job.id, "markdown").text


def test_the_document_agrees_with_the_view(evaluate, document, right, benchmark):
    done = evaluate([*right(2), benchmark(9, "Why?", "SELECT 99")], repeats=2)
    with reading() as session:
        view = get_evaluation(session, done.id)
    found = document(done.id)
    assert found["score"] == view.mean and found["hash"] == view.space_hash and found["snapshot_id"] == view.snapshot_id
    assert [each["passed"] for each in found["rounds"]] == [each.passed for each in view.rounds]
    assert found["total"] == view.asked == view.planned
