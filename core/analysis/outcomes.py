"""What comes of holding one statement against the data."""

from dataclasses import dataclass

SIX_DIGITS = 5e-6
"""Values are told to the model with six significant digits; nothing finer can be expected of it."""


@dataclass(frozen=True)
class Outcome:
    """`true` is the truth in words, None where nobody knows it. `agrees` None: the data cannot decide; `note` says why."""

    true: str | None
    agrees: bool | None
    note: str = ""


def shown(value: float, digits: int = 6) -> str:
    """At most so many significant digits, whole numbers whole, thousands apart."""
    number = float(value)
    if number.is_integer() and abs(number) < 1e15:
        return f"{int(number):,}"
    if 1e-4 <= abs(number) < 1e6:
        text = f"{number:,.{max(0, digits - len(str(int(abs(number)))))}f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return f"{number:.{digits}g}"
