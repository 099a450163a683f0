"""Which rows numbers are about: "revenue and order counts refer to paid orders", "Paid orders only", "default for all figures".

Said in the instruction or beside a measure or a filter. It holds for the numbers that are named, or for all numbers of a
table, unless the question speaks of the column itself.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from core.local_genie.rules.clauses import UNLESS, UNLESS_FIRST
from core.local_genie.rules.defaulting import Default, Rules, lifting
from core.local_genie.rules.fragments import Fragment, fragment
from core.local_genie.rules.matching import Item
from core.local_genie.rules.schema import Schema, is_amount, text_of
from core.local_genie.rules.vocabulary import SURE, Vocabulary
from core.local_genie.rules.wording import AGGREGATE, CONDITION, conditions_in, items_of
from core.local_genie.rules.words import content, name_words, stem

_ABOUT = re.compile(
    r"^(?P<what>[^()=<>]+?)\s+(?:always\s+|only\s+)?(?:refers?\s+(?:only\s+)?to|cover|covers|concerns?"
    r"|(?:is|are)\s+(?:always\s+)?(?:based\s+on|about|limited\s+to|restricted\s+to|taken\s+from|(?:counted|computed|calculated|measured)\s+(?:on|over|from|for)))\s+(?:only\s+)?(?P<rows>.+)$",
    re.IGNORECASE,
)
_COUNTED = r"(?:counts?|(?:is|are)\s+(?:counted|included|used|considered|relevant))"
_COUNT_AS = [  # "only paid orders count as revenue", "for revenue only paid orders count", "revenue includes only paid orders"
    re.compile(rf"^only\s+(?P<rows>.+?)\s+{_COUNTED}\s+(?:as|towards?|for|in|to)\s+(?P<what>.+)$", re.IGNORECASE),
    re.compile(rf"^(?:for|in)\s+(?P<what>.+?),?\s+only\s+(?P<rows>.+?)\s+{_COUNTED}$", re.IGNORECASE),
    re.compile(
        r"^(?P<what>[^()=<>,]+?)\s+(?:counts?|includes?|considers?|uses?)\s+only\s+(?P<rows>.+)$",
        re.IGNORECASE,
    ),
]
_HOLDS_TOO = re.compile(
    r"^(?:this|that|it|the\s+same)\s+(?:also\s+)?(?:holds|applies|is\s+true|goes)\s+(?:also\s+)?(?:for|to)\s+(?P<what>.+?)(?:\s+(?:too|also|as\s+well))?$",
    re.IGNORECASE,
)
_ONLY_BEHIND = re.compile(r"^(?:for\s+|of\s+)?(?P<rows>[^:]+?)\s+only$", re.IGNORECASE)
_ONLY_BEFORE = re.compile(r"^only\s+(?:for\s+|of\s+|over\s+|from\s+|counts?\s+)?(?P<rows>[^:]+)$", re.IGNORECASE)
_BY_DEFAULT = re.compile(
    r"^(?:this\s+is\s+|(?:it\s+)?(?:is\s+)?(?:the\s+|a\s+)?)?(?:(?:standard|usual)\s+)?"
    r"(?:default(?:\s+filter)?|appl(?:y|ies|ied)(?:\s+by\s+default)?|used(?:\s+by\s+default)?)\s+(?:for|to|in|on)\s+(?:all|every|any)\s+(?:\w+\s+){0,2}?"
    r"(?:figures?|numbers?|measures?|metrics?|kpis?|questions?|reports?|totals?|counts?)$",
    re.IGNORECASE,
)
_DENIES = re.compile(r"\b(?:not|never|no|without|except|than|if|when)\b", re.IGNORECASE)
_DESCRIBES = re.compile(r"\b(?:have|has|had|is|are|was|were|can|may|gets?|exists?|does|do)\b", re.IGNORECASE)
_COUNTS = frozenset("count counts number numbers".split())  # noqa: SIM905


def scope_rule(sentence: str, schema: Schema, vocabulary: Vocabulary, rules: Rules, *, again: bool = False) -> bool:
    """ "Revenue and order counts refer to paid orders": a condition for numbers that are all known.

    `again`: the clause before was such a rule, so that "this holds for fees too" goes on with it.
    """  # fmt: skip
    if match := _HOLDS_TOO.match(sentence):
        return again and _holds_too(match["what"], vocabulary, rules)
    plain = UNLESS.sub("", UNLESS_FIRST.sub("", sentence)).strip()
    match = next((found for form in (*_COUNT_AS, _ABOUT) if (found := form.match(plain))), None)
    if match is None or AGGREGATE.search(match["rows"]) or _DENIES.search(CONDITION.sub(" ", plain)):
        return False
    scopes = _scopes(match["what"], vocabulary)
    conditions = _rows(re.sub(r"\s+only$", "", match["rows"]), schema, vocabulary)
    if not scopes or not conditions:
        return False
    _keep(conditions, scopes, rules, lifting(sentence))
    return True


def defined_scope(sentence: str, schema: Schema, vocabulary: Vocabulary, rules: Rules) -> None:
    """ "Revenue means price * amount, paid orders only": the rows of a known number, behind its definition."""
    parts = re.split(r"\s+(?:means?|is|are)\s+|\s*[:=]\s+", sentence, maxsplit=1)
    if len(parts) < 2 or "," not in parts[1]:
        return
    scopes = _scopes(parts[0], vocabulary)
    if scopes and (conditions := _only(parts[1].rpartition(",")[2].strip(" ()"), schema, vocabulary)):
        _keep(conditions, scopes, rules, frozenset())


def scopes_beside(space: Mapping[str, Any], schema: Schema, vocabulary: Vocabulary, rules: Rules) -> None:
    """What is noted beside measures ("Paid orders only, in euros.") and filters ("Default for all sales figures")."""
    snippets = (space.get("instructions") or {}).get("sql_snippets") or {}
    for entry in snippets.get("measures") or []:
        part = fragment(text_of(entry.get("sql")), schema)
        for piece in re.split(r"[,;.\n]+", text_of(entry.get("instruction"))):
            conditions = _only(piece.strip(), schema, vocabulary) if part and not _tells(piece, part) else []
            if part is not None and conditions and all(each.tables <= part.tables for each in conditions):
                _keep(conditions, [part.sql], rules, frozenset())
    for entry in snippets.get("filters") or []:
        part = fragment(text_of(entry.get("sql")), schema)
        said = re.split(r"[,;.\n]+", text_of(entry.get("instruction")))
        if part is not None and len(part.tables) == 1 and any(_BY_DEFAULT.match(piece.strip()) for piece in said):
            _keep([Fragment(part.sql, part.tables, columns=part.columns)], [""], rules, frozenset())


def _tells(piece: str, part: Fragment) -> bool:
    """ "Only resolved tickets count" of a time until resolved_at: the others have none anyway."""
    names = {stem(word) for _, column in part.columns for word in name_words(column)}
    return bool(names & set(content(piece)) & {stem(word) for word in re.findall(r"[a-z]+ed\b", piece.casefold())})


def _only(piece: str, schema: Schema, vocabulary: Vocabulary) -> list[Fragment]:
    """ "Paid orders only", "only paid orders"; but "only paid orders have a date" tells of the data."""
    match = _ONLY_BEHIND.match(piece) or _ONLY_BEFORE.match(piece)
    plain = match is not None and not _DENIES.search(piece) and not _DESCRIBES.search(match["rows"])
    return _rows(match["rows"], schema, vocabulary) if match and plain else []


def _rows(text: str, schema: Schema, vocabulary: Vocabulary) -> list[Fragment]:
    mentioned = [m.home for item in items_of(text, vocabulary) if (m := item.a("table", near=0.9))]
    found = conditions_in(text, schema, vocabulary, mentioned)
    return found if all(len(part.tables) == 1 for part in found) else []


def _keep(conditions: Sequence[Fragment], scopes: Sequence[str], rules: Rules, unless: frozenset[str]) -> None:
    for part in conditions:
        for scope in scopes:
            of_all = scope == "" or scope in part.tables
            rule = Default(part, "" if of_all else scope, unless, numbers=True)
            if rule not in rules.defaults:
                rules.defaults.append(rule)


def _holds_too(what: str, vocabulary: Vocabulary, rules: Rules) -> bool:
    scopes = _scopes(what, vocabulary)
    if scopes and rules.defaults:
        last = rules.defaults[-1]
        _keep([last.condition], scopes, rules, last.unless)
    return bool(scopes)


def _scopes(what: str, vocabulary: Vocabulary) -> list[str]:
    """The SQL of each measure or amount in a list, a table's key for counts of its rows; empty unless all are known."""
    found: list[str] = []
    for piece in re.split(r"\s*,\s*(?:and\s+|or\s+)?|\s+(?:and|or)\s+", what.strip(" ,")):
        items = [item for item in items_of(piece, vocabulary) if not (item.is_word and item.words[0].stop)]
        counted = any(item.is_word and item.words[0].lower in _COUNTS for item in items)
        items = [item for item in items if not (item.is_word and item.words[0].lower in _COUNTS | {"all", "total"})]
        scope = _scope(items[0], counted=counted) if len(items) == 1 else ""
        if not scope:
            return []
        found.append(scope)
    return found


def _scope(item: Item, *, counted: bool) -> str:
    if not item.is_phrase or item.best.weight < SURE:
        return ""
    table, best = item.a("table", near=0.8), item.best
    if counted:
        return table.home if table else ""
    measure = item.a("measure", near=0.8)
    if measure is not None:
        return measure.sql
    return best.sql if best.kind == "column" and best.column is not None and is_amount(best.column) else ""
