"""The prompt files themselves: the known templates, each rendering on its samples, and a broken one naming itself."""

import shutil
from pathlib import Path

import pytest

from core import library
from core.db import reading, transaction
from core.errors import ConfigError
from core.library import builtin

KNOWN = {
    "chat_assistant": ("Chat Assistant", "chat", {"message"}),
    "auto_issue_generator": ("Auto Issue Generator", "auto_issue", {"repo", "chore_type", "analysis_data"}),
    "feedback_issue_creator": (
        "Feedback Issue Creator",
        "feedback_issue",
        {"feedback_type", "summary", "description", "context_files"},
    ),
    "documentation_generator": (
        "Documentation Generator",
        "documentation",
        {"code_content", "file_path", "language"},
    ),
    "readme_update_generator": (
        "README Update Generator",
        "readme_update",
        {"parent_issue", "readme_content", "additional_files"},
    ),
    "sub_issue_generator": (
        "Sub-Issue Generator",
        "sub_issue",
        {"parent_issue", "template_instructions", "file_refs"},
    ),
}


@pytest.fixture(scope="module")
def workbench(shared_workbench):
    return shared_workbench


def templates() -> list[library.TemplateRow]:
    with reading() as session:
        return list(library.list_templates(session, library.TemplateFilter(builtin=True), order="title").rows)


@pytest.mark.parametrize("name", KNOWN)
def test_the_known_templates_have_their_names_titles_categories_and_variables(workbench, name):
    with reading() as session:
        template = library.get_template_by_name(session, name)
        version = library.resolve(session, name)
    title, category, variables = KNOWN[name]
    assert (template.title, template.category, template.current_number) == (title, category, 1)
    assert {spec.name for spec in version.content.variables} == variables
    assert name == library.slug(title) and template.is_active and template.description


def test_a_list_of_context_files_is_a_list(workbench):
    with reading() as session:
        specs = {spec.name: spec for spec in library.resolve(session, "feedback_issue_creator").content.variables}
    assert specs["context_files"].type == "list" and not specs["context_files"].required


def test_every_prompt_file_renders_on_its_samples_and_with_its_required_variables_alone():
    prompts = builtin.load_prompts()
    assert {path.stem for path in builtin.PROMPTS.rglob("*.prompty")} == {
        prompt.key.split("/")[-1] for prompt in prompts
    }
    for prompt in prompts:
        content = prompt.content
        samples = library.sample_values(content.variables)
        rendered = library.render(content.system, content.user, library.values_for(content.variables, samples))
        for spec in content.variables:
            assert spec.description, f"{prompt.key}: {spec.name} is not described"
            sample = samples[spec.name]
            assert spec.sample is not None or spec.default is not None, f"{prompt.key}: {spec.name} has no sample"
            if isinstance(sample, str):
                assert sample in rendered.system + rendered.user, f"{prompt.key}: {spec.name} is not used"
        required = {spec.name: samples[spec.name] for spec in content.variables if spec.required}
        bare = library.render(content.system, content.user, library.values_for(content.variables, required))
        assert bare.user.strip() and "None" not in bare.user


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("no front matter", ""),
        ("---\ntitle: [unclosed\n---\nuser:\nHi\n", ""),
        ("---\ncategory: chat\n---\nuser:\nHi\n", "title"),
        ("---\ntitle: T\ncategory: chat\n---\nHi\n", "has to start with a line"),
        ("---\ntitle: T\ncategory: chat\n---\nuser:\nHi {{ name\n", "line 1"),
        ("---\ntitle: T\ncategory: chat\n---\nuser:\n\n", "empty"),
        ("---\ntitle: T\ncategory: chat\nmodel: {temperature: 9}\n---\nuser:\nHi\n", "temperature"),
        ("---\ntitle: T\ncategory: chat\nvariables: [{type: text}]\n---\nuser:\nHi\n", "name"),
        ("---\n- a list\n---\nuser:\nHi\n", ""),
        (b"---\ntitle: \xff\n---\nuser:\nHi\n", ""),
    ],
)
def test_a_broken_prompt_file_names_itself_and_seeds_nothing(workbench, tmp_path, text, says):
    prompts = Path(shutil.copytree(builtin.PROMPTS, tmp_path / "prompts"))
    (prompts / "aaa_broken.prompty").write_bytes(text if isinstance(text, bytes) else text.encode())
    before = templates()
    with pytest.raises(ConfigError, match=r"aaa_broken\.prompty cannot be read") as caught, transaction() as session:
        library.seed(session, prompts)
    assert says in str(caught.value) and "Restore it from the release" in str(caught.value)
    assert templates() == before
