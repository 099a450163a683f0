"""Questions that lean on an earlier one: "and in 2023?", "what about Basel?", "by month", "only cancelled ones".

The new question is put together with the earlier one as words: a new date takes the place of the old one, a new value the
place of one of the same column, and anything else is added.
"""

import re
from collections.abc import Sequence

from core.local_genie.rules.dates import find_dates
from core.local_genie.rules.knowledge import Knowledge
from core.local_genie.rules.matching import Item, cut
from core.local_genie.rules.words import Token

_LEANING = re.compile(
    r"^(?:and|what about|how about|same|the same|now|only|but|also|then|or|instead|just|for|in|by|per|split|break|group|broken|without|excluding|as|make|restrict|limit|filter|what if|sorted?|order)\b",
    re.IGNORECASE,
)
_DROPPED = frozenset(
    """
    and what how about same now only but also then or instead just please thing ones one make it that this
    those them these question again do can you show me too well as if split break down grouped group
    """.split()  # noqa: SIM905
)


def complete(words: list[Token], earlier: Sequence[list[Token]], knowledge: Knowledge) -> list[Token]:
    """The words of the whole question: as it stands, or put together with the one it leans on."""
    if not earlier or not words:
        return words
    text = " ".join(token.lower for token in words)
    if not (_LEANING.match(text) or re.search(r"\b(?:those|them|that|these|ones|same)\b", text)) or _stands_alone(
        words, text, knowledge
    ):
        return words
    base = complete(list(earlier[-1]), earlier[:-1], knowledge)
    return _merged(base, words, knowledge)


def _stands_alone(words: Sequence[Token], text: str, knowledge: Knowledge) -> bool:
    items = _items(words, knowledge)
    asks = re.search(r"\b(?:how many|how much|average|total|number of|which|list|top \d+|share|percentage)\b", text)
    return bool(asks) and any(
        item.a("table") is not None or item.best.kind == "measure" for item in items if item.is_phrase
    )


def _merged(base: list[Token], words: list[Token], knowledge: Knowledge) -> list[Token]:
    dated = bool(find_dates(words))
    mine = [item for item in _items(words, knowledge) if item.is_phrase]
    columns = {_column(item) for item in mine} - {""}
    grouped = any(token.lower in ("by", "per", "each") for token in words)
    kept: list[Token] = []
    for item in _items(base, knowledge):
        if (item.span and dated) or (item.is_phrase and _column(item) in columns):
            while kept and kept[-1].lower in ("in", "of", "for", "from", "during", "on", "the", "since", "at", "with"):
                kept.pop()
            continue
        kept += item.words
    while kept and kept[-1].kind == "sign":
        kept.pop()
    added = [token for token in words if token.lower not in _DROPPED and token.text != "?"]
    if (
        columns
        and not dated
        and not grouped
        and added
        and added[0].lower not in ("in", "for", "with", "from", "by", "without", "excluding")
    ):
        added = [Token("for", "word", "for"), *added]
    return [*kept, *added]


def _column(item: Item) -> str:
    if not item.is_phrase or item.best.kind not in ("value", "filter"):
        return ""
    if item.best.column is not None:
        return item.best.column.sql
    fragment = item.best.fragment
    return ".".join(fragment.columns[0]) if fragment and len(fragment.columns) == 1 else ""


def _items(words: Sequence[Token], knowledge: Knowledge) -> list[Item]:
    items, _ = cut(words, find_dates(words), knowledge.vocabulary, None)
    return items
