"""What the service takes as a definition: limits, ids, orders, shapes; and what it keeps."""

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.local_genie.validating import as_stored, faults_of, in_order
from tests.core.local_genie.standins import hex_id


def question(number: int, **more: Any) -> dict[str, Any]:
    return {"id": hex_id(number), "question": ["Why?"], **more}


def example(number: int, **more: Any) -> dict[str, Any]:
    return {"id": hex_id(number), "question": ["Why?"], "sql": ["SELECT 1"], **more}


def space(**parts: Any) -> dict[str, Any]:
    return {"version": 2, **parts}


def tables(*names: str, **more: Any) -> dict[str, Any]:
    return {"tables": [{"identifier": name, **more} for name in names]}


@pytest.mark.parametrize(
    ("definition", "says"),
    [
        ({}, "version: must be 2, not null"),
        ({"version": 1}, "version: must be 2, not 1"),
        ({"version": "2"}, "version: must be 2"),
        ({"version": True}, "version: must be 2"),
        (space(data_sources=tables("b.b.b", "a.a.a")), "must be sorted by identifier"),
        (space(data_sources=tables("a.a.a", "a.a.a")), "listed twice"),
        (space(data_sources=tables("a.a")), "three-level name"),
        (
            space(data_sources=tables(*(f"a.a.t{n:02d}" for n in range(31)))),
            "31 tables and metric views; the limit is 30",
        ),
        (space(data_sources={"tables": {}}), "data_sources.tables: must be a list"),
        (space(data_sources={"tables": ["a.a.a"]}), "data_sources.tables[0]: must be an object"),
        (space(data_sources=tables("a.a.a", description="no list")), "description: must be a list of strings"),
        (space(data_sources=tables("a.a.a", column_configs=[{}])), "column_name: is required"),
        (
            space(data_sources=tables("a.a.a", column_configs=[{"column_name": "b"}, {"column_name": "a"}])),
            "must be sorted by column_name",
        ),
        (space(data_sources=tables("a.a.a", column_configs=[{"column_name": "a", "synonyms": "x"}])), "synonyms"),
        (space(config={"sample_questions": [question(2), question(1)]}), "must be sorted by id"),
        (space(config={"sample_questions": [{"id": "A" * 32, "question": ["x"]}]}), "32 lowercase hex digits"),
        (
            space(config={"sample_questions": [question(1)]}, benchmarks={"questions": [question(1)]}),
            "is used by config.sample_questions[0].id too",
        ),
        (
            space(
                instructions={
                    "text_instructions": [{"id": hex_id(1), "content": ["x"]}],
                    "sql_snippets": {"filters": [{"id": hex_id(1), "sql": ["a > 1"]}]},
                }
            ),
            "ids are unique over all instructions",
        ),
        (
            space(instructions={"text_instructions": [{"id": hex_id(n), "content": ["x"]} for n in (1, 2)]}),
            "the limit is 1",
        ),
        (space(instructions={"example_question_sqls": [example(n) for n in range(101)]}), "the limit is 100"),
        (space(instructions={"example_question_sqls": [{"id": hex_id(1), "question": ["x"]}]}), "sql: is required"),
        (
            space(instructions={"example_question_sqls": [example(1, parameters=[{"name": "b"}, {"name": "a"}])]}),
            "must be sorted by name",
        ),
        (space(instructions={"join_specs": [{"id": hex_id(1)}]}), "left and right are required"),
        (space(benchmarks={"questions": [question(n) for n in range(501)]}), "the limit is 500"),
        (space(benchmarks={"questions": [question(1, answer=[{"format": "SQL"}])]}), "content a list of strings"),
        (space(benchmarks={"questions": [{"id": hex_id(1)}]}), "question: is required"),
        (space(note="x" * 25_001), "25,001 characters; the limit is 25,000"),
        (space(notes=[0] * 10_001), "10,001 items; the limit is 10,000"),
    ],
)
def test_a_fault_is_found_and_named(definition: dict[str, Any], says: str):
    assert any(says in fault for fault in faults_of(definition)), faults_of(definition)


def test_everything_at_its_limit_and_unknown_keys_are_taken():
    definition = space(
        future={"flag": True},
        config={"sample_questions": [question(1, later=1)], "more": 2},
        data_sources=tables(*(f"a.a.t{n:02d}" for n in range(30))),
        instructions={"example_question_sqls": [example(1_000 + n) for n in range(99)], "other": []},
        benchmarks={"questions": [question(600 - n) for n in range(500)]},
        note="x" * 25_000,
    )
    definition["instructions"]["text_instructions"] = [{"id": hex_id(5_000), "content": ["x"]}]
    assert faults_of(definition) == []


def test_broken_parts_of_any_shape_are_faults_and_no_crash():
    for broken in (None, 7, "x", [], [None], {"tables": None}, {"tables": [None]}, {"questions": [[]]}):
        for key in ("config", "data_sources", "instructions", "benchmarks"):
            faults_of(space(**{key: broken}))


def test_settings_of_unknown_columns_are_dropped_and_all_else_is_kept():
    definition = space(
        data_sources=tables("A.a.a", column_configs=[{"column_name": "X", "k": 1}, {"column_name": "gone"}], z=1),
        other=[1],
    )
    before = copy.deepcopy(definition)
    kept = as_stored(definition, {"a.a.a": {"x"}})
    assert kept["data_sources"]["tables"] == [
        {"identifier": "A.a.a", "column_configs": [{"column_name": "X", "k": 1}], "z": 1}
    ]
    assert kept["other"] == [1]
    assert definition == before
    assert as_stored(definition, {}) == before


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(
    st.dictionaries(
        st.sampled_from(["version", "config", "data_sources", "instructions", "benchmarks", "x"]), json_values
    )
)
def test_any_json_object_is_judged_without_a_crash(definition: dict[str, Any]):
    before = copy.deepcopy(definition)
    faults_of(definition)
    in_order(definition)
    assert definition == before


@given(st.permutations(range(6)))
def test_sorting_puts_lists_in_the_order_that_is_wanted(order: list[int]):
    definition = space(
        config={"sample_questions": [question(n) for n in order]},
        data_sources=tables(*(f"a.a.t{n}" for n in order), column_configs=[{"column_name": f"c{n}"} for n in order]),
        instructions={
            "example_question_sqls": [example(100 + n, parameters=[{"name": "b"}, {"name": "a"}]) for n in order]
        },
    )
    assert faults_of(in_order(definition)) == []
