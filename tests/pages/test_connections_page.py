"""Connections: adding, changing, testing, choosing and deleting, from the form to the database."""

from collections.abc import Callable
from functools import partial

import pytest
from streamlit.testing.v1 import AppTest

from core import activity, llm
from core.db import reading, transaction
from core.errors import NotFoundError
from tests.pages.conftest import texts


@pytest.fixture
def opened(open_page) -> Callable[..., AppTest]:
    return partial(open_page, "admin/connections.py")


def stored(name: str) -> llm.ConnectionView:
    with reading() as session:
        return llm.get_connection(session, name)


@pytest.fixture
def make_connection(workbench) -> Callable[..., llm.ConnectionView]:
    def make(name: str = "local", *, default: bool = False, **fields) -> llm.ConnectionView:
        fields = {"kind": "compatible", "base_url": "http://127.0.0.1:9/v1", "model": "m", "max_retries": 0} | fields
        with transaction() as session:
            return llm.add_connection(session, llm.ConnectionDraft(name, **fields), make_default=default)

    return make


def test_a_new_workbench_shows_the_offline_model_and_says_what_it_is(opened, workbench):
    app = opened()
    assert not app.exception
    shown = texts(app)
    assert "offline" in shown
    assert "never reasons" in shown
    assert "0.00 USD this month" in shown


def test_adds_a_connection_that_becomes_the_default(opened, workbench):
    app = opened()
    app.button(key="connections.add").click().run()
    app.selectbox(key="connections.new.kind").select("compatible").run()
    form = "connections.new.compatible"
    app.text_input(key=f"{form}.name").set_value("mine")
    app.text_input(key=f"{form}.base_url").set_value("http://127.0.0.1:9/v1")
    app.text_input(key=f"{form}.model").set_value("tiny")
    app.number_input(key=f"{form}.budget_usd").set_value(20.0)
    app.button(key=f"{form}.send").click().run()
    assert not app.exception
    made = stored("mine")
    assert (made.kind, made.model, made.budget_usd_per_month, made.is_default) == ("compatible", "tiny", 20.0, True)
    assert "of 20.00 USD this month" in app.get("progress")[0].proto.text
    with reading() as session:
        assert activity.list_activity(session, limit=1)[0].verb == "added connection"


def test_a_kind_fills_the_form_with_what_it_needs(opened, workbench):
    app = opened(add="1")
    assert app.text_input(key="connections.new.openai.base_url").value == "https://api.openai.com/v1"
    assert app.text_input(key="connections.new.openai.env").value == "OPENAI_API_KEY"
    app.selectbox(key="connections.new.kind").select("azure").run()
    assert app.text_input(key="connections.new.azure.api_version").value == ""
    app.selectbox(key="connections.new.kind").select("databricks").run()
    assert app.text_input(key="connections.new.databricks.profile").value == ""


def test_what_is_wrong_is_said_and_nothing_is_added(opened, workbench):
    app = opened(add="1")
    app.text_input(key="connections.new.openai.env").set_value("not a name")
    app.button(key="connections.new.openai.send").click().run()
    assert "environment variable" in app.error[0].value
    with pytest.raises(NotFoundError), reading() as session:
        llm.get_connection(session, "openai")


def test_a_typed_key_is_kept_and_only_its_end_is_shown(opened, workbench):
    app = opened(add="1")
    app.segmented_control(key="connections.new.openai.source").set_value("stored").run()
    app.text_input(key="connections.new.openai.stored.key").set_value("sk-test-0123456789-wxyz")
    app.button(key="connections.new.openai.send").click().run()
    assert not app.exception
    assert not app.error
    assert stored("openai").key_last4 == "wxyz"
    assert "••••wxyz" in texts(app)
    assert "0123456789" not in texts(app)


def test_a_missing_variable_is_said_on_the_card(opened, make_connection, monkeypatch):
    monkeypatch.delenv("MY_OWN_KEY", raising=False)
    make_connection(key_source="env", key_env="MY_OWN_KEY")
    shown = texts(opened())
    assert "key missing" in shown
    assert "which is not set" in shown


def test_changes_a_connection(opened, make_connection):
    made = make_connection()
    app = opened()
    app.button(key=f"connections.{made.id}.edit").click().run()
    form = f"connections.{made.id}.{made.rev}.compatible"
    app.text_input(key=f"{form}.model").set_value("larger")
    app.button(key=f"{form}.send").click().run()
    assert not app.exception
    assert stored("local").model == "larger"


def test_a_change_made_meanwhile_is_not_overwritten(opened, make_connection):
    made = make_connection()
    app = opened(edit="local", rev=str(made.rev))
    theirs = llm.ConnectionDraft("local", "compatible", made.base_url, "theirs")
    with transaction() as session:
        llm.update_connection(session, "local", theirs, expected_rev=made.rev)
    form = f"connections.{made.id}.{made.rev}.compatible"
    app.text_input(key=f"{form}.model").set_value("mine")
    app.button(key=f"{form}.send").click().run()
    assert "was changed since you opened it" in app.error[0].value
    assert stored("local").model == "theirs"
    app.button(key="connections.reload").click().run()
    assert app.text_input(key=f"connections.{made.id}.{made.rev + 1}.compatible.model").value == "theirs"


def test_another_one_becomes_the_default(opened, make_connection):
    made = make_connection()
    app = opened()
    app.button(key=f"connections.{made.id}.default").click().run()
    assert not app.exception
    assert stored("local").is_default
    assert f"connections.{made.id}.default" not in [button.key for button in app.button]


def test_deletes_after_asking_and_never_the_default(opened, make_connection):
    made = make_connection()
    default = make_connection("first", default=True)
    app = opened()
    keys = [button.key for button in app.button]
    assert f"connections.{default.id}.delete" not in keys
    app.button(key=f"connections.{made.id}.delete").click().run()
    assert not app.exception
    with pytest.raises(NotFoundError):
        stored("local")


def test_the_test_says_that_the_offline_model_answers(opened, workbench):
    offline = stored("offline")
    app = opened()
    app.button(key=f"connections.{offline.id}.test").click().run()
    assert not app.exception
    assert "answers" in app.success[0].value
    assert offline.model in texts(app)


def test_the_test_of_a_dead_service_says_why(opened, make_connection):
    made = make_connection(timeout_s=2.0)
    app = opened()
    app.button(key=f"connections.{made.id}.test").click().run()
    assert not app.exception
    assert app.error[0].value


def test_a_connection_that_is_gone_leads_back(opened, workbench):
    app = opened(edit="gone")
    assert not app.exception
    assert "There is no connection" in app.warning[0].value
