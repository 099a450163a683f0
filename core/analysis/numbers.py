"""Numbers in a model's prose: what was stated, in what precision, and how surely.

A figure carries the half-width in which it agrees with the truth ("12.3 %" is good for ±0.05 points, "about 40" for
±10 %). Anything that only looks like a number – a date, an identifier, quoted text – is none.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from core.analysis.quoting import masked

Bound = Literal["at least", "at most"]

LONGEST_TEXT = 6_000
APPROXIMATE = 0.10
"""The share of its value by which an approximate number may be off."""


@dataclass(frozen=True)
class Figure:
    """A number as it was stated. A percentage is held in points: "12.3 %" has the value 12.3.

    `high` makes it a range from `value` to `high`. `base` is M in "N of M". `bound` is "at least" in "more than 20 %".
    `is_word` marks shares and counts written as words ("half", "no", "all"). `start` and `end` are its place in the text.
    """

    value: float
    tolerance: float
    words: str
    percent: bool = False
    high: float | None = None
    base: float | None = None
    bound: Bound | None = None
    approximate: bool = False
    is_word: bool = False
    start: int = 0
    end: int = 0

    @property
    def is_whole(self) -> bool:
        return not self.percent and float(self.value).is_integer()

    def agrees_with(self, true: float) -> bool:
        """Whether the truth lies within what was stated. A stated bound is taken inclusively."""
        slack = self.tolerance + 1e-12 * max(1.0, abs(true))
        if self.high is not None:
            return self.value - slack <= true <= self.high + slack
        if self.bound:  # what is "more than 20 %" is not rounded
            beyond = true - self.value if self.bound == "at least" else self.value - true
            return beyond >= (-slack if self.approximate else 0)
        return abs(true - self.value) <= slack


_BODY = (
    r"\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)"  # 1,234.5
    r"|\d{1,3}(?:\.\d{3}){2,}(?:,\d+)?(?![\d.])"  # 1.234.567
    r"|\d{1,3}\.\d{3},\d+(?![\d.])"  # 1.234,5
    r"|\d{1,3}(?:[ \u00a0\u2009\u202f']\d{3})+(?:[.,]\d+)?(?!\d)"  # 1 234
    r"|\d+\.\d+(?!\d)|\d+,\d{1,2}(?!\d)|\d+(?!\d)|(?<!\d)\.\d+"
)
_NUMBER = re.compile(
    rf"(?<![\w.,])(?P<sign>[-−–](?=[\d.]))?(?P<body>{_BODY})(?P<exponent>[eE][+-]?\d{{1,3}})?"
    r"(?P<scale>[kKM](?![\w])|\s?(?:thousand|million|billion|mio\.?|bn)(?!\w))?"
    r"(?P<percent>\s?(?:%|percent(?!\w)|per\s?cent(?!\w)|pct\.?(?!\w)))?"
)
_SCALES = {"k": 1e3, "thousand": 1e3, "M": 1e6, "million": 1e6, "mio": 1e6, "bn": 1e9, "billion": 1e9}
_NOT_NUMBERS = re.compile(
    r"\d{4}-\d{2}(?:-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?)?(?!\d)"  # dates and times
    r"|\b\d{1,2}[./]\d{1,2}[./]\d{2,4}\b|\b\d{1,2}:\d{2}(?::\d{2})?\b"
    r"|\b\d+(?:st|nd|rd|th)\b|\b[A-Za-z_]+[-_]?\d[\w-]*|\b\d+[A-Za-z_]{2,}\w*"
)
_RANGE_WORD = re.compile(r"\s*(?:-|–|—|\bto\b|\band\b)\s*$")
_OF = re.compile(r"\s*(?:out\s+of|of|/)\s*(?:the|all|all\s+the|a\s+total\s+of|its|total)?\s*$", re.IGNORECASE)

_ABOUT = re.compile(
    r"(?:\b(?:about|approximately|approx\.?|around|roughly|circa|ca?\.|nearly|almost|some|close\s+to|an?\s+estimated)|[~≈∼])\s*$",
    re.IGNORECASE,
)
_AT_LEAST = re.compile(
    r"(?:\b(?:more|greater|higher|larger)\s+than(?:\s+or\s+equal\s+to)?|\bover|\bat\s+least|\babove|\bexceed(?:s|ing)|>=?|≥)\s*$",
    re.IGNORECASE,
)
_AT_MOST = re.compile(
    r"(?:\b(?:less|fewer|lower|smaller)\s+than(?:\s+or\s+equal\s+to)?|\bunder|\bat\s+most|\bbelow|<=?|≤)\s*$",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"\b(?:between|from)\s*$", re.IGNORECASE)

_SHARES = {
    r"(?:an?\s+|one[\s-]+)?half(?=\s+(?:of|the)\b|\s*[,.;)]|\s*$|\s+(?:are|is)\b)": 50.0,
    r"(?:a|one)[\s-]+third": 100 / 3,
    r"two[\s-]+thirds": 200 / 3,
    r"(?:a|one)[\s-]+quarter": 25.0,
    r"three[\s-]+quarters": 75.0,
    r"(?:a|one)[\s-]+fifth": 20.0,
    r"(?:a|one)[\s-]+tenth": 10.0,
}
_COUNTS = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
}  # fmt: skip
_WORDS = re.compile(
    r"(?<![\w-])(?:"
    + "|".join(f"(?P<share{at}>{pattern})" for at, pattern in enumerate(_SHARES))
    + rf"|(?P<count>{'|'.join(_COUNTS)})|(?P<zero>no|none|zero|without(?:\s+any)?)|(?P<all>all|every))(?![\w-])",
    re.IGNORECASE,
)
_NOT_SHARES = re.compile(r"\b(?:first|second|last|other|latter|and\s+a|per|each)\s+$", re.IGNORECASE)


def read_figures(text: str) -> list[Figure]:
    """The figures of the first 6,000 characters, in the text's order; they do not overlap. Never raises."""
    text = text[:LONGEST_TEXT]
    bare = masked(text, _NOT_NUMBERS)
    singles = sorted([*_digits(bare), *_words(bare)], key=lambda figure: figure.start)
    singles = [figure for at, figure in enumerate(singles) if not at or figure.start >= singles[at - 1].end]
    return [replace(each, words=text[each.start : each.end]) for each in _joined(singles, bare)]


def figure_of(value: float, *, percent: bool = False, words: str | None = None) -> Figure:
    """A number of a typed field: exact to the digits in which JSON wrote it."""
    shown = words if words is not None else f"{value:,}{' %' if percent else ''}"
    return Figure(float(value), _half_unit(repr(value)), shown, percent=percent)


def number_in(text: str) -> float | None:
    """The one number that the text is, with an optional percent sign: "1,234", "12 %". None if it is more, or other."""
    match = _NUMBER.fullmatch(text.strip())
    return _value(match) if match else None


def _digits(text: str) -> Iterator[Figure]:
    for match in _NUMBER.finditer(text):
        value = _value(match)
        if value is None:
            continue
        start, end = match.span()
        if re.match(r"\s?(?:percentage\s+points|pp\b)", text[end:]) or re.match(r"[-_]?[A-Za-z_]", text[end : end + 2]):
            continue  # a difference of shares, or "3-hour", "5kg"
        tolerance = _half_unit(match["body"] + (match["exponent"] or "")) * _scale(match)
        figure = Figure(value, tolerance, "", percent=bool(match["percent"]), start=start, end=end)
        yield _hedged(figure, text)


def _words(text: str) -> Iterator[Figure]:
    for match in _WORDS.finditer(text):
        start, end = match.span()
        if match["count"]:
            figure = Figure(_COUNTS[match["count"].lower()], 0.0, "", start=start, end=end, is_word=True)
        elif match["zero"]:
            figure = Figure(0.0, 0.0, "", start=start, end=end, is_word=True)
        elif match["all"]:
            figure = Figure(100.0, 0.0, "", percent=True, start=start, end=end, is_word=True)
        else:
            if _NOT_SHARES.search(text[:start][-12:]):
                continue
            share = next(value for at, value in enumerate(_SHARES.values()) if match[f"share{at}"])
            hedged = Figure(share, share * APPROXIMATE, "", True, start=start, end=end, is_word=True, approximate=True)
            yield _hedged(hedged, text)
            continue
        yield figure


def _hedged(figure: Figure, text: str) -> Figure:
    """With the words before it that make it approximate or a bound."""
    before = text[max(0, figure.start - 32) : figure.start]
    if found := _ABOUT.search(before):
        tolerance = max(figure.tolerance, abs(figure.value) * APPROXIMATE)
        figure = replace(figure, approximate=True, tolerance=tolerance, start=figure.start - len(found[0]))
        before = text[max(0, figure.start - 32) : figure.start]
    for bound, pattern in (("at least", _AT_LEAST), ("at most", _AT_MOST)):
        if pattern.search(before):
            return replace(figure, bound=bound)
    return figure


def _joined(singles: list[Figure], text: str) -> Iterator[Figure]:
    """Two neighbours that are one statement: "10 to 20 %", "between 10 and 20", "3 of 150"."""
    at = 0
    while at < len(singles):
        figure = singles[at]
        following = singles[at + 1] if at + 1 < len(singles) else None
        joined = _pair(figure, following, text) if following else None
        yield joined or figure
        at += 2 if joined else 1


def _pair(first: Figure, second: Figure, text: str) -> Figure | None:
    between = text[first.end : second.start]
    if _OF.fullmatch(between) and not first.percent and not second.percent and not second.is_word:
        slash_in_words = "/" in between and not (first.is_whole and second.is_whole)
        if second.value >= first.value >= 0 and second.value > 0 and not slash_in_words:
            return replace(first, base=second.value, end=second.end)
    if _RANGE_WORD.fullmatch(between) and not first.is_word and not second.is_word:
        is_and = "and" in between
        if is_and and not _BETWEEN.search(text[max(0, first.start - 12) : first.start]):
            return None
        value, percent = first.value, first.percent or second.percent
        if first.percent and not second.percent:
            return None
        high = abs(second.value) if "-" in text[second.start - 1 : second.start + 1] and value >= 0 else second.value
        if value <= high:
            tolerance = max(first.tolerance, second.tolerance)
            return replace(first, percent=percent, high=high, tolerance=tolerance, end=second.end, bound=None)
    return None


def _value(match: re.Match[str]) -> float | None:
    try:
        value = float(_plain(match["body"]) + (match["exponent"] or "")) * _scale(match)
    except (ValueError, OverflowError):
        return None
    return -value if match["sign"] else value


def _plain(body: str) -> str:
    """The digits as Python writes them. A single dot is a decimal point, a lone comma before 1–2 digits a decimal comma."""
    body = re.sub(r"[ \u00a0\u2009\u202f']", "", body)
    if re.fullmatch(r"\d{1,3}(?:\.\d{3}){2,}(?:,\d+)?|\d{1,3}\.\d{3},\d+", body):
        return body.replace(".", "").replace(",", ".")
    if re.fullmatch(r"\d+,\d{1,2}", body):
        return body.replace(",", ".")
    return body.replace(",", "")


def _scale(match: re.Match[str]) -> float:
    word = (match["scale"] or "").strip().rstrip(".")
    return _SCALES.get(word if word == "M" else word.lower(), 1.0)


def _half_unit(written: str) -> float:
    """Half of the last digit's place: 0.05 for "12.3", 0.5 for "12"."""
    mantissa, _, exponent = written.lower().partition("e")
    decimals = len(_plain(mantissa).partition(".")[2])
    try:
        return 0.5 * 10.0 ** (int(exponent or 0) - decimals)
    except OverflowError:
        return 0.0
