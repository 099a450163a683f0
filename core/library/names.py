"""Names of templates and labels, and references such as `support/reply@staging` or `support/reply:3`."""

import re
from dataclasses import dataclass

from core.errors import PromptValidationError
from core.library.characters import kept

PRODUCTION = "production"
"""The label that decides what runs."""

_NAME = re.compile(r"[a-z0-9][a-z0-9_/-]{0,199}")
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9_-]{0,34}[a-z0-9])?")
_LATEST = "latest"


@dataclass(frozen=True)
class Reference:
    """A template by name, and either a label or a version number. Without both, `production` is meant."""

    name: str
    label: str | None = None
    number: int | None = None


def parse_reference(text: str) -> Reference:
    """Read `name`, `name@label` or `name:3`.

    Raises:
        PromptValidationError: it is none of these.
    """
    text = text.strip()
    if "@" in text:
        name, _, label = text.partition("@")
        return Reference(check_name(name), label=label if label == _LATEST else check_label(label))
    if ":" in text:
        name, _, number = text.partition(":")
        if not (number.isascii() and number.isdigit()) or len(number) > 9 or int(number) < 1:
            raise PromptValidationError(
                f"'{kept(number[:40])}' is not a version number. Write name:3, name@label or just the name."
            )
        return Reference(check_name(name), number=int(number))
    return Reference(check_name(text))


def check_name(name: str) -> str:
    """The name itself if it may be a template's name.

    Raises:
        PromptValidationError: says what a name may look like.
    """
    if not _NAME.fullmatch(name) or "//" in name or name.endswith("/"):
        raise PromptValidationError(
            f"'{kept(name[:60])}' cannot be a template's name. Use 1–200 of a–z, 0–9, _, - and / (for folders), "
            f"starting with a letter or digit, for example '{slug(name)}'."
        )
    return name


def check_label(name: str) -> str:
    """The label itself if it may be one.

    Raises:
        PromptValidationError: says what a label may look like, or that the word is reserved.
    """
    if name == _LATEST:
        raise PromptValidationError("'latest' is reserved: it always means the newest version. Choose another label.")
    if not _LABEL.fullmatch(name):
        raise PromptValidationError(
            f"'{kept(name[:60])}' cannot be a label. Use 1–36 of a–z, 0–9, _ and -, with a letter or digit at both ends."
        )
    return name


def slug(title: str) -> str:
    """A name made from a title: 'Chat Assistant' becomes `chat_assistant`; 'template' if nothing is left."""
    plain = re.sub(r"[^a-z0-9/]+", "_", title.lower())
    return re.sub(r"[_/]*/[_/]*", "/", plain).strip("_/")[:200].rstrip("_/") or "template"
