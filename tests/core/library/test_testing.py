"""Testing a connection: the list of models, else one recorded call."""

import pytest

from core import library, llm
from core.db import reading, transaction


@pytest.fixture
def tested(workbench, faulty_model):
    def test(behaviour: str, *, kind: str = "compatible", **fields) -> llm.TestResult:
        with transaction() as session:
            draft = llm.ConnectionDraft(
                name="x", kind=kind, base_url=faulty_model.url(behaviour), max_retries=0, **fields
            )
            connection = llm.add_connection(session, draft)
        return library.test_connection(connection, person="ann")

    return test


def recorded() -> list[tuple[str, str]]:
    with reading() as session:
        return [(row.source, row.status) for row in library.list_executions(session).rows]


def test_a_service_that_lists_its_models_needs_no_call(tested):
    result = tested("ok", model="m")
    assert result.ok
    assert result.models
    assert recorded() == []


def test_a_service_without_a_list_is_asked_for_one_token_and_that_is_recorded(tested, monkeypatch):
    monkeypatch.setenv("TOKEN_FOR_TEST", "a-token-for-tests-1234")
    result = tested("ok", kind="databricks", model="m", key_source="env", key_env="TOKEN_FOR_TEST")
    assert result.ok, result.message
    assert "lists no models" in result.message
    assert recorded() == [("test", "completed")]


@pytest.mark.parametrize("behaviour", ["401", "500", "html"])
def test_a_service_that_fails_is_said_in_a_sentence(tested, behaviour):
    result = tested(behaviour, model="m")
    assert not result.ok
    assert "'x'" in result.message


def test_the_offline_model_lists_itself(workbench):
    with reading() as session:
        connection = llm.get_connection(session, "offline")
    assert library.test_connection(connection, person="ann").models == ("whetstone-offline",)
