"""A request that was answered before may be answered from its record; one that differs in anything may not."""

from dataclasses import replace

import pytest
from sqlalchemy import delete

from core import library, llm
from core.db import transaction
from core.db.models import Execution
from tests.core.library.runs import call, direct, used


@pytest.fixture(scope="module")
def workbench(shared_workbench):
    return shared_workbench


def test_an_identical_request_is_answered_from_the_record(connect, faulty_model, template):
    cached = {"overrides": {"connection": connect("ok", input_usd_per_mtok=1.0, output_usd_per_mtok=1.0)}}
    greeting = template()
    first = library.run(call(greeting, {"name": "Ann"}, use_cache=True, **cached))
    again = library.run(call(greeting, {"name": "Ann"}, use_cache=True, **cached))
    assert len(faulty_model.history) == 1
    assert (first.is_cached, again.is_cached, again.id != first.id) == (False, True, True)
    assert (again.response, again.status, again.cost_usd, again.duration_ms) == (first.response, "completed", 0.0, 0)
    assert (again.input_tokens, again.output_tokens) == (first.input_tokens, first.output_tokens)
    assert used(greeting)[0] == 2
    assert not library.run(call(greeting, {"name": "Ann"}, **cached)).is_cached, "only who asks for it gets it"


def test_a_cached_answer_is_no_source_for_another(connect, faulty_model):
    asked = replace(direct("Hello", connection=connect("ok")), use_cache=True)
    first = library.run(asked)
    assert library.run(asked).is_cached
    with transaction() as session:
        session.execute(delete(Execution).where(Execution.id == first.id))
    assert not library.run(asked).is_cached
    assert len(faulty_model.history) == 2


@pytest.mark.parametrize(
    "change",
    [
        {"user": "Hello!"},
        {"system": "Be brief."},
        {"model": "faulty-2"},
        {"temperature": 0.1},
        {"max_tokens": 9},
        {"stop": ("x",)},
        {"response_schema": {"type": "object"}},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_request_that_differs_in_anything_is_sent(connect, faulty_model, change):
    asked = replace(direct("Hello, as JSON", connection=connect("ok")), use_cache=True)
    library.run(asked)
    execution = library.run(replace(asked, content=replace(asked.content, **change)))
    assert not execution.is_cached and len(faulty_model.history) >= 2


def test_a_connection_that_goes_elsewhere_now_is_asked_anew(connect, faulty_model):
    name = connect("ok")
    asked = replace(direct("Hello", connection=name), use_cache=True)
    library.run(asked)
    with transaction() as session:
        view = llm.get_connection(session, name)
        draft = llm.ConnectionDraft(name, "compatible", faulty_model.url("echo"), "faulty-1")
        llm.update_connection(session, name, draft, expected_rev=view.rev)
    assert not library.run(asked).is_cached


def test_a_failed_or_cancelled_call_is_no_source(connect):
    asked = replace(direct("Hello", connection=connect("500-then-ok")), use_cache=True)
    assert library.run(asked).status == "failed"
    execution = library.run(asked)
    assert (execution.status, execution.is_cached) == ("completed", False)
