"""The layout that a prompt asks for: a title, named sections, bullets, a number of points, JSON keys.

Read by general rules from headings, lists after "with these sections:", and enumerations; never from a template's name.
"""

import re
from dataclasses import dataclass

_READ_CHARACTERS = 30_000
_MAX_SECTIONS = 12
_MAX_LINE = 600

_FENCE = re.compile(r"\s{0,3}(?:`{3,}|~{3,})")
_HEADING = re.compile(r"\s{0,3}#{1,6}\s+(\S.*)")
_ITEM = re.compile(r"\s*(?:[-*+•]|\d{1,3}[.)])\s+(\S.*)")
_OPENS_LIST = re.compile(
    r"\b(?:sections?|structure|format|includ\w+|contain\w*|headings?|outline|parts|fields)\b[^:]{0,80}:\s*$",
    re.IGNORECASE,
)
_LIST = r"\b[^:,.;]{0,40}?[: ] ?((?:[^,.;:]{2,40},){1,10}[^,.;:]{2,80})(?:[.;]|$)"
_ENUMERATIONS = (
    re.compile(rf"\b(?:sections?|headings?|parts|fields|keys)(?:\s(?:for|on|named|called|are))?{_LIST}", re.IGNORECASE),
    re.compile(rf"\b(?:includ(?:e|es|ing)|contain(?:s|ing)?|covering|has|have|with){_LIST}", re.IGNORECASE),
)
_PAIR = re.compile(
    r"\b(?:with|sections?|headings?)\s+((?:a |an |the )?[\w ]{3,24}) and ((?:a |an |the )?[\w ]{3,24}?)"
    r"(?: sections?)?[.;]",
    re.IGNORECASE,
)
_NAME_ENDS = re.compile(r"\s*(?:[:：(–—]|\s-\s).*$")
_ARTICLE = re.compile(
    r"^(?:and |or )?(?:an? |the )?(?:short |brief |clear |concise |one-line )?(?:sections? (?:for|on|about) )?",
    re.IGNORECASE,
)
_BULLETS = re.compile(
    r"\b(?:bullet(?:ed|s| points?)?|key points|checklist|as a list|list of|stichpunkte|puces)\b", re.IGNORECASE
)
_NUMBERS = {
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
}
_COUNT = re.compile(
    rf"\b(\d{{1,2}}|{'|'.join(_NUMBERS)})\s+(?:\w+\s+)?"
    r"(?:bullets?|sentences?|points?|items?|lines|findings|facts)\b",
    re.IGNORECASE,
)
_JSON = re.compile(
    r"\bjson\s+(?:object|only|array)\b|\b(?:return|respond|reply|answer|output)\b[^.\n]{0,40}\bjson\b|\bvalid json\b",
    re.IGNORECASE,
)
_KEY = re.compile(r"[\"`]([A-Za-z_][\w-]{0,40})[\"`](?!\w)")


@dataclass(frozen=True)
class Layout:
    """`sections` in the order asked for, without the title; `count` is how many points are wanted, None if not said."""

    sections: tuple[str, ...] = ()
    title: bool = False
    bullets: bool = False
    count: int | None = None
    json: bool = False
    json_keys: tuple[str, ...] = ()


def layout(system: str, user: str, asks: str) -> Layout:
    """The layout that the system text, the user text and the orders found in it (`asks`) ask for together."""
    orders = f"{system[:_READ_CHARACTERS]}\n{asks[:_READ_CHARACTERS]}"
    names = dict.fromkeys(_sections(system) + _sections(asks) + _listed(_without_fences(user)))
    titles = [name for name in names if re.fullmatch(r"(?:\w+ )?title", name, re.IGNORECASE)]
    count = _COUNT.search(orders)
    wanted = _NUMBERS.get(count[1].lower()) or int(count[1]) if count else None
    return Layout(
        sections=tuple(name for name in names if name not in titles)[:_MAX_SECTIONS],
        title=bool(titles) or re.search(r"\btitle\b", orders, re.IGNORECASE) is not None,
        bullets=_BULLETS.search(orders) is not None,
        count=min(max(wanted, 1), 10) if wanted is not None else None,
        json=_JSON.search(orders) is not None,
        json_keys=tuple(dict.fromkeys(key for line in orders.splitlines() for key in _KEY.findall(line[:_MAX_LINE])))[
            :_MAX_SECTIONS
        ],
    )


def _without_fences(text: str) -> str:
    """The lines outside fenced blocks: what a block holds is data, whatever it looks like."""
    lines, inside = [], False
    for line in text[:_READ_CHARACTERS].splitlines():
        if _FENCE.match(line):
            inside = not inside
        elif not inside:
            lines.append(line)
    return "\n".join(lines)


def _sections(text: str) -> list[str]:
    """Sections named by headings, lists and enumerations: for texts that are all instruction."""
    return _named(text, everything=True)


def _listed(text: str) -> list[str]:
    """Sections in a list that is announced as such: for texts that hold data too."""
    return _named(text, everything=False)


def _named(text: str, *, everything: bool) -> list[str]:
    names: list[str | None] = []
    in_list = False
    for line in (line[:_MAX_LINE] for line in text[:_READ_CHARACTERS].splitlines()):
        item = _ITEM.match(line)
        if heading := _HEADING.match(line):
            names += [_name(heading[1], 8)] if everything else []
            in_list = False
        elif in_list and item:
            names.append(_name(item[1], 5))
        elif _OPENS_LIST.search(line):
            in_list = True
        elif line.strip():
            in_list = False
            names += _enumerated(" ".join(line.split())) if everything else []
    return [name for name in names if name]


def _enumerated(line: str) -> list[str | None]:
    names: list[str | None] = []
    for sentence in re.split(r"(?<=[.;])\s+", line):
        if found := next(filter(None, (pattern.search(sentence) for pattern in _ENUMERATIONS)), None):
            names = [_name(part, 4) for part in re.split(r", ?(?:and |or )?| and ", found[1])]
        elif found := _PAIR.search(sentence):
            names = [_name(found[1], 3), _name(found[2], 3)]
        if len(names) >= 2 and all(names):
            return names
    return []


def _name(text: str, most_words: int) -> str | None:
    """A section's name out of a list item or heading; None if it is too long to be one."""
    name = _NAME_ENDS.sub("", text.strip()).strip(" *_`\"'“”#.[]<>")
    name = _ARTICLE.sub("", name)
    if not name or len(name.split()) > most_words or "{" in name:
        return None
    return name[0].upper() + name[1:]
