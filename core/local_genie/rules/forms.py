"""How an instruction says that months and quarters look: "months as yyyy-MM", "within one year, quarters are 1 to 4"."""

import re

from core.local_genie.rules.clauses import sentences

_AS = r"[^.;,]{0,40}?\b(?:as|in|by|with|like)\b[^.;,]{0,25}?"
_NUMBER = r"(?:\bnumbers?\b|\b1\s*(?:to|through|-|–)\s*"
_SAID = [
    ("MONTH", re.compile(rf"\bmonths?\b{_AS}{_NUMBER}12\b)", re.IGNORECASE), "MONTH({})"),
    ("MONTH", re.compile(rf"\bmonths?\b{_AS}(?:\byyyy-mm|\b\d{{4}}-\d\d)\b(?!-)", re.IGNORECASE), "DATE_FORMAT({}, 'yyyy-MM')"),
    ("QUARTER", re.compile(rf"\bquarters?\b{_AS}{_NUMBER}4\b)", re.IGNORECASE), "QUARTER({})"),
    ("QUARTER", re.compile(rf"\bquarters?\b{_AS}\b(?:yyyy|20\d\d)-Q[1-4nN#]", re.IGNORECASE), "CONCAT(YEAR({0}), '-Q', QUARTER({0}))"),
]  # fmt: skip
_WITHIN_YEAR = re.compile(
    r"\b(?:within|inside|in|for|of)\s+(?:only\s+)?(?:one|a\s+single|a|the\s+same|any\s+one)\s+(?:calendar\s+)?year\b", re.IGNORECASE
)  # fmt: skip
_OTHERWISE = re.compile(r"\b(?:if|when|where|unless|except|never|not|don't)\b|\w\(", re.IGNORECASE)
_YEARS = re.compile(r"\byears?\b|\byyyy\b", re.IGNORECASE)


def said_forms(text: str) -> tuple[dict[str, str], dict[str, str]]:
    """The SQL of time buckets by unit, {} for the column: always, and in questions about one year."""
    always: dict[str, str] = {}
    within: dict[str, str] = {}
    for clause, _ in sentences(text[:20_000]):
        narrow = _WITHIN_YEAR.search(clause)
        plain = _WITHIN_YEAR.sub(" ", clause)
        if _OTHERWISE.search(plain):
            continue
        for unit, pattern, form in _SAID:
            found = pattern.search(plain)
            if found and not ("number" in found.group() and _YEARS.search(found.group())):
                (within if narrow else always).setdefault(unit, form)
    return always, within
