"""Code lists in descriptions ("W in the workshop, S sold"), kept only as far as the data has these codes."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from core.local_genie.rules.words import participle, stems

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


def code_heads(codes: Sequence[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    """ "Denied" of a code that means "denied by the insurer", unless another code's meaning begins with the same word."""
    for text, value in codes:
        words = text.split()
        head = " ".join(words[:1])
        if len(words) < 2 or words[1].casefold() not in _AFTER_HEAD or not participle(head.casefold()):
            continue
        others = {str(other) for said, other in codes if stems(said)[:1] == stems(head)}
        if others == {str(value)}:
            yield head, value


def code_names(codes: Sequence[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    """ "DHL" of "DHL parcel", a proper name within what one code means; and what tells "public school" from "private
    school"."""
    for text, value in codes:
        words = text.split()
        if len(words) < 2:
            continue
        others = [said.split() for said, other in codes if str(other) != str(value)]
        elsewhere = {stem for said in others for word in said for stem in stems(word)}
        lasts = {stem for said in others if len(said) > 1 for stem in stems(said[-1])}
        for word in words:
            if re.search(r"\w[A-Z]", word) and not set(stems(word)) & elsewhere:
                yield word.strip(_EDGE), value
        if (
            len(words) == 2
            and len(words[0]) > 5
            and words[0].isalpha()
            and set(stems(words[1])) <= lasts
            and not set(stems(words[0])) & elsewhere
        ):
            yield words[0], value


_AFTER_HEAD = frozenset("by to from for with in at on of after because due before until as when without".split())  # noqa: SIM905


def code_kinds(codes: Sequence[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    """ "Battery" of "battery empty": the first word of what one code means, if no other code's meaning has it."""
    for text, value in codes:
        words = text.split()
        elsewhere = {stem for said, other in codes if str(other) != str(value) for stem in stems(said)}
        if 1 < len(words) <= 3 and len(words[0]) > 4 and words[0].isalpha() and not set(stems(words[0])) & elsewhere:
            yield words[0], value


def called_codes(description: str, values: Sequence[Any], synonyms: Sequence[str]) -> Iterator[tuple[str, Any]]:
    """Synonyms of a column that are what one of its codes means ("adults" where ADT = adult), with that code.

    "Online" also is WEB where that means online reservation, if several codes are called so by a part of their meaning.
    """  # fmt: skip
    codes = code_meanings(description, values)
    loose: list[tuple[str, Any]] = []
    for synonym in synonyms if codes else ():
        said = set(stems(synonym))
        same = {str(value): value for text, value in codes if set(stems(text)) == said}
        first = {str(v): v for text, v in codes if said and stems(text)[: len(said)] == stems(synonym)}
        partly = {str(value): value for text, value in codes if said and said < set(stems(text))}
        if len(same) == 1:
            yield synonym, next(iter(same.values()))
        elif len(first) == 1 and len(partly) == 1:  # "faulty" of "faulty and awaiting replacement"
            yield synonym, next(iter(first.values()))
        elif len(partly) == 1:
            loose.append((synonym, next(iter(partly.values()))))
    if len({str(value) for _, value in loose}) > 1:
        yield from loose


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
