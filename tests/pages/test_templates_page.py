"""The list of templates: filters from the address, pages by the database, a dialog that makes one."""

import pytest

from core import library
from core.db import reading
from tests.pages.conftest import texts


def names(at) -> list[str]:
    return at.dataframe[0].value["Name"].tolist() if at.dataframe else []


def test_lists_what_comes_with_whetstone(open_page):
    assert "chat_assistant" in names(open_page("library/templates.py"))


def test_search_and_filters_narrow_the_list(open_page, make_template):
    make_template("greeting", category="mail", tags=("warm",))
    at = open_page("library/templates.py")
    at.text_input(key="q").set_value("greet").run()
    assert names(at) == ["greeting"]
    at.text_input(key="q").set_value("").run()
    at.selectbox(key="tag").set_value("warm").run()
    assert names(at) == ["greeting"]
    at.selectbox(key="category").set_value("chat").run()
    assert "Nothing matches" in texts(at)


def test_filters_come_from_the_address(open_page, make_template):
    make_template("greeting", category="mail")
    at = open_page("library/templates.py", category="mail")
    assert names(at) == ["greeting"]


@pytest.mark.parametrize("order", ["title", "usage", "rating", "used", "updated"])
def test_every_order_shows_all(open_page, make_template, order):
    make_template()
    at = open_page("library/templates.py")
    at.selectbox(key="order").set_value(order).run()
    assert not at.exception
    assert len(names(at)) == len(names(open_page("library/templates.py")))


def test_a_title_makes_a_template_that_starts_from_the_built_in_text(open_page):
    at = open_page("library/templates.py")
    at.button(key="templates.new").click().run()
    at.text_input(key="new_template.title").set_value("Support reply")
    next(each for each in at.button if each.label == "Create template").click().run()
    assert not at.exception
    with reading() as session:
        made = library.get_template_by_name(session, "support_reply")
        assert library.get_version(session, made.id, 1).content == library.resolve(session, "whetstone/blank").content
    assert made.created_by == "ann"


def test_a_taken_name_is_said_in_the_dialog(open_page, make_template):
    make_template("greeting")
    at = open_page("library/templates.py")
    at.button(key="templates.new").click().run()
    at.text_input(key="new_template.title").set_value("Greeting")
    next(each for each in at.button if each.label == "Create template").click().run()
    assert "already" in at.error[0].value


def test_many_templates_come_in_pages(open_page, make_template):
    for number in range(55):
        make_template(f"t{number:02}", category="many")
    at = open_page("library/templates.py")
    at.selectbox(key="category").set_value("many").run()
    at.selectbox(key="order").set_value("title").run()
    assert names(at) == [f"t{number:02}" for number in range(50)]
    assert "55 templates" in texts(at)
    at.session_state["page"] = 2
    at.run()
    assert names(at) == [f"t{number:02}" for number in range(50, 55)]
