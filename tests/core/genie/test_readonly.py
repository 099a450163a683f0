"""The handle for production cannot write, and a dev space is never production."""

import copy
import inspect

import pytest

from core.errors import AuthError, ConflictError
from core.genie.client import GenieClient
from core.genie.readonly import DevSpace, ProductionSpace
from core.genie.spaces import Space


def test_production_is_read_only(genie, connect, definition):
    space_id = genie.genie.make_space(definition)
    production = ProductionSpace(connect(), space_id)
    state = production.state()
    assert production.definition().data == definition and production.unchanged_since(state.hash)
    changed = copy.deepcopy(definition)
    changed["instructions"]["text_instructions"] = []
    connect().update_space(space_id, definition=Space(changed))
    assert not production.unchanged_since(state.hash)


def test_no_method_of_the_handle_writes(genie, connect, definition):
    space_id = genie.genie.make_space(definition)
    production = ProductionSpace(connect("ok"), space_id)
    public = {name for name, _ in inspect.getmembers(production) if not name.startswith("_")}
    assert public == {"id", "state", "definition", "unchanged_since"}
    genie.history.clear()
    production.state(), production.definition(), production.unchanged_since("x")
    assert {each.method for each in genie.history} == {"GET"}


def test_no_client_is_within_reach_of_the_handle(genie, connect, definition):
    production = ProductionSpace(connect(), genie.genie.make_space(definition))
    assert not any(isinstance(getattr(production, name), GenieClient) for name in dir(production))
    assert not hasattr(production, "__dict__")
    with pytest.raises(AttributeError):
        production.client = connect()


@pytest.mark.parametrize("spelling", [str, str.upper, lambda id_: f"{id_[:8]}-{id_[8:]}"])
def test_a_dev_space_cannot_be_made_of_production(genie, connect, definition, spelling):
    space_id = genie.genie.make_space(definition)
    with pytest.raises(ConflictError, match="production"):
        DevSpace(connect(), spelling(space_id), production_id=space_id)


def test_a_dev_space_is_changed_asked_and_trashed(genie, connect, definition):
    production_id, space_id = genie.genie.make_space(definition), genie.genie.make_space({"version": 2})
    dev = DevSpace(connect(), space_id, production_id=production_id)
    assert dev.replace(Space(definition)).exact and dev.ask("How many?").table.rows == (("9",),)
    dev.trash()
    assert list(genie.genie.spaces) == [production_id]


def test_without_the_right_to_read_it_is_told(genie, connect, definition):
    with pytest.raises(AuthError, match="CAN EDIT"):
        ProductionSpace(connect("get.403"), genie.genie.make_space(definition)).definition()
