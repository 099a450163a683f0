"""Datasets: made, listed with their sizes, filled and paged."""

from datetime import date

import pytest

from core import activity, library
from core.db import reading, transaction
from core.errors import ConflictError, InputError, NotFoundError, PromptTemplateNotFoundError


@pytest.fixture(scope="module")
def workbench(shared_workbench):
    return shared_workbench


def create(name: str, **fields) -> library.DatasetView:
    with transaction() as session:
        return library.create_dataset(session, name, person="ann", **fields)


def add(dataset: library.DatasetView, inputs, **fields) -> library.ExampleView:
    with transaction() as session:
        return library.add_example(session, dataset.id, inputs, person="ann", **fields)


def examples(dataset: library.DatasetView, **fields) -> library.Page:
    with reading() as session:
        return library.list_examples(session, dataset.id, **fields)


def test_a_new_dataset_is_empty_and_in_the_record(workbench):
    made = create("  Ferry   questions ", description=" about ferries ")
    assert (made.name, made.description, made.examples, made.created_by) == (
        "Ferry questions",
        "about ferries",
        0,
        "ann",
    )
    with reading() as session:
        newest = activity.list_activity(session, limit=1)[0]
        assert made in library.list_datasets(session)
    assert (newest.verb, newest.subject, newest.subject_id) == ("created dataset", "Ferry questions", made.id)
    assert examples(made) == library.Page((), more=False)


@pytest.mark.parametrize("name", ["", "  \n ", "x" * 201])
def test_a_name_that_is_empty_or_too_long_is_refused(workbench, name):
    with pytest.raises(InputError, match="1 to 200 characters"):
        create(name)


def test_a_taken_name_is_refused_and_changes_nothing(workbench):
    made = create("taken", description="first")
    with pytest.raises(ConflictError, match="already"):
        create(" taken ", description="second")
    with reading() as session:
        assert [each for each in library.list_datasets(session) if each.name == "taken"] == [made]


def test_datasets_are_listed_by_name_with_their_sizes_and_for_one_template(make_template):
    template = make_template("datasets/t")
    b, a = create("of-b", template_id=template.id), create("of-a", template_id=template.id)
    create("of-none")
    for n in range(3):
        add(b, {"n": n})
    with reading() as session:
        mine = library.list_datasets(session, template_id=template.id)
        names = [each.name for each in library.list_datasets(session)]
    assert [(each.id, each.examples) for each in mine] == [(a.id, 0), (b.id, 3)]
    assert names == sorted(names) and "of-none" in names


def test_a_dataset_outlives_its_template(make_template):
    template = make_template("datasets/gone")
    made = create("outlives", template_id=template.id)
    with transaction() as session:
        library.delete_template(session, template.id, person="ann")
        kept = next(each for each in library.list_datasets(session) if each.id == made.id)
    assert kept.template_id is None


def test_a_dataset_for_a_template_that_is_gone_is_refused_with_a_sentence(workbench):
    with pytest.raises(PromptTemplateNotFoundError, match="gone"):
        create("orphan", template_id="ps_gone")


def test_an_example_keeps_its_values_as_they_are(workbench):
    dataset = create("values")
    inputs = {"text": "Grüße\n\t{{ x }}", "n": 1.5, "list": [1, None, {"a": True}], "empty": ""}
    made = add(dataset, inputs, expected={"answer": ["a"]}, tags=["b", "a", "b"], execution_id="ex_1")
    assert examples(dataset).rows == (made,)
    assert (made.inputs, made.expected, made.tags, made.execution_id) == (
        inputs,
        {"answer": ["a"]},
        ("a", "b"),
        "ex_1",
    )


@pytest.mark.parametrize("expected", [None, "", 0, False, [], {}])
def test_an_expected_output_that_is_empty_is_not_the_same_as_none(workbench, expected):
    dataset = create(f"expected {expected!r}")
    add(dataset, {}, expected=expected)
    assert examples(dataset).rows[0].expected == expected
    assert (examples(dataset).rows[0].expected is None) == (expected is None)


@pytest.mark.parametrize("value", [date(2026, 1, 1), float("nan"), {"a": object()}, {1, 2}])
def test_a_value_that_is_not_json_is_refused_with_a_sentence(workbench, value):
    dataset = create(f"not json {type(value).__name__}")
    for fields in ({"inputs": {"x": value}}, {"inputs": {}, "expected": value}):
        with pytest.raises(InputError, match="not JSON"):
            add(dataset, **fields)
    assert examples(dataset).rows == ()


def test_an_example_for_a_dataset_that_is_gone_says_so():
    with pytest.raises(NotFoundError, match="gone"), transaction() as session:
        library.add_example(session, "ds_gone", {}, person="ann")


@pytest.mark.parametrize("size", [1, 4, 9, 10, 50])
def test_pages_follow_the_order_of_adding_without_gaps_or_repeats(workbench, size):
    dataset, other = create(f"paged {size}"), create(f"other {size}")
    for n in range(9):
        add(dataset, {"n": n})
        add(other, {"n": -n})
    seen, after, more = [], None, True
    while more:
        page = examples(dataset, after=after, size=size)
        seen += [row.inputs["n"] for row in page.rows]
        after, more = page.rows[-1].seq, page.more
        assert len(page.rows) == size or not more
    assert seen == list(range(9))
