"""Templates: making, searching, filtering, paging, retiring."""

import pytest

from core import activity, library
from core.db import reading, transaction
from core.errors import ConflictError, PromptRenderError, PromptValidationError


def listed(**filters) -> list[str]:
    with reading() as session:
        wanted = library.TemplateFilter(builtin=False, **filters)
        return [row.name for row in library.list_templates(session, wanted, order="title").rows]


def test_a_new_template_has_version_1_in_production_and_is_in_the_record(make_template):
    template = make_template("team/greeting", title="Greeting")
    assert (template.current_number, template.latest_number, template.title) == (1, 1, "Greeting")
    with reading() as session:
        newest = activity.list_activity(session, limit=1)[0]
    assert (newest.person, newest.verb, newest.subject) == ("ann", "created template", "team/greeting")


def test_a_taken_name_is_refused_and_changes_nothing(make_template):
    make_template()
    with pytest.raises(ConflictError, match="already"):
        make_template()
    assert listed() == ["greeting"]


@pytest.mark.parametrize("name", ["Upper", "a b", "", "/a", "a/", "a//b", "ä", "../../etc/passwd", "x" * 201])
def test_a_name_that_breaks_the_rules_is_refused(make_template, name):
    with pytest.raises(PromptValidationError):
        make_template(name)


@pytest.mark.parametrize("search", ["greet", "GREETING", "people", "hello greet", "warm wel", "Hé"])
def test_search_finds_names_titles_descriptions_and_texts(make_template, search):
    make_template("greeting", description="A warm welcome. Hé!")
    make_template("other", user="Count {{ n }}", description="nothing of the kind")
    with transaction() as session:  # the other one's system prompt says "people" too
        other = library.get_template_by_name(session, "other")
        library.save_version(
            session, other.id, library.Content("", "Sum {{ n }}"), expected_rev=other.rev, person="ann"
        )
    assert listed(search=search) == ["greeting"]


@pytest.mark.parametrize("search", ['"', "' OR 1=1 --", "NEAR(", "a AND", "*", "-x", ":", "\\", "%", "()"])
def test_a_search_full_of_operators_finds_nothing_and_breaks_nothing(make_template, search):
    make_template()
    assert isinstance(listed(search=search), list)


def test_search_follows_the_text_that_a_version_brings(make_template):
    template = make_template()
    with transaction() as session:
        content = library.Content("", "Write about elephants for {{ name }}")
        library.save_version(session, template.id, content, expected_rev=template.rev, person="ann")
    assert listed(search="elephant") == ["greeting"]
    assert listed(search="hello") == []


def test_filters_narrow_the_list(make_template, workbench):
    make_template("a", category="chat", tags=("One", "two"))
    make_template("b", category="code")
    with transaction() as session:
        library.set_active(session, library.get_template_by_name(session, "b").id, False, person="ann")
        content = library.Content("", "x", connection="offline")
        library.create_template(session, "c", content, person="ann", category="code")
    assert listed(category="chat") == ["a"]
    assert listed(tag="one") == ["a"]
    assert listed(active=False) == ["b"]
    assert listed(connection="offline") == ["c"]
    assert listed(connection="auto") == ["a", "b"]
    assert listed(enhanced=True) == []


def test_pages_hold_every_template_once_in_every_order(make_template):
    for number in range(7):
        make_template(f"t{number}")
    with reading() as session:
        for order in library.ORDERS:
            names = []
            for page in (1, 2, 3, 4):
                found = library.list_templates(
                    session, library.TemplateFilter(builtin=False), order=order, page=page, size=3
                )
                names += [row.name for row in found.rows]
                assert found.total == 7
            assert sorted(names) == [f"t{number}" for number in range(7)]


def test_a_duplicate_remembers_what_it_was_made_from(make_template):
    template = make_template(versions=2)
    with transaction() as session:
        copy = library.duplicate_template(session, template.id, "copy", person="ben")
        source = library.get_version(session, template.id, 2)
        version = library.get_version(session, copy.id, 1)
    assert version.parent_id == source.id
    assert version.content == source.content
    with pytest.raises(ConflictError, match="'copy' was made from"), transaction() as session:
        library.delete_template(session, template.id, person="ann")


def test_a_template_that_nothing_refers_to_can_be_deleted(make_template):
    template = make_template(versions=2)
    with transaction() as session:
        library.delete_template(session, template.id, person="ann")
    assert listed() == []
    assert make_template().latest_number == 1


def test_an_archived_template_leaves_the_list_and_comes_back(make_template):
    template = make_template()
    with transaction() as session:
        library.set_archived(session, template.id, True, person="ann")
    assert listed() == []
    assert listed(archived=True) == ["greeting"]
    with transaction() as session:
        library.set_archived(session, template.id, False, person="ann")
    assert listed() == ["greeting"]


def test_empty_texts_are_refused(workbench):
    with pytest.raises(PromptValidationError, match="Both texts are empty"), transaction() as session:
        library.create_template(session, "empty", library.Content(" ", "\n"), person="ann")


def test_an_unknown_filter_is_refused_when_saving(workbench):
    with pytest.raises(PromptRenderError, match="shout"), transaction() as session:
        library.create_template(session, "odd", library.Content("", "{{ x|shout }}"), person="ann")


def test_tags_are_lower_case_and_unique(make_template):
    assert make_template(tags=("B", "a ", "b", "")).tags == ("a", "b")
