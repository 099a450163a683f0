"""Conditions said in words ("that were not cancelled", "gold or platinum members"), taken only when every word is known.

What one sentence says of one column are alternatives: nothing is both gold and platinum.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from core.local_genie.rules.fragments import Fragment
from core.local_genie.rules.matching import Item
from core.local_genie.rules.vocabulary import SURE, Meaning

NEGATIVE = frozenset("not no none never without except excluding neither nor non nothing isn't aren't wasn't weren't doesn't don't didn't hasn't haven't".split())  # noqa: SIM905  # fmt: skip
_ARITHMETIC = re.compile(
    r"\b(?:divided|times|multiplied|minus|plus|per|less|ratio|share|percentage|proportion|fraction|difference|between)\b|\s[-+*/]\s",
    re.IGNORECASE,
)
_EMPTY_WORDS = frozenset("all any every each only status state flag marked column field value set equal equals one ones kind type recorded row rows record records entry entries those sum total number count average mean maximum minimum highest lowest amount amounts".split())  # noqa: SIM905  # fmt: skip
_NAME = r"(`?\b[A-Za-z][\w.]*_\w+`?)"
_EMPTY = r"(?:empty|blank|missing|unset|null|not\s+(?:set|filled|known|recorded|given)(?:\s+in)?)"
_FILLED = r"(?:filled(?:\s+in)?|set|present|known|given|recorded|not\s+(?:empty|blank|missing|null))"


def calculates(text: str) -> bool:
    """ "Clicks divided by impressions": a calculation in words, no condition and no other name."""
    return bool(_ARITHMETIC.search(text))


def with_empties(text: str) -> str:
    """ "Have no closed_on", "when end_date is empty", "without a died_on date" → `closed_on IS NULL`."""
    text = re.sub(rf"\b(?:no|without)\s+(?:an?\s+|any\s+)?{_NAME}(?:\s+(?:date|time|value|yet))*", r"\1 IS NULL", text)
    text = re.sub(
        rf"\b(has|have|having|with)\s+(?:an?|the|some)\s+{_NAME}(?:\s+(?:date|time|value))?(?=[.,;]|$)",
        r"\1 \2 IS NOT NULL",
        text,
    )
    text = re.sub(
        rf"{_NAME}\s+(?:is|are|was|were)\s+(?:still\s+|yet\s+)?{_EMPTY}\b", r"\1 IS NULL", text, flags=re.IGNORECASE
    )
    return re.sub(rf"{_NAME}\s+(?:is|are|was|were)\s+{_FILLED}(?=\W|$)", r"\1 IS NOT NULL", text, flags=re.IGNORECASE)


def said_conditions(items: Sequence[Item], prefer: Sequence[str]) -> list[Fragment]:
    """The conditions that known values and filters make; empty when a word between them is not understood."""
    found: list[tuple[Meaning, bool]] = []
    denied = False
    for item in items:
        if item.is_word and item.words[0].lower in NEGATIVE:
            denied = True
        elif (meaning := _condition(item, prefer)) is not None:
            found.append((meaning, denied))
            denied = False
        elif not _is_understood(item):
            return []
    if denied or any(meaning.fragment is None for meaning, _ in found):
        return []
    return _joined(found)


def _condition(item: Item, prefer: Sequence[str]) -> Meaning | None:
    meaning = item.a("value", "filter") if item.is_phrase else None
    if meaning is None or meaning.weight < 1.5:
        return None
    others = [m for m in item.meanings if m.kind in ("value", "filter") and m.weight >= meaning.weight * 0.95]
    return next((m for m in others if m.home in prefer), meaning)


def _is_understood(item: Item) -> bool:
    word = item.words[0]
    if item.span is not None or word.kind == "number":
        return False
    if item.is_phrase and item.best.weight >= SURE:
        return True
    return word.stop or word.kind == "sign" or word.lower in _EMPTY_WORDS


def _joined(found: Sequence[tuple[Meaning, bool]]) -> list[Fragment]:
    """One condition for each column: several values of one column are alternatives."""
    columns: dict[tuple[str, ...], list[tuple[Meaning, bool]]] = {}
    for meaning, denied in found:
        name = meaning.column.sql if meaning.column is not None and meaning.kind == "value" else meaning.sql
        columns.setdefault((name,), []).append((meaning, denied))
    return [_one(each) for each in columns.values()]


def _one(found: Sequence[tuple[Meaning, bool]]) -> Fragment:
    first, denied = found[0]
    part = first.fragment
    assert part is not None
    sqls = list(dict.fromkeys(meaning.sql for meaning, _ in found))
    values = [sql.split(" = ", 1)[1] for sql in sqls if " = " in sql]
    if len(sqls) > 1 and first.column is not None and len(values) == len(sqls):
        sql = f"{first.column.sql} {'NOT IN' if denied else 'IN'} ({', '.join(values)})"
    else:
        sql = denial(sqls[0]) if denied else sqls[0]
    return replace(part, sql=sql)


def denial(sql: str) -> str:
    """The condition that another one does not hold."""
    if plain := re.fullmatch(r"([\w.`]+) (=|<>) ('(?:[^']|'')*'|-?[\d.]+|TRUE|FALSE)", sql):
        return f"{plain[1]} {'<>' if plain[2] == '=' else '='} {plain[3]}"
    if plain := re.fullmatch(r"([\w.`]+) (NOT )?IN (\([^()]*\))", sql):
        return f"{plain[1]} {'IN' if plain[2] else 'NOT IN'} {plain[3]}"
    if plain := re.fullmatch(r"(NOT )?([\w.`]+)", sql):
        return plain[2] if plain[1] else f"NOT {sql}"
    return f"NOT ({sql})"


def column_in(sql: str) -> str:
    """The column that a condition begins with: `o.test` of `NOT o.test`, `o.state` of `o.state <> 'X'`."""
    return re.sub(r"^(?:NOT\s+|\()+", "", sql).split(" ", 1)[0].rstrip(")")
