"""What models write differently without saying anything else, put into the schema's form.

Done: a number written as text ("1,234", "12 %") where a number belongs; "Unknown", "N/A" or null where "unknown" or "n/a"
is allowed; an enum's word in another case, with blanks or hyphens for underscores; a number or truth value where a text
belongs; null or one text where a list of texts belongs; "null" or "none" where null is allowed and a text was meant to be
empty. Nothing is added, dropped or guessed: "about 6,400" stays a text and is refused, because it is no exact number.
"""

import re
from typing import Any

from core.analysis.numbers import number_in

_NOTHING = frozenset(("unknown", "n/a", "na", "none", "null", "not available", "not applicable", "-", "–", ""))


def normalised(schema: dict[str, Any], value: Any) -> Any:
    """`value`, nearer to the schema where that loses nothing. Takes any JSON; never raises."""
    if "anyOf" in schema:
        return _any(schema["anyOf"], value)
    if "enum" in schema:
        return _word(schema["enum"], value)
    match schema.get("type"):
        case "object" if isinstance(value, dict):
            parts = schema.get("properties", {})
            return {name: normalised(parts[name], each) if name in parts else each for name, each in value.items()}
        case "array":
            items = schema["items"]
            if value is None:
                return []
            if isinstance(value, str) and items.get("type") == "string" and "enum" not in items:
                return [value] if value.strip() else []
            return [normalised(items, each) for each in value] if isinstance(value, list) else value
        case "number":
            return _number(value)
        case "string" if isinstance(value, bool):
            return "true" if value else "false"
        case "string" if isinstance(value, (int, float)):
            return str(value)
    return value


def _any(options: list[dict[str, Any]], value: Any) -> Any:
    kinds = {option.get("type") for option in options}
    if "null" in kinds and isinstance(value, str) and kinds == {"null", "string"}:
        return None if value.strip().lower() in ("null", "none", "n/a", "") else value
    if kinds == {"number", "string"}:
        words = next(option["enum"] for option in options if "enum" in option)
        if value is None or (isinstance(value, str) and value.strip().lower() in _NOTHING):
            return words[0]
        return _number(value)
    return value


def _number(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    number = number_in(value)
    if number is None:
        return value
    return int(number) if number.is_integer() and re.fullmatch(r"[^.eE]*", value) else number


def _word(words: list[Any], value: Any) -> Any:
    if not isinstance(value, str) or value in words:
        return value
    alike = [word for word in words if isinstance(word, str) and _bare(word) == _bare(value)]
    return alike[0] if len(alike) == 1 else value


def _bare(word: str) -> str:
    return re.sub(r"[\s_\-]+", "", word).casefold()
