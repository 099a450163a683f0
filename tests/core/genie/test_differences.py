"""Changes between definitions are named as people name them, and none is missed."""

import copy

import pytest
from hypothesis import given, settings

from core.genie.differences import compare, describe, leaves
from core.genie.fingerprints import same
from core.genie.spaces import Space, parse
from tests.core.genie.conftest import hexid
from tests.core.genie.test_spaces import spaces


def changes(before, change):
    after = copy.deepcopy(before)
    change(after)
    return leaves(compare(Space(before), Space(after)))


def test_each_kind_of_change_has_its_name(definition):
    def change(d):
        tables = d["data_sources"]["tables"]
        tables[0]["description"] = ["One row per client."]
        tables[0]["column_configs"][0]["synonyms"] = ["buyer", "shopper"]
        tables[1]["column_configs"][0]["exclude"] = False
        tables[1]["column_configs"].append({"column_name": "at", "description": ["When."], "synonyms": ["date"]})
        d["data_sources"]["metric_views"] = []
        d["instructions"]["text_instructions"] = [{"id": hexid(99), "content": ["Active means status = 'B'."]}]
        d["instructions"]["example_question_sqls"].append({"id": hexid(77), "question": ["New?"], "sql": ["SELECT 2"]})
        d["benchmarks"]["questions"][0]["answer"][0]["content"] = ["SELECT 20"]
        d["x_future"]["b"] = [1]

    found = [(each.kind, each.subject, each.what, each.before, each.after) for each in changes(definition, change)]
    assert (
        "changed",
        "description",
        "description",
        "One row per customer.\nActive ones too.",
        "One row per client.",
    ) in found
    assert ("removed", "synonym", "synonym “client”", "client", None) in found
    assert ("added", "synonym", "synonym “shopper”", None, "shopper") in found
    assert ("removed", "field", "hidden from Genie", "true", None) in found
    assert ("added", "description", "description", None, "When.") in found
    assert ("added", "synonym", "synonym “date”", None, "date") in found
    assert ("removed", "source", "main.sales.revenue", "Revenue.", None) in found
    assert ("changed", "field", "text", "Active means status = 'A'.", "Active means status = 'B'.") in found
    assert ("added", "example", "example “New?”", None, "SELECT 2") in found
    assert ("changed", "field", "expected SQL", "SELECT 19", "SELECT 20") in found
    assert any(each[1:3] == ("field", "b") for each in found)


def test_the_tree_groups_by_section_and_table(definition):
    after = copy.deepcopy(definition)
    after["data_sources"]["tables"][0]["column_configs"][0]["synonyms"].append("guest")
    (section,) = compare(Space(definition), Space(after))
    (table,) = section.children
    (column,) = table.children
    (leaf,) = column.children
    assert (section.what, table.what, column.what, leaf.after) == (
        "Data",
        "main.sales.customers",
        "column name",
        "guest",
    )
    assert describe(leaf) == "+ data_sources › main.sales.customers › column name › synonym “guest”: guest"


def test_what_means_the_same_is_no_change(definition):
    after = copy.deepcopy(definition)
    after["data_sources"]["tables"].reverse()
    after["data_sources"]["tables"] += after["data_sources"].pop("metric_views")
    assert compare(Space(definition), Space(after)) == ()


@settings(max_examples=150, deadline=None)
@given(spaces, spaces)
def test_there_is_a_change_exactly_where_the_hash_differs(left, right):
    before, after = parse(left), parse(right)
    found = leaves(compare(before, after))
    assert bool(found) == (not same(before, after))
    assert len(leaves(compare(after, before))) == len(found)
    assert all(each.before is not None or each.after is not None for each in found)


@pytest.mark.parametrize("odd", [False, 0, "columns", 7])
def test_something_else_in_a_lists_place_is_told(odd):
    (leaf,) = leaves(compare(Space({}), Space({"config": {"column_configs": odd}})))
    assert (leaf.kind, leaf.path) == ("added", "config › column_configs")
