"""When the order of rows counts: the expected SQL orders the outermost rows, and the question asks for a ranking."""

import re
from dataclasses import dataclass
from typing import Any

from core.genie.reading_sql import parsed, without_text

_RANKING = re.compile(
    r"""
    \b(?: top | bottom | rank(?:s|ed|ing)? | highest | lowest | largest | smallest | biggest | longest | shortest
        | best | worst | most | least | fewest | greatest | oldest | newest | latest | earliest | leading
        | sort(?:ed|ing)? | order(?:ed|ing)?\s+by | in\s+(?:order\s+of|\w+ical\s+order|(?:reverse|\w+cending)\s+order) | (?:de|a)scending | chronological(?:ly)?
        | alphabetical(?:ly)? | leaderboard | first\s+(?:\d+|two|three|five|ten) | last\s+(?:\d+|two|three|five|ten)
        | meisten | wenigsten | höchste[nrsm]? | niedrigste[nrsm]? | größte[nrsm]? | kleinste[nrsm]? | rangliste
        | absteigend | aufsteigend | sortiert | beste[nrsm]? | schlechteste[nrsm]?
        | mayor(?:es)? | menor(?:es)? | mejores | peores | ordenad[oa]s? | descendente | ascendente
        | meilleur(?:e?s)? | pires? | plus\s+(?:grand|petit|élevé|haut|bas)\w* | class(?:é|ement)\w* | (?:dé)?croissant
        | migliori | peggiori | ordinat[oaie] | melhores | piores
    )\b
    """,
    re.IGNORECASE | re.VERBOSE,
)


@dataclass(frozen=True)
class OuterOrder:
    """The outermost ORDER BY. `columns` are the output columns it names, from 0; None where it sorts by something else.

    `limited` says whether a LIMIT cuts the rows.
    """

    columns: tuple[int | None, ...]
    limited: bool


def asks_for_ranking(question: str) -> bool:
    """Whether the question's words ask for rows in an order. English, and the plainest words of some other languages."""
    return _RANKING.search(question) is not None


def order_matters(question: str, expected_sql: str) -> bool:
    """The rule for one benchmark."""
    return asks_for_ranking(question) and outer_order(expected_sql) is not None


def outer_order(sql: str) -> OuterOrder | None:
    """The ORDER BY of the outermost query; None without one, or where the SQL cannot be parsed and none is seen."""
    tree = parsed(sql)
    if tree is None:
        return OuterOrder((), "limit" in sql.lower()) if _order_at_top(sql) else None
    order = tree.args.get("order")
    if order is None:
        return None
    limited = tree.args.get("limit") is not None
    return OuterOrder(tuple(_output_column(tree, each.this) for each in order.expressions), limited)


def has_unordered_limit(sql: str) -> bool:
    """Whether a LIMIT cuts rows that nothing orders: which rows come is chance."""
    tree = parsed(sql)
    return tree is not None and tree.args.get("limit") is not None and tree.args.get("order") is None


def _output_column(tree: Any, key: Any) -> int | None:
    """Which output column an ORDER BY expression is: by position, by alias or name, or as the same expression."""
    from sqlglot import exp

    if not isinstance(tree, exp.Query) or any(isinstance(each, exp.Star) for each in tree.selects):
        return None
    if isinstance(key, exp.Literal) and not key.is_string and key.this.isdigit():
        position = int(key.this) - 1
        return position if 0 <= position < len(tree.selects) else None
    name = key.name.lower() if isinstance(key, exp.Column) else None
    for index, output in enumerate(tree.selects):
        if (name and output.alias_or_name.lower() == name) or output.unalias() == key:
            return index
    return None


def _order_at_top(sql: str) -> bool:
    """Without a parse: ORDER BY outside all brackets, strings and comments."""
    bare = without_text(sql)
    while (inner := re.sub(r"\([^()]*\)", " ", bare)) != bare:
        bare = inner
    return re.search(r"\border\s+by\b", bare.split("(", 1)[0], re.IGNORECASE) is not None
