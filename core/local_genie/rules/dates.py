"""Dates in a question: which stretch of words means which span of time."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from core.local_genie.rules.days import days_of_one_year
from core.local_genie.rules.periods import MONTHS, MONTHS_IN, DateSpan, made, part_of
from core.local_genie.rules.words import Token

UNITS = {"year": "YEAR", "quarter": "QUARTER", "month": "MONTH", "week": "WEEK", "day": "DAY"}
_ORDINALS = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "last": 4}
_WEEKDAYS = {name: n for n, name in enumerate(["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"], 1)}  # fmt: skip
_SMALL = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "twelve": 12}  # fmt: skip
_BEFORE_YEAR = frozenset(
    "in of for since after before during from year and to until till through quarter half by between vs versus or over end start beginning than with was were , q1 q2 q3 q4 h1 h2 fy".split()  # noqa: SIM905
)
_BESIDE = frozenset("and or to with vs versus the , in of from".split())  # noqa: SIM905
_NUMBER_BEFORE = frozenset("than least most over under above below exceeding exceeds top first".split())  # noqa: SIM905


def find_dates(words: Sequence[Token]) -> list[DateSpan]:
    """All date spans of a question in order, not overlapping."""
    found: list[DateSpan] = []
    at = 0
    while at < len(words):
        span = _range(words, at) or _bounded(words, at) or _relative(words, at) or _plain(words, at) or _part(words, at)
        if span is None:
            at += 1
            continue
        found.append(_opened(span, words))
        at = found[-1].end
    _share_years(found, words)
    years = [span for span in found if span.unit == "YEAR" and span.lo and span.hi]
    if len(years) == 1:  # "in March … 2024": the year belongs to the part
        parts = [span for span in found if span.part and span.part[0] in ("MONTH", "QUARTER", "HALF")]
        for span in parts:
            unit, number = span.part or ("", 0)
            joined = replace(span, **part_of(years[0].lo.year, unit, number), part=None, unit=unit)
            found[found.index(span)] = joined
        if parts:
            found.remove(years[0])
    return found


def _opened(span: DateSpan, words: Sequence[Token]) -> DateSpan:
    """ "In 2022 or later": the span without its end, or without its beginning."""
    side = _word(words, span.end + 1) if _word(words, span.end) in ("or", "and") else ""
    if span.lo and span.hi and side in ("later", "after", "afterwards", "newer", "since", "onwards"):
        return replace(span, end=span.end + 2, hi=None, unit="BOUND")
    if span.lo and span.hi and side in ("earlier", "before", "older"):
        return replace(span, end=span.end + 2, lo=None, unit="BOUND")
    return span


def _share_years(found: list[DateSpan], words: Sequence[Token]) -> None:
    """ "Q1 and Q2 2024", "March 2024 versus April": what stands beside a part of a year is a part of the same year."""
    for n in [*range(len(found) - 1, -1, -1), *range(len(found))]:
        part, number = found[n].part or ("", 0)
        for other in (n + 1, n - 1):
            if part not in MONTHS_IN or not 0 <= other < len(found) or found[n].part is None:
                continue
            beside, between = (
                found[other],
                range(min(found[n].end, found[other].end), max(found[n].start, found[other].start)),
            )
            if beside.unit == part and beside.lo and all(words[at].lower in _BESIDE for at in between):
                found[n] = replace(found[n], **part_of(beside.lo.year, part, number), part=None, unit=part)


def _range(words: Sequence[Token], at: int) -> DateSpan | None:
    if words[at].lower not in ("between", "from"):
        first = _plain(words, at)
        if first is None:
            return _of_one_year(words, at)
        if _word(words, first.end) not in ("to", "until", "till", "through") or first.lo is None:
            return None
    else:
        first = _plain(words, at + 1)
    if first is None and words[at].lower in ("between", "from"):
        return _of_one_year(words, at) or days_of_one_year(words, at, _plain)
    if (
        first is None
        or first.lo is None
        or _word(words, first.end) not in ("and", "to", "until", "till", "through", "up")
    ):
        return None
    last = _plain(words, first.end + 1)
    if last is None or last.hi is None:
        return None
    return DateSpan(at, last.end, first.lo, last.hi, ends=(first, last))


def _of_one_year(words: Sequence[Token], at: int) -> DateSpan | None:
    """ "From July to December 2024", "Q1 to Q3 2024": parts of the year that is said once."""
    led = words[at].lower in ("between", "from")
    month = _part(words, at + 1) if led else _month(words, at) or _part(words, at)
    after = month.end if month else len(words)
    joint = _word(words, after)
    if month is None or month.part is None or month.part[0] not in MONTHS_IN:
        return None
    if not led and joint in MONTHS:
        after -= 1  # "July – December 2024"
    elif joint not in ("to", "until", "till", "through") and not (led and joint == "and"):
        return None
    last = _plain(words, after + 1)
    if last is None or last.lo is None:
        return None
    first = replace(month, **part_of(last.lo.year, *month.part), part=None)
    return DateSpan(at, last.end, first.lo, last.hi, ends=(first, last))


def _month(words: Sequence[Token], at: int) -> DateSpan | None:
    """A month by its bare name."""
    word = _word(words, at)
    return DateSpan(at, at + 1, part=("MONTH", MONTHS[word]), unit="MONTH") if word in MONTHS else None


def _bounded(words: Sequence[Token], at: int) -> DateSpan | None:
    word, skip = words[at].lower, 1
    if word == "prior" and _word(words, at + 1) == "to":
        word, skip = "before", 2
    if word in ("older", "newer", "younger") and _word(words, at + 1) == "than":
        word, skip = ("before" if word == "older" else "after"), 2
    if word in ("later", "earlier") and _word(words, at + 1) == "than":
        word, skip = ("after" if word == "later" else "before"), 2
    if word == "starting" and _word(words, at + 1) in ("in", "from", "on"):
        word, skip = "since", 2
    if word == "up" and _word(words, at + 1) == "to":
        word, skip = "until", 2
    if word not in ("since", "after", "before", "until", "till", "from"):
        return None
    while _word(words, at + skip) in ("the", "end", "of", "start", "beginning") and at + skip < len(words):
        skip += 1
    span = _plain(words, at + skip)
    if span is None:
        return None
    if word == "from":
        if _word(words, span.end) not in ("on", "onwards", "onward"):
            return None
        return DateSpan(at, span.end + 1, lo=span.lo)
    bounds = {"since": (span.lo, None), "after": (span.hi, None), "before": (None, span.lo)}
    lo, hi = bounds.get(word, (None, span.hi))
    end = span.end + (_word(words, span.end) in ("onwards", "onward"))
    return DateSpan(at, end, lo, hi, unit="BOUND")


def _relative(words: Sequence[Token], at: int) -> DateSpan | None:
    word = words[at].lower
    if word in ("today", "yesterday"):
        return DateSpan(at, at + 1, relative=("DAY", 0 if word == "today" else -1, 1), unit="DAY")
    if word == "year" and _word(words, at + 1) == "to" and _word(words, at + 2) == "date":
        return DateSpan(at, at + 3, relative=("YEAR", 0, 1), unit="YEAR")
    offset = {"last": -1, "previous": -1, "past": -1, "recent": -1, "prior": -1, "this": 0, "current": 0}.get(word)
    if offset is None:
        return None
    number, place = 1, at + 1
    text = _word(words, place)
    if text.isdigit() or text in _SMALL:
        number, place = int(text) if text.isdigit() else _SMALL[text], place + 1
    unit = UNITS.get(_word(words, place).removesuffix("s"))
    if unit is None or (unit == "DAY" and place == at + 1 and offset == 0):
        return None
    if place > at + 1:
        return DateSpan(at, place + 1, relative=(unit, 0, number if number > 1 or unit == "DAY" else 1), unit=unit)
    if words[place].lower.endswith("s") and words[place].lower != "s":
        return None
    return DateSpan(at, place + 1, relative=(unit, offset, 1), unit=unit)


def _plain(words: Sequence[Token], at: int) -> DateSpan | None:
    """A day, month, quarter, half or year with its year, from word `at`."""
    start = at
    if _word(words, at) == _word(words, at + 1) == "in":
        return None  # "log in in 2024"
    while _word(words, at) in ("the", "year", "in") and at < len(words) - 1:
        at += 1
    word = _word(words, at)
    if iso := re.fullmatch(r"(\d{4})[-/](\d{1,2})(?:[-/](\d{1,2}))?", word):
        year, month, day = int(iso[1]), int(iso[2]), int(iso[3] or 0)
        return made(start, at + 1, year, month, day)
    if local := re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", word):
        return made(start, at + 1, int(local[3]), int(local[2]), int(local[1]))
    if word in MONTHS:
        place = at + 1
        if re.fullmatch(r"\d{1,2}(st|nd|rd|th)?", _word(words, place)):
            day, after = int(re.sub(r"\D", "", _word(words, place))), place + 1
            after += _word(words, after) == ","
            if year := _year(words, after, bare=True):
                return made(start, after + 1, year, MONTHS[word], day)
        place += _word(words, place) in ("of", ",")
        year = _year(words, place, bare=True)
        return made(start, place + 1, year, MONTHS[word], 0) if year else None
    if re.fullmatch(r"\d{1,2}(st|nd|rd|th)?", word):
        place = at + 1 + (_word(words, at + 1) == "of")
        if _word(words, place) in MONTHS and (year := _year(words, place + 1, bare=True)):
            return made(start, place + 2, year, MONTHS[_word(words, place)], int(re.sub(r"\D", "", word)))
    if part := _quarter(words, at):
        unit, number, place = part
        place += _word(words, place) in ("of", "in", ",")
        if year := _year(words, place, bare=True):
            return DateSpan(start, place + 1, **part_of(year, unit, number), unit=unit)
        return None
    if year := _year(words, at, bare=start < at):
        if part := _quarter(words, at + 1):
            return DateSpan(start, part[2], **part_of(year, part[0], part[1]), unit=part[0])
        return DateSpan(start, at + 1, date(year, 1, 1), date(year + 1, 1, 1), unit="YEAR")
    return None


def _part(words: Sequence[Token], at: int) -> DateSpan | None:
    """A recurring part of time: a month, quarter or weekday without a year."""
    if part := _quarter(words, at):
        return DateSpan(at, part[2], part=(part[0], part[1]), unit=part[0])
    word, before = _word(words, at), _word(words, at - 1) if at else ""
    if word in MONTHS and (len(word) > 3 or words[at].text[0].isupper()):
        ranged = before in ("from", "between") and _word(words, at + 1) in ("and", "to", "until", "till", "through")
        capital = words[at].text[0].isupper() or ranged  # "from march to may 2024"
        if before in ("in", "of", "during", "since", "every", "each", "for", "by", "and", "between", "from") and (
            capital or word not in ("may", "march")
        ):
            return DateSpan(at, at + 1, part=("MONTH", MONTHS[word]), unit="MONTH")
    if before in ("on", "a", "every", "each") and word.removesuffix("s") in _WEEKDAYS:
        return DateSpan(at, at + 1, part=("WEEKDAY", _WEEKDAYS[word.removesuffix("s")]), unit="DAY")
    if word in ("weekend", "weekends") and before in ("on", "at", "the", "during"):
        return DateSpan(at, at + 1, part=("WEEKEND", 1), unit="DAY")
    return None


def _quarter(words: Sequence[Token], at: int) -> tuple[str, int, int] | None:
    """A quarter or half: its unit, number and the place after it."""
    word = _word(words, at)
    if short := re.fullmatch(r"([qh])([1-4])", word):
        return ("QUARTER" if short[1] == "q" else "HALF"), int(short[2]), at + 1
    following = _word(words, at + 1)
    if word in _ORDINALS and following in (
        "and",
        "to",
        "or",
        "vs",
        "versus",
        "with",
        "until",
    ):  # "the first and the second half"
        ahead = at + 2 + (_word(words, at + 2) == "the")
        if _word(words, ahead) in _ORDINALS and (shared := _word(words, ahead + 1)) in ("quarter", "half"):
            return ("QUARTER" if shared == "quarter" else "HALF"), _ORDINALS[word], at + 1
    if word in _ORDINALS and following in ("quarter", "half"):
        number = _ORDINALS[word]
        return ("QUARTER", number, at + 2) if following == "quarter" else ("HALF", min(number, 2), at + 2)
    if word == "quarter" and re.fullmatch("[1-4]", _word(words, at + 1)):
        return "QUARTER", int(_word(words, at + 1)), at + 2
    return None


def _year(words: Sequence[Token], at: int, *, bare: bool) -> int | None:
    """The year that stands at `at`; without `bare` its surroundings must speak for a year."""
    if at >= len(words) or not re.fullmatch(r"(19|20)\d\d", words[at].text):
        return None
    before, following = (_word(words, at - 1) if at else "in"), _word(words, at + 1)
    if not bare:
        if before in _NUMBER_BEFORE and words[at - 2].lower not in ("later", "earlier", "older", "newer", "younger"):
            return None
        if before not in _BEFORE_YEAR and following not in (
            "",
            "?",
            ",",
            "and",
            "by",
            "per",
            "vs",
            "versus",
            "to",
            "in",
        ):
            return int(words[at].text) if not following.isalpha() or words[at + 1].stop else None
    return int(words[at].text)


def _word(words: Sequence[Token], at: int) -> str:
    return words[at].lower if 0 <= at < len(words) else ""
