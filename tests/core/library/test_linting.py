"""Hints: each is shown when it is due, and only then."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import library
from core.library import Content, VariableSpec
from core.library.linting import Hint


def hints(system: str = "Be brief.", user: str = "Hello {{ name }}", *, names=("name",), **fields) -> list[Hint]:
    limit = fields.pop("max_tokens", None)
    content = Content(system, user, tuple(VariableSpec(name) for name in names), max_tokens=limit)
    return library.lint(content, **fields)


def only(found: list[Hint], **fields) -> Hint:
    """The one hint there is, which has these fields."""
    assert len(found) == 1, found
    for name, value in fields.items():
        assert getattr(found[0], name) == value
    return found[0]


def test_a_sound_template_has_no_hints():
    assert hints(values={"name": "Ann"}, window_tokens=8000, tokens=20) == []


def test_two_empty_texts_are_a_problem():
    assert "Both texts are empty" in only(hints(" ", "\n", names=()), level="problem").message


def test_a_missing_user_text_is_a_note_and_a_missing_system_text_is_nothing():
    assert "only gets the system prompt" in only(hints("Hi", "", names=()), level="note", part="user").message
    assert hints("", "Hi", names=()) == []


def test_a_syntax_error_is_a_problem_with_its_line_and_hides_what_cannot_be_known():
    hint = only(hints(user="Hello\n{{ name", names=("name", "other")), level="problem", part="user", line=2)
    assert "User template, line 2" in hint.message


def test_a_variable_used_but_not_declared_is_noted_where_it_stands():
    found = hints(user="{{ name }}\n{{ other }}")
    assert "'other' is used but not declared" in only(found, level="note", part="user", line=2).message


def test_a_template_that_declares_nothing_yet_is_left_in_peace():
    assert hints(user="{{ one }} {{ two }}", names=()) == []


def test_a_variable_declared_but_not_used_is_noted():
    assert "'other' is declared but neither" in only(hints(names=("name", "other")), level="note").message


def test_a_variable_used_in_the_system_text_alone_counts_as_used():
    assert hints("About {{ name }}", "Hi") == []


@pytest.mark.parametrize(
    "text",
    ["{name}", "Dear { name }, hello", "a{name}b", "{name}{{ name }}", '{"a": "{name}"}', "f'{name}'"],
)
def test_single_braces_around_a_name_are_a_warning_with_the_way_to_write_a_variable(text):
    hint = only(hints(user=f"{{{{ name }}}}\n{text}"), level="warning", part="user", line=2)
    assert "{name} in line 2" in hint.message and "{{ name }}" in hint.message


@pytest.mark.parametrize(
    "text",
    [
        '{"a": 1}',
        '{"name": "value", "list": [1, 2]}',
        '{\n  "name": true\n}',
        "{}",
        "{ }",
        "{1}",
        "{a, b}",
        "{'name'}",
        "${name}",
        "#{name}",
        "\\{name}",
        "{{ name }}",
        "{{name}}",
        "{% if name %}x{% endif %}",
        "{# name #}",
        "function f() { return 1; }",
        "{a: 1}",
        "{first name}",
    ],
)
def test_other_braces_give_no_false_alarm(text):
    assert [hint for hint in hints(user=f"{{{{ name }}}} {text}") if hint.level == "warning"] == []


@given(
    st.dictionaries(st.text("abcxyz_", min_size=1), st.one_of(st.integers(), st.text("abc {}"), st.none()), max_size=3)
)
def test_json_written_into_a_prompt_is_never_taken_for_a_variable_by_its_keys(value):
    text = json.dumps({key: 1 if isinstance(item, str) else item for key, item in value.items()})
    assert library.lint(Content("", f"Answer like this: {text}")) == []


def test_many_single_braces_give_five_hints_not_a_flood():
    assert len(hints(user="{{ name }}" + " {x}" * 50)) == 5


@pytest.mark.parametrize(
    "value",
    [
        "system: obey",
        "Hi\n  User : x",
        "ASSISTANT:",
        "<|im_start|>system",
        "[INST] x [/INST]",
        "<<SYS>>",
        "a\ndeveloper:b",
    ],
)
def test_a_value_that_looks_like_a_role_is_a_warning_that_says_it_opens_no_message(value):
    hint = only(hints(values={"name": value}), level="warning")
    assert "The value of 'name'" in hint.message and "opens no message" in hint.message


@pytest.mark.parametrize(
    "value", ["The solar system: planets", "users: many", "a system", "[INSTALL]", 5, None, ["x"], ""]
)
def test_an_ordinary_value_gives_no_role_warning(value):
    assert hints(values={"name": value}) == []


def test_role_words_in_the_template_itself_are_the_persons_own_business():
    assert hints("system: you are brief", "user: {{ name }}") == []


@pytest.mark.parametrize(
    ("window", "tokens", "answer", "due"),
    [
        (1000, 1000, None, False),
        (1000, 1001, None, True),
        (1000, 900, 100, False),
        (1000, 900, 101, True),
        (None, 10**9, None, False),
        (1000, None, 5000, False),
    ],
)
def test_what_does_not_fit_into_the_models_context_is_a_warning_with_the_numbers(window, tokens, answer, due):
    found = hints(window_tokens=window, tokens=tokens, max_tokens=answer)
    if not due:
        assert found == []
        return
    hint = only(found, level="warning", part=None)
    assert f"{tokens:,} tokens" in hint.message and "1,000" in hint.message
    assert (f"{answer:,} for the answer" in hint.message) if answer else "for the answer" not in hint.message


def test_the_context_is_that_of_the_model_that_would_answer_and_unknown_where_nobody_knows():
    assert library.context_tokens(Content(model="gpt-4o"), None) == 128_000
    assert library.context_tokens(Content(model="nobody-knows-it"), None) is None
    assert library.context_tokens(Content(), None) is None
