"""Templates from an enemy: each is refused with a sentence or does no harm, in time, and leaves the next rendering right."""

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import PromptRenderError
from core.library import rendering

HOSTILE = Path(__file__).parents[2] / "hostile" / "ssti.txt"
DEADLINE_S = 1.5
SLACK_S = 20.0  # a loaded machine may need long to start a worker; without limits the payloads run for hours
MAX_OUTPUT = 8_000_000
LEAKS = re.compile(r"uid=|root:x:|<(class|function|module|built-in|bound)|object at 0x|0x[0-9a-f]{6,}|SECRET")
VALUES: dict[str, rendering.JSON] = {
    "items": [1, 2], "d": {"a": 1}, "obj": {"public": 1}, "err": "failed", "x": "x", "a": "a"
}  # fmt: skip


def load_payloads() -> Iterator[tuple[str, str]]:
    for line in HOSTILE.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        _, name, encoded = line.split("\t")
        payload = json.loads(encoded)
        if isinstance(payload, list):
            before, unit, times, after = payload
            payload = before + unit * times + after
        yield name, payload


OF_OUR_OWN = {
    "compares what contains itself": "{% set n = namespace(a=[], b=[]) %}{% for i in range(60) %}{% set n.a = [n.a, n.a] %}"
    "{% set n.b = [n.b, n.b] %}{% endfor %}{{ n.a == n.b }}",
    "hoards lists": "{% set n = namespace(a=[]) %}{% for i in range(2000) %}{% set n.a = n.a + [[1] * 100000] %}{% endfor %}",
    "nests lists": "{% set n = namespace(a=[]) %}{% for i in range(99999) %}{% set n.a = [n.a] %}{% endfor %}{{ n.a }}",
    "is long and dense": "{{ x }}" * 140_000,
    "never closes a text": "{{ '" + "\\" * 900_000,
    "never closes a comment": "{#" + "x" * 900_000,
    "folds a constant in a set": "{% set y = 'a' * 10**9 %}",
    "folds a constant in an untaken branch": "{% if false %}{{ ('a' * 10**9) | center(10**9) }}{% endif %}",
    "folds in autoescape": "{% autoescape 'a' | center(10**9) %}{% endautoescape %}",
    "shows a function in a list": "{{ [range, 'a'.upper, dict] }}",
    "maps with a function": "{% set f = '{0}'.format %}{{ [1] | map(f) | list }}",
    "shows a generator": "{{ [1] | map('string') }}",
    "rounds to many places": "{{ 5 | round(-10**9) }}",
    "wraps to one column": "{{ ('a' * 1000000) | wordwrap(1) }}",
    "escapes over and over": "{{ ('&' * 7000000) | e }}",
    "recurses by a call block": "{% macro m() %}{% call m() %}{% endcall %}{% endmacro %}{{ m() }}",
    "filters while it loops": "{% for a in range(9999) if range(9999) | list | sum > 1 %}x{% endfor %}",
    "formats into a width from a value": "{{ '{:{w}}'.format(1, w=10**9) }}",
    "writes a number past infinity": "{{ 1e999 }}",
    "writes a number with many digits": "{{ " + "9" * 5000 + " }}",
    "raises to a negative power": "{{ 2 ** (-10**9) }}",
}  # fmt: skip


@pytest.fixture(scope="module", autouse=True)
def _ended_workers() -> Iterator[None]:
    yield
    rendering.close()


@pytest.mark.parametrize(
    "payload", [pytest.param(text, id=name) for name, text in (*load_payloads(), *OF_OUR_OWN.items())]
)
def test_a_hostile_template_is_refused_or_harmless(payload: str) -> None:
    started = time.monotonic()
    discovery = rendering.discover("", payload)
    values = {**{variable.name: "given" for variable in discovery.variables}, **VALUES}
    try:
        output = rendering.render("", payload, values).user
    except PromptRenderError as refusal:
        sentence = str(refusal)
        assert sentence[0].isupper() or sentence[0] == "“"
        assert sentence.endswith(".")
        assert not re.search(r"Traceback|Error\b|object at|NoneType|jinja2|<function", sentence)
        output = sentence
    took = time.monotonic() - started

    assert took < 2 * DEADLINE_S + SLACK_S
    assert len(output) <= MAX_OUTPUT
    assert not LEAKS.search(output)
    assert len(rendering.worker_pids()) <= 2
    assert rendering.render("{{ a }}", "{{ b }}", {"a": "still", "b": "right"}) == rendering.Rendered("still", "right")


def test_the_compact_file_holds_every_payload_in_full() -> None:
    payloads = dict(load_payloads())
    assert len(payloads) == 97
    assert len(payloads["dos143"]) == 1_000_002
    assert payloads["dos139"].count("a.") == 50_000
