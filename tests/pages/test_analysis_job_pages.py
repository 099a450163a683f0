"""The pages of jobs, over one analysis that is done: its views, the list, the re-run, the comparison."""

import pytest
import streamlit as st

from core import jobs, sources
from core.db import reading, transaction
from tests.conftest import add_source
from tests.core.analysis.doing import ask, done, findings
from tests.pages.conftest import texts


@pytest.fixture
def workbench(working):
    st.cache_data.clear()
    return working


@pytest.fixture(scope="module")
def job(working, tmp_path_factory) -> jobs.JobView:
    source = add_source(tmp_path_factory.mktemp("source"))
    return done(ask(source, "quality", "profiling", name="First look"))


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
    assert table.set_index("Name").at["First look", "State"] == "Completed"
    at.selectbox(key="job_state").set_value("failed").run()
    assert "Nothing matches" in texts(at)


def test_a_rerun_from_the_page_sends_the_edited_text_and_lands_on_the_list(open_page, job):
    at = open_page("analysis/rerun.py", id=job.id)
    assert "The new job measures the tables again" in texts(at)
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


def test_a_thousand_jobs_are_one_page_of_fifty(open_page, job):
    with transaction() as session:
        for number in range(120):
            jobs.submit(session, "other", f"job {number}", {}, person="bob")
        total = jobs.list_jobs(session).total
    at = open_page("analysis/jobs.py")
    assert len(at.dataframe[0].value) == 50
    assert f"{total} jobs" in texts(at)
