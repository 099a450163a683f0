"""Cues in the wording: comparisons with numbers, superlatives, time units. They name what is meant, not where it lies."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from core.local_genie.rules.words import Token

NUMBER_WORDS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30, "fifty": 50, "hundred": 100, "once": 1, "twice": 2,
    "thousand": 1000,
}  # fmt: skip
TIME_UNITS = {
    "year": "YEAR", "yearly": "YEAR", "annual": "YEAR", "annually": "YEAR", "years": "YEAR", "quarter": "QUARTER",
    "quarterly": "QUARTER", "quarters": "QUARTER", "month": "MONTH", "monthly": "MONTH", "months": "MONTH", "week": "WEEK",
    "weekly": "WEEK", "weeks": "WEEK", "day": "DAY", "daily": "DAY", "days": "DAY", "date": "DAY", "weekday": "WEEKDAY",
    "weekdays": "WEEKDAY", "hour": "HOUR", "hourly": "HOUR", "hours": "HOUR",
}  # fmt: skip
ADVERBS = frozenset("yearly annually annual quarterly monthly weekly daily hourly".split())  # noqa: SIM905

IN_TOTAL = re.compile(r"\b(?:in total|altogether|all together|overall|combined)\b")

# what an adjective measures: words that the column it speaks of may carry
HINTS = {
    "long": "duration length minute hour day time distance last lasted lost term mileage trip runtime",
    "old": "age birth born dob year built install start hire join creat found open acquir purchas",
    "price": "price cost fee amount charge rate value fare tariff rent premium",
    "big": "size area amount capacity volume quantity population floor value",
    "heavy": "weight mass kilo load",
    "tall": "height altitude elevation",
    "fast": "speed time duration minute hour second",
    "date": "",
    "count": "",
    "hot": "temperature degree",
    "far": "distance mileage kilometer",
}
SUPERLATIVES = {
    "most": (True, ""), "highest": (True, ""), "greatest": (True, ""), "maximum": (True, ""), "max": (True, ""), "top": (True, ""),
    "best": (True, ""), "largest": (True, "big"), "biggest": (True, "big"), "least": (False, ""), "fewest": (False, ""),
    "lowest": (False, ""), "minimum": (False, ""), "min": (False, ""), "bottom": (False, ""), "worst": (False, ""),
    "smallest": (False, "big"), "longest": (True, "long"), "shortest": (False, "long"), "oldest": (True, "old"),
    "youngest": (False, "old"), "newest": (True, "date"), "latest": (True, "date"), "earliest": (False, "date"),
    "cheapest": (False, "price"), "costliest": (True, "price"), "priciest": (True, "price"), "heaviest": (True, "heavy"),
    "lightest": (False, "heavy"), "tallest": (True, "tall"), "fastest": (False, "fast"), "quickest": (False, "fast"),
    "slowest": (True, "fast"), "busiest": (True, "count"), "quietest": (False, "count"), "hottest": (True, "hot"),
    "coldest": (False, "hot"), "farthest": (True, "far"), "furthest": (True, "far"), "strongest": (True, ""), "weakest": (False, ""),
}  # fmt: skip
_AFTER_MOST = {
    "expensive": "price", "costly": "price", "recent": "date", "recently": "date", "popular": "count", "common": "count",
    "frequent": "count", "frequently": "count", "often": "count", "active": "count", "commonly": "count", "used": "count",
}  # fmt: skip
_LOW = frozenset("less fewer lower shorter smaller cheaper younger lighter earlier worse colder slower".split())  # noqa: SIM905
_ADJECTIVES = {
    "longer": "long", "shorter": "long", "older": "old", "younger": "old", "cheaper": "price", "larger": "big", "bigger": "big",
    "smaller": "big", "heavier": "heavy", "lighter": "heavy", "taller": "tall", "faster": "fast", "slower": "fast",
    "hotter": "hot", "colder": "hot", "expensive": "price", "costing": "price", "worth": "price", "farther": "far", "further": "far",
}  # fmt: skip
_BEFORE = [
    (re.compile(r"(?:not|no) (?:more|higher|larger|longer|greater) than$"), "<="),
    (re.compile(r"(?:not|no) (?:less|fewer|lower|shorter) than$"), ">="),
    (re.compile(r"(\w+) than or equal to$"), "?="),
    (re.compile(r"(\w+)(?: \w+)? than$"), "?"),
    (re.compile(r"(?:at least|minimum of|a minimum of|at minimum|>=)$"), ">="),
    (re.compile(r"(?:at most|up to|maximum of|a maximum of|<=)$"), "<="),
    (re.compile(r"(?:over|above|exceeding|exceeds|exceed|exceeded|beyond|>)$"), ">"),
    (re.compile(r"(?:under|below|<)$"), "<"),
    (re.compile(r"(?:exactly|equal to|equals|=)$"), "="),
]
_AFTER = [
    (re.compile(r"^(?:\w+ )?(?:or|and) (?:more|higher|older|longer|above|over|greater|up|better|larger)\b"), ">="),
    (re.compile(r"^(?:\w+ )?(?:or|and) (?:less|fewer|lower|below|under|younger|shorter|smaller)\b"), "<="),
]


@dataclass(frozen=True)
class Comparison:
    """Words `start` to `end` compare something with `value` (and `upper`, for BETWEEN). `adjective` is a key of HINTS."""

    start: int
    end: int
    operator: str
    value: float
    upper: float | None = None
    adjective: str = ""
    percent: bool = False
    times: bool = False  # "more than twice", "more than 3 times": what happens is counted

    @property
    def sql(self) -> str:
        return f"{self.operator} {plain(self.value)}"


@dataclass(frozen=True)
class Superlative:
    """A superlative at word `start` to `end`; `limit` is the number said with it ("top 5"), None if there is none."""

    start: int
    end: int
    descending: bool
    hint: str
    limit: int | None


def number(token: Token) -> float | None:
    """What a number or number word says; None for anything else, and for days such as 15th."""
    text = token.lower.strip("$€£")
    if token.kind == "word":
        return NUMBER_WORDS.get(text)
    if token.kind != "number":
        return None
    match = re.fullmatch(r"(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?(k|m|bn|%)?", text)
    if not match:
        return None
    factor = {"k": 1e3, "m": 1e6, "bn": 1e9}.get(match[3] or "", 1)
    return float(match[1].replace(",", "") + (match[2] or "")) * factor


def plain(value: float) -> str:
    return str(int(value)) if float(value).is_integer() else repr(value)


def find_comparisons(words: Sequence[Token], taken: set[int]) -> list[Comparison]:
    """All comparisons; `taken` are words that dates use."""
    found: list[Comparison] = []
    for at, word in enumerate(words):
        value = number(word)
        ahead = [w.lower for w in words[at : at + 3]]
        if (
            ahead[:1] in (["a"], ["an"])
            and at
            and words[at - 1].lower == "than"
            and ahead[1:2]
            and ahead[1].rstrip("s") in TIME_UNITS
        ):
            value = 1.0  # "longer than an hour"
        elif ahead[0] == "half" and ahead[1:2] in (["a"], ["an"]):
            value = 0.5
        if value is None or at in taken or any(c.start <= at < c.end for c in found):
            continue
        before = " ".join(w.lower for w in words[max(0, at - 4) : at] if w.lower != ",")
        after = " ".join(w.lower for w in words[at + 1 : at + 4])
        end = at + 1
        if at + 1 < len(words) and (
            larger := {"thousand": 1e3, "million": 1e6, "billion": 1e9, "hundred": 100}.get(words[at + 1].lower)
        ):
            value, end = value * larger, at + 2
        if at and words[at - 1].lower == "between" and at + 2 < len(words) and words[at + 1].lower == "and":
            upper = number(words[at + 2])
            if upper is not None:
                found.append(Comparison(at - 1, at + 3, "BETWEEN", value, upper))
                continue
        operator, size, adjective = _before(before)
        if not operator:
            operator = next((op for pattern, op in _AFTER if pattern.search(after)), "")
            if not operator:
                continue
            end += 2 * after.startswith(
                ("or ", "and ")
            )  # "100 or more", but "100 euros or more" leaves the unit to be read
        times = word.lower in ("once", "twice") or (end < len(words) and words[end].lower == "times")
        end += end < len(words) and words[end].lower == "times"
        percent = word.text.endswith("%") or (end < len(words) and words[end].lower in ("percent", "%", "pct"))
        found.append(Comparison(max(0, at - size), end, operator, value, None, adjective, percent, times))
    return found


def _before(text: str) -> tuple[str, int, str]:
    """The operator that a text ends on, how many words it takes, and the adjective in it."""
    for pattern, operator in _BEFORE:
        match = pattern.search(text)
        if not match:
            continue
        adjective = ""
        if "?" in operator:
            said = match.group().split()
            low = any(word in _LOW for word in said)
            known = low or any(
                word.endswith("er") or word in ("more", "greater", "worse", "other") for word in said[:2]
            )
            if not known or "rather" in said or "other" in said:
                return "", 0, ""
            operator = ("<" if low else ">") + ("=" if operator == "?=" else "")
            if (
                said[0] not in _LOW
                and not said[0].endswith("er")
                and said[0] != "more"
                and len(said) > 2
                and said[-2] in ("less", "fewer", "more")
            ):
                match = re.search(r"\S+ than$", text) or match
            adjective = next((_ADJECTIVES[word] for word in said if word in _ADJECTIVES), "")
        lead = text[: match.start()].split()
        return operator, len(match.group().split()), adjective or (_ADJECTIVES.get(lead[-1], "") if lead else "")
    return "", 0, ""


def find_superlatives(words: Sequence[Token], taken: set[int]) -> list[Superlative]:
    """All superlatives with their numbers; "at most" and the like are comparisons and stay out through `taken`."""
    found: list[Superlative] = []
    for at, word in enumerate(words):
        text = word.lower
        if at in taken or (word.glued and at):
            continue
        previous = words[at - 1] if at else None
        following = words[at + 1] if at + 1 < len(words) else None
        if text in ("first", "last") and following is not None:
            count = number(following)
            if count is not None and at + 1 not in taken and at + 2 < len(words):
                found.append(Superlative(at, at + 2, text == "last", "date", int(count)))
            continue
        if text not in SUPERLATIVES or (previous is not None and previous.lower == "at"):
            continue
        descending, hint = SUPERLATIVES[text]
        start, end, limit = at, at + 1, None
        if following is not None and text in ("most", "least") and following.lower in _AFTER_MOST:
            hint, end = _AFTER_MOST[following.lower], at + 2
        if following is not None and end == at + 1 and end not in taken and (count := number(following)) is not None:
            limit, end = int(count), end + 1
        elif (
            previous is not None
            and at - 1 not in taken
            and (count := number(previous)) is not None
            and previous.lower not in ("once", "twice")
        ):
            limit, start = int(count), at - 1
        found.append(Superlative(start, end, descending, hint, limit))
    return found
