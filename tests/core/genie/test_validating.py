"""All faults of a definition are listed, each with its path and the way out."""

import copy
import json

import pytest

from core.genie.health import check_health
from core.genie.limits import sizes
from core.genie.spaces import empty, parse
from core.genie.validating import check_text, faults, title_faults
from tests.core.genie.conftest import hexid


@pytest.fixture
def valid(definition):
    definition["benchmarks"]["questions"].sort(key=lambda each: each["id"])
    return definition


def test_a_good_definition_has_no_fault(valid):
    assert faults(valid) == ()
    assert faults(parse(valid)) == ()
    valid["benchmarks"]["questions"].reverse()
    assert faults(valid) == (), "benchmarks come in either order"


CASES = {
    "version": (lambda d: d.pop("version"), "version", "missing"),
    "text_for_a_list": (
        lambda d: d["data_sources"]["tables"][0].update(description="One row"),
        "data_sources.tables[0].description",
        "must be a list, not text. Put the text into a list.",
    ),
    "number_for_text": (
        lambda d: d["data_sources"]["tables"][0].update(description=[7]),
        "data_sources.tables[0].description[0]",
        "must be text, not a number",
    ),
    "null_for_an_object": (lambda d: d.update(config=None), "config", "must be an object, not null"),
    "upper_case_id": (
        lambda d: d["config"]["sample_questions"][0].update(id="A" * 32),
        "config.sample_questions[0].id",
        "32 digits",
    ),
    "missing_id": (
        lambda d: d["instructions"]["sql_functions"][0].pop("id"),
        "instructions.sql_functions[0].id",
        "missing",
    ),
    "question_id_twice": (
        lambda d: d["benchmarks"]["questions"][0].update(id=hexid(1)),
        "benchmarks.questions[0].id",
        "config.sample_questions[0]",
    ),
    "instruction_id_twice": (
        lambda d: d["instructions"]["sql_functions"][0].update(id=hexid(10)),
        "instructions.sql_functions[0].id",
        "instructions.text_instructions[0]",
    ),
    "unsorted_tables": (
        lambda d: d["data_sources"]["tables"].reverse(),
        "data_sources.tables",
        "sorted by identifier",
    ),
    "unsorted_columns": (
        lambda d: d["data_sources"]["tables"][0]["column_configs"].reverse(),
        "data_sources.tables[0].column_configs",
        "sorted by column_name",
    ),
    "two_part_identifier": (
        lambda d: d["data_sources"]["tables"][0].update(identifier="main.aa"),
        "data_sources.tables[0].identifier",
        "catalog.schema.table",
    ),
    "table_twice": (
        lambda d: d["data_sources"]["metric_views"][0].update(identifier="MAIN.sales.orders"),
        "data_sources.metric_views[0].identifier",
        "data_sources.tables[1]",
    ),
    "column_twice": (
        lambda d: d["data_sources"]["tables"][1]["column_configs"].append({"column_name": "amount"}),
        "data_sources.tables[1].column_configs[1]",
        "stands already",
    ),
    "two_texts": (
        lambda d: d["instructions"]["text_instructions"].append({"id": hexid(16), "content": ["b"]}),
        "instructions.text_instructions",
        "one is allowed",
    ),
    "empty_question": (
        lambda d: d["config"]["sample_questions"][0].update(question=[" "]),
        "config.sample_questions[0].question",
        "empty",
    ),
    "answer_format": (
        lambda d: d["benchmarks"]["questions"][0]["answer"][0].update(format="TEXT"),
        "benchmarks.questions[0].answer[0].format",
        "“SQL”",
    ),
    "long_text": (
        lambda d: d["instructions"]["text_instructions"][0].update(content=["x" * 25_001]),
        "instructions.text_instructions[0].content[0]",
        "25,001 characters",
    ),
    "long_list": (
        lambda d: d["data_sources"]["tables"][0]["column_configs"][0].update(synonyms=["x"] * 10_001),
        "data_sources.tables[0].column_configs[0].synonyms",
        "10,001 items",
    ),
    "long_unknown_text": (lambda d: d.update(x_more={"a": ["y" * 30_000]}), "x_more.a[0]", "30,000 characters"),
    "lone_surrogate": (lambda d: d.update(x_more="\ud800"), "x_more", "half of a character"),
    "version_1_key": (
        lambda d: d["data_sources"]["tables"][0]["column_configs"][0].update(get_example_values=True),
        "data_sources.tables[0].column_configs[0].get_example_values",
        "enable_format_assistance",
    ),
    "many_tables": (
        lambda d: d["data_sources"].update(tables=[{"identifier": f"a.b.t{i:03}"} for i in range(30)]),
        "data_sources",
        "31 tables",
    ),
    "many_examples": (
        lambda d: d["instructions"].update(
            example_question_sqls=[{"id": hexid(1000 + i), "question": ["q"], "sql": ["s"]} for i in range(99)]
        ),
        "instructions",
        "101 instructions",
    ),
    "many_benchmarks": (
        lambda d: d["benchmarks"].update(questions=[{"id": hexid(1000 + i), "question": ["q"]} for i in range(501)]),
        "benchmarks.questions",
        "501 benchmarks",
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_each_fault_is_named_at_its_path(valid, case):
    change, path, says = CASES[case]
    change(valid)
    found = [each for each in faults(valid) if each.path == path]
    assert found and any(says in each.sentence for each in found), faults(valid)


def test_all_faults_are_listed_at_once(valid):
    bad = copy.deepcopy(valid)
    for case in ("unsorted_tables", "upper_case_id", "empty_question", "two_texts", "version_1_key"):
        CASES[case][0](bad)
    assert len(faults(bad)) >= 5
    assert len({each.path for each in faults(bad)}) >= 5


def test_version_1_may_have_its_own_names_and_is_told_nothing_about_them():
    old = {
        "version": 1,
        "data_sources": {
            "tables": [{"identifier": "a.b.c", "column_configs": [{"column_name": "x", "get_example_values": True}]}]
        },
    }
    assert faults(old) == ()


def test_a_text_is_checked_even_where_it_cannot_be_read(valid):
    space, found = check_text(json.dumps(valid))
    assert space is not None and found == ()
    space, found = check_text("{")
    assert space is None and "not JSON" in found[0].sentence


def test_titles_have_a_limit():
    assert title_faults("x" * 63) == ()
    assert "63 are allowed" in title_faults("x" * 64)[0].sentence
    assert title_faults("  ")


def test_quoted_identifiers_may_hold_points(valid):
    valid["data_sources"]["tables"][0]["identifier"] = "`my.cat`.sales.`a b`"
    assert faults(valid) == ()


def test_sizes_are_told_against_the_limits(definition):
    found = {each.what: (each.used, each.limit) for each in sizes(parse(definition), title="Sales")}
    assert found["tables and metric views"] == (3, 30)
    assert found["instructions"] == (3, 100), "one text, one example, one function"
    assert found["benchmarks"] == (2, 500)
    assert found["characters in the title"] == (5, 63)


def test_health_says_what_was_found_and_what_would_be_good(definition):
    found = {each.name: each for each in check_health(parse(definition))}
    assert found["Table descriptions"].state == "weak" and found["Table descriptions"].found.startswith("2 of 3")
    assert found["Synonyms"].state == "good" and not found["Synonyms"].advice
    assert found["Benchmarks"].state == "weak" and "at least 20" in found["Benchmarks"].threshold
    assert all(each.threshold and each.found for each in found.values())
    bare = {each.name: each.state for each in check_health(empty())}
    assert {bare[name] for name in bare if name != "Room below the limits"} == {"missing"}


def test_health_counts_the_columns_that_only_the_catalog_knows(definition):
    counts = {"main.sales.customers": 12, "main.sales.orders": 30, "main.sales.revenue": 0}
    found = {each.name: each for each in check_health(parse(definition), column_counts=counts)}
    assert found["Synonyms"].state == "weak" and "of 41 columns" in found["Synonyms"].found
