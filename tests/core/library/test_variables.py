"""Typed variables: what a person types becomes a value of the type, or a sentence."""

import pytest

from core.errors import PromptRenderError, PromptValidationError
from core.library import VariableSpec, check_specs, sample_values, values_for


def values(spec: VariableSpec, given) -> object:
    return values_for([spec], {spec.name: given})[spec.name]


@pytest.mark.parametrize(
    ("type_", "given", "value"),
    [
        ("text", 3, "3"),
        ("text", {"a": 1}, '{"a": 1}'),
        ("number", " 3 ", 3),
        ("number", "2.5", 2.5),
        ("yes_no", "Yes", True),
        ("yes_no", "off", False),
        ("list", "a\n\n b \n", ["a", "b"]),
        ("list", '["a", 1]', ["a", 1]),
        ("json", '{"a": [1, null]}', {"a": [1, None]}),
    ],
)
def test_reads_what_a_person_types(type_, given, value):
    assert values(VariableSpec("x", type_), given) == value


@pytest.mark.parametrize(
    ("type_", "given"),
    [
        ("number", "three"),
        ("number", True),
        ("number", "nan"),
        ("number", "1e999"),
        ("yes_no", "maybe"),
        ("json", "{"),
        ("list", 3),
    ],
)
def test_a_value_of_another_type_is_named_with_what_is_expected(type_, given):
    with pytest.raises(PromptRenderError, match="'x' needs"):
        values(VariableSpec("x", type_), given)


def test_a_choice_names_what_there_is_to_choose():
    with pytest.raises(PromptRenderError, match="Choose one of: a, b"):
        values(VariableSpec("x", "choice", choices=("a", "b")), "c")


def test_all_missing_variables_are_named_at_once():
    specs = [VariableSpec("a"), VariableSpec("b", required=False), VariableSpec("c"), VariableSpec("d", default="x")]
    with pytest.raises(PromptRenderError, match="2 variables have no value: 'a', 'c'") as caught:
        values_for(specs, {"a": None})
    assert caught.value.missing == ("a", "c")


def test_a_default_stands_in_and_an_optional_one_is_left_out():
    specs = [VariableSpec("a", "number", default="4"), VariableSpec("b", required=False)]
    assert values_for(specs, {}) == {"a": 4}


def test_a_default_of_the_wrong_type_cannot_be_saved():
    with pytest.raises(PromptValidationError, match="default or sample"):
        check_specs([VariableSpec("a", "number", default="x")])
    with pytest.raises(PromptValidationError, match="at least one value"):
        check_specs([VariableSpec("a", "choice")])


def test_every_type_has_a_sample():
    specs = [
        VariableSpec(name, name, choices=("z",)) for name in ("text", "number", "yes_no", "list", "choice", "json")
    ]
    samples = sample_values(specs)
    assert values_for(specs, samples) == samples


def test_a_run_starts_from_samples_and_defaults_but_never_from_stand_ins():
    specs = [VariableSpec("a", sample="x"), VariableSpec("b", default="y"), VariableSpec("c")]
    assert sample_values(specs, stand_ins=False) == {"a": "x", "b": "y"}
    assert sample_values(specs)["c"] == "<c>"
