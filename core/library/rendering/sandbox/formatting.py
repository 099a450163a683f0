"""`'%s' % x`, `'{}'.format(x)` and `|format`, with widths that stay small."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from jinja2.sandbox import SandboxedEnvironment, SandboxedFormatter

from .limits import MAX_WIDTH, Refusal, meter
from .shapes import as_text, measure

_NUMBERS = re.compile(r"\d+")
_MAX_MARKS = 10_000


def check_width(width: object) -> None:
    """Refuse a width or precision above MAX_WIDTH."""
    if isinstance(width, float) or (isinstance(width, int) and abs(width) > MAX_WIDTH):
        raise Refusal(f"A width must be a whole number of at most {MAX_WIDTH:,}.")


def check_percent(pattern: str, values: Any) -> None:
    """Refuse a `%` format whose result could be huge."""
    marks = pattern.count("%")
    if not marks:
        return
    _check_marks(marks)
    if "*" in pattern:
        raise Refusal("A “%*d” format takes its width from a value, which is not allowed. Write the width as a number.")
    _check_numbers(pattern)
    # Each mark may name the same value again.
    meter.charge(len(pattern) + marks * (max(map(measure, _single(values)), default=0)))


def _single(values: Any) -> Iterable[Any]:
    if isinstance(values, Mapping):
        return values.values()
    return values if isinstance(values, tuple) else (values,)


def _check_marks(marks: int) -> None:
    if marks > _MAX_MARKS:
        raise Refusal(f"A format may have at most {_MAX_MARKS:,} places to fill.")


def _check_numbers(text: str) -> None:
    for number in _NUMBERS.findall(text):
        if len(number) > 5 or int(number) > MAX_WIDTH:
            raise Refusal(f"A format may not contain a number above {MAX_WIDTH:,}: it would be read as a width.")


class _Formatter(SandboxedFormatter):
    def format_field(self, value: Any, format_spec: str) -> str:
        _check_numbers(format_spec)
        if isinstance(value, str | int | float) or not format_spec:
            text = format(value, format_spec) if format_spec else as_text(value)
            meter.charge(len(text))
            return text
        raise Refusal("Only texts and numbers can be formatted with a width or precision.")

    def convert_field(self, value: Any, conversion: Any) -> Any:
        if conversion is not None:
            meter.charge(measure(value))
        return super().convert_field(value, conversion)


def format_method(environment: SandboxedEnvironment, pattern: str, *, from_map: bool) -> Callable[..., str]:
    """What `pattern.format` (or, with `from_map`, `pattern.format_map`) is within a template."""

    def format_text(*args: Any, **kwargs: Any) -> str:
        _check_marks(pattern.count("{"))
        values: Sequence[Any] = args
        if from_map:
            if len(args) != 1 or kwargs or not isinstance(args[0], dict):
                raise Refusal("“format_map” needs one set of named values.")
            values, kwargs = (), args[0]
        try:
            return _Formatter(environment).vformat(str(pattern), values, kwargs)
        except (KeyError, IndexError):
            raise Refusal("A format names a value that it is not given. Pass one value for each {}.") from None

    return format_text
