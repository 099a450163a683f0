"""Change between two spans of time: "how much did revenue grow from 2023 to 2024", "difference between … and …"."""

from core.local_genie.rules.intent import Measure
from core.local_genie.rules.periods import DateSpan
from core.local_genie.rules.reading import Reading
from core.local_genie.rules.schema import Column

_CHANGE = frozenset(
    [
        "difference",
        "change",
        "growth",
        "grow",
        "grew",
        "grown",
        "increase",
        "increased",
        "decrease",
        "decreased",
        "rise",
        "rose",
        "drop",
        "dropped",
    ]
)
_RELATIVE = frozenset("percent percentage % rate relative".split())  # noqa: SIM905


def asks_for_change(reading: Reading) -> bool:
    """Whether the words ask how something changed."""
    return bool(_by_how_much(reading)) or any(item.is_word and item.words[0].lower in _CHANGE for item in reading.items)


def _by_how_much(reading: Reading) -> str:
    """The word of "how much more … than …" or "how many fewer … than …"; empty when nothing is compared so."""
    words = [word.lower for word in reading.words]
    for n, word in enumerate(words[:-2]):
        if word == "how" and words[n + 1] in ("much", "many") and words[n + 2] in ("more", "less", "fewer"):
            return words[n + 2] if "than" in words[n + 3 :] else ""
    return ""


def apply_change(reading: Reading, column: Column, spans: list[DateSpan]) -> bool:
    """Make the one measure a difference between two closed spans, the later minus the earlier; False if it cannot be."""
    intent = reading.intent
    if len(spans) == 1 and spans[0].ends is not None:
        spans = list(spans[0].ends)
    if (
        len(spans) != 2
        or len(intent.measures) != 1
        or any(group.bucket for group in intent.groups)
        or not asks_for_change(reading)
    ):
        return False
    measure = intent.measures[0]
    if measure.kind not in ("count", "aggregate") or any(not (span.lo and span.hi) for span in spans):
        return False
    compared = _by_how_much(reading)  # "more in 2024 than in 2023" subtracts what is named last
    ordered = (
        sorted(spans, key=lambda span: str(span.lo)) if not compared else spans if compared != "more" else spans[::-1]
    )
    first, last = (_within(measure, column, span) for span in ordered)
    relative = any(word.lower in _RELATIVE for word in reading.words)
    sql = f"100.0 * ({last} - {first}) / {first}" if relative else f"{last} - {first}"
    tables = measure.tables | {measure.home, column.table}
    intent.measures = [Measure("raw", measure.home, sql, tables=tables, alias="change", where=measure.where)]
    return True


def _within(measure: Measure, column: Column, span: DateSpan) -> str:
    test = f"{column.sql} >= DATE '{span.lo}' AND {column.sql} < DATE '{span.hi}'"
    return (
        f"COUNT_IF({test})"
        if measure.kind == "count"
        else f"{measure.function}(CASE WHEN {test} THEN {measure.sql} END)"
    )
