"""House styles that a space shows by its examples, snippets and instruction: how months look, percentages, rounding."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.local_genie.rules.defaulting import Rules
from core.local_genie.rules.learning import Example
from core.local_genie.rules.schema import text_of

# unit → patterns by which a space shows that it wants another form than the usual one; {} stands for the column
_FORMS = [
    ("MONTH", re.compile(r"DATE_FORMAT\(\s*[^,()]+,\s*'(yyyy-MM)'\s*\)", re.IGNORECASE), "DATE_FORMAT({}, 'yyyy-MM')"),
    ("MONTH", re.compile(r"(?<![\w.])MONTH\(\s*[\w.`]+\s*\)", re.IGNORECASE), "MONTH({})"),
    ("QUARTER", re.compile(r"(?<![\w.])QUARTER\(\s*[\w.`]+\s*\)", re.IGNORECASE), "QUARTER({})"),
    ("YEAR", re.compile(r"DATE_TRUNC\(\s*'YEAR'", re.IGNORECASE), "DATE_TRUNC('YEAR', {})"),
    ("YEAR", re.compile(r"DATE_FORMAT\(\s*[^,()]+,\s*'(yyyy)'\s*\)", re.IGNORECASE), "DATE_FORMAT({}, 'yyyy')"),
]
_USUAL = {
    "YEAR": "YEAR({})",
    "QUARTER": "DATE_TRUNC('QUARTER', {})",
    "MONTH": "DATE_TRUNC('MONTH', {})",
    "WEEK": "DATE_TRUNC('WEEK', {})",
    "WEEKDAY": "DATE_FORMAT({}, 'EEEE')",
    "HOUR": "HOUR({})",
}
# "a quarter as its number", "months as 1 to 12", "the month as yyyy-MM"
_WRITTEN = re.compile(
    r"\b(month|quarter)s?\b(?:(?!\b(?:as|not|never|years?|months?|quarters?|weeks?|days?)\b)[^,.;]|\bwithin \w+ year\b)*"
    r"\b(?:as|with|by)\s+(?:(?:its|their|the|a|plain|calendar)\s+)*"
    r"(?:(numbers?\b|1\s*(?:to|-|–|\.\.)\s*(?:4|12)\b)|'?yyyy-mm(?!-)\b)",
    re.IGNORECASE,
)
_ONE_YEAR = re.compile(
    r"\b(?:within|inside|in|of|for)\s+(?:one|a|a single|the same|a given)\s+(?:calendar )?year\b", re.IGNORECASE
)
_RATIO_WORDS = re.compile(r"\b(share|proportion|fraction|ratio|rate)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Styles:
    """`forms` are the SQL of a time bucket by unit. `percent` says that shares count to 100; `digits` rounds ratios."""

    forms: Mapping[str, str] = field(default_factory=lambda: dict(_USUAL))
    percent: bool = False
    digits: int | None = None
    within_year: Mapping[str, str] = field(default_factory=dict)  # forms for answers that stay within one year

    def bucket(self, unit: str, column: str, *, one_year: bool = False) -> str:
        form = self.within_year.get(unit) if one_year else None
        return (form or self.forms[unit]).format(column)


def written_forms(text: str) -> tuple[dict[str, str], dict[str, str]]:
    """ "Quarters are shown as the numbers 1 to 4, months as yyyy-MM": forms by unit, and those "within one year" only."""
    always: dict[str, str] = {}
    within: dict[str, str] = {}
    for sentence in re.split(r"[.;]\s|[.;]?\s*\n", text):
        if not re.search(
            r"\b(?:show|given?|display|writ|present|report|express|output|return)", sentence, re.IGNORECASE
        ):
            continue
        for match in _WRITTEN.finditer(sentence):
            unit = match[1].upper()
            form = f"{unit}({{}})" if match[2] else "DATE_FORMAT({}, 'yyyy-MM')" if unit == "MONTH" else ""
            if form:
                (within if _ONE_YEAR.search(sentence) else always).setdefault(unit, form)
    return always, within


def read_styles(text: str, examples: Sequence[Example], instructions: Mapping[str, Any], rules: Rules) -> Styles:
    """What the space shows; the usual forms where it shows nothing."""
    always, within = written_forms(text)
    forms = {**_USUAL, **always}
    snippets = [
        text_of(entry.get("sql")) for entry in (instructions.get("sql_snippets") or {}).get("expressions") or []
    ]
    grouped = [
        example.sql[where:] if (where := example.sql.upper().find("GROUP BY")) >= 0 else "" for example in examples
    ]
    selected = [
        example.sql[: example.sql.upper().find("FROM")] for example in examples if "GROUP BY" in example.sql.upper()
    ]
    for shown in [text, *snippets, *selected, *grouped]:
        usual = "DATE_TRUNC" in shown.upper()
        for unit, pattern, form in _FORMS:
            if pattern.search(shown) and forms[unit] == _USUAL[unit] and not (usual and unit != "YEAR"):
                forms[unit] = form
    ratios = [example.sql for example in examples if _RATIO_WORDS.search(example.question) and "/" in example.sql]
    by_hundred = [sql for sql in ratios if re.search(r"\b100(\.0+)?\s*\*|\*\s*100(\.0+)?\b", sql)]
    percent = rules.percent if rules.percent is not None else bool(ratios) and len(by_hundred) == len(ratios)
    rounded = re.search(r"\bround(?:ed)?\b[^.\n]*?\b(\d|one|two|three)\s+(?:decimal|digit|place)", text, re.IGNORECASE)
    digits = (
        {"one": 1, "two": 2, "three": 3}.get(rounded[1].casefold()) or int(rounded[1])
        if rounded and not rounded[1].isalpha()
        else None
    )
    if rounded and rounded[1].isalpha():
        digits = {"one": 1, "two": 2, "three": 3}[rounded[1].casefold()]
    return Styles(forms, percent, digits, within)
