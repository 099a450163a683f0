"""Built-in prompts: seeded once, moved on with a release, never over a person's edit."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from core import library, startup
from core.db import reading, transaction
from core.errors import PromptTemplateNotFoundError, PromptValidationError
from core.library import builtin

NEW_LINE = "Say which source each reason comes from."


@pytest.fixture
def prompts(tmp_path: Path) -> Path:
    """A copy of the prompt files, to be changed by a test."""
    return Path(shutil.copytree(builtin.PROMPTS, tmp_path / "prompts"))


@pytest.fixture
def release(prompts: Path) -> Callable[[], list[str]]:
    """A new release: the chat assistant says one line more. Seeds, and returns what seeding changed."""

    def release() -> list[str]:
        path = prompts / "chat_assistant.prompty"
        path.write_text(path.read_text().replace("system:\n", f"system:\n{NEW_LINE}\n", 1))
        return seed(prompts)

    return release


def seed(folder: Path = builtin.PROMPTS) -> list[str]:
    with transaction() as session:
        return library.seed(session, folder)


def assistant() -> library.TemplateView:
    with reading() as session:
        return library.get_template_by_name(session, "chat_assistant")


def runs() -> library.VersionView:
    """The version of the chat assistant that runs."""
    with reading() as session:
        return library.resolve(session, "chat_assistant")


def state(folder: Path) -> library.BuiltinState:
    with reading() as session:
        return library.builtin_state(session, assistant().id, folder)


def edit(user: str = "Mine: {{ message }}") -> None:
    template = assistant()
    with transaction() as session:
        content = library.Content("I edited this.", user)
        library.save_version(session, template.id, content, expected_rev=template.rev, person="ann")


def everything() -> list[tuple]:
    with reading() as session:
        wanted = library.TemplateFilter(builtin=True)
        rows = library.list_templates(session, wanted, order="title").rows
        return [
            (row.id, row.name, library.get_template(session, row.id), library.list_versions(session, row.id))
            for row in rows
        ]


def test_seeding_again_changes_nothing(workbench):
    before = everything()
    assert len(before) >= 6
    assert seed() == []
    assert everything() == before


def test_opening_says_what_was_seeded_and_the_second_time_nothing(settings):
    try:
        assert {"chat_assistant", "whetstone/repair_reply"} <= set(startup.open_workbench(settings).seeded)
        assert startup.open_workbench(settings).seeded == ()
    finally:
        startup.close_workbench()


def test_an_unedited_template_moves_to_the_new_releases_text(workbench, prompts, release):
    assert release() == ["chat_assistant"]
    version = runs()
    assert (version.number, version.note, version.created_by) == (2, "New release", "whetstone")
    assert version.content.system.startswith(NEW_LINE)
    assert seed(prompts) == []
    assert (state(prompts).edited, state(prompts).update) == (False, None)


def test_a_persons_edit_is_never_overwritten_but_offered_the_new_text(workbench, prompts, release):
    edit()
    assert state(prompts).edited
    assert release() == []
    assert runs().content.system == "I edited this."
    offered = state(prompts)
    assert offered.edited and offered.update.system.startswith(NEW_LINE)


def test_an_edit_that_is_not_in_production_does_not_stop_the_new_text(workbench, prompts, release):
    edit()
    with transaction() as session:
        library.roll_back(session, assistant().id, 1, person="ann")
    assert release() == ["chat_assistant"]
    assert runs().content.system.startswith(NEW_LINE)
    with reading() as session:
        newest = library.list_versions(session, assistant().id)[0]
    assert (newest.number, newest.parent_number) == (3, 1)


def test_a_new_text_that_equals_an_older_edit_still_moves_on(workbench, prompts, release):
    template, content = assistant(), runs().content
    coming = replace(content, system=f"{NEW_LINE}\n{content.system}")
    with transaction() as session:
        library.save_version(session, template.id, coming, expected_rev=template.rev, person="ann")
        library.roll_back(session, template.id, 1, person="ann")
    assert release() == ["chat_assistant"]
    assert (runs().number, runs().content) == (3, coming)


def test_a_protected_label_keeps_what_runs_and_the_workbench_still_opens(workbench, prompts, release):
    with transaction() as session:
        library.protect_label(session, assistant().id, "production", True, person="ann")
    assert release() == []
    assert runs().number == 1
    assert state(prompts).update.system.startswith(NEW_LINE)


def test_reset_brings_the_files_text_back_and_keeps_the_edit_in_the_history(workbench, prompts):
    first = runs().content
    edit()
    with transaction() as session:
        version = library.reset_to_builtin(session, assistant().id, person="ben", folder=prompts)
    assert (version.number, version.created_by, runs().content) == (3, "ben", first)
    with reading() as session:
        assert library.resolve(session, "chat_assistant:2").content.system == "I edited this."
    assert (state(prompts).edited, state(prompts).update) == (False, None)


def test_after_a_reset_the_next_release_moves_on_again(workbench, prompts, release):
    edit()
    with transaction() as session:
        library.reset_to_builtin(session, assistant().id, person="ben", folder=prompts)
    assert release() == ["chat_assistant"]


def test_resetting_what_was_not_edited_or_is_not_built_in_says_so(workbench, make_template):
    with pytest.raises(PromptValidationError, match="Nothing differs"), transaction() as session:
        library.reset_to_builtin(session, assistant().id, person="ann")
    own = make_template()
    with pytest.raises(PromptTemplateNotFoundError, match="does not come with"), transaction() as session:
        library.reset_to_builtin(session, own.id, person="ann")
    with reading() as session:
        assert library.builtin_state(session, own.id) is None


def test_a_persons_own_template_keeps_its_name_when_a_release_brings_one_of_that_name(
    workbench, make_template, prompts
):
    own = make_template("tide_tables")
    source = (prompts / "chat_assistant.prompty").read_text()
    (prompts / "tide_tables.prompty").write_text(source.replace("Chat Assistant", "Tide tables"))
    assert seed(prompts) == ["tide_tables_builtin"]
    with reading() as session:
        assert library.get_template_by_name(session, "tide_tables").id == own.id
        assert library.resolve(session, "tide_tables").content.system == "You greet people."
        assert library.get_template_by_name(session, "tide_tables_builtin").builtin_key == "tide_tables"
    assert seed(prompts) == []


def test_a_template_whose_file_is_gone_stays_as_it_is(workbench, prompts):
    (prompts / "chat_assistant.prompty").unlink()
    assert seed(prompts) == []
    assert runs().number == 1
    with reading() as session:
        assert library.builtin_state(session, assistant().id, prompts) is None
