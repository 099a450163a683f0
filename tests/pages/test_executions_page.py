"""Executions: finding them, opening one, rating, replaying and comparing, by what stands on the screen and in the database."""

import time
from collections.abc import Callable
from functools import partial

import pytest
from streamlit.testing.v1 import AppTest

from core import library, llm
from core.db import reading, transaction
from core.library import Call, Content, ExecutionView
from tests.pages.conftest import texts


@pytest.fixture
def make_execution(workbench, make_template) -> Callable[..., ExecutionView]:
    """Runs a template (made on first use) on the offline model and returns the record."""
    made: dict = {}

    def make(name: str = "Ms Ito", **fields) -> ExecutionView:
        if "template" not in made:
            made["template"] = make_template(versions=2)
        with reading() as session:
            version = library.get_version(session, made["template"].id, fields.pop("number", 1))
            call = library.call_version(session, version, {"name": name}, source="page", person="ann", **fields)
        return library.run(call)

    return make


@pytest.fixture
def opened(open_page) -> Callable[..., AppTest]:
    return partial(open_page, "library/executions.py")


def table(app: AppTest):
    return app.dataframe[0].value


def test_says_what_it_is_while_nothing_was_run(opened, workbench):
    app = opened()
    assert not app.exception
    assert app.title[0].value == "Executions"
    assert "Nothing was run yet" in texts(app)
    assert not app.dataframe


def test_lists_what_was_run_newest_first(opened, make_execution):
    first, second = make_execution("Ms Ito"), make_execution("Mr Kurz", number=2)
    app = opened()
    assert not app.exception
    assert list(table(app)["Template"]) == [second.reference, first.reference]
    assert list(table(app)["Status"]) == ["Completed", "Completed"]


def test_filters_from_the_address_keep_what_they_say(opened, make_execution):
    make_execution("Ms Ito")
    rated = make_execution("Mr Kurz", number=2)
    with transaction() as session:
        library.rate_execution(session, rated.id, 4)
    for params in (
        {"version": "v2", "template": "greeting"},
        {"rating": "4"},
        {"version": "v2", "template": "greeting", "status": "completed"},
        {"text": "Kurz"},
    ):
        app = opened(**params)
        assert not app.exception
        assert list(table(app)["Template"]) == ["greeting:2"], params


def test_a_filter_that_keeps_nothing_says_so_and_offers_all(opened, make_execution):
    make_execution()
    app = opened()
    app.selectbox(key="status").select("failed").run()
    assert "Nothing matches" in texts(app)
    app.selectbox(key="status").select("all").run()
    assert len(table(app)) == 1


def test_a_template_that_is_not_there_is_named(opened, make_execution):
    make_execution()
    app = opened(template="no_such")
    assert not app.exception
    assert "There is no template" in texts(app)


def test_pages_lead_to_older_ones_and_back(opened, make_execution, monkeypatch):
    monkeypatch.setattr("pages.library.execution_views.listing.SIZE", 2)
    made = [make_execution(name) for name in ("one", "two", "three", "four", "five")]
    app = opened()
    assert app.button(key="executions.newer").disabled
    app.button(key="executions.older").click().run()
    assert app.query_params["before"] in (str(made[3].seq), [str(made[3].seq)])
    app.button(key="executions.older").click().run()
    assert len(table(app)) == 1
    assert app.button(key="executions.older").disabled
    app.button(key="executions.newer").click().run()
    app.button(key="executions.newer").click().run()
    assert "before" not in app.query_params
    assert len(table(app)) == 2


def test_a_changed_filter_starts_at_the_newest_again(opened, make_execution, monkeypatch):
    monkeypatch.setattr("pages.library.execution_views.listing.SIZE", 1)
    make_execution("one")
    make_execution("two")
    app = opened()
    app.button(key="executions.older").click().run()
    app.selectbox(key="status").select("completed").run()
    assert "before" not in app.query_params
    assert app.button(key="executions.newer").disabled


def test_exports_what_the_filters_keep(make_execution):
    from pages.library.execution_views.listing import _export_of

    make_execution("Ms Ito")
    make_execution("Mr Kurz")
    lines = _export_of(library.ExecutionFilter(text="Kurz"), "jsonl")().decode().splitlines()
    assert len(lines) == 1
    assert "Mr Kurz" in lines[0]
    csv = _export_of(library.ExecutionFilter(), "csv")().decode()
    assert csv.count("\r\n") == 3


def test_opens_one_with_its_answer_and_figures(opened, make_execution):
    made = make_execution()
    app = opened(execution=made.id)
    assert not app.exception
    shown = texts(app)
    assert "greeting" in shown
    assert made.response in [block.value for block in app.code]
    assert f"{made.input_tokens:,} + {made.output_tokens:,} tokens" in shown
    assert ":orange-badge" in shown and "offline model" in shown


def test_shows_what_was_sent_the_variables_and_the_details(opened, make_execution):
    made = make_execution("Ms Ito")
    assert "Hello Ms Ito" in texts(opened(execution=made.id, body="Sent"))
    assert "Ms Ito" in [block.value for block in opened(execution=made.id, body="Variables").code]
    details = table(opened(execution=made.id, body="Details")).set_index("Fact")["Value"]
    assert details["Execution"] == made.id
    assert details["Request"] == made.request_id


def test_a_missing_execution_leads_back(opened, workbench):
    app = opened(execution="ex_gone")
    assert not app.exception
    assert "There is no execution" in app.warning[0].value
    assert app.get("page_link")


def test_stars_and_note_are_stored(opened, make_execution):
    made = make_execution()
    app = opened(execution=made.id)
    app.feedback(key=f"execution.{made.id}.stars").set_value(3).run()
    app.text_area(key=f"execution.{made.id}.note").set_value("to the point").run()
    with reading() as session:
        stored = library.get_execution(session, made.id)
        template = library.get_template(session, made.template_id or "")
    assert (stored.rating, stored.rating_note) == (4, "to the point")
    assert (template.rating_mean, template.rating_count) == (4.0, 1)
    assert "to the point" in texts(app)


def test_replays_under_another_version_and_compares_with_the_original(opened, make_execution):
    made = make_execution("Ms Ito", number=1)
    app = opened(execution=made.id)
    app.selectbox(key=f"replay.{made.id}.version").select(2)
    app.button(key=f"replay.{made.id}.send").click().run()
    assert not app.exception
    replay_id = only(app.query_params["execution"])
    assert replay_id != made.id
    finish(replay_id)
    with reading() as session:
        replay = library.get_execution(session, replay_id)
    assert (replay.replay_of, replay.version_number, replay.variables) == (made.id, 2, {"name": "Ms Ito"})
    app = opened(execution=replay_id, body="Compare")
    figures = table(app).set_index("Figure")
    assert (figures["Original"]["Version"], figures["Replay"]["Version"]) == ("v1", "v2")
    assert "n = 1" in texts(app)


def test_a_direct_call_is_replayed_as_it_was_sent(opened, workbench):
    made = library.run(Call(Content("Be brief.", "Say hello to Ms Ito."), None, person="ann"))
    app = opened(execution=made.id)
    assert "sent again as they were" in texts(app)
    app.button(key=f"replay.{made.id}.send").click().run()
    replay_id = only(app.query_params["execution"])
    finish(replay_id)
    with reading() as session:
        replay = library.get_execution(session, replay_id)
    assert (replay.user, replay.replay_of) == (made.user, made.id)


def test_a_failed_call_says_why(opened, make_execution):
    with transaction() as session:
        draft = llm.ConnectionDraft("broken", "compatible", "http://127.0.0.1:9/v1", "m", max_retries=0, timeout_s=2)
        llm.add_connection(session, draft)
    made = make_execution(overrides={"connection": "broken"})
    assert made.status == "failed"
    app = opened(execution=made.id)
    assert app.error[0].value
    assert "Failed" in texts(app)


@pytest.fixture
def start_slowly(workbench, make_template, faulty_model) -> Callable[[int], library.Run]:
    """Starts a call whose words come one by one, so many ms apart."""

    def start(ms: int) -> library.Run:
        template = make_template(user="{{ text }}")
        with transaction() as session:
            draft = llm.ConnectionDraft("slow", "compatible", faulty_model.url(f"slow-stream-{ms}"), "m")
            llm.add_connection(session, draft, make_default=False)
        with reading() as session:
            version = library.get_version(session, template.id, 1)
            fields = {"overrides": {"connection": "slow"}, "person": "ann", "stream": True}
            return library.start(library.call_version(session, version, {"text": "a river"}, **fields))

    return start


def test_a_running_call_stops_on_request(opened, start_slowly):
    slow_run = start_slowly(3000)
    app = opened(execution=slow_run.execution_id)
    assert "Running" in texts(app)
    assert "characters so far" in texts(app)
    app.button(key=f"execution.{slow_run.execution_id}.stop").click().run()
    finish(slow_run.execution_id)
    with reading() as session:
        assert library.get_execution(session, slow_run.execution_id).status == "cancelled"
    assert "Stopped" in texts(app.run())


def test_a_running_call_becomes_its_answer_when_it_ends(opened, start_slowly, faulty_model):
    slow_run = start_slowly(500)
    app = opened(execution=slow_run.execution_id)
    finish(slow_run.execution_id)
    app.run()
    assert "Completed" in texts(app)
    assert faulty_model.content in [block.value for block in app.code]


def test_a_call_of_another_process_is_shown_as_running_with_its_age(opened, make_execution):
    from core.db.models import Execution

    made = make_execution()
    with transaction() as session:
        row = session.get(Execution, made.seq)
        row.status, row.response = "running", None
    app = opened(execution=made.id)
    assert not app.exception
    assert "in another process" in texts(app)


def only(value) -> str:
    return value if isinstance(value, str) else value[0]


def finish(execution_id: str) -> None:
    for _ in range(200):
        if library.find(execution_id) is None:
            return
        time.sleep(0.05)
    raise AssertionError("the run did not end")
