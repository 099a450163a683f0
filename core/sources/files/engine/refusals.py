"""How the child says no: a sentence for the person who chose the file or wrote the query."""

from collections.abc import Iterable


class RefusedError(Exception):
    """The person can put it right; the text is a sentence that says how."""


class GoneError(Exception):
    """A stored file is not there any more; the text is a sentence."""


def shown(value: object, most: int = 60) -> str:
    """A value for a sentence: in quotes, shortened, and free of characters that would change the line around it."""
    text = str(value)
    clean = "".join(letter if letter.isprintable() else "·" for letter in text[:most])
    return f"“{clean}{'…' if len(text) > most else ''}”"


def listed(words: Iterable[object], most: int = 5) -> str:
    """A few words for a sentence, and how many more there are."""
    words = [shown(word, 40) for word in words]
    more = f" and {len(words) - most:,} more" if len(words) > most else ""
    return ", ".join(words[:most]) + more


def first_lines(lines: Iterable[tuple[int, str]]) -> str:
    """Numbered lines of a file, to stand below a sentence."""
    return "".join(f"\nline {number}: {shown(text.rstrip(), 120)}" for number, text in lines)
