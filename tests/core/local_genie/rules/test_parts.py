"""The parts under the writer: words, dates and code lists."""

import itertools
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.local_genie.rules.codes import code_meanings
from core.local_genie.rules.dates import find_dates
from core.local_genie.rules.words import name_words, stem, tokens


@pytest.mark.parametrize("forms", ["visit visits visited visiting", "category categories", "close closes closed closing", "ship shipped shipping", "sell sold sells", "box boxes", "meter metres"])  # fmt: skip
def test_forms_of_a_word_have_one_stem(forms):
    assert len({stem(word) for word in forms.split()}) == 1


@pytest.mark.parametrize("pair", ["status state", "news new", "rating rate", "open opera"])
def test_different_words_have_different_stems(pair):
    first, second = pair.split()
    assert stem(first) != stem(second)


def test_names_come_apart_into_words():
    assert name_words("visitDate") == name_words("visit_date") == name_words("VISIT-DATE") == ["visit", "date"]


@given(st.text(max_size=200))
def test_any_text_has_tokens_and_dates(text):
    found = tokens(text)
    spans = find_dates(found)
    assert all(0 <= span.start < span.end <= len(found) for span in spans)
    assert all(a.end <= b.start for a, b in itertools.pairwise(spans))


@given(st.dates(date(1950, 1, 1), date(2090, 12, 31)))
def test_an_iso_day_is_that_day(day):
    (span,) = find_dates(tokens(f"on {day.isoformat()} please"))
    assert span.lo == day
    assert (span.hi - span.lo).days == 1


@pytest.mark.parametrize(
    ("text", "lo", "hi"),
    [
        ("in the second half of 2024", "2024-07-01", "2025-01-01"), ("since July 2023", "2023-07-01", None),
        ("after 2018", "2019-01-01", None), ("before 1 June 2023", None, "2023-06-01"), ("until 2020", None, "2021-01-01"),
        ("between 2020 and 2022", "2020-01-01", "2023-01-01"), ("from March to June 2024", "2024-03-01", "2024-07-01"),
        ("2024 Q3", "2024-07-01", "2024-10-01"), ("March 5, 2024", "2024-03-05", "2024-03-06"),
    ],
)  # fmt: skip
def test_spans_of_time(text, lo, hi):
    (span,) = find_dates(tokens(text))
    assert (span.lo and span.lo.isoformat(), span.hi and span.hi.isoformat()) == (lo, hi)


@pytest.mark.parametrize("text", ["more than 2000 kWh", "over 1999 euros", "May I ask", "the march of time"])
def test_numbers_and_words_that_only_look_like_dates(text):
    assert find_dates(tokens(text)) == []


@pytest.mark.parametrize(
    ("description", "values", "found"),
    [
        ("W in the workshop; S sold", "WS", {"in the workshop": "W", "sold": "S"}),
        ("1 = urgent, 2 = normal", [1, 2], {"urgent": 1, "normal": 2}),
        ("State: open (O) or closed (C)", "OC", {"open": "O", "closed": "C"}),
        ("R residential (households), C commercial / business", "RC", {"residential": "R", "households": "R", "commercial": "C", "business": "C"}),
        ("A ticket that somebody wrote", "AB", {}),
    ],
)  # fmt: skip
def test_code_lists(description, values, found):
    assert dict(code_meanings(description, list(values))) == found
