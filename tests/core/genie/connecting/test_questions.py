"""Questions go on by themselves, are recorded at their end, and leave no conversation behind."""

import contextlib
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from core import genie
from core.clock import now
from core.db import reading, transaction
from core.db.models import GenieConversation
from core.errors import CancelledError, InputError, NotFoundError
from core.genie import questions
from core.genie.connecting import close_clients

COUNT = "How many orders are there?"


def ask(space: str, question: str = COUNT, **fields: Any) -> genie.RunningQuestion:
    asked = genie.start_question("local", space, question, person=fields.pop("person", "ann"), **fields)
    assert asked.wait(20)
    return asked


def until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 5
    while not true() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert true()


def noted() -> set[str]:
    with reading() as session:
        return {each.conversation_id for each in genie.open_conversations(session, "local")}


@pytest.fixture
def there(local, demo) -> Iterator[Callable[[], set[str]]]:
    """The conversations that the demo space holds now; none is left after the test."""

    def there() -> set[str]:
        return {id_ for id_, _ in genie.list_conversations(local, demo)}

    yield there
    genie.close_questions()
    assert (there(), noted()) == (set(), set())


@contextlib.contextmanager
def slow(local: genie.GenieClient, seconds: float) -> Iterator[None]:
    """The local Genie takes so long for an answer."""

    def turn(method: str, body: dict[str, Any] | None = None) -> None:
        local.calls.client().api_client.do(method, "/api/local/faults", body=body)

    turn("PUT", {"latency_s": seconds})
    try:
        yield
    finally:
        turn("DELETE")


def test_a_question_is_followed_and_recorded_and_asked_further(demo, there):
    first = ask(demo)
    assert (first.error, first.answer.table.rows) == (None, (("30000",),))
    assert genie.find_question(first.id) is first
    assert first.status.status == "COMPLETED"
    conversation = first.answer.conversation_id
    assert there() == noted() == {conversation}
    further = ask(demo, "and by channel?", conversation_id=conversation)
    assert len(further.view.table.rows) > 1
    assert there() == {conversation}
    with reading() as session:
        listed = genie.list_questions(session, "local", demo)
    assert [each.id for each in listed[:2]] == [further.view.id, first.view.id]
    assert listed[0].asked_by == "ann"


def test_beginning_another_conversation_ends_the_one_before_but_no_one_elses(demo, there):
    mine, theirs = ask(demo), ask(demo, person="bob")
    again = ask(demo)
    kept = {theirs.answer.conversation_id, again.answer.conversation_id}
    until(lambda: there() == noted() == kept)
    assert mine.answer.conversation_id not in kept


def test_a_conversation_in_which_genie_asked_back_is_kept_for_the_reply(demo, there):
    asked_back = ask(demo, "Show me the numbers")
    assert asked_back.answer.clarifying
    ask(demo)
    assert asked_back.answer.conversation_id in there()


def test_a_conversation_without_a_further_question_ends_after_a_while(demo, there, monkeypatch):
    monkeypatch.setattr(questions, "_IDLE_S", 0.2)
    ask(demo)
    until(lambda: there() == noted() == set())


def test_nobody_has_to_look_and_closing_records_and_tidies_up(local, demo, there):
    with slow(local, 30):
        asked = genie.start_question("local", demo, COUNT, person="ann")
        until(lambda: asked.status is not None and asked.status.status not in ("", "WAITING_FOR_LIMIT"))
        begun = time.monotonic()
        genie.close_questions()
    assert time.monotonic() - begun < 5
    assert (asked.is_done, asked.view.failure_kind, noted()) == (True, "stopped", set())
    assert genie.find_question(asked.id) is None


def test_a_stopped_question_is_recorded_as_stopped(local, demo, there):
    with slow(local, 30):
        asked = genie.start_question("local", demo, COUNT, person="ann")
        until(lambda: asked.status is not None and asked.status.status not in ("", "WAITING_FOR_LIMIT"))
        asked.stop()
        assert asked.wait(5)
    assert isinstance(asked.error, CancelledError)
    assert (asked.view.failure_kind, "stopped" in asked.view.sentence) == ("stopped", True)
    until(lambda: there() == set())


def test_a_failed_question_is_recorded_and_its_conversation_deleted(local, demo, there):
    local.calls.client().api_client.do("PUT", "/api/local/faults", body={"answers": [{"kind": "failed"}]})
    try:
        asked = ask(demo)
    finally:
        local.calls.client().api_client.do("DELETE", "/api/local/faults")
    assert asked.view.failure_kind == "server_error"
    until(lambda: there() == noted() == set())


def test_what_cannot_be_asked_says_so(demo, there):
    with pytest.raises(InputError, match="empty"):
        genie.start_question("local", demo, "  ", person="ann")
    assert isinstance(ask(demo, "x" * 30_000).error, InputError)
    gone = genie.start_question("cn_gone", demo, COUNT, person="ann")
    assert gone.wait(5)
    assert isinstance(gone.error, NotFoundError)
    assert genie.find_question("ask_none") is None
    assert ask("0" * 32).view.failure_kind == "not_found"
    assert ask(demo, conversation_id="0" * 32).view.failure_kind == "not_found"


def test_what_a_process_that_is_gone_left_is_deleted_when_the_workspace_is_opened(local, demo, there):
    left, young, of_a_job = (genie.ask(local, demo, COUNT, keep=True).conversation_id for _ in range(3))
    for id_, job in ((left, None), (young, None), (of_a_job, "job_gone")):
        genie.begin_conversation("local", demo, id_, job)
    with transaction() as session:
        old = update(GenieConversation).where(GenieConversation.conversation_id == left)
        session.execute(old.values(created_at=now() - timedelta(hours=3)))
    close_clients()
    with reading() as session:
        genie.client_of(session, "local")
    until(lambda: there() == noted() == {young})
    genie.forget(local, demo, young)
    genie.end_conversation("local", demo, young)
