"""What holds for every text, value and template."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from core.errors import PromptRenderError
from core.library import rendering
from core.library.rendering import Rendered, discover, render


@pytest.fixture(scope="module", autouse=True)
def _ended_workers() -> Iterator[None]:
    yield
    rendering.close()


def refusal(system: str, user: str, values: dict[str, Any]) -> PromptRenderError:
    with pytest.raises(PromptRenderError) as caught:
        render(system, user, values)
    return caught.value


TEXTS = st.text(st.characters(codec="utf-8"), max_size=60)


@settings(deadline=None)
@given(TEXTS.filter(lambda text: not any(mark in text for mark in ("{{", "{%", "{#"))))
@example("a\r\nb\r } }} #}")
def test_plain_text_renders_to_itself(text: str) -> None:
    assert render(text, text, {}) == Rendered(text, text)


@settings(deadline=None)
@given(TEXTS)
@example("{{ 7*7 }}{% raw %}")
@example("\r\n\u2028\x00")
def test_a_value_is_never_read_as_a_template(value: str) -> None:
    assert render("", "[{{ v }}{% if true %}{{ v }}{% endif %}]", {"v": value}).user == f"[{value}{value}]"


NAMES = st.sampled_from(["a", "b", "c", "d"])
SIMPLE = st.one_of(
    NAMES.map("{{{{ {} }}}}".format),
    NAMES.map("{{{{ {} | default(1) }}}}".format),
    st.tuples(NAMES, NAMES).map(lambda two: "{{% set {} = {} %}}".format(*two)),
    st.tuples(NAMES, NAMES).map(lambda two: "{{{{ {} | d({}) }}}}".format(*two)),
    st.tuples(NAMES, NAMES).map(lambda two: "{{{{ {0} if {0} is defined else {1} }}}}".format(*two)),
    st.sampled_from(["text", "\n"]),
)
TEMPLATES = st.recursive(
    SIMPLE,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map("".join),
        st.tuples(NAMES, NAMES, inner).map(lambda t: "{{% for {} in [{}] %}}{}{{% endfor %}}".format(*t)),
        st.tuples(NAMES, inner, inner).map(
            lambda t: "{{% if {} is defined %}}{}{{% else %}}{}{{% endif %}}".format(*t)
        ),
        st.tuples(NAMES, inner, inner).map(lambda t: "{{% if {} %}}{}{{% else %}}{}{{% endif %}}".format(*t)),
        st.tuples(NAMES, NAMES, inner).map(lambda t: "{{% with {} = {} %}}{}{{% endwith %}}".format(*t)),
    ),
    max_leaves=6,
)


@settings(deadline=None, max_examples=100)
@given(TEMPLATES)
def test_a_template_needs_what_discovery_says_and_nothing_else(template: str) -> None:
    discovery = discover("", template)
    every = [variable.name for variable in discovery.variables]
    required = [name for name in every if name not in discovery.optional]
    assert discovery.problems == ()
    render("", template, dict.fromkeys(every, 1))  # all given: never missing
    render("", template, dict.fromkeys(required, 1))  # the optional ones left out: neither
    if required:
        assert refusal("", template, {}).missing == tuple(required)
