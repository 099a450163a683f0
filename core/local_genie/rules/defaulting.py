"""Rules that hold unless a question says otherwise: what is left out, or all that is counted."""

import re
from dataclasses import dataclass, field

from core.local_genie.rules.fragments import Fragment
from core.local_genie.rules.joins import Joins
from core.local_genie.rules.schema import Schema
from core.local_genie.rules.vocabulary import Vocabulary
from core.local_genie.rules.wording import CONDITION, conditions_in, items_of
from core.local_genie.rules.words import content, stem

DEFAULT = re.compile(
    r"\b(?:exclud\w*|ignor\w*|leav\w*\s+(?:\w+\s+)?out|omit\w*|filter\s+out|(?:do|does|are|is|must|should)\s+not\s+(?:be\s+)?(?:count|includ|consider)\w*)\b",
    re.IGNORECASE,
)

ONLY = re.compile(
    r"\b(?:only\s+(?:count|includ|us|consider|look)\w*|(?:count|include|use|consider)\s+only|always\s+(?:filter|restrict)\w*(?:\s+(?:to|on|by))?)\b",
    re.IGNORECASE,
)

_ANY_QUESTION = frozenset(
    stem(word)
    for word in "asked ask otherwise question stated specified said says noted explicitly mentioned user about speaks".split()  # noqa: SIM905
)

EXCEPTION = re.compile(
    r"\b(?:unless|by default|always|if nothing else|when not|in general|never|normally|otherwise)\b", re.IGNORECASE
)


@dataclass
class Rules:
    """Rules that are no phrases: default conditions with the measures they are for, date columns by table, styles."""

    # (condition, sql of the measure it is for or "" for all, stems that lift it when a question has one of them)
    defaults: list[tuple[Fragment, str, frozenset[str]]] = field(default_factory=list)
    dates: dict[str, str] = field(default_factory=dict)
    percent: bool | None = None


def default_rule(sentence: str, schema: Schema, joins: Joins, vocabulary: Vocabulary, rules: Rules) -> None:
    only = not DEFAULT.search(sentence)
    clause = re.search(r"\bunless\b([^,;]*)", sentence, re.IGNORECASE)
    unless = frozenset(content(clause[1])) - _ANY_QUESTION if clause else frozenset()
    items = items_of(sentence, vocabulary)
    mentioned = [m.home for item in items if (m := item.a("table", near=0.9))]
    conditions = conditions_in(sentence, schema, vocabulary, mentioned)
    measures = [m.sql for item in items if (m := item.a("measure"))]
    for piece in conditions[:2]:
        plain = re.fullmatch(r"([\w.`]+) (=|<>) (.+)", piece.sql)
        sql = (
            piece.sql
            if only
            else f"{plain[1]} {'<>' if plain[2] == '=' else '='} {plain[3]}"
            if plain
            else f"NOT ({piece.sql})"
        )
        if re.search(r"<>|!=|\bNOT\b", piece.sql) and not only and CONDITION.search(sentence):
            sql = piece.sql  # "exclude with st <> 'X'" is written by people who mean st <> 'X'
        rule = (Fragment(sql, piece.tables, columns=piece.columns), measures[0] if measures else "", unless)
        if rule not in rules.defaults:
            rules.defaults.append(rule)
