"""Spans of time in columns of their own: "revenue in 2023 and in 2024 side by side"."""

import re
from collections.abc import Sequence
from dataclasses import replace

from core.local_genie.rules.intent import Condition
from core.local_genie.rules.periods import DateSpan
from core.local_genie.rules.reading import Reading
from core.local_genie.rules.schema import Column
from core.local_genie.rules.spans import span_sql

_BESIDE = re.compile(
    r"\b(?:side by side|next to each other|(?:in|as) (?:\w+ )?(?:separate|own|two|three|different) columns?|as columns|"
    r"(?:one|a) column (?:for|per) (?:each )?(?:year|quarter|month|period))\b"
)


def set_side_by_side(reading: Reading, column: Column, spans: Sequence[DateSpan]) -> bool:
    """Give each number one column for every span, if the question asks for that."""
    intent = reading.intent
    said = _BESIDE.search(" ".join(word.lower for word in reading.words))
    if len(spans) < 2 or not said:
        return False
    if not intent.measures or any(m.kind not in ("count", "aggregate") for m in intent.measures) or intent.rank:
        return False
    for item in reading.items:
        if item.is_word and not item.role and item.words[0].lower in said[0].split():
            item.role = "cue"
    tables = frozenset({column.table})
    intent.measures = [
        replace(
            measure,
            where=(*measure.where, Condition(span_sql(column, span), tables)),
            alias=f"{measure.alias}_{_name(span)}",
        )
        for measure in intent.measures
        for span in spans
    ]
    intent.groups = [group for group in intent.groups if not group.bucket]
    return True


def _name(span: DateSpan) -> str:
    if span.lo is None:
        return "before"
    number = {"YEAR": "", "QUARTER": f"_q{(span.lo.month + 2) // 3}", "HALF": f"_h{1 + span.lo.month // 7}"}
    return f"{span.lo.year}{number.get(span.unit, f'_{span.lo.month:02}')}"
