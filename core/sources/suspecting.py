"""Which columns look personal, by their name and by what is in them, and what is suggested for each.

A suggestion is made to be corrected: where name and content disagree, the more careful one counts.
"""

import ipaddress
import re
from collections.abc import Callable
from typing import Any

from core.sources.given_names import GIVEN_NAMES
from core.sources.views import NUMERIC, TEMPORAL, ColumnProfile, Policy, Profile

_MANY = 0.2
"""Share of looked-at values that makes a kind of content the column's own."""

_Suggestion = tuple[Policy, str]

_BY_NAME: tuple[tuple[str, Policy, str], ...] = (
    (
        r"password|passwd|pwd|passwort|secret|token|api key|private key|pin|cvv|cvc|security code|mot de passe|contrasena",
        "never",
        "The name says that it holds secrets.",
    ),
    (
        r"(credit |debit )?card (number|no|num|nr)|creditcard|cardnumber|cc (number|no|num|nr)|pan|kartennummer|kreditkarte",
        "never",
        "The name says that it holds card numbers.",
    ),
    (
        r"iban|bic|account (number|no|num|nr)|accountnumber|bank account|kontonummer|routing number|sort code",
        "never",
        "The name says that it holds bank accounts.",
    ),
    (
        r"ssn|social security.*|national id.*|nationalid|passport.*|tax (id|number|no)|taxid|steuer(id|nummer| id| nummer)|"
        r"ausweis.*|personalausweis.*|driver s? ?licen[cs]e.*|drivers? licen[cs]e.*|licen[cs]e number|nino|nhs (number|no)|cpf|dni|nif|aadhaar|"
        r"medicare.*|insurance (number|no)|sozialversicherungsnummer|id (number|card)|identity number",
        "never",
        "The name says that it holds identity numbers.",
    ),
    (r"e ?mails?( address(es)?)?|mail|mail address|courriel|correo|mailadresse", "hash", "The name says that it holds mail addresses."),
    (
        r"phones?( number| no| nr| num)?|phonenumber|mobile( phone| number)?|cell( phone| number)?|telephone|telefon.*|tel|fax|handy|handynummer|telefono",
        "hash",
        "The name says that it holds phone numbers.",
    ),
    (
        r"(first|last|middle|full|family|given|maiden|sur|nick|user|display|legal|birth) ?names?|surname|forename|fullname|firstname|lastname|username|"
        r"vorname|nachname|familienname|prenom|apellidos?|nombre|login|"
        r"(customer|client|patient|employee|person|contact|passenger|student|teacher|doctor|owner|author|member|guest|tenant|"
        r"manager|driver|user|recipient|sender|holder|buyer|seller|visitor|applicant|candidate|parent|child|kunden?|mitarbeiter) ?names?",
        "hash",
        "The name says that it holds names of people.",
    ),
    (
        r"(home |street |postal |mailing |billing |shipping |delivery )?addr(ess)?( line)?( \d)?|street( name| address)?|stra(ss|ß)e|anschrift|adresse|direccion|"
        r"lat|latitude|lon|lng|longitude|gps.*|geolocation|coordinates",
        "statistics",
        "The name says that it holds addresses or places of people.",
    ),
    (
        r"dob|birth ?(date|day)|date of birth|born( on)?|geburts(datum|tag)|geboren|date de naissance|fecha de nacimiento",
        "statistics",
        "The name says that it holds birth dates.",
    ),
    (r"ip|ip ?addr(ess)?|client ip|remote (addr|ip)|mac ?address|device id|imei", "hash", "The name says that it holds addresses of devices."),
)  # fmt: skip

_MAIL = re.compile(r"[\w.+%'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
_PHONE = re.compile(
    r"(?<![\w.+])(?:\+|00)\d{1,3}[\s./-]?\(?\d{1,5}\)?(?:[\s./-]?\d{2,5}){1,5}(?!\w)"
    r"|(?<![\w.])\(\d{2,5}\)[\s/-]?\d{3,5}[\s/-]?\d{2,6}(?!\w)"
    r"|(?<![\w.-])\d{3}[-.\s]\d{3}[-.\s]\d{4}(?![\w-])"
    r"|(?<![\w.])0\d{2,5}[\s/-]\d{5,10}(?!\w)"
)
_CARD = re.compile(r"(?<![\w.])[3-6]\d{3}(?:[ -]?\d{4}){2}(?:[ -]?\d{1,7})(?![\w.])")
_IBAN = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?(?!\w)")
_SSN = re.compile(r"(?<![\w-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\w-])")
_ADDRESS = re.compile(
    r"\b\d{1,5}[a-z]?\s+(?:[\w.'-]+\s+){1,4}(?:street|st|road|rd|avenue|ave|lane|ln|drive|dr|boulevard|blvd|court|ct|square|way|place)\b"
    r"|\b[\w.'-]*(?:stra(?:ß|ss)e|str\.|gasse|allee)\s*\d{1,5}\b|\b(?:rue|avenue|calle|via)\s+[\w\s.'-]{3,40}\d{1,5}\b"
    r"|\b\d{1,5}\s*,?\s+(?:rue|avenue)\s+\w+",
    re.IGNORECASE,
)


def _is_card(text: str) -> bool:
    digits = [int(char) for char in re.sub(r"[ -]", "", text)]
    if not 13 <= len(digits) <= 19:
        return False
    doubled = [digit if at % 2 == 0 else sum(divmod(2 * digit, 10)) for at, digit in enumerate(reversed(digits))]
    return sum(doubled) % 10 == 0


def _is_iban(text: str) -> bool:
    plain = text.replace(" ", "")
    moved = plain[4:] + plain[:4]
    return 15 <= len(plain) <= 34 and int("".join(str(int(char, 36)) for char in moved)) % 97 == 1


def _is_ip(text: str) -> bool:
    try:
        ipaddress.ip_address(text.strip())
    except ValueError:
        return False
    return True


def _holds(pattern: re.Pattern[str], check: Callable[[str], bool] = bool) -> Callable[[str], bool]:
    return lambda text: any(check(match.group()) for match in pattern.finditer(text))


def _is_person(text: str) -> bool:
    """A given name first or last among two to four words, as in "Ann Lee", "Dr. Ann Lee" and "Lee, Ann"."""
    words = [word.strip(".,()\"'").lower() for word in text.split()]
    return 2 <= len(words) <= 7 and len(text) <= 90 and any(word in GIVEN_NAMES for word in words)


_BY_CONTENT: tuple[tuple[str, Callable[[str], bool], Policy], ...] = (
    ("card numbers", _holds(_CARD, _is_card), "never"),
    ("bank accounts (IBAN)", _holds(_IBAN, _is_iban), "never"),
    ("identity numbers", _holds(_SSN), "never"),
    ("mail addresses", _holds(_MAIL), "hash"),
    ("IP addresses", _is_ip, "hash"),
    ("phone numbers", _holds(_PHONE), "hash"),
    ("street addresses", _holds(_ADDRESS), "statistics"),
)
_CAREFUL: dict[Policy, int] = {"send": 0, "mask": 1, "hash": 1, "statistics": 2, "never": 3}


def suggest(profile: Profile) -> dict[str, _Suggestion]:
    """For every column what is suggested and why; "send" comes with an empty reason."""
    return {column.name: _suggestion(column, profile) for column in profile.columns}


def _suggestion(column: ColumnProfile, profile: Profile) -> _Suggestion:
    found = [each for each in (_by_name(column), _by_content(column, profile)) if each is not None]
    return max(found, key=lambda each: _CAREFUL[each[0]], default=("send", ""))


def _by_name(column: ColumnProfile) -> _Suggestion | None:
    if column.type == "boolean":  # "has_phone" is not a phone
        return None
    spread = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", column.name)
    words = " ".join(re.sub(r"[\W_]+", " ", spread).lower().split())
    parts = words.split()
    phrases = {" ".join(parts[start:end]) for start in range(len(parts)) for end in range(start + 1, len(parts) + 1)}
    for pattern, policy, reason in _BY_NAME:
        if not any(re.fullmatch(pattern, phrase) for phrase in phrases):
            continue
        if "secrets" in reason and column.type in NUMERIC and "token" in parts:
            continue  # counts of a model's tokens
        if "birth" in reason and column.type not in (*TEMPORAL, "text"):
            continue
        return policy, reason
    return None


def _by_content(column: ColumnProfile, profile: Profile) -> _Suggestion | None:
    cells, others = _texts(column, profile)
    for what, holds, policy in _BY_CONTENT:
        found = sum(map(holds, cells))
        if cells and found >= _MANY * len(cells):
            return policy, f"Its values look like {what}."
        if found or any(map(holds, others)):
            # Free text in which one turns up: nobody knows what else is in it.
            return ("never" if policy == "never" else "statistics"), f"Some of its values hold {what}."
    if column.type == "text" and cells and sum(map(_is_person, cells)) >= _MANY * len(cells):
        return "hash", "Its values look like names of people."
    return None


def _texts(column: ColumnProfile, profile: Profile) -> tuple[list[str], list[str]]:
    """The sampled cells, and the frequent and extreme values, as text; of numbers the long whole ones."""
    cells: list[Any] = [row.get(column.name) for row in profile.sample]
    others = [*(value for value, _ in column.top_values), column.minimum, column.maximum]
    if column.type in ("text", "other"):
        return [each for each in cells if _is_text(each)], [each for each in others if _is_text(each)]
    if column.type == "integer":
        return [str(each) for each in cells if _is_long(each)], [str(each) for each in others if _is_long(each)]
    return [], []


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_long(value: Any) -> bool:
    return isinstance(value, int) and value >= 10**12
