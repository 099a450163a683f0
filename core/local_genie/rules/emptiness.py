"""What an empty cell says, by its column's description: "NULL while it is outstanding", "empty for open accounts"."""

import re
from collections.abc import Iterator

from core.local_genie.rules.schema import Column, Table
from core.local_genie.rules.words import stem

_EMPTY = re.compile(
    r"\b(?:empty|null|blank|missing|unset|not\s+set|no\s+value)\b,?\s*(?:for|while|when|whenever|where|if|as\s+long\s+as|means?|=|:)\s*([^.;,()\n]+)",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"^(?:(?:it|they|this|he|she|(?:the|an?|that|all)\s+[\w-]+)\s+)?(?:(?:is|are|was|were|has|have|been)\s+)+",
    re.IGNORECASE,
)
# "while the doctor still works here"; a verb alone ("runs") says too little
_DOES = re.compile(
    r"^(?:it|they|he|she|(?:the|an?|that)\s+[\w-]+)\s+(?:(?:still|currently)\s+)?(?=[a-z]+s\s+\w)", re.IGNORECASE
)
_WHO = re.compile(r"^.*?\b(?:who|that|which)\s+(?:(?:is|are|was|were)\s+)?", re.IGNORECASE)
_STILL = re.compile(r"\b(?:still|currently|yet|now|already)\b\s*", re.IGNORECASE)
_DENIED = re.compile(r"\b(?:no|not|none|nobody|never|nothing|unknown|without|n't)\b", re.IGNORECASE)
_NOT = re.compile(r"^(?:not|no\s+longer|not\s+a)\s+(.+)$", re.IGNORECASE)


def empty_states(column: Column, table: Table) -> Iterator[tuple[str, float]]:
    """Phrases, with their weights, that a description gives for rows whose cell is empty."""
    if not 0 <= column.filled < table.rows:
        return
    nouns = {stem(word) for word in table.words}
    for match in _EMPTY.finditer(column.description):
        said = _STILL.sub("", _WHO.sub("", _DOES.sub("", _SUBJECT.sub("", match[1].strip())))).strip()
        words = said.split()
        if not 0 < len(words) <= 4 or _DENIED.search(match[1]):
            continue
        # of a date and a cost that are both empty the date says more; a number is also empty for other reasons
        less = 0.0 if column.is_date else 1.0 if column.kind == "number" else 0.1
        yield said, 2.4 - less
        if len(words) > 1 and stem(words[-1]) in nouns:
            yield " ".join(words[:-1]), 2.3 - less  # "open" of "open accounts"


def filled_states(column: Column, table: Table) -> Iterator[tuple[str, float]]:
    """ "NULL = not in the programme": what the rows are whose cell is not empty, also in the fuller words said before."""
    if not 0 <= column.filled < table.rows:
        return
    for match in _EMPTY.finditer(column.description):
        denied = _NOT.match(_SUBJECT.sub("", match[1].strip()))
        said = denied[1].strip() if denied else ""
        words = said.split()
        if not 1 < len(words) <= 4 or _DENIED.search(said) or _STILL.search(said):
            continue
        yield said, 2.3
        for before in re.findall(rf"\bthe\s+(\w+)\s+{re.escape(words[-1])}\b", column.description, re.IGNORECASE):
            yield " ".join([*words[:-1], before, words[-1]]), 2.3
