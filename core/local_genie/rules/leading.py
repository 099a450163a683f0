"""Rules about ways: which date a table goes by, and through which table another is reached."""

import re

from core.local_genie.rules.defaulting import Rules
from core.local_genie.rules.joins import Joins
from core.local_genie.rules.schema import Column, Schema
from core.local_genie.rules.vocabulary import SURE, Vocabulary
from core.local_genie.rules.wording import items_of

_BORROWED = re.compile(
    r"^the\s+(?:date|day|time|year|month)s?\s+of\s+(?:an?|the|each|all)?\s*(.+?)\s+(?:is|are|comes\s+from|means)\s+(?:(?:the\s+(?:date|day|time|year|month)|that)\s+of\s+|the\s+)?(?:an?\s+|the\s+|its\s+|their\s+)?([\w' ]+(?:\s*\([\w.`]+\))?)$",
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
    r"\b(?:dat(?:ed?|es|ing)|days?|time|periods?|months?|monthly|years?|yearly|quarters?|trends?)\b", re.IGNORECASE
)
_NO_RULE = re.compile(
    r"\b(?:empty|null|missing|blank|filled|before|after|within|between|later|earlier|days|no|without|never|have|has|shown?|display\w*|format\w*|sort\w*|order(?:ed)?\s+by)\b|[<>=]|\w\(",
    re.IGNORECASE,
)
_UNLESS = re.compile(r"\b(?:unless|except|instead of|rather than|not|if)\b", re.IGNORECASE)
_DESCRIBES = re.compile(
    r"^(?:the\s+)?(?:\w+\s+){0,3}?\W*[\w.]*_\w+\W*\s+(?:is|was|are|means|stores|holds|contains|tells|gives|records)\s+(?:the\s+)?(?:\w+\s+)?(?:date|day|time|moment|month|year|timestamp|when)\b(?!.*\b(?:used?|relevant|default|meant|reference|counts?|matters)\b)",
    re.IGNORECASE,
)
_PURPOSE = re.compile(
    r"^(?:always\s+)?(?:use\s+)?(?:the\s+)?(?P<column>[\w ]*\(?`?\w*_\w+`?\)?)\s+(?:(?:is|are|should\s+be|must\s+be)\s+(?:always\s+)?(?:meant|used|relevant|taken|the\s+\w+\s+date|the\s+date)\s+|counts\s+|applies\s+|stands\s+)?(?P<verb>for|when\s+\w+\s+about)\s+(?P<what>.+)$",
    re.IGNORECASE,
)
_SOMETIMES = re.compile(
    r"\bonly\s+(?:when|if|where|for|in|with)\b|^(?:when|if|where|whenever|in\s+case)\b(?!.*\babout\b)", re.IGNORECASE
)
_BY = re.compile(r"^(?P<what>[\w ]+?)\s+by\s+(?P<column>[\w ]*\(?`?\w*_\w+`?\)?)$", re.IGNORECASE)


def date_rule(sentence: str, schema: Schema, vocabulary: Vocabulary, rules: Rules, *, again: bool = False) -> bool:
    """ "Dates of bookings refer to check_in", "samples are dated by taken_at, results by reported_at".

    One date column for each part, named in talk of time. `again`: the clause before was such a rule, so that "strt_ts
    for outages" goes on with it.
    """  # fmt: skip
    if borrowed_date(sentence, schema, vocabulary, rules):
        return True
    understood = False
    for part in _parts(sentence):
        if not _date_part(part, schema, vocabulary, rules, again=again or understood):
            return understood
        understood = True
    return understood


def _parts(sentence: str) -> list[str]:
    """The parts between commas or "and" when each of them names a column of its own, else the whole sentence.

    What names none goes with the part before it: "paid_on for bills and all amounts".
    """
    parts: list[str] = []
    for part in re.split(r"\s*,\s*(?:and\s+|but\s+)?|\s+and\s+", sentence):
        if parts and not re.search(r"\w_\w+", part):
            parts[-1] += f" and {part}"
        else:
            parts.append(part)
    return parts if all(len(re.findall(r"\w_\w+", part)) == 1 for part in parts) else [sentence]


def _date_part(sentence: str, schema: Schema, vocabulary: Vocabulary, rules: Rules, *, again: bool) -> bool:
    head = _UNLESS.split(sentence, maxsplit=1)[0].strip(" ,")
    if _DESCRIBES.match(head) or _SOMETIMES.search(sentence):
        return False
    said = _PURPOSE.match(head)
    timely = bool(_OF_TIME.search(head)) or again or (said is not None and _of_all(said["what"], vocabulary))
    if not (said and timely and not _NO_RULE.search(head)):
        said = _BY.match(head) if again else None
    if said:
        names, what = _names_in(said["column"]), said["what"]
    elif match := DATE_RULE.match(sentence):
        names, what = {(match["first"] or match["second"] or "").casefold()}, match["what1"] or match["what2"] or ""
        if not _dates_of(names, schema) and not _NO_RULE.search(head):
            names, what = _names_in(head), head
    elif timely and not _NO_RULE.search(head):
        names, what = _names_in(head), head
    else:
        return False
    columns = _dates_of(names, schema)
    if len({column.name for column in columns}) != 1:
        return False
    items = items_of(what, vocabulary)
    if any(item.is_phrase and item.best.kind in ("value", "filter") and item.best.weight >= SURE for item in items):
        return False  # "dates of open invoices": of some rows only
    tables = {m.home for item in items if (m := item.a("table", near=0.8)) and m.weight >= SURE}
    tables = tables or {m.home for item in items if (m := item.a("measure")) and m.weight >= SURE}
    for column in columns:
        if len(columns) == 1 or column.table in tables:
            for table in tables or {column.table}:
                rules.dates[table] = f"{column.table}.{column.name}"
    return True


def _of_all(what: str, vocabulary: Vocabulary) -> bool:
    """Whether only tables and measures are spoken of ("use ordered_on for orders"), all of their rows."""
    items = [item for item in items_of(what, vocabulary) if not item.words[0].stop]
    return bool(items) and all(item.is_phrase and item.best.kind in ("table", "measure") for item in items)


def _names_in(text: str) -> set[str]:
    return {name.casefold() for name in re.findall(r"[\w.]*_\w+", text)}


def _dates_of(names: set[str], schema: Schema) -> list[Column]:
    return [
        column
        for table in schema
        for column in table.columns.values()
        if column.is_date and names & {column.name.casefold(), f"{table.key}.{column.name}".casefold()}
    ]
