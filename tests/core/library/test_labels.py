"""Labels: moved with compare-and-set, protectable; `production` decides what runs."""

import pytest

from core import library
from core.db import reading, transaction
from core.errors import ConflictError, PromptTemplateNotFoundError, PromptValidationError


def move(template, name: str, number: int, **fields):
    with transaction() as session:
        return library.move_label(session, template.id, name, number, person="ann", **fields)


def labels(template) -> dict[str, int]:
    with reading() as session:
        return {label.name: label.number for label in library.list_labels(session, template.id)}


def test_rolling_back_changes_what_a_bare_name_runs(make_template):
    template = make_template(versions=3)
    with transaction() as session:
        library.roll_back(session, template.id, 1, person="ann", expected=3)
    with reading() as session:
        assert library.resolve(session, "greeting").number == 1


def test_refuses_to_move_a_label_that_changed_meanwhile(make_template):
    template = make_template(versions=3)
    move(template, "production", 2)
    with pytest.raises(ConflictError, match="points at v2 now, not at v3"):
        move(template, "production", 1, expected=3)
    assert labels(template)["production"] == 2


def test_a_protected_label_stays_until_the_protection_is_taken_off(make_template):
    template = make_template(versions=2)
    with transaction() as session:
        library.protect_label(session, template.id, "production", True, person="ann")
    with pytest.raises(ConflictError, match="protected"):
        move(template, "production", 1)
    with transaction() as session:
        library.protect_label(session, template.id, "production", False, person="ann")
    assert move(template, "production", 1).number == 1


def test_own_labels_come_and_go_but_production_stays(make_template):
    template = make_template()
    move(template, "review-1", 1)
    assert labels(template) == {"production": 1, "review-1": 1}
    with transaction() as session:
        library.remove_label(session, template.id, "review-1", person="ann")
    assert labels(template) == {"production": 1}
    with pytest.raises(PromptValidationError, match="cannot be removed"), transaction() as session:
        library.remove_label(session, template.id, "production", person="ann")


@pytest.mark.parametrize("name", ["latest", "", "-a", "a-", "A", "a b", "x" * 37, "ä", "a\n"])
def test_a_word_that_cannot_be_a_label_is_refused(make_template, name):
    with pytest.raises(PromptValidationError):
        move(make_template(), name, 1)


def test_a_label_cannot_point_at_a_version_that_is_not_there(make_template):
    with pytest.raises(PromptTemplateNotFoundError):
        move(make_template(), "staging", 7)
