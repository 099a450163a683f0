"""Versions: immutable, compare-and-set, resolved by label, number or name."""

from dataclasses import replace

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from core import library
from core.db import reading, transaction
from core.errors import ConflictError, PromptRenderError, PromptTemplateNotFoundError, PromptValidationError


def save(template, user: str, *, rev: int | None = None, **fields):
    with transaction() as session:
        content = library.Content("You greet people.", user)
        return library.save_version(
            session, template.id, content, expected_rev=rev or template.rev, person="ben", **fields
        )


def resolved(reference: str) -> int:
    with reading() as session:
        return library.resolve(session, reference).number


def test_saving_makes_the_next_version_with_its_parent_and_moves_production(make_template):
    template = make_template()
    version = save(template, "Hi {{ name }}", note="  shorter ")
    assert (version.number, version.parent_number, version.note, version.created_by) == (2, 1, "shorter", "ben")
    assert resolved("greeting") == 2


def test_saving_without_production_leaves_what_runs_alone(make_template):
    save(make_template(), "Hi {{ name }}", make_production=False)
    assert resolved("greeting") == 1
    assert resolved("greeting@latest") == 2


def test_a_stale_save_is_refused_and_writes_nothing(make_template):
    template = make_template()
    save(template, "first {{ name }}")
    with pytest.raises(ConflictError, match="ben saved 'greeting'"):
        save(template, "second {{ name }}", rev=template.rev)
    with reading() as session:
        assert [version.number for version in library.list_versions(session, template.id)] == [2, 1]
        assert library.get_template(session, template.id).latest_number == 2


def test_a_save_of_the_same_content_is_refused(make_template):
    template = make_template()
    with pytest.raises(PromptValidationError, match="Nothing differs from v1"):
        save(template, "Hello {{ name }}")


def test_a_broken_text_is_refused_with_its_line(make_template):
    template = make_template()
    with pytest.raises(PromptRenderError, match="line 2"):
        save(template, "Hello\n{{ name")


def test_the_database_itself_refuses_to_change_a_version(make_template):
    template = make_template()
    with pytest.raises(DatabaseError, match="cannot be changed"), transaction() as session:
        session.execute(text("UPDATE version SET user_text = 'other' WHERE template_id = :id"), {"id": template.id})


@pytest.mark.parametrize(
    ("reference", "sentence"),
    [
        ("nothing", "no template 'nothing'"),
        ("greeting:9", "no version 9; the newest is 3"),
        ("greeting@staging", "no label 'staging'. It has: production"),
    ],
)
def test_a_missing_reference_says_what_there_is_instead(make_template, reference, sentence):
    make_template(versions=3)
    with pytest.raises(PromptTemplateNotFoundError, match=sentence):
        resolved(reference)


@pytest.mark.parametrize(
    "reference", ["greeting:0", "greeting:x", "Greeting", "greeting@", "greeting@-a", "../x", "a b"]
)
def test_a_malformed_reference_says_how_to_write_one(make_template, reference):
    make_template()
    with pytest.raises(PromptValidationError):
        resolved(reference)


def test_an_inactive_template_does_not_run_by_name(make_template):
    template = make_template()
    with transaction() as session:
        library.set_active(session, template.id, False, person="ann")
    with pytest.raises(PromptTemplateNotFoundError, match="inactive"):
        resolved("greeting")


def test_a_version_that_a_label_holds_is_neither_deleted_nor_archived(make_template):
    template = make_template(versions=2)
    for act in (library.delete_version, library.archive_version):
        with pytest.raises(ConflictError, match="production"), transaction() as session:
            act(session, template.id, 2, person="ann")


def test_a_version_with_a_child_is_archived_instead_of_deleted(make_template):
    template = make_template(versions=2)
    with pytest.raises(ConflictError, match="v2 was made from v1"), transaction() as session:
        library.delete_version(session, template.id, 1, person="ann")
    with transaction() as session:
        library.archive_version(session, template.id, 1, person="ann")
    with reading() as session:
        assert [version.number for version in library.list_versions(session, template.id)] == [2]
    assert resolved("greeting:1") == 1


def test_the_number_of_a_deleted_version_is_not_given_again(make_template):
    template = make_template(versions=2)
    with transaction() as session:
        library.roll_back(session, template.id, 1, person="ann")
        library.delete_version(session, template.id, 2, person="ann")
        template = library.get_template(session, template.id)
    assert resolved("greeting@latest") == 1
    assert save(template, "Hi {{ name }}").number == 3


def test_an_edited_version_keeps_what_was_declared_about_its_variables(make_template):
    template = make_template()
    spec = library.VariableSpec("name", "choice", choices=("Ann", "Ben"), sample="Ann")
    with transaction() as session:
        content = library.Content("", "Hi {{ name }} {{ extra }}", variables=(spec,))
        version = library.save_version(session, template.id, content, expected_rev=template.rev, person="ann")
    assert version.content.variables == (spec, library.VariableSpec("extra"))


def test_settings_out_of_range_are_refused(make_template):
    template = make_template()
    for wrong in ({"temperature": 2.5}, {"max_tokens": 0}, {"stop": ("a", "")}, {"stop": tuple("abcde")}):
        with pytest.raises(PromptValidationError), transaction() as session:
            content = replace(library.Content("", "Hi"), **wrong)
            library.save_version(session, template.id, content, expected_rev=template.rev, person="ann")
