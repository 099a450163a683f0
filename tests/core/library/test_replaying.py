"""A recorded call once more: its raw variables under a version, or its texts as they were."""

import pytest

from core import library
from core.db import reading
from core.errors import InputError, NotFoundError
from tests.core.library.runs import call, direct


@pytest.fixture(scope="module")
def workbench(shared_workbench):
    return shared_workbench


def test_a_replay_takes_the_raw_variables_to_another_version_and_model(template, connect):
    greeting = template(versions=2)
    past = library.run(call(greeting, {"name": " Ann "}))
    with reading() as session:
        overrides = {"connection": connect("echo"), "model": "faulty-9"}
        again = library.call_again(session, past.id, number=1, overrides=overrides, person="ben")
    replayed = library.run(again)
    assert (replayed.replay_of, replayed.version_number, replayed.person) == (past.id, 1, "ben")
    assert (replayed.variables, replayed.model) == ({"name": " Ann "}, "faulty-9")
    assert (past.user, replayed.user) == ("Hello  Ann  2", "Hello  Ann ")


def test_a_plain_replay_goes_where_the_first_went(template, connect):
    echo = connect("echo")
    past = library.run(call(template(versions=3), {"name": "Ann"}, overrides={"connection": echo, "model": "m-1"}))
    with reading() as session:
        replayed = library.run(library.call_again(session, past.id))
    assert (replayed.version_number, replayed.connection, replayed.model) == (3, echo, "m-1")
    assert replayed.response == past.response


def test_a_direct_call_is_replayed_as_it_was_but_under_no_version(connect, faulty_model):
    connection = connect("ok")
    past = library.run(direct("{{ not a variable }}", "S", connection=connection, temperature=0.2, stop=("END",)))
    with reading() as session:
        again = library.call_again(session, past.id)
        with pytest.raises(InputError, match="direct call"):
            library.call_again(session, past.id, number=2)
    replayed = library.run(again)
    assert (replayed.system, replayed.user, replayed.settings) == (past.system, past.user, past.settings)
    assert replayed.variables is None and replayed.replay_of == past.id
    assert faulty_model.history[0].body == faulty_model.history[1].body


def test_a_replay_of_nothing_says_so():
    with reading() as session, pytest.raises(NotFoundError, match="no execution 'ex_gone'"):
        library.call_again(session, "ex_gone")
