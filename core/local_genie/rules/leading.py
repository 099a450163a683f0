"""Rules about ways: which date a table goes by, and through which table another is reached."""

import re

from core.local_genie.rules.defaulting import Rules
from core.local_genie.rules.joins import Joins
from core.local_genie.rules.matching import SURE
from core.local_genie.rules.schema import Schema
from core.local_genie.rules.vocabulary import Vocabulary
from core.local_genie.rules.wording import items_of

_BORROWED = re.compile(
    r"^the\s+(?:date|day|time|year|month)s?\s+of\s+(?:an?|the|each|all)?\s*(.+?)\s+(?:is|are|comes\s+from|means)\s+(?:the\s+|that\s+of\s+)?(.+)$",
    re.IGNORECASE,
)

DATE_RULE = re.compile(
    r"^(?:use\s+`?(?P<first>[\w.]+)`?\s+(?:for|as|when)\b(?P<what1>.*\b(?:dates?|time|when|period|month|year)\b.*)|(?P<what2>.*\b(?:dates?|periods?|time|years?|months?)\b.*?)\s+(?:refers?\s+to|means?|is|are|use[sd]?|by)\s+(?:the\s+)?(?:column\s+)?`?(?P<second>[\w.]+)`?)",
    re.IGNORECASE,
)


def borrowed_date(sentence: str, schema: Schema, vocabulary: Vocabulary, rules: Rules) -> bool:
    """ "The date of a ticket is the date of its screening": a table that takes its date from another."""
    match = _BORROWED.match(sentence)
    if match is None:
        return False
    homes = [
        [m.home for item in items_of(match[n], vocabulary) if (m := item.a("table", near=0.8)) and m.weight >= SURE]
        for n in (1, 2)
    ]
    if not all(homes) or homes[0][0] == homes[1][0]:
        return False
    other = schema.tables[homes[1][0]]
    named = [column for column in other.dates if column.name.casefold() in sentence.casefold()]
    if column := next(iter(named or other.dates), None):
        rules.dates.setdefault(homes[0][0], f"{other.key}.{column.name}")
    return True


_VIA = re.compile(
    r"^the\s+([\w ]+?)\s+of\s+(?:an?|the|each)\s+([\w ]+?)\s+(?:is|means|comes\s+from)\s+(?:the\s+[\w ]+?|that)\s+of\s+(?:its|the|their)\s+([\w ]+)$",
    re.IGNORECASE,
)


def via_rule(sentence: str, joins: Joins, vocabulary: Vocabulary) -> bool:
    """ "The club of a booking is the club of its session": the way that joins take."""
    match = _VIA.match(sentence)
    if match is None:
        return False
    found = [
        next(
            (
                m.home
                for item in items_of(match[n], vocabulary)
                if (m := item.a("table", near=0.8)) and m.weight >= SURE
            ),
            "",
        )
        for n in (1, 2, 3)
    ]
    target, start, middle = found
    if not all(found) or len(set(found)) < 3:
        return False
    joins.lead(start, target, middle)
    return True


_OF_TIME = re.compile(
    r"\b(?:dat(?:ed?|es|ing)|time|periods?|months?|monthly|years?|yearly|quarters?|trends?)\b", re.IGNORECASE
)
_NO_RULE = re.compile(
    r"\b(?:empty|null|missing|blank|filled|before|after|within|between|later|earlier|days?)\b|[<>=]|\w\(", re.IGNORECASE
)
_UNLESS = re.compile(r"\b(?:unless|except|instead of|rather than|not|if)\b", re.IGNORECASE)


def date_rule(sentence: str, schema: Schema, vocabulary: Vocabulary, rules: Rules) -> bool:
    """ "Dates of bookings refer to check_in", "claims are dated by reported_on": one date column, named in talk of time."""
    head = _UNLESS.split(sentence, maxsplit=1)[0]
    if match := DATE_RULE.match(sentence):
        names, what = {(match["first"] or match["second"] or "").casefold()}, match["what1"] or match["what2"] or ""
    elif _OF_TIME.search(head) and not _NO_RULE.search(head):
        names, what = {name.casefold() for name in re.findall(r"[\w.]*_\w+", head)}, head
    else:
        return False
    columns = [
        column
        for table in schema
        for column in table.columns.values()
        if column.is_date and names & {column.name.casefold(), f"{table.key}.{column.name}".casefold()}
    ]
    if len({column.name for column in columns}) != 1:
        return False
    tables = {m.home for item in items_of(what, vocabulary) if (m := item.a("table", near=0.8)) and m.weight >= SURE}
    for column in columns:
        if len(columns) == 1 or column.table in tables:
            for table in tables or {column.table}:
                rules.dates[table] = f"{column.table}.{column.name}"
    return True
