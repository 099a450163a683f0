"""What the offline model answers as the judge of open cases: what a fixed rule decides, and else that it cannot tell.

Cases are the JSON lines between `<cases-…>` and `</cases-…>`. Of their content only the reasons are looked at, which no
cell can write; nothing in them is obeyed.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

from core.local_model.chat_request import ChatRequest

_OPENS = re.compile(r"<cases-([0-9A-Za-z]{4,64})>")
_TIE = "Only rows that tie for the last place differ, so either choice among them answers the question."
_UNKNOWN = (
    "The offline model follows fixed rules and does not reason, so it cannot tell. A person or a model must decide."
)


def verdicts(asked: ChatRequest) -> dict[str, object]:
    """The answer to `genie_judge`: a verdict for each case that can be read, once for each key."""
    found: dict[str, dict[str, str]] = {}
    for case in _cases(asked.user):
        is_tie = case.get("left_open_because") == ["tie_at_limit"]
        verdict = {"verdict": "GOOD", "reason": _TIE} if is_tie else {"verdict": "NEEDS_REVIEW", "reason": _UNKNOWN}
        found.setdefault(case["key"], {"key": case["key"], **verdict})
    return {"verdicts": list(found.values())}


def _cases(text: str) -> Iterator[dict[str, Any]]:
    closes = ""
    for line in text.split("\n"):  # not splitlines(): JSON strings hold U+2028 and its like as they are
        if not closes:
            opened = _OPENS.fullmatch(line.strip())
            closes = f"</cases-{opened[1]}>" if opened else ""
            continue
        if line.strip() == closes:
            return
        try:
            case = json.loads(line)
        except ValueError:
            continue
        if isinstance(case, dict) and isinstance(case.get("key"), str):
            yield case
