"""Recipes: one default per type, copies that remember where they came from, deletion that loses no lineage."""

import pytest

from core import analysis, library
from core.db import reading, transaction
from core.errors import ConflictError, InputError, NotFoundError
from core.library import Content, call_version, run


def builtin(analysis_type: str = "quality") -> analysis.RecipeView:
    with reading() as session:
        return next(each for each in analysis.list_recipes(session, analysis_type) if each.source == "seed")


def clone(title: str = "Strict", analysis_type: str = "quality") -> analysis.RecipeView:
    with transaction() as session:
        return analysis.clone_recipe(session, builtin(analysis_type).id, title, person="ann")


def test_every_type_has_a_built_in_default(workbench):
    with reading() as session:
        recipes = analysis.list_recipes(session)
    assert {each.analysis_type for each in recipes if each.is_default and each.source == "seed"} == set(analysis.TYPES)
    assert len(recipes) == len(analysis.TYPES) == 7


def test_built_in_recipes_use_both_placeholders_and_say_no_number_of_their_own(workbench):
    with reading() as session:
        recipes = analysis.list_recipes(session)
    for recipe in recipes:
        assert analysis.placeholders_missing(recipe.content.system, recipe.content.user) == [], recipe.title
        assert recipe.content.temperature == 0.3


def test_a_clone_is_a_template_of_its_own_that_knows_its_origin(workbench):
    made = clone()
    assert (made.title, made.source, made.is_default, made.cloned_from) == ("Strict", "user", False, builtin().id)
    with reading() as session:
        template = library.get_template(session, made.id)
        version = library.get_version(session, made.id, 1)
    assert template.category == "analysis" and "recipe" in template.tags
    assert version.parent_id == builtin().version_id
    assert version.content == builtin().content


def test_the_default_is_really_used_when_none_is_chosen(workbench):
    made = clone()
    with transaction() as session:
        analysis.set_default(session, made.id, person="ann")
    with reading() as session:
        assert analysis.recipe_prompt(session, "quality").template_id == made.id
        defaults = [each.id for each in analysis.list_recipes(session, "quality") if each.is_default]
    assert defaults == [made.id]


def test_a_saved_version_is_what_the_recipe_says_next(workbench):
    made = clone()
    with transaction() as session:
        template = library.get_template(session, made.id)
        content = Content("New role.", "{{ schema_summary }} only", temperature=0.1)
        library.save_version(session, made.id, content, expected_rev=template.rev, person="ann")
        assert analysis.recipe_prompt(session, "quality", made.id).version_number == 2


def test_a_recipe_of_another_type_is_refused(workbench):
    with reading() as session, pytest.raises(InputError, match="not for trends"):
        analysis.recipe_prompt(session, "trends", builtin("quality").id)


def test_a_built_in_recipe_is_not_deleted(workbench):
    with transaction() as session, pytest.raises(ConflictError, match="built in"):
        analysis.delete_recipe(session, builtin().id, person="ann")


def test_deleting_the_default_makes_the_built_in_one_the_default_again(workbench):
    made = clone()
    with transaction() as session:
        analysis.set_default(session, made.id, person="ann")
        analysis.delete_recipe(session, made.id, person="ann")
    with reading() as session:
        assert analysis.recipe_prompt(session, "quality").template_id == builtin().id
        with pytest.raises(NotFoundError):
            analysis.get_recipe(session, made.id)


def test_a_deleted_recipe_that_was_run_stays_as_an_archived_template(workbench):
    made = clone()
    with reading() as session:
        version = library.resolve_id(session, made.id)
        values = {"schema_summary": "a", "sample_rows": "b", "business_context": "", "tables": []}
        call = call_version(session, version, values)
    run(call)
    with transaction() as session:
        analysis.delete_recipe(session, made.id, person="ann")
    with reading() as session:
        assert made.id not in [each.id for each in analysis.list_recipes(session)]
        assert library.get_template(session, made.id).is_archived
        assert analysis.get_recipe(session, made.id).title == "Strict"
        with pytest.raises(InputError, match="retired"):
            analysis.recipe_prompt(session, "quality", made.id)


@pytest.mark.parametrize(("title", "system", "user"), [("", "a", "b"), ("x", "", ""), ("x", "{{", "b")])
def test_a_recipe_that_could_not_run_is_refused(workbench, title, system, user):
    with transaction() as session, pytest.raises(InputError):
        analysis.create_recipe(session, "quality", title, system=system, user=user, person="ann")


def test_two_recipes_may_have_the_same_title(workbench):
    assert clone("Strict").name != clone("Strict").name


def test_recipes_are_found_as_the_command_line_names_them(workbench):
    made = clone("Strict about dates")
    with reading() as session:
        for text in (made.id, made.name, "Strict about dates"):
            assert analysis.find_recipe(session, text).id == made.id
        with pytest.raises(NotFoundError, match="no recipe 'nothing'"):
            analysis.find_recipe(session, "nothing")
