"""The same analysis with a different prompt: the edited template is what is sent, and the job of origin stays as it is."""

from dataclasses import replace

import pytest

from core import analysis, jobs, library
from core.clock import new_id
from core.db import reading, transaction
from core.db.models import Job
from core.errors import InputError, WorkbenchError
from tests.conftest import add_source
from tests.core.analysis.doing import ask, done


@pytest.fixture(scope="module")
def workbench(working):
    return working


EDITED = ("You look at amounts only.", "Only amounts, please.\n{{ schema_summary }}\n{{ sample_rows }}")


def rerun(job: jobs.JobView, edits: dict, **fields) -> jobs.JobView:
    with transaction() as session:
        return analysis.rerun(session, job.id, edits, person="bob", **fields)


@pytest.fixture(scope="module")
def job(workbench, tmp_path_factory) -> jobs.JobView:
    source = add_source(tmp_path_factory.mktemp("source"))
    return done(ask(source, "quality", "trends", name="First look", tags=("march",), business_context="A shop."))


def test_an_edited_prompt_that_is_not_saved_is_what_is_sent(job):
    again = done(rerun(job, {"quality": EDITED}))
    assert again.state == "completed"
    with reading() as session:
        execution = library.get_execution(session, again.job_metadata["quality_execution_id"])
    assert execution.system == EDITED[0]
    assert execution.user.startswith("Only amounts, please.\n<data-")
    assert again.job_metadata["quality_user_message"] == execution.user
    assert execution.version_number is None


def test_the_type_that_was_not_edited_keeps_its_own_prompt(job):
    again = done(rerun(job, {"quality": EDITED}))
    assert again.job_metadata["trends_version_id"] == job.job_metadata["trends_version_id"]
    assert again.job_metadata["trends_system_message"] == job.job_metadata["trends_system_message"]


def test_the_new_job_has_the_same_tables_types_and_settings_under_its_own_name(job):
    again = rerun(job, {"quality": EDITED})
    assert again.title == "First look (re-run)"
    assert set(again.tags) == {"march", "re-run"}
    assert again.parent_id == job.id and again.person == "bob"
    for field in ("source_id", "tables", "types", "connection", "model", "business_context"):
        assert again.payload[field] == job.payload[field]


def test_the_job_of_origin_is_not_touched(job):
    done(rerun(job, {"quality": EDITED}))
    with reading() as session:
        assert jobs.get_job(session, job.id) == job


def test_every_type_of_a_job_can_be_edited_not_only_the_first(job):
    again = done(rerun(job, {"quality": EDITED, "trends": ("Trends only.", "{{ schema_summary }}")}))
    assert again.job_metadata["trends_system_message"] == "Trends only."
    assert again.job_metadata["quality_system_message"] == EDITED[0]


def test_save_as_recipe_keeps_the_template_and_not_the_rendered_text(job):
    title = analysis.suggested_title("quality", job.title)
    assert title == "quality - Custom from First look"
    again = done(rerun(job, {"quality": EDITED}, save_as={"quality": title}))
    with reading() as session:
        recipe = analysis.find_recipe(session, title)
    assert (recipe.content.system, recipe.content.user) == EDITED
    assert recipe.source == "user" and not recipe.is_default
    assert again.job_metadata["quality_version_id"] == recipe.version_id


def test_one_recipe_per_edited_type_is_saved(job):
    edits = {"quality": EDITED, "trends": ("Trends only.", "{{ schema_summary }}")}
    rerun(job, edits, save_as={"quality": "One", "trends": "Two"})
    with reading() as session:
        assert analysis.find_recipe(session, "One").analysis_type == "quality"
        assert analysis.find_recipe(session, "Two").analysis_type == "trends"


def test_the_editor_opens_the_template_behind_the_job_even_after_the_recipe_changed(job):
    with transaction() as session:
        recipe = analysis.recipe_prompt(session, "quality")
        template = library.get_template(session, recipe.template_id)
        library.save_version(
            session, template.id, replace(recipe.content, system="New."), expected_rev=template.rev, person="ann"
        )
    opened = analysis.type_prompts(job)["quality"]
    assert opened.origin == "template"
    assert opened.prompt.content == recipe.content
    assert "{{ schema_summary }}" in opened.prompt.content.user and "<data-" in opened.sent_user


def test_a_deleted_recipe_and_a_deleted_job_of_origin_lose_nothing(make_source):
    source = make_source()
    with transaction() as session:
        made = analysis.create_recipe(session, "quality", "Mine", system=EDITED[0], user=EDITED[1], person="ann")
    first = done(ask(source, "quality", prompts={"quality": made.id}))
    with transaction() as session:
        analysis.delete_recipe(session, made.id, person="ann")
    second = done(rerun(first, {}))
    assert second.job_metadata["quality_system_message"] == EDITED[0]
    with transaction() as session:
        jobs.delete_job(session, first.id)
    assert done(rerun(second, {})).state == "completed"


def old_job(job: jobs.JobView, **metadata) -> jobs.JobView:
    """A copy of the job as one that was imported from before templates were kept."""
    with transaction() as session:
        columns = {column.key: getattr(session.get(Job, job.seq), column.key) for column in Job.__table__.columns}
        payload = {key: value for key, value in job.payload.items() if key != "prompts"}
        columns |= {"seq": None, "id": new_id("job"), "payload": payload, "job_metadata": metadata}
        session.add(row := Job(**columns))
        session.flush()
        return jobs.get_job(session, row.id)


def test_a_job_without_stored_prompts_shows_the_fallback_texts(job):
    old = old_job(job)
    prompts = analysis.type_prompts(old)
    assert {each.origin for each in prompts.values()} == {"missing"}
    content = prompts["quality"].prompt.content
    assert (content.system, content.user) == ("System message not found", "User message not found")
    with pytest.raises(InputError, match="kept no prompt"):
        rerun(old, {})


def test_a_job_with_only_rendered_text_opens_with_that_and_renders_back_to_it(job):
    sent = 'Data {{ with }} braces {% endraw %} and "quotes"'
    old = old_job(job, quality_system_message="S", quality_user_message=sent, trends_user_message="T")
    frozen = analysis.type_prompts(old)["quality"]
    assert frozen.origin == "frozen"
    assert library.render(frozen.prompt.content.system, frozen.prompt.content.user, {}).user == sent


def test_a_running_job_is_not_run_again(make_source, connect):
    job = ask(make_source(), "quality", connection=connect("slow-3000"))
    with pytest.raises(InputError, match="completed or failed"):
        rerun(job, {})
    with transaction() as session:
        jobs.cancel(session, job.id, person="ann")


@pytest.mark.parametrize(
    ("edits", "save_as", "words"),
    [
        ({"quality": ("", "x")}, None, "both need a text"),
        ({"quality": ("x", " ")}, None, "both need a text"),
        ({"profiling": EDITED}, None, "no type 'profiling'"),
        ({"quality": EDITED}, {"quality": "  "}, "give the recipe a name"),
        ({"quality": ("x", "{{ broken")}, {"quality": "Name"}, "^Failed to create recipe: "),
        ({"quality": ("x", "{{ broken")}, None, "^Failed to re-run job: "),
    ],
)
def test_what_cannot_run_is_refused_and_nothing_is_queued(job, edits, save_as, words):
    def count() -> int:
        with reading() as session:
            return jobs.list_jobs(session).total

    before = count()
    with pytest.raises(WorkbenchError, match=words):
        rerun(job, edits, save_as=save_as)
    assert count() == before


def test_warns_of_texts_without_a_placeholder():
    assert analysis.placeholders_missing("a", "{{ schema_summary }}") == ["sample_rows"]
    assert analysis.placeholders_missing("a", "b {schema_summary}") == ["schema_summary", "sample_rows"]
