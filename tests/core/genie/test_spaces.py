"""Definitions are read without losing anything, and equal ones have equal hashes."""

import copy
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.errors import InputError
from core.genie.fingerprints import canonical, fingerprint, in_order, same
from core.genie.spaces import Space, empty, parse, write
from core.genie.validating import faults
from tests.core.genie.conftest import hexid

KEYS = ["version", "config", "data_sources", "instructions", "benchmarks", "tables", "metric_views", "column_configs"]
KEYS += ["identifier", "description", "synonyms", "sql", "id", "question", "exclude", "x_new", "get_example_values"]
leaf = (
    st.none()
    | st.booleans()
    | st.integers(-9, 9)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
)
anything = st.recursive(
    leaf, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=4), inner, max_size=4),
    max_leaves=20,
)  # fmt: skip
columns = st.fixed_dictionaries(
    {"column_name": st.text(max_size=5)},
    optional={"synonyms": st.lists(st.text(max_size=4)), "get_example_values": st.booleans(), "x_flag": anything},
)
sources = st.fixed_dictionaries(
    {"identifier": st.text(max_size=8)},
    optional={
        "description": st.lists(st.text(max_size=6)),
        "column_configs": st.lists(columns, max_size=3),
        "x_more": anything,
    },
)
spaces = st.fixed_dictionaries(
    {"version": st.sampled_from([1, 2])},
    optional={
        "data_sources": st.fixed_dictionaries({"tables": st.lists(sources, max_size=3)}) | anything,
        "instructions": anything,
        "benchmarks": anything,
        "config": anything,
        "x_unknown": anything,
    },
)


@settings(max_examples=150, deadline=None)
@given(spaces)
def test_parse_write_parse_is_the_identity(data):
    once = parse(json.dumps(data))
    again = parse(write(once))
    assert again.data == once.data
    assert list(map(str, again.data)) == list(map(str, once.data)), "the keys keep their order"
    assert write(again) == write(once)
    assert fingerprint(again) == fingerprint(once)


@settings(max_examples=100, deadline=None)
@given(spaces.filter(lambda data: data["version"] == 2))
def test_a_version_2_definition_is_kept_to_the_letter(data):
    assert json.loads(write(parse(json.dumps(data)))) == data


@settings(max_examples=100, deadline=None)
@given(spaces)
def test_every_part_of_any_json_can_be_read(data):
    space = parse(data)
    read = (
        space.sources,
        space.metric_views(),
        space.sample_questions,
        space.text_instructions,
        space.examples,
        space.functions,
    )
    assert all(isinstance(each, tuple) for each in (*read, space.joins, space.snippets, space.benchmarks))


def test_the_parts_have_names(definition):
    space = parse(definition)
    assert [each.identifier for each in space.sources] == [
        "main.sales.customers",
        "main.sales.orders",
        "main.sales.revenue",
    ]
    customers = space.source("MAIN.sales.Customers")
    assert customers is not None and customers.description == "One row per customer.\nActive ones too."
    assert customers.name == "customers" and customers.raw["x_owner"] == "ann"
    name = space.column("main.sales.customers", "NAME")
    assert name is not None and name.synonyms == ("client", "buyer") and name.raw["x_flag"] is True
    assert space.column("main.sales.orders", "amount").excluded
    assert space.text_instruction == "Active means status = 'A'."
    assert space.examples[0].sql == "SELECT sum(amount)\nFROM main.sales.orders WHERE year(at) = :year"
    assert space.examples[0].parameters[0].default_value == "2024"
    assert (space.joins[0].left, space.joins[0].right) == ("main.sales.orders", "main.sales.customers")
    assert [(each.kind, each.name) for each in space.snippets] == [("filters", "active"), ("measures", "Revenue")]
    assert {each.id: each.sql for each in space.benchmarks} == {hexid(3): "SELECT 19", hexid(2): "SELECT 7"}


def test_metric_views_are_found_in_both_places(definition):
    definition["data_sources"]["tables"].append({"identifier": "main.sales.zz_margin"})
    space = parse(definition)
    assert [each.identifier for each in space.metric_views()] == ["main.sales.revenue"]
    known = frozenset({"main.sales.zz_margin"})
    assert [each.name for each in space.metric_views(known)] == ["zz_margin", "revenue"]
    assert [each.name for each in space.tables(known)] == ["customers", "orders"]


def test_version_1_becomes_version_2_with_the_settings_renamed():
    column = {"column_name": "a", "get_example_values": True, "build_value_dictionary": False, "x": 1}
    old = {"version": 1, "data_sources": {"tables": [{"identifier": "a.b.c", "column_configs": [column]}]}}
    space = parse(old)
    assert space.data["version"] == 2
    assert space.data["data_sources"]["tables"][0]["column_configs"] == [
        {"column_name": "a", "enable_format_assistance": True, "enable_entity_matching": False, "x": 1}
    ]
    assert old["version"] == 1 and "get_example_values" in column, "what was given is left alone"


def test_the_newer_name_wins_where_both_stand():
    column = {"get_example_values": True, "enable_format_assistance": False}
    space = parse({"version": 1, "data_sources": {"tables": [{"column_configs": [column]}]}})
    assert space.data["data_sources"]["tables"][0]["column_configs"] == [{"enable_format_assistance": False}]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "line 1, column 1"),
        ('{"version": 2', "not JSON"),
        ("[1]", "not an object"),
        ('{"version": 2, "version": 2}', "“version” stands twice"),
        ('{"version": 3}', "version 3"),
        ('{"a": NaN}', "NaN"),
        (b"\xff\xfe", "not text in UTF-8"),
        ("[" * 5_000 + "]" * 5_000, "deeply"),
        ('{"a": ' * 100 + "1" + "}" * 100, "deeply"),
    ],
)
def test_what_is_no_definition_is_refused_with_the_way_out(text, says):
    with pytest.raises(InputError, match=says):
        parse(text)


def test_a_definition_inside_an_export_is_found(definition):
    export = {"title": "Sales", "serialized_space": json.dumps(definition)}
    assert parse(json.dumps(export)).data == definition
    assert parse(b"\xef\xbb\xbf" + json.dumps(definition).encode()).data == definition


def test_what_means_the_same_has_the_same_hash(definition):
    other = copy.deepcopy(definition)
    tables = other["data_sources"]["tables"]
    tables[0]["description"] = ["One row ", "per customer.\nActive ", "ones too."]
    tables[0]["column_configs"].reverse()
    del tables[0]["column_configs"][0]["exclude"]
    tables.reverse()
    other["data_sources"]["tables"] += other["data_sources"].pop("metric_views")
    other["benchmarks"]["questions"].reverse()
    other["instructions"]["sql_snippets"].pop("expressions")
    other["instructions"]["example_question_sqls"][0]["usage_guidance"] = ["For ", "revenue."]
    other["config"] = dict(reversed(other["config"].items()))
    assert fingerprint(Space(other)) == fingerprint(Space(definition)) and same(Space(other), Space(definition))
    assert len(fingerprint(empty())) == 64
    assert any("sorted by" in each.sentence for each in faults(other))
    assert not any("sorted by" in each.sentence for each in faults(in_order(Space(other))))
    assert same(in_order(Space(other)), Space(definition))


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d["x_future"]["b"].reverse(),
        lambda d: d["data_sources"]["tables"][0]["column_configs"][0]["synonyms"].pop(),
        lambda d: d["data_sources"]["tables"][0].update(x_owner="bob"),
        lambda d: d["data_sources"]["tables"][1]["column_configs"][0].update(exclude=False),
        lambda d: d["instructions"]["text_instructions"][0]["content"].append("More."),
        lambda d: d["instructions"]["join_specs"][0]["sql"].reverse(),
        lambda d: d["benchmarks"]["questions"].pop(),
    ],
)
def test_what_means_something_else_has_another_hash(definition, change):
    other = copy.deepcopy(definition)
    change(other)
    assert fingerprint(Space(other)) != fingerprint(Space(definition))


def test_the_hash_can_leave_out_what_genie_does_not_see(definition):
    without = copy.deepcopy(definition)
    del without["benchmarks"]
    assert fingerprint(Space(definition), benchmarks=False) == fingerprint(Space(without))
    assert "benchmarks" not in canonical(Space(definition), benchmarks=False)
