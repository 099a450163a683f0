"""How an instruction says in words that months and quarters look: "quarters are shown as numbers 1-4"."""

import re

from core.local_genie.rules.clauses import sentences

_UNITS = {"MONTH": re.compile(r"\bmonths?\b", re.IGNORECASE), "QUARTER": re.compile(r"\bquarters?\b", re.IGNORECASE)}
_SHOWS = re.compile(
    r"\b(?:shown?|display\w*|writ(?:e|ten)|give[ns]?|return\w*|report(?:ed)?|present\w*|express\w*|format\w*|print\w*|output|appears?)\b",
    re.IGNORECASE,
)
_DENIES = re.compile(r"\b(?:not|never|unless|except|only|instead|rather)\b|n't\b|\w\(", re.IGNORECASE)
_ONE_YEAR = re.compile(
    r"\b(?:within|inside|of|in|for)\s+(?:one|a\s+single|a|the\s+same|a\s+given)\s+(?:calendar\s+)?year\b", re.IGNORECASE
)
_AS_NUMBER = r"\b(?:as|by)\s+(?:(?:its|their|an?|the|plain|bare|whole|{unit}s?)\s+)*(?:number|integer)s?\b|\b1\s*(?:-|–|to|through|\.\.\.?)\s*{last}\b"
_AS_TEXT = {
    "MONTH": (re.compile(r"\byyyy-mm\b(?!-dd)", re.IGNORECASE), "DATE_FORMAT({0}, 'yyyy-MM')"),
    "QUARTER": (
        re.compile(r"\b(?:yyyy|20\d\d)-Q(?:[1-4nNqQ#])", re.IGNORECASE),
        "CONCAT(YEAR({0}), '-Q', QUARTER({0}))",
    ),
}


def spoken_forms(text: str) -> tuple[dict[str, str], dict[str, str]]:
    """The SQL of months and quarters that an instruction asks for, always and within one year.

    A clause counts when it says of one unit alone how it is shown, and denies nothing.
    """
    always: dict[str, str] = {}
    within: dict[str, str] = {}
    for clause, _ in sentences(text[:20_000]):
        units = [unit for unit, pattern in _UNITS.items() if pattern.search(clause)]
        if len(units) != 1 or not _SHOWS.search(clause) or _DENIES.search(clause):
            continue
        form = _form(units[0], clause)
        if form:
            (within if _ONE_YEAR.search(clause) else always).setdefault(units[0], form)
    return always, within


def _form(unit: str, clause: str) -> str:
    pattern, text = _AS_TEXT[unit]
    if pattern.search(clause):
        return text
    number = _AS_NUMBER.format(unit=unit.casefold(), last=12 if unit == "MONTH" else 4)
    return f"{unit}({{0}})" if re.search(number, clause, re.IGNORECASE) else ""
