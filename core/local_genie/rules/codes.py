"""Code lists in descriptions ("W in the workshop, S sold"), kept only as far as the data has these codes."""

import re
from collections.abc import Sequence
from typing import Any

from core.local_genie.rules.words import content, stem

_SEPARATOR = r"(?:\s*(?:=>|->|→|=|:|–|—|-|/|means|stands for|is for|denotes)\s*)"
_ENDS = re.compile(r"[,;.|\n\r]|\s(?:and|or)\s(?=['\"`]?\w{1,5}['\"`]?\s*(?:=|:|\())")
_LEAD = re.compile(r"^(?:(?:whether|either|it|is|are|was|for|a|an|the|if|or|and)\s+)+", re.IGNORECASE)
_EDGE = " \t,;:.–—-()'\"`"


def code_meanings(description: str, values: Sequence[Any]) -> list[tuple[str, Any]]:
    """(meaning, value) pairs that a description gives for values of its column."""
    if not description or not values or len(values) > 80:
        return []
    explicit: list[tuple[str, Any]] = []
    loose: list[tuple[str, Any]] = []
    places = _places(description, values)
    for value, start, end in places:
        following = min((s for _, s, _ in places if s > start), default=len(description))
        rest = description[end:following]
        clear = re.match(_SEPARATOR, rest)
        if clear:
            explicit += [(text, value) for text in _texts(rest[clear.end() :])]
        elif inside := re.match(r"\s*\(([^)]+)\)", rest):
            explicit += [(text, value) for text in _texts(inside[1])]
        elif (before := re.search(r"([\w][\w /-]*?)\s*\(\s*['\"`]?$", description[:start])) and re.match(
            r"['\"`]?\s*\)", rest
        ):
            explicit += [(text, value) for text in _texts(re.split(r"[,;:.]|\b(?:or|and)\b", before[1])[-1])]
        elif _is_code(value) and re.match(r"\s+\w", rest):
            loose += [(text, value) for text in _texts(rest)]
    codes = {str(value) for _, value in loose}
    # one "A …" in a sentence may be an article; two codes in a row are a list
    kept = loose if len(codes) >= 2 or explicit else []
    return [(text, value) for text, value in [*explicit, *kept] if text.casefold() != str(value).casefold()]


def value_named(phrase: str, names: Sequence[str], meanings: Sequence[tuple[str, Any]]) -> Any:
    """The one value that a synonym of its column stands for ("industrial" where I = industrial); None if it is the column's.

    A synonym may also be how a meaning begins ("faulty" of "faulty and awaiting replacement"), but not one of the `names`
    of the column itself.
    """  # fmt: skip
    said, own = content(phrase), {stem(word) for word in names}
    if not said or set(said) <= own:
        return None
    found: list[Any] = []
    for text, value in meanings:
        known = content(text)
        if (known[: len(said)] == said or set(known) == set(said)) and value not in found:
            found.append(value)
    return found[0] if len(found) == 1 else None


def _places(description: str, values: Sequence[Any]) -> list[tuple[Any, int, int]]:
    found = []
    for value in values:
        text = str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
        if not text or len(text) > 24 or isinstance(value, bool):
            continue
        flags = 0 if len(text) <= 3 else re.IGNORECASE
        for match in re.finditer(rf"(?<![\w.])['\"`]?{re.escape(text)}['\"`]?(?![\w])", description, flags):
            found.append((value, match.start(), match.end()))
            if len(text) > 3:
                break
    return sorted(found, key=lambda place: place[1])


def _is_code(value: Any) -> bool:
    text = str(value)
    return not text.isalpha() or text.isupper() or len(text) <= 2


def _texts(rest: str) -> list[str]:
    """The meaning at the start of `rest`, and other words for it in brackets or after a slash."""
    bracket = ""
    if match := re.match(r"([^,;.(|\n]*)\(([^)]*)\)", rest):
        rest, bracket = match[1], match[2]
    head = _ENDS.split(rest, maxsplit=1)[0]
    head = re.sub(r"\s+(?:and|or)\s*['\"`]?$", "", head)
    parts = [*re.split(r"\s*/\s*|\s+or\s+", head), *re.split(r"\s*[,;/]\s*|\s+or\s+", bracket)]
    texts = (_LEAD.sub("", part.strip(_EDGE)) for part in parts)
    return [text for text in texts if 1 < len(text) <= 60 and len(text.split()) <= 6]
