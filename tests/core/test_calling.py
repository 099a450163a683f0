"""`call_ai_chat`: both styles, recorded alike, and an example in the documentation that runs."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import func, select

from core import call_ai_chat, library
from core.db import reading, transaction
from core.db.models import Execution
from core.errors import (
    AuthError,
    BudgetError,
    InputError,
    NotFoundError,
    PromptRenderError,
    PromptTemplateNotFoundError,
    ServiceError,
)
from core.settings import ROOT
from tests.core.conftest import KEY


@pytest.fixture(scope="module")
def workbench(shared_workbench):
    return shared_workbench


def recorded(execution_id: str) -> library.ExecutionView:
    with reading() as session:
        return library.get_execution(session, execution_id)


def executions() -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(Execution))


def python(code: str, settings=None) -> str:
    """Run it in a process of its own, with the workbench of `settings`; returns what it prints."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("WHETSTONE_")}
    if settings is not None:
        environment |= {"WHETSTONE_DATA_DIR": str(settings.data_dir), "WHETSTONE_PERSON": "tess"}
        if settings.database_url:
            environment["WHETSTONE_DATABASE_URL"] = settings.database_url
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_two_texts_are_sent_as_they_are_and_recorded(workbench):
    execution = call_ai_chat(system_prompt="Be brief.", user_prompt="{{ not a variable }} ferry")
    assert execution == recorded(execution.id)
    assert (execution.system, execution.user) == ("Be brief.", "{{ not a variable }} ferry")
    assert (execution.variables, execution.template_id, execution.reference) == (None, None, "direct call")
    assert (execution.person, execution.source, execution.status) == ("ann", "python", "completed")
    assert execution.response


def test_one_text_is_enough_and_may_be_given_by_position(workbench):
    assert call_ai_chat("Only a system text").system == "Only a system text"
    assert call_ai_chat(None, "Only a user text").user == "Only a user text"


@pytest.mark.parametrize("reference", ["{id}", "{name}", "{name}:1", "{name}@production"])
def test_a_template_by_id_or_reference_is_rendered_recorded_and_counted(make_template, reference):
    template = make_template(f"team/greeting{len(reference)}")
    asked = reference.format(id=template.id, name=template.name)
    execution = call_ai_chat(prompt_template_id=asked, context={"name": "Ann"})
    assert (execution.template_id, execution.user) == (template.id, "Hello Ann")
    assert recorded(execution.id).variables == {"name": "Ann"}
    with reading() as session:
        assert library.get_template(session, template.id).usage_count == 1


def test_a_bare_name_and_an_id_mean_what_runs_not_the_newest(make_template):
    template = make_template("calling/two", versions=2)
    with transaction() as session:
        library.roll_back(session, template.id, 1, person="ann")
    for asked in (template.id, template.name):
        assert call_ai_chat(prompt_template_id=asked, context={"name": "Ann"}).version_number == 1


def test_explicit_arguments_go_before_the_versions_settings(connect, faulty_model, make_template):
    template, name = make_template("calling/one"), connect("ok")
    execution = call_ai_chat(
        prompt_template_id=template.id,
        context={"name": "Ann"},
        connection=name,
        model="m-1",
        temperature=0.0,
        max_tokens=5,
    )
    body = faulty_model.history[-1].body
    assert (body["model"], body["temperature"], body["max_tokens"]) == ("m-1", 0.0, 5)
    assert (execution.connection, execution.model) == (name, "m-1")


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"user_prompt": "Hi", "prompt_template_id": "chat_assistant"},
        {"system_prompt": "", "prompt_template_id": "chat_assistant", "context": {"message": "Hi"}},
        {"user_prompt": "Hi", "context": {"name": "Ann"}},
        {"user_prompt": " \n"},
        {"context": {"name": "Ann"}},
    ],
)
def test_both_styles_or_neither_is_an_error_and_nothing_is_recorded(workbench, given):
    before = executions()
    with pytest.raises(InputError, match=r"Give|Both texts are empty"):
        call_ai_chat(**given)
    assert executions() == before


@pytest.mark.parametrize("context", [None, {}, {"repo": "a/b"}])
def test_all_missing_variables_are_named(workbench, context):
    before = executions()
    with pytest.raises(PromptRenderError) as caught:
        call_ai_chat(prompt_template_id="auto_issue_generator", context=context)
    expected = {"repo", "chore_type", "analysis_data"} - set(context or {})
    assert set(caught.value.missing) == expected
    assert all(f"'{name}'" in str(caught.value) for name in expected)
    assert executions() == before


def test_what_is_not_there_says_so(workbench):
    before = executions()
    for asked in ("ps_gone", "nothing", "chat_assistant:9", "chat_assistant@staging"):
        with pytest.raises(PromptTemplateNotFoundError):
            call_ai_chat(prompt_template_id=asked, context={"message": "Hi"})
    with pytest.raises(NotFoundError, match="no connection 'nowhere'"):
        call_ai_chat(user_prompt="Hi", connection="nowhere")
    assert executions() == before


def test_a_failed_call_raises_its_kind_with_the_id_of_its_record(connect):
    with pytest.raises(AuthError, match="refuses the key") as caught:
        call_ai_chat(user_prompt="Hi", connection=connect("401"))
    record = recorded(caught.value.execution_id)
    assert (record.status, record.error) == ("failed", str(caught.value))
    assert KEY not in str(caught.value)
    with pytest.raises(ServiceError) as caught:
        call_ai_chat(prompt_template_id="chat_assistant", context={"message": "Hi"}, connection=connect("500"))
    assert recorded(caught.value.execution_id).variables == {"message": "Hi"}


def test_a_refusal_by_the_budget_carries_the_id_of_its_record_too(connect):
    name = connect("ok", input_usd_per_mtok=1000.0, output_usd_per_mtok=1000.0, budget_usd_per_month=0.01)
    with pytest.raises(BudgetError) as caught:
        call_ai_chat(user_prompt="Hi", connection=name)
    assert recorded(caught.value.execution_id).error_kind == "BudgetError"


def test_a_stored_answer_is_taken_on_request(connect, faulty_model):
    name = connect("ok")
    first, again = (call_ai_chat(user_prompt="Hi", connection=name, use_cache=True) for _ in range(2))
    assert again.is_cached and again.response == first.response and len(faulty_model.history) == 1


def test_importing_it_loads_neither_a_client_nor_the_screen():
    heavy = ("openai", "streamlit", "databricks", "pandas", "jinja2", "aiohttp")
    code = f"import sys\nfrom core import call_ai_chat\nprint([n for n in {heavy!r} if n in sys.modules])"
    assert python(code).strip() == "[]"
    assert python("import sys, core\nprint('core.library' in sys.modules)").strip() == "False"


def test_a_name_that_core_does_not_have_is_an_attribute_error():
    import core

    with pytest.raises(AttributeError, match="no attribute 'call_ai'"):
        core.call_ai  # noqa: B018


EXAMPLES = re.findall(r"```python\n(.*?)```", Path(ROOT / "docs" / "python.md").read_text(encoding="utf-8"), re.DOTALL)


def test_the_examples_of_the_documentation_run(workbench):
    both, failing = EXAMPLES
    printed, _, failure = python(both + "print('--')\n" + failing, workbench).partition("--\n")
    with reading() as session:
        failed, by_template, direct = (recorded(row.id) for row in library.list_executions(session, size=3).rows)
    assert (by_template.reference, direct.reference) == ("chat_assistant:1", "direct call")
    for each in (by_template, direct):
        assert (each.status, each.person) == ("completed", "tess") and each.response in printed
    assert printed.rstrip().endswith("chat_assistant:1 whetstone-offline 0.0")
    assert failure.strip() == f"{failed.id} {failed.error}" and "no-such-model" in failed.error
