"""Estimates of tokens, against counts known from OpenAI's o200k tokenizer."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import llm
from core.llm import tokens

FOX = "The quick brown fox jumps over the lazy dog."


@pytest.mark.parametrize(
    ("text", "known", "tolerance"),
    [
        (FOX, 10, 0.2),
        ("Hello, world!", 4, 0.3),
        ('{"name": "Ann", "age": 42, "tags": ["a", "b"]}', 20, 0.3),
        ("def add(a, b):\n    return a + b\n", 13, 0.3),
        ("1234567890", 4, 0.01),
    ],
)
def test_comes_close_to_known_counts(text, known, tolerance):
    assert llm.estimate_tokens(text) == pytest.approx(known, rel=tolerance)


def test_counts_chinese_by_the_character_and_not_by_four():
    text = "今天天气很好，我们去公园散步吧。"
    assert len(text) * 0.6 <= llm.estimate_tokens(text) <= len(text) * 1.2


def test_indentation_and_blank_lines_cost_little():
    assert llm.estimate_tokens("x" + " " * 4000 + "y") < 100


def test_nothing_is_nothing_and_something_at_least_one():
    assert llm.estimate_tokens("") == 0
    assert llm.estimate_tokens(" ") == 1


def test_claude_cuts_finer():
    assert llm.estimate_tokens(FOX * 20, "claude-sonnet-4-5") > llm.estimate_tokens(FOX * 20, "gpt-5")


def test_long_texts_are_judged_by_samples_that_agree_with_the_whole():
    text = "".join(f"{FOX} Line {number}.\n" for number in range(20_000))
    assert llm.estimate_tokens(text) == pytest.approx(tokens._count(text), rel=0.02)


def test_five_megabytes_take_no_longer_than_a_quarter_of_one():
    def took(text):
        started = time.perf_counter()
        llm.estimate_tokens(text)
        return time.perf_counter() - started

    text = (FOX * 120_000)[:5_000_000]
    quarter = min(took(text[:262_144]) for _ in range(3))
    assert min(took(text) for _ in range(3)) < 5 * quarter


@given(st.text(max_size=300))
def test_every_character_is_counted_somewhere(text):
    count = llm.estimate_tokens(text)
    assert 0 <= count <= 2 * len(text)
    assert tokens._PIECES.sub("", text) == ""
