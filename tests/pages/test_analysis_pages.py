"""The pages of the analysis area: empty and filled, and what a person does on them."""

import pytest

from core import analysis, jobs, sources
from core.db import reading, transaction
from tests.core.analysis.doing import done
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
    at.text_area(key="new_analysis.context").set_value("  A shop for tea. ").run(timeout=30)
    data = [each.value for each in at.code if each.value.startswith("<data-")]
    assert len(data) == 2
    system, user = (each.value for each in at.code if each.value not in data)
    assert "1 calls" not in texts(at) and "2 calls" in texts(at) and "tokens sent · free" in texts(at)
    at.button(key="new_analysis.start").click().run(timeout=30)
    assert not at.exception
    with reading() as session:
        [row] = jobs.list_jobs(session).rows
    job = done(row)
    assert job.state == "completed" and job.title == "orders: data quality"
    assert (job.job_metadata["quality_system_message"], job.job_metadata["quality_user_message"]) == (system, user)
    assert "A shop for tea." in user and all(text in user for text in data)


def test_every_types_whole_prompt_can_be_looked_at_before_the_job(open_page, make_source):
    at = new_analysis(open_page, make_source())
    types = next(each for each in at.button_group if each.key == "new_analysis.types")
    types.set_value(["Data quality", "Trends"]).run(timeout=30)
    prompts = next(each for each in at.button_group if each.key == "new_analysis.prompt")
    assert prompts.options == ["Data quality", "Trends"]
    shown = {}
    for title in ("Data quality", "Trends"):
        next(each for each in at.button_group if each.key == "new_analysis.prompt").set_value(title).run(timeout=30)
        shown[title] = [each.value for each in at.code][2:]
    assert all('Table "orders": 119 rows' in user for _, user in shown.values())
    assert shown["Data quality"] != shown["Trends"]


def test_two_recipes_of_one_type_are_started_together_and_land_on_the_comparison(open_page, make_source, worker):
    with transaction() as session:
        builtin = analysis.recipe_prompt(session, "quality").template_id
        other = analysis.create_recipe(
            session, "quality", "Strict", system="Be strict.", user="{{ schema_summary }}", person="ann"
        )
    at = new_analysis(open_page, make_source())
    at.selectbox(key="new_analysis.recipe.quality").set_value(builtin)
    at.selectbox(key="new_analysis.second.quality").set_value(other.id).run(timeout=30)
    prompts = next(each for each in at.button_group if each.key == "new_analysis.prompt")
    assert prompts.options == ["A: Data quality", "B: Data quality"]
    prompts.set_value("B: Data quality").run(timeout=30)
    assert "Be strict." in [each.value for each in at.code]
    button = at.button(key="new_analysis.start")
    assert button.label == "Start both analyses" and "4 calls" in texts(at)
    button.click().run(timeout=30)
    assert at.title[0].value == "Compare" and not at.exception
    with reading() as session:
        second, first = (done(row) for row in jobs.list_jobs(session).rows)
    assert (first.title[-3:], second.title[-3:], second.parent_id) == ("(A)", "(B)", first.id)
    assert (at.query_params["with"], at.query_params["and"]) == (first.id, second.id)
    at = open_page("analysis/compare.py", **{"with": first.id, "and": second.id})
    assert "Data quality: the prompts differ" in [each.label for each in at.expander]


def test_an_analysis_without_a_type_cannot_be_started_and_says_why(open_page, make_source):
    at = new_analysis(open_page, make_source())
    next(each for each in at.button_group if each.key == "new_analysis.types").set_value([]).run()
    assert at.button(key="new_analysis.start").disabled
    assert "Choose at least one analysis type." in texts(at)


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
