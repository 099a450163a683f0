"""Names of columns: cleaned of what nobody can see, unique however they are written."""

import unicodedata
from collections.abc import Sequence

from .refusals import RefusedError, listed, shown

MAX_COLUMNS = 5_000
MAX_NAME_CHARS = 200
_INVISIBLE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def clean_name(name: str) -> str:
    """`name` in composed form without control and format characters and without blanks around it.

    A line break or tab within becomes a blank. The joiner of emoji and scripts stays between letters that it joins.
    """
    kept = []
    text = unicodedata.normalize("NFC", name)
    for place, letter in enumerate(text):
        if letter in "\r\n\t\u2028\u2029":
            kept.append(" ")
        elif (
            letter in "\u200c\u200d" and 0 < place < len(text) - 1 and not text[place - 1 : place + 2 : 2].isascii()
        ) or unicodedata.category(letter) not in _INVISIBLE:
            kept.append(letter)
    return " ".join("".join(kept).split())


def clean_headers(headers: Sequence[str], name: str) -> tuple[list[str], list[str]]:
    """The names of the columns, and notes on what was changed. Blank ones are named column_<position>.

    Raises:
        RefusedError: two are the same but for upper and lower case, one is too long, or there are too many.
    """
    if len(headers) > MAX_COLUMNS:
        raise RefusedError(
            f"{name} has {len(headers):,} columns, and {MAX_COLUMNS:,} are read at most. Leave some out."
        )
    cleaned = [clean_name(header) for header in headers]
    notes = []
    changed = [new for old, new in zip(headers, cleaned, strict=True) if new and new != old.strip()]
    if changed:
        notes.append(f"Invisible characters were taken out of the column names {listed(changed)}.")
    taken = {each.casefold() for each in cleaned if each}
    named = []
    for place, each in enumerate(cleaned):
        if not each:
            cleaned[place] = _free(f"column_{place + 1}", taken)
            named.append(cleaned[place])
    if named:
        notes.append(f"Columns without a name were called {listed(named)}.")
    for each in cleaned:
        if len(each) > MAX_NAME_CHARS:
            raise RefusedError(
                f"The column name {shown(each)} has {len(each):,} characters, and {MAX_NAME_CHARS} are allowed. "
                "Shorten it, or say that the file has no line of column names."
            )
    _refuse_doubles(cleaned, name)
    return cleaned, notes


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name += "_"
    taken.add(name)
    return name


def _refuse_doubles(names: Sequence[str], file: str) -> None:
    seen: dict[str, str] = {}
    for each in names:
        key = each.casefold()
        if key in seen:
            pair = shown(each) if seen[key] == each else f"{shown(seen[key])} and {shown(each)}"
            raise RefusedError(
                f"{file} has two columns with the same name but for upper and lower case: {pair}. "
                "Give each column a name of its own, or say that the file has no line of column names."
            )
        seen[key] = each
