"""Where the calls of a job go decides how much data fits and what it costs."""

import pytest

from core import analysis, library, llm
from core.db import reading, transaction


@pytest.fixture(scope="module")
def workbench(shared_workbench):
    with transaction() as session:
        for name, model in (("wide", "gpt-4o"), ("narrow", "gpt-4")):
            draft = llm.ConnectionDraft(name, "compatible", "http://127.0.0.1:9/v1", model)
            llm.add_connection(session, draft, make_default=False)
        priced = llm.ConnectionDraft(
            "priced", "compatible", "http://127.0.0.1:9/v1", "m", input_usd_per_mtok=1000, output_usd_per_mtok=0
        )
        llm.add_connection(session, priced, make_default=False)
    return shared_workbench


def prompt(connection: str | None = None, model: str | None = None) -> analysis.Prompt:
    return analysis.Prompt(library.Content("s", "{{ schema_summary }}", connection=connection, model=model))


def room(*prompts: analysis.Prompt, connection: str | None = None, model: str | None = None, limit: int | None = None):
    with reading() as session:
        return analysis.room_for_data(session, prompts, connection=connection, model=model, limit=limit)


def test_the_smallest_context_of_all_that_are_asked_decides(workbench):
    assert room(prompt("wide")) == 128_000 - 11_000
    assert room(prompt("wide"), prompt("narrow")) == 1_000
    assert room(prompt("wide", "gpt-4"), prompt("wide")) == 1_000


def test_what_the_job_chooses_goes_before_what_the_recipe_says(workbench):
    assert room(prompt("narrow"), connection="wide") == 128_000 - 11_000
    assert room(prompt("wide"), connection="wide", model="gpt-4") == 1_000


def test_the_jobs_own_limit_holds_and_an_unknown_context_sets_none(workbench):
    assert room(prompt("wide"), limit=2_000) == 2_000
    assert room(prompt("priced")) is None
    assert room(prompt("gone")) is None
    assert room(prompt("gone"), limit=700) == 700


def estimate(*prompts: analysis.Prompt, **fields):
    with reading() as session:
        return analysis.estimate(
            session, prompts, **{"connection": None, "model": None, "summary_tokens": 1_000} | fields
        )


def test_each_call_is_priced_where_it_goes(workbench):
    free = estimate(prompt())
    assert (free.calls, free.cost_usd) == (2, 0.0) and free.input_tokens > 1_300
    one = estimate(prompt("priced"))
    assert one.input_tokens == free.input_tokens
    assert one.cost_usd == pytest.approx((one.input_tokens - 300 - 1) / 1000, rel=0.01), "the summary is asked at home"
    both = estimate(prompt("priced"), prompt())
    assert both.calls == 3 and both.cost_usd == pytest.approx(one.cost_usd)


def test_one_unknown_price_makes_the_sum_unknown(workbench):
    assert estimate(prompt(), prompt("gone")).cost_usd is None
