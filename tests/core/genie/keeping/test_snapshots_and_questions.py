"""Snapshots are kept word for word and once; questions with what came of them; conversations until they are deleted."""

import json

import pytest

from core import activity
from core.db import reading, transaction
from core.errors import InputError, NotFoundError
from core.genie.answers import Answer
from core.genie.failures import Failure, Kind
from core.genie.fingerprints import fingerprint
from core.genie.keeping import (
    begin_conversation,
    delete_snapshot,
    end_conversation,
    get_evaluation,
    get_question,
    get_snapshot,
    keep_definition,
    list_questions,
    list_snapshots,
    open_conversations,
    record_question,
    take_snapshot,
)
from core.genie.results import ResultColumn, ResultTable
from core.genie.spaces import Space, write
from core.genie.states import SpaceState


def state_of(space_id: str, space: Space | None, title: str = "Sales") -> SpaceState:
    hash_ = fingerprint(space) if space else None
    return SpaceState(space_id, title, "", "wh1", None, "1", None, space, hash_)


def test_a_snapshot_is_the_definition_word_for_word(space_id, definition):
    definition["x_odd"] = {"z": 1.0, "a": 10**30, "nul": "\0", "half": "\ud800", "big": 1e5, "text": "½"}
    space = Space(definition)
    with transaction() as session:
        made = take_snapshot(session, "local", state_of(space_id, space), person="ann", note="  before the fix ")
    with reading() as session:
        found = get_snapshot(session, made.id)
        (row,) = list_snapshots(session, "local", space_id)
    assert json.dumps(found.definition.data) == json.dumps(definition), "order and numbers too"
    assert found.hash == fingerprint(space) == fingerprint(found.definition)
    assert (row.id, row.title, row.note, row.created_by) == (made.id, "Sales", "before the fix", "ann")
    assert write(found.definition) == write(space)


def test_the_same_definition_is_kept_once_and_its_note_is_added(space_id, definition):
    space = Space(definition)
    other = Space({**definition, "x_future": 2})
    with transaction() as session:
        first = take_snapshot(session, "local", state_of(space_id, space), person="ann")
        between = take_snapshot(session, "local", state_of(space_id, other), person="ann")
        again = take_snapshot(session, "local", state_of(space_id, space), person="bo", note="as it was")
        more = take_snapshot(session, "local", state_of(space_id, space), person="bo", note="once more")
        elsewhere = take_snapshot(session, "con_1", state_of(space_id, space), person="bo")
    assert first.id == again.id == more.id != elsewhere.id
    assert more.note == "as it was\nonce more"
    with reading() as session:
        assert [row.id for row in list_snapshots(session, "local", space_id)] == [between.id, first.id]
        assert len(list_snapshots(session, "local", space_id, limit=1)) == 1


def test_a_space_whose_definition_may_not_be_read_leaves_no_snapshot(space_id):
    with pytest.raises(InputError, match="CAN EDIT"), transaction() as session:
        take_snapshot(session, "local", state_of(space_id, None), person="ann")


def test_what_is_no_json_and_too_long_a_note_are_refused(space_id):
    with pytest.raises(InputError, match="too large"), transaction() as session:
        keep_definition(session, "local", space_id, Space({"x": float("inf")}), title="S", person="ann")
    with pytest.raises(InputError, match="2,000"), transaction() as session:
        keep_definition(session, "local", space_id, Space({}), title="S", person="ann", note="x" * 2_001)


def test_a_deleted_snapshot_is_gone_but_its_evaluations_keep_the_hash(space_id, evaluated, definition):
    with transaction() as session:
        made = keep_definition(session, "local", space_id, Space(definition), title="T" * 300, person="ann")
    evaluation = evaluated("pw", snapshot_id=made.id, space_hash=made.hash)
    with transaction() as session:
        delete_snapshot(session, made.id, person="bo")
    with reading() as session:
        found = get_evaluation(session, evaluation.job_id)
        assert (found.snapshot_id, found.space_hash) == (None, made.hash)
        assert [each.verb for each in activity.list_activity(session, subject_id=made.id)] == [
            "deleted snapshot",
            "took snapshot",
        ]
        with pytest.raises(NotFoundError, match="no snapshot"):
            get_snapshot(session, made.id)


def test_a_question_is_kept_with_at_most_200_rows_and_their_number(space_id):
    table = ResultTable(
        (ResultColumn("n", "INT"), ResultColumn("t", "STRING")), tuple((str(i), None) for i in range(900))
    )
    answer = Answer("How many?", "COMPLETED", "SELECT 1", table, "Here.", duration_s=1.5, waited_s=0.5, attempts=1)
    with transaction() as session:
        made = record_question(session, "local", space_id, answer, person="ann")
    with reading() as session:
        found = get_question(session, made.id)
        assert list_questions(session, "local", space_id) == (found,)
    assert found.table is not None and len(found.table.rows) == 200 and found.table.total_rows == 900
    assert found.table.truncated and found.table.columns == table.columns and found.table.rows[7] == ("7", None)
    assert (found.status, found.sql, found.text, found.failure_kind) == ("COMPLETED", "SELECT 1", "Here.", None)
    assert (found.duration_s, found.waited_s, found.asked_by) == (1.5, 0.5, "ann")


def test_a_question_without_an_answer_says_why_whatever_characters_it_holds(space_id):
    failure = Failure(Kind.CLARIFYING_QUESTION, "Genie asked back: “which\0 year”.")
    answer = Answer("Wie viele\ud800?", "COMPLETED", text="Which\0 year?", clarifying=True, failure=failure)
    with transaction() as session:
        made = record_question(session, "local", space_id, answer, person="ann")
    with reading() as session:
        found = get_question(session, made.id)
        assert found.table is None and found.failure_kind == "clarifying_question"
        assert found.question == "Wie viele\ufffd?" and found.text == "Which\ufffd year?" and "which" in found.sentence
        with pytest.raises(NotFoundError):
            get_question(session, "gq_none")


def test_questions_are_listed_the_newest_first_and_not_all(space_id):
    with transaction() as session:
        for number in range(5):
            record_question(session, "local", space_id, Answer(f"Q{number}"), person="ann")
    with reading() as session:
        found = list_questions(session, "local", space_id, limit=3)
        assert [each.question for each in found] == ["Q4", "Q3", "Q2"]
        assert list_questions(session, "con_1", space_id) == ()


def test_conversations_are_open_until_they_are_deleted(workbench, space_id):
    begin_conversation("w1", space_id, "c1", "job_1")
    begin_conversation("w1", space_id, "c1", "job_1")
    begin_conversation("w1", space_id, "c2")
    begin_conversation("w2", space_id, "c1", "job_2")
    with reading() as session:
        assert [(each.conversation_id, each.job_id) for each in open_conversations(session, "w1")] == [
            ("c1", "job_1"),
            ("c2", None),
        ]
        assert len(open_conversations(session)) == 3
        assert [each.workspace for each in open_conversations(session, job_id="job_2")] == ["w2"]
    for workspace, id_ in (("w1", "c1"), ("w1", "c2"), ("w2", "c1"), ("w2", "c1")):
        end_conversation(workspace, space_id, id_)
    with reading() as session:
        assert open_conversations(session) == ()
