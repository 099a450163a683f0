"""The pages of the analysis area: empty and filled, and what a person does on them."""

import pytest

from core import analysis, jobs, sources
from core.db import reading, transaction
from tests.core.analysis.doing import ask, done, findings
from tests.pages.conftest import texts


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("analysis/sources.py", "No sources yet"),
        ("analysis/new_analysis.py", "No tables yet"),
        ("analysis/jobs.py", "No jobs yet"),
        ("analysis/recipes.py", "Select a recipe"),
    ],
)
def test_every_page_says_what_it_is_for_while_it_is_empty(open_page, path, words):
    assert words in texts(open_page(path))


@pytest.mark.parametrize("path", ["analysis/job.py", "analysis/source.py", "analysis/rerun.py", "analysis/compare.py"])
def test_a_page_of_something_that_is_gone_says_so_and_leads_back(open_page, path):
    at = open_page(path, id="nothing")
    assert at.warning[0].value.startswith("There is no")


def test_the_sample_source_is_added_by_one_click(open_page):
    at = open_page("analysis/sources.py")
    at.button(key="sources.sample").click().run(timeout=60)
    assert not at.exception
    with reading() as session:
        [made] = sources.list_sources(session)
        with sources.open_source(made) as reader:
            assert {each.name for each in reader.tables()} == {"piers", "customers", "bookings", "maintenance"}
    assert made.is_sample


@pytest.mark.parametrize("view", ["Figures", "Rows", "What may leave", "Dictionary", "SQL"])
def test_every_view_of_a_source_is_drawn(open_page, make_source, view):
    source = make_source()
    at = open_page("analysis/source.py", id=source.id, table="orders", source_view=view)
    assert not at.error, at.error


def test_a_refused_statement_is_a_sentence_and_no_row_is_shown(open_page, make_source):
    source = make_source()
    at = open_page("analysis/source.py", id=source.id, source_view="SQL")
    at.text_area(key=f"source.{source.id}.sql").set_value("DROP TABLE orders")
    at.button(key=f"source.{source.id}.sql.run").click().run(timeout=30)
    assert at.error and not at.exception and not at.dataframe


def test_a_database_that_cannot_be_reached_is_not_kept(open_page):
    at = open_page("analysis/sources.py", add="database")
    at.text_input(key="sources.database.name").set_value("CRM")
    at.text_input(key="sources.database.url").set_value("postgresql+psycopg://reader:secret@127.0.0.1:1/crm")
    next(each for each in at.button if each.label == "Add source").click().run(timeout=60)
    assert at.error and "secret" not in at.error[0].value
    with reading() as session:
        assert sources.list_sources(session) == []


def new_analysis(open_page, source: sources.SourceView):
    return open_page("analysis/new_analysis.py", source=source.id, tables="orders")


def test_a_new_analysis_shows_exactly_what_it_then_sends(open_page, make_source, worker):
    at = new_analysis(open_page, make_source())
    shown = [each.value for each in at.code if each.value.startswith("<data-")]
    assert len(shown) == 2
    assert "1 calls" not in texts(at) and "2 calls" in texts(at)
    at.button(key="new_analysis.start").click().run(timeout=30)
    assert not at.exception
    with reading() as session:
        [row] = jobs.list_jobs(session).rows
    job = done(row)
    assert job.state == "completed" and job.title == "orders: data quality"
    assert all(text in job.job_metadata["quality_user_message"] for text in shown)


def test_an_analysis_without_a_type_cannot_be_started_and_says_why(open_page, make_source):
    at = new_analysis(open_page, make_source())
    next(each for each in at.button_group if each.key == "new_analysis.types").set_value([]).run()
    assert at.button(key="new_analysis.start").disabled
    assert "Choose at least one analysis type." in texts(at)


@pytest.fixture
def job(make_source, worker) -> jobs.JobView:
    return done(ask(make_source(), "quality", "profiling", name="First look"))


@pytest.mark.parametrize("view", ["Findings", "Profile", "Prompts sent", "Log"])
def test_every_view_of_a_job_is_drawn(open_page, job, view):
    at = open_page("analysis/job.py", id=job.id, job_view=view)
    assert not at.error
    assert "First look" in texts(at)


def test_findings_are_filtered_by_what_stands_in_the_address(open_page, job):
    at = open_page("analysis/job.py", id=job.id, finding_type="Data quality")
    table = at.dataframe[0].value
    assert len(table) == sum(each.analysis_type == "quality" for each in findings(job))
    assert set(table["Type"]) == {"Data quality"}


def test_the_list_shows_the_job_and_its_state(open_page, job):
    at = open_page("analysis/jobs.py")
    table = at.dataframe[0].value
    assert table["Name"].tolist() == ["First look"] and table["State"].tolist() == ["Completed"]
    at.selectbox(key="job_state").set_value("failed").run()
    assert "Nothing matches" in texts(at)


def test_a_rerun_from_the_page_sends_the_edited_text_and_lands_on_the_list(open_page, job):
    at = open_page("analysis/rerun.py", id=job.id)
    box = next(each for each in at.text_area if each.label == "System message")
    box.set_value("Look at amounts only.").run(timeout=30)
    assert "Edited: profiling." in texts(at)
    at.button(key="rerun.start").click().run(timeout=30)
    assert not at.exception
    with reading() as session:
        [row] = jobs.list_jobs(session, jobs.JobFilter(parent_id=job.id)).rows
    again = done(row)
    assert again.job_metadata["profiling_system_message"] == "Look at amounts only."
    assert again.tags == ("re-run",) and "(re-run)" in texts(at)


def test_a_rerun_with_an_empty_text_or_a_nameless_recipe_is_held_back_with_the_reason(open_page, job):
    at = open_page("analysis/rerun.py", id=job.id)
    box = next(each for each in at.text_area if each.label == "User template")
    box.set_value("").run(timeout=30)
    assert at.button(key="rerun.start").disabled
    assert "the user template is empty" in texts(at)
    next(each for each in at.text_area if each.label == "User template").set_value("No data here").run(timeout=30)
    assert "Neither text has a placeholder" in at.warning[0].value
    at.toggle(key=f"rerun.{job.id}.save").set_value(True).run(timeout=30)
    at.text_input(key=f"rerun.{job.id}.profiling.title").set_value("").run(timeout=30)
    assert at.button(key="rerun.start").disabled
    assert "Give the recipe a name" in texts(at)


def test_two_jobs_are_compared(open_page, job):
    other = done(ask(source_of(job), "quality", "profiling", name="Second look"))
    at = open_page("analysis/compare.py", **{"with": job.id, "and": other.id})
    assert "0 findings came, 0 went, 0 changed" in texts(at)
    assert "Both jobs were asked the same." in texts(at)


def source_of(job: jobs.JobView) -> sources.SourceView:
    with reading() as session:
        return sources.get_source(session, job.payload["source_id"])


def test_recipes_are_cloned_made_default_and_deleted(open_page):
    with transaction() as session:
        builtin = analysis.recipe_prompt(session, "quality").template_id
        made = analysis.clone_recipe(session, builtin, "Strict", person="ann")
    at = open_page("analysis/recipes.py", recipe_type="Data quality")
    assert at.dataframe[0].value["Name"].tolist() == ["Data quality", "Strict"]
    with transaction() as session:
        analysis.set_default(session, made.id, person="ann")
    at = open_page("analysis/recipes.py", recipe_type="Data quality")
    assert at.dataframe[0].value["Default"].tolist() == ["default", ""]
    assert at.dataframe[0].value["Name"].tolist() == ["Strict", "Data quality"]


def test_a_thousand_jobs_are_one_page_of_fifty(open_page, job):
    with transaction() as session:
        for number in range(120):
            jobs.submit(session, "other", f"job {number}", {}, person="bob")
    at = open_page("analysis/jobs.py")
    assert len(at.dataframe[0].value) == 50
    assert "121 jobs" in texts(at)
