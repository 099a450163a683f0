"""Unsaved edits: what was typed last, for each person and template, half done or not."""

import pytest

from core import library
from core.db import reading, transaction
from core.errors import PromptTemplateNotFoundError

HALF_DONE = library.Content(
    "{{ unclosed",
    "",
    variables=(library.VariableSpec("x", "choice", choices=("a", "b"), default="zzz"),),
    temperature=99.0,
    max_tokens=-1,
    stop=("END", ""),
    response_schema={"type": "nonsense"},
)


@pytest.fixture(scope="module")
def workbench(shared_workbench):
    return shared_workbench


def keep(template, content, person: str = "ann", *, number: int = 1) -> None:
    with transaction() as session:
        library.keep_edit(session, template.id, person, content, base_number=number, base_rev=template.rev)


def kept(template, person: str = "ann"):
    with reading() as session:
        return library.kept_edit(session, template.id, person)


def test_a_half_done_edit_comes_back_exactly(make_template):
    template = make_template("edits/a")
    assert kept(template) is None
    keep(template, HALF_DONE)
    edit = kept(template)
    assert (edit.content, edit.base_number, edit.base_rev) == (HALF_DONE, 1, template.rev)


def test_the_last_edit_takes_the_place_of_the_one_before(make_template):
    template = make_template("edits/b", versions=2)
    keep(template, HALF_DONE)
    first = kept(template)
    keep(template, library.Content("", "later"), number=2)
    assert (kept(template).content.user, kept(template).base_number) == ("later", 2)
    assert kept(template).updated_at >= first.updated_at


def test_everybody_has_an_edit_of_their_own_for_each_template(make_template):
    one, two = make_template("edits/c"), make_template("edits/d")
    keep(one, library.Content("", "ann's"))
    keep(one, library.Content("", "ben's"), "ben")
    keep(two, library.Content("", "ann's other"))
    with transaction() as session:
        library.drop_edit(session, one.id, "ann")
        library.drop_edit(session, one.id, "nobody")
    assert kept(one) is None
    assert (kept(one, "ben").content.user, kept(two).content.user) == ("ben's", "ann's other")


def test_keeping_an_edit_changes_nothing_of_the_template(make_template):
    template = make_template("edits/e")
    keep(template, HALF_DONE)
    with reading() as session:
        assert library.get_template(session, template.id) == template
        assert len(library.list_versions(session, template.id)) == 1


def test_an_edit_goes_with_its_template_and_a_later_one_says_that_it_is_gone(make_template):
    template = make_template("edits/f")
    keep(template, HALF_DONE)
    with transaction() as session:
        library.delete_template(session, template.id, person="ben")
    assert kept(template) is None
    with pytest.raises(PromptTemplateNotFoundError, match="Save your text as a new template"):
        keep(template, HALF_DONE)
