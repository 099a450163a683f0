"""Home: three ways to start on an empty database; what happened, afterwards."""

from core import library
from core.db import reading
from tests.pages.conftest import texts


def run_once(template) -> None:
    with reading() as session:
        call = library.call_reference(session, template.name, {"name": "Ann"}, person="ann")
    assert library.run(call).status == "completed"


def test_an_empty_workbench_offers_three_ways_to_start(open_page):
    shown = texts(open_page())
    for words in ("First steps", "Run a template", "Write your own", "Connect a model", "Nothing is running."):
        assert words in shown


def test_after_a_run_it_shows_what_happened_and_what_it_cost(open_page, make_template):
    run_once(make_template())
    at = open_page()
    assert at.metric[0].value == "1 call"
    assert "0.00 USD" in texts(at)
    assert "Latest executions" in texts(at)
    assert at.dataframe[0].value["Template"].tolist() == ["greeting:1"]
    assert at.dataframe[1].value["What"].tolist() == ["created template v1"]


def test_the_way_to_a_first_run_leads_to_a_template(open_page):
    at = open_page()
    at.button(key="home.run").click().run()
    assert not at.exception
    assert at.title[0].value == "Chat Assistant"
