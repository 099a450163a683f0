"""Quoted pieces of a text: found, and blanked out where what they hold must not be read as prose."""

import re

QUOTED = re.compile(
    r"\"(?P<double>[^\"\n]{1,200})\"|`(?P<back>[^`\n]{1,200})`|“(?P<curly>[^”\n]{1,200})”"
    r"|(?<!\w)'(?P<single>[^'\n]{1,200})'(?!\w)"
)


def quoted_text(match: re.Match[str]) -> str:
    """What stands between the quotes."""
    return next(part for part in match.groups() if part is not None)


def masked(text: str, *also: re.Pattern[str]) -> str:
    """The text with everything quoted, and whatever else matches, turned into as many NUL characters, so that places stay."""
    for pattern in (QUOTED, *also):
        text = pattern.sub(lambda match: "\x00" * len(match[0]), text)
    return text
