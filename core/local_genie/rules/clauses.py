"""An instruction as clauses, and which of them define nothing: how answers look, what to do, advice and headings."""

import re
from collections.abc import Iterator
from typing import NamedTuple

_LABEL = re.compile(
    r"^(?:note|nb|n\.b\.|tip|hint|important|attention|remember|reminder|warning|remark|rule|please note)\b\s*(?::|,|that\b)\s*",
    re.IGNORECASE,
)
_LEAD = re.compile(r"^(?:and|but|also|however|moreover|likewise)\b,?\s+", re.IGNORECASE)
_SHOWN = re.compile(
    r"\b(?:is|are|be)\s+(?:always\s+|never\s+|to\s+be\s+|not\s+)?(?:shown|displayed|formatted|rounded|given|expressed|returned|written|presented|printed|output)\b",
    re.IGNORECASE,
)
_ORDERS = re.compile(
    r"^(?:please\s+|always\s+|never\s+|do\s+not\s+|don't\s+)*(?:show|list|give|use|count|include|round|sort|order|return|display|group|prefer|report|answer|express|format|keep|take|add|write|name|present|output|join|ask|treat|avoid|compute|calculate|when\s+(?:something|results?|grouping|listing|showing|counting|asked|you))\b",
    re.IGNORECASE,
)
_WRITTEN = re.compile(r"\w\(|[<>=]|\bIS\s+(?:NOT\s+)?NULL\b|\bIN\s*\(", re.IGNORECASE)
UNLESS = re.compile(r",?\s*\(?\b(?:unless|except\s+when|except\s+if)\b.*$", re.IGNORECASE)
UNLESS_FIRST = re.compile(r"^(?:unless|if\s+(?:nothing|not))\b[^,]*,\s*", re.IGNORECASE)


class Clause(NamedTuple):
    """A part of a sentence. `continues` says that another part stands before it."""

    text: str
    continues: bool


def sentences(text: str) -> list[Clause]:
    """The sentences, list points and clauses between semicolons of an instruction, without their marks."""
    found: list[tuple[str, bool]] = []
    for line in re.split(r"[\n\r]+", text):
        line = re.sub(r"^\s*(?:[-*•#>]+|\d+[.)])\s*", "", line).replace("**", "")
        for sentence in re.split(r"(?<=[.!?])\s+(?=[A-Z\"'`“(])", line):
            found += [(clause, place > 0) for place, clause in enumerate(_clauses(sentence))]
    cleaned = (
        Clause(_LEAD.sub("", _LABEL.sub("", clause.strip().rstrip(".;!").strip())), later) for clause, later in found
    )
    return [clause for clause in cleaned if len(clause.text) > 6]


def _clauses(sentence: str) -> Iterator[str]:
    """The parts between semicolons that stand in no brackets and no quotes."""
    depth, quoted, start = 0, False, 0
    for place, sign in enumerate(sentence):
        if sign in '"“”`':
            quoted = not quoted
        depth += (sign in "([") - (sign in ")]")
        if sign == ";" and depth <= 0 and not quoted:
            yield sentence[start:place]
            start = place + 1
    yield sentence[start:]


def defines_nothing(clause: str) -> bool:
    """ "Months are shown as yyyy-MM", "show the code as it is stored", "count planned outages too": nothing is defined."""
    return not _WRITTEN.search(clause) and bool(_SHOWN.search(clause) or _ORDERS.match(clause))
