"""Candidates for one string or number under the keywords that bound it. The caller checks which meets the schema."""

from collections.abc import Iterator
from fractions import Fraction
from math import ceil, floor
from typing import Any

from core.local_model.identity import SHORT_NOTICE
from core.local_model.schema_merging import UnanswerableError

_MAX_LENGTH = 100_000
# `re` backtracks: on a longer text a hostile pattern could hold the whole process.
_PATTERN_CHARACTERS = 16
_PAD = " (offline model)"
_MAX_NUMBER_STEPS = 40

_FORMATS: dict[str, str] = {
    "date": "2000-01-01",
    "date-time": "2000-01-01T00:00:00Z",
    "time": "00:00:00Z",
    "duration": "PT0S",
    "email": "offline-model@example.invalid",
    "idn-email": "offline-model@example.invalid",
    "hostname": "example.invalid",
    "idn-hostname": "example.invalid",
    "ipv4": "127.0.0.1",
    "ipv6": "::1",
    "uri": "https://example.invalid/offline-model",
    "uri-reference": "/offline-model",
    "iri": "https://example.invalid/offline-model",
    "url": "https://example.invalid/offline-model",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "json-pointer": "/offline",
    "regex": "offline",
}
_SHAPES = (
    "offline",
    "offline-model",
    "offline_model",
    "Offline",
    "OFFLINE",
    "a",
    "A",
    "0",
    "1",
    "2000-01-01",
    "00:00",
    "1.0",
    "1.0.0",
    "#000000",
    "a@b.invalid",
    "https://a.b",
    "/a",
    "v1",
    "-",
    "",
)


def string_values(schema: dict[str, Any], text: str, variant: int) -> Iterator[str]:
    """Strings from best to last resort, all within `minLength` and `maxLength` (in characters)."""
    least, most = schema.get("minLength", 0), schema.get("maxLength", _MAX_LENGTH)
    if least > _MAX_LENGTH:
        raise UnanswerableError(f"it wants a text of {least} characters; the offline model gives up to {_MAX_LENGTH}.")
    if "format" in schema and schema["format"] in _FORMATS:
        yield _sized(_FORMATS[schema["format"]], least, most, 0)
    if "pattern" not in schema:
        yield _sized(text, int(least), int(most), variant)
        return
    limit = max(_PATTERN_CHARACTERS, int(least))
    if limit > 64:
        raise UnanswerableError("its pattern wants a text that is too long to try.")
    own = text.removeprefix(f"{SHORT_NOTICE}: ").split()[:40]
    words = (word.strip(".,;:!?\"'()") for word in own)
    slug = "-".join(word.casefold() for word in own[:3] if word.isalnum())
    for candidate in dict.fromkeys([slug, *_SHAPES, *words]):
        for sized in dict.fromkeys(
            (candidate, _repeated(candidate, int(least)), _repeated(candidate, min(limit, int(most))))
        ):
            for other in (sized, f"{sized}{variant}" if variant else sized):
                if least <= len(other) <= min(most, limit):
                    yield other


def _sized(text: str, least: int, most: int, variant: int) -> str:
    ending = f" ({variant + 1})" if variant else ""
    if ending and len(ending) > most:
        ending = _letters(variant)[:most]
    text = text[: max(0, most - len(ending))] + ending
    while len(text) < least:
        text += _PAD
    return text[: max(least, most)] if len(text) > most else text


def _letters(number: int) -> str:
    text = ""
    while number:
        number, digit = divmod(number, 26)
        text += chr(97 + digit)
    return text


def _repeated(text: str, length: int) -> str:
    return (text * (length // len(text) + 1))[:length] if text and length > 0 else text


def number_values(schema: dict[str, Any], whole: bool, variant: int) -> Iterator[int | float]:
    """Numbers within the bounds: 0 or the one nearest to it that is allowed, `variant` steps on for others.

    Fractions keep `multipleOf` exact; a bound of 0.1 is meant as one tenth.
    """
    low, high = _bound(schema, "minimum", max), _bound(schema, "maximum", min)
    step = _fraction(schema["multipleOf"]) if "multipleOf" in schema else None
    if whole:
        step = Fraction(1) if step is None else Fraction(step.numerator)
    if step is None:
        span = high - low if low is not None and high is not None else Fraction(4)
        step = min(Fraction(1), span / 4) if span > 0 else Fraction(1)
        yield from (_number(value, whole) for value in (low, high) if value is not None and variant == 0 and span <= 0)
    if low is not None and low > 0:
        first, direction = Fraction(ceil(low / step)), 1
    elif high is not None and high < 0:
        first, direction = Fraction(floor(high / step)), -1
    else:
        first, direction = Fraction(0), 1
    for i in range(variant, variant + _MAX_NUMBER_STEPS):
        yield _number((first + direction * i) * step, whole)
        if first == 0 and i:
            yield _number((first - i) * step, whole)


def _bound(schema: dict[str, Any], name: str, pick: Any) -> Fraction | None:
    exclusive = f"exclusive{name[0].upper()}{name[1:]}"
    found = [_fraction(schema[key]) for key in (name, exclusive) if key in schema and not isinstance(schema[key], bool)]
    return pick(found) if found else None


def _fraction(number: int | float) -> Fraction:
    return Fraction(str(number)) if isinstance(number, float) else Fraction(number)


def _number(value: Fraction, whole: bool) -> int | float:
    return int(value) if whole or value.denominator == 1 else float(value)
