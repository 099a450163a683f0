"""The types: exact and strict schemas, what is mended before them, and what becomes of an answer."""

import copy
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.analysis.correlating import MODERATE_BELOW, NONE_BELOW, WEAK_BELOW
from core.analysis.types import TYPES
from core.library import builtin
from core.llm.structured import allows_strict
from core.schemas import validator

ANSWERS = {
    "profiling": {
        "executive_summary": "Fine",
        "tables": [
            {
                "table_name": "t",
                "row_count_estimate": 1234,
                "columns": [
                    {
                        "column_name": "a",
                        "data_type": "integer",
                        "distinct_values_estimate": 12,
                        "example_values": [1, "b", None],
                        "missing_values_count": 3,
                        "missing_values_percent": 0.2,
                        "basic_statistics": {"min": 1, "max": 9, "mean": 4.5, "median": 4, "std_dev": "n/a"},
                        "distribution_summary": "Even",
                    }
                ],
            }
        ],
    },
    "quality": {
        "executive_summary": "Fine",
        "issues": [
            {
                "table_name": "t",
                "column_name": None,
                "issue_type": "duplicates",
                "severity": "high",
                "description": "Two rows repeat.",
                "evidence": "2 of 100 rows",
                "suggested_checks": ["Look at the key"],
            }
        ],
        "recommended_remediations": ["Remove them"],
    },
    "anomaly": {
        "executive_summary": "Fine",
        "anomalies": [
            {
                "table_name": "t",
                "column_name": "a",
                "anomaly_type": "value_outlier",
                "description": "Above 9",
                "evidence": {"approximate_frequency": "2 rows", "approximate_magnitude": "9", "time_context": None},
                "severity": "low",
                "possible_causes": ["A typo"],
                "recommended_next_analyses": ["Ask"],
            }
        ],
    },
    "relationships": {
        "executive_summary": "Fine",
        "relationships": [
            {
                "table_name": "t",
                "columns_involved": ["a", "b"],
                "relationship_type": "positive_correlation",
                "strength": "weak",
                "description": "Together",
                "supporting_evidence": "r = 0.1",
                "caveats": [],
            }
        ],
        "recommended_next_analyses": ["Plot it"],
    },
    "trends": {
        "executive_summary": "Fine",
        "time_dimensions_considered": [{"table_name": "t", "time_column": "d", "comment": "Days"}],
        "trends": [
            {
                "table_name": "t",
                "time_column": "d",
                "target_columns": ["a", "rows"],
                "trend_type": "stable",
                "description": "Flat",
                "approximate_period": "2024",
            }
        ],
        "change_points": [
            {
                "table_name": "t",
                "time_column": "d",
                "target_column": "a",
                "approximate_position": "May",
                "description": "A step",
            }
        ],
        "seasonality_and_cycles": [
            {"table_name": "t", "time_column": "d", "target_column": "a", "pattern_description": "Weekly"}
        ],
        "recommended_next_analyses": ["Wait"],
    },
    "patterns": {
        "executive_summary": "Fine",
        "clusters_or_segments": [
            {
                "table_name": "t",
                "segment_label": "Big",
                "defining_characteristics": ["a > 5"],
                "approximate_prevalence": "40 %",
                "key_columns": ["a"],
            }
        ],
        "frequent_patterns": [
            {"table_name": "t", "description": "a = 1", "columns_involved": ["a"], "approximate_prevalence": "3 %"}
        ],
        "notable_subpopulations": [
            {"table_name": "t", "filter_description": "a = 1", "distinctive_properties": ["mean b 3"]}
        ],
        "recommended_next_analyses": ["Split it"],
    },
    "column_documentation": {
        "entries": [
            {
                "table_name": "t",
                "column_name": "a",
                "business_name": "A",
                "business_description": "A number",
                "technical_description": None,
                "data_type": "integer",
                "examples": [1, 2],
                "tags": ["metric", "PII"],
            }
        ]
    },
}


def valid(key, value):
    return not list(validator(TYPES[key].schema).iter_errors(value))


def test_there_are_seven_types_each_with_its_prompt():
    assert list(TYPES) == list(ANSWERS)
    prompts = {prompt.key: prompt for prompt in builtin.load_prompts()}
    for key, kind in TYPES.items():
        prompt = prompts[f"analysis/{key}"]
        assert kind.key == key and prompt.category == "analysis" and "recipe" in prompt.tags
        assert prompt.content.temperature == 0.3 and prompt.content.response_schema is None
        names = {spec.name: spec.required for spec in prompt.content.variables}
        assert names == {"schema_summary": True, "sample_rows": True, "business_context": False}
    assert {spec.name for spec in prompts["analysis/summary"].content.variables} == {"executive_summaries"}


@pytest.mark.parametrize("key", ANSWERS)
def test_a_prompt_names_every_field_and_every_allowed_word(key):
    prompt = next(each for each in builtin.load_prompts() if each.key == f"analysis/{key}")

    def names(schema):
        yield from schema.get("enum", ())
        for name, part in schema.get("properties", {}).items():
            yield name
            yield from names(part)
        for part in [*schema.get("anyOf", ()), *([schema["items"]] if "items" in schema else [])]:
            yield from names(part)

    for name in names(TYPES[key].schema):
        assert f'"{name}"' in prompt.content.user, name
    assert "valid JSON only" in prompt.content.system and "must not" in prompt.content.system


@pytest.mark.parametrize("key", ANSWERS)
def test_a_schema_is_strict_and_takes_the_answer_as_it_is(key):
    assert allows_strict(TYPES[key].schema)
    assert valid(key, ANSWERS[key]) and TYPES[key].normalised(ANSWERS[key]) == ANSWERS[key]


@pytest.mark.parametrize("key", ANSWERS)
def test_a_schema_refuses_a_missing_and_an_unknown_field_at_every_depth(key):
    def objects(value):
        if isinstance(value, dict):
            yield value
        for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            yield from objects(part)

    for at in range(len(list(objects(ANSWERS[key])))):
        less, more = copy.deepcopy(ANSWERS[key]), copy.deepcopy(ANSWERS[key])
        list(objects(less))[at].popitem()
        list(objects(more))[at]["surprise"] = 1
        assert not valid(key, less) and not valid(key, more)


def test_another_types_answer_does_not_pass():
    for key in ANSWERS:
        for other in set(ANSWERS) - {key}:
            assert not valid(key, TYPES[key].normalised(ANSWERS[other]))


def test_numbers_as_text_and_spellings_of_unknown_are_mended():
    answer = copy.deepcopy(ANSWERS["profiling"])
    table = answer["tables"][0]
    table["row_count_estimate"] = "1,234"
    column = table["columns"][0]
    column |= {"missing_values_percent": "0.2 %", "missing_values_count": "Unknown", "distinct_values_estimate": None}
    column["basic_statistics"] |= {"mean": "N/A", "min": "-3", "max": "1.5e3"}
    mended = TYPES["profiling"].normalised(answer)
    assert valid("profiling", mended)
    assert mended["tables"][0]["row_count_estimate"] == 1234
    got = mended["tables"][0]["columns"][0]
    assert (got["missing_values_percent"], got["missing_values_count"]) == (0.2, "unknown")
    assert got["distinct_values_estimate"] == "unknown"
    assert got["basic_statistics"] == {"min": -3, "max": 1500.0, "mean": "n/a", "median": 4, "std_dev": "n/a"}


def test_a_rounded_number_in_words_is_not_made_exact():
    answer = copy.deepcopy(ANSWERS["profiling"])
    answer["tables"][0]["row_count_estimate"] = "about 1,200"
    assert not valid("profiling", TYPES["profiling"].normalised(answer))


def test_spellings_of_enums_null_and_lists_are_mended():
    answer = copy.deepcopy(ANSWERS["quality"])
    answer["issues"][0] |= {"issue_type": "Missing Data", "severity": "HIGH", "column_name": "null"}
    answer["issues"][0]["suggested_checks"] = "Look"
    answer["recommended_remediations"] = None
    mended = TYPES["quality"].normalised(answer)
    assert valid("quality", mended) and mended["recommended_remediations"] == []
    issue = mended["issues"][0]
    assert (issue["issue_type"], issue["severity"], issue["column_name"]) == ("missing_data", "high", None)
    assert issue["suggested_checks"] == ["Look"]
    answer["issues"][0]["severity"] = "critical"
    assert not valid("quality", TYPES["quality"].normalised(answer))


def test_a_bare_list_of_documentation_is_its_entries():
    bare = ANSWERS["column_documentation"]["entries"]
    assert TYPES["column_documentation"].normalised(bare) == ANSWERS["column_documentation"]
    tags = TYPES["column_documentation"].normalised([{**bare[0], "tags": ["pii", "Foreign Key"]}])
    assert tags["entries"][0]["tags"] == ["PII", "foreign_key"]


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=12),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
        max_leaves=12,
    )
)
def test_anything_is_mended_without_failing_and_only_once(value):
    for kind in TYPES.values():
        once = kind.normalised(value)
        assert kind.normalised(once) == once


@pytest.mark.parametrize("key", ANSWERS)
def test_findings_keep_the_answers_order_and_their_own_object(key):
    drafts = TYPES[key].findings(ANSWERS[key])
    assert all(draft.analysis_type == key and draft.table_name == "t" and draft.claim for draft in drafts)
    assert len({json.dumps(draft.detail, sort_keys=True) for draft in drafts}) == len(drafts)
    kinds = {
        "profiling": ["table", "column"],
        "quality": ["duplicates"],
        "anomaly": ["value_outlier"],
        "relationships": ["positive_correlation"],
        "trends": ["stable", "change_point", "seasonality"],
        "patterns": ["segment", "frequent_pattern", "subpopulation"],
        "column_documentation": ["column"],
    }
    assert [draft.kind for draft in drafts] == kinds[key]


def test_recommendations_are_gathered_nested_ones_too():
    gathered = {key: TYPES[key].recommendations(answer) for key, answer in ANSWERS.items()}
    assert gathered == {
        "profiling": [],
        "quality": ["Look at the key", "Remove them"],
        "anomaly": ["Ask"],
        "relationships": ["Plot it"],
        "trends": ["Wait"],
        "patterns": ["Split it"],
        "column_documentation": [],
    }


def test_a_claim_of_a_profile_is_a_sentence_with_its_figures():
    claims = [draft.claim for draft in TYPES["profiling"].findings(ANSWERS["profiling"])]
    assert claims == [
        "t has 1,234 rows and 1 column.",
        "a (integer): 3 missing (0.2 %), 12 distinct; minimum 1, maximum 9, mean 4.5, median 4.",
    ]


def test_the_classes_of_strength_in_the_prompt_are_those_that_are_checked():
    prompt = next(each for each in builtin.load_prompts() if each.key == "analysis/relationships").content.system
    text = " ".join(prompt.split())
    assert f"below {WEAK_BELOW} it is weak, from {WEAK_BELOW} to below {MODERATE_BELOW} moderate" in text
    assert f"from {MODERATE_BELOW} on strong. Below {NONE_BELOW} there is no relationship" in text
