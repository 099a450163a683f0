"""House styles that a space shows by its examples, snippets and instruction: how months look, percentages, rounding."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from core.local_genie.rules.defaulting import Rules
from core.local_genie.rules.forms import said_forms
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
_RATIO_WORDS = re.compile(r"\b(share|proportion|fraction|ratio|rate)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Styles:
    """`forms` are the SQL of a time bucket by unit, `within` those for a question about one year.

    `percent` says that shares count to 100; `digits` rounds ratios.
    """

    forms: Mapping[str, str] = field(default_factory=lambda: dict(_USUAL))
    within: Mapping[str, str] = field(default_factory=dict)
    percent: bool = False
    digits: int | None = None

    def bucket(self, unit: str, column: str, *, one_year: bool = False) -> str:
        forms = self.within if one_year and unit in self.within else self.forms
        return forms[unit].format(column)


def read_styles(text: str, examples: Sequence[Example], instructions: Mapping[str, Any], rules: Rules) -> Styles:
    """What the space shows; the usual forms where it shows nothing."""
    always, within = said_forms(text)
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
    return Styles(forms, within, percent, digits)
