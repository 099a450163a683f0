"""What the name of a column suggests. A guess from words only; what is built on it says so."""

import re

from core.local_model.analysts.described import Column, Table

_WORDS = re.compile(r"[^\W\d_]+|\d+")
_CAMEL = re.compile(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Þ])|(?<=[A-ZÀ-Þ])(?=[A-ZÀ-Þ][a-zà-ÿ])")
_KEY_WORDS = frozenset({"id", "ids", "uuid", "guid", "key", "pk", "fk"})
_NEVER_NEGATIVE = frozenset(
    """
    age amount amounts area bikes bytes cost costs count distance duration fare fee fees height hour hours km
    length miles minutes passengers persons population price qty quantity rating salary seconds size stock tax
    tip tolls units volume wage weight width
    """.split()  # noqa: SIM905
)
_MAY_BE_NEGATIVE = frozenset(
    {"balance", "change", "correction", "delta", "diff", "difference", "margin", "net", "profit"}
)
_MONEY = frozenset(
    """
    amount balance cost costs discount fare fee fees income price profit revenue salary tax tip tolls turnover wage
    chf eur gbp usd dollars euros
    """.split()  # noqa: SIM905
)
_PERSONAL = frozenset(
    """
    address addr birth birthdate birthday dob email fax firstname iban lastname mail mobile passport phone ssn street
    surname tel telephone fullname username
    """.split()  # noqa: SIM905
)
_OF_PERSONS = frozenset(
    """
    client contact customer driver employee guest member passenger patient person rider student subscriber user worker
    first last full given family middle maiden
    """.split()  # noqa: SIM905
)
_OPTIONAL = frozenset("comment comments note notes remark remarks".split())  # noqa: SIM905
_LATER = frozenset("due end ends expires expiry planned scheduled until valid deadline forecast".split())  # noqa: SIM905
_DIGITS_AS_TEXT = frozenset("code fax mobile number phone post postal postcode tel telephone zip zipcode".split())  # noqa: SIM905
_BOUNDS: dict[str, tuple[float, float]] = {
    "lat": (-90, 90),
    "latitude": (-90, 90),
    "lng": (-180, 180),
    "lon": (-180, 180),
    "longitude": (-180, 180),
    "age": (0, 125),
    "month": (1, 12),
    "weekday": (0, 7),
    "percent": (0, 100),
    "percentage": (0, 100),
    "pct": (0, 100),
}
_WRITTEN_OUT = {
    "addr": "address",
    "amt": "amount",
    "avg": "average",
    "dob": "date of birth",
    "id": "ID",
    "lat": "latitude",
    "lng": "longitude",
    "lon": "longitude",
    "pct": "percent",
    "qty": "quantity",
    "tel": "telephone",
    "url": "URL",
    "uuid": "UUID",
}
_LONGEST_NAME = 60
_MOST_WORDS = 6


def words(name: str) -> list[str]:
    """The words of a name in lower case, split at signs, digits and changes of case."""
    return [part.lower() for piece in _WORDS.findall(name[:200]) for part in _CAMEL.split(piece)]


def is_key(name: str) -> bool:
    """Whether the name is one of an identifier: "id", "customer_id", "orderKey"."""
    found = words(name)
    return bool(found) and found[-1] in _KEY_WORDS


def is_never_negative(name: str) -> bool:
    found = set(words(name))
    return bool(found & _NEVER_NEGATIVE) and not found & _MAY_BE_NEGATIVE


def is_money(name: str) -> bool:
    return bool(set(words(name)) & _MONEY)


def is_optional(name: str) -> bool:
    """Whether most rows may well have nothing to say there."""
    return bool(set(words(name)) & _OPTIONAL)


def is_planned(name: str) -> bool:
    """Whether later dates than today are to be expected."""
    return bool(set(words(name)) & _LATER)


def holds_digits_as_text(name: str) -> bool:
    """Phone numbers, codes and identifiers are texts although they look like numbers."""
    return is_key(name) or bool(set(words(name)) & _DIGITS_AS_TEXT)


def bounds(name: str) -> tuple[float, float] | None:
    """The range that the name allows for, e.g. of a latitude; None where it says nothing."""
    return next((_BOUNDS[word] for word in words(name) if word in _BOUNDS), None)


def is_personal(column: str, table: str) -> bool:
    """Whether it names a person or a way to reach one; a plain "name" does so in a table of persons."""
    found = words(column)
    if set(found) & _PERSONAL:
        return True
    of_persons = {word.removesuffix("s") for word in [*found, *words(table)]} & _OF_PERSONS
    return "name" in found and bool(of_persons)


def business_name(column: Column) -> str:
    """The name in words; the place of a column whose name is none."""
    found = words(column.name)
    if not found or len(found) > _MOST_WORDS or len(column.name) > _LONGEST_NAME:
        return f"Column {column.position}"
    text = " ".join(_WRITTEN_OUT.get(word, word) for word in found)
    return text[0].upper() + text[1:]


def is_own_key(table: Table, column: Column) -> bool:
    """Whether the column looks like the one that tells the table's rows apart: first, or named after the table."""
    found = words(column.name)
    if not is_key(column.name):
        return False
    of_table = {word.removesuffix("s") for word in words(table.name)}
    return len(found) == 1 or bool(of_table & {word.removesuffix("s") for word in found}) or column.position == 1


def refers_to(column: str, table: str, key: str) -> bool:
    """Whether a column's name says that it refers to this key: "customer_id" to "customer_id", or to "id" of "customers"."""
    found, wanted = words(column), words(key)
    if len(wanted) > 1:
        return found[-len(wanted) :] == wanted
    of_table = words(table)
    return len(found) > 1 and bool(of_table) and found[-2].removesuffix("s") == of_table[-1].removesuffix("s")
