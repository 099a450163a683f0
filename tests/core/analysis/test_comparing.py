"""Two jobs over the same tables: what came, went and changed, matched by what the findings are about."""

import json

import pytest

from core import analysis
from core.db import reading, transaction
from core.errors import InputError
from tests.core.analysis.doing import ask, done


@pytest.fixture(scope="module")
def workbench(working):
    return working


def answer(*issues: tuple[str, str]) -> str:
    """A quality answer with (column, evidence) issues."""
    return json.dumps(
        {
            "executive_summary": "s",
            "issues": [
                {
                    "table_name": "orders",
                    "column_name": column,
                    "issue_type": "missing_data",
                    "severity": "high",
                    "description": f"{column} is always there.",
                    "evidence": evidence,
                    "suggested_checks": [],
                }
                for column, evidence in issues
            ],
            "recommended_remediations": [],
        }
    )


@pytest.fixture
def pair(make_source, connect, faulty_model):
    source, name = make_source(), connect("ignores-response-format")
    made = []
    for content in (
        answer(("amount", "9 of 119 values missing"), ("day", "0 missing"), ("items", "0 missing")),
        answer(("amount", "40 of 119 values missing"), ("channel", "0 missing"), ("items", "0 missing")),
    ):
        faulty_model.content = content
        made.append(done(ask(source, "quality", connection=name)))
    return made


def test_findings_come_go_change_and_stay(pair):
    with reading() as session:
        found = analysis.compare_jobs(session, pair[0].id, pair[1].id)
    assert [each.columns for each in found.added] == [("channel",)]
    assert [each.columns for each in found.gone] == [("day",)]
    assert [(each.baseline.columns, each.differs) for each in found.changed] == [(("amount",), ("evidence", "verdict"))]
    assert [each.baseline.columns for each in found.same] == [("items",)]
    assert found.baseline.verdicts["contradicted"] == 0 and found.candidate.verdicts["contradicted"] == 1
    assert found.baseline.seconds > 0


def test_the_other_way_round_is_the_mirror_image(pair):
    with reading() as session:
        one = analysis.compare_jobs(session, pair[0].id, pair[1].id)
        two = analysis.compare_jobs(session, pair[1].id, pair[0].id)
    assert [each.id for each in one.added] == [each.id for each in two.gone]
    assert {(each.baseline.id, each.candidate.id) for each in one.changed} == {
        (each.candidate.id, each.baseline.id) for each in two.changed
    }


def test_a_job_equals_itself_run_again_and_its_prompts_do_too(make_source):
    source = make_source()
    first, second = (done(ask(source, "quality", "profiling")) for _ in range(2))
    with reading() as session:
        found = analysis.compare_jobs(session, first.id, second.id)
        others = analysis.comparable_jobs(session, first)
    assert not (found.added or found.gone or found.changed) and found.same
    assert found.changed_prompts() == {}
    assert [each.id for each in others] == [second.id]


def test_jobs_without_a_common_table_are_refused(make_source):
    source = make_source()
    first, second = done(ask(source, "quality")), done(ask(source, "quality", tables=("customers",)))
    with reading() as session:
        assert analysis.comparable_jobs(session, first) == []
        with pytest.raises(InputError, match="no table in common"):
            analysis.compare_jobs(session, first.id, second.id)
        with pytest.raises(InputError, match="the same job"):
            analysis.compare_jobs(session, first.id, first.id)


def test_a_b_starts_both_recipes_and_links_the_pair(make_source):
    source = make_source()
    with transaction() as session:
        builtin = analysis.recipe_prompt(session, "quality").template_id
        other = analysis.clone_recipe(session, builtin, "Other", person="ann").id
        request = analysis.AnalysisRequest(source.id, ("orders",), ("quality",), "Which")
        with pytest.raises(InputError, match="two different"):
            analysis.submit_pair(session, request, "quality", (builtin, builtin), person="ann")
        first, second = analysis.submit_pair(session, request, "quality", (builtin, other), person="ann")
    assert (first.title, second.title) == ("Which (A)", "Which (B)")
    assert second.parent_id == first.id and "a/b" in first.tags and "a/b" in second.tags
    assert done(first).state == done(second).state == "completed"
    assert second.payload["prompts"]["quality"]["template_id"] == other
