"""Every error of Jinja2 or Python, told as a sentence for a person: no class names, no traceback."""

import re
from collections.abc import Mapping

from jinja2 import Template, TemplateError, TemplateSyntaxError
from jinja2.exceptions import SecurityError

from .environment import MissingValueError
from .limits import Refusal

_NUMBERS = ["No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve"]
_LISTED = 30
_INNARDS = re.compile(r"0x[0-9a-f]+|__|<\w")  # how Python writes an object, address and all

_ADVICE: tuple[tuple[type[Exception], str], ...] = (
    (RecursionError, "The template, or a value in it, is nested too deeply. Do not let a macro or a loop call itself without end."),
    (ZeroDivisionError, "The template divides by zero. Test the divisor with {% if %} first."),
    (OverflowError, "A number grows too large. Work with smaller numbers."),
    (
        TypeError,
        "A value there is of the wrong kind, or a filter or function does not take what it is given. "
        "Check the value, or convert it, for example with “|string”, “|int” or “|list”.",
    ),
    (ValueError, "A value there cannot be used in this way. Check it."),
    (LookupError, "A list or a set of named values does not have that member. Check it with {% if %} first."),
)  # fmt: skip
_OTHER = "This step of the template does not work with the values it is given. Check them, or simplify the step."


def count_of(number: int, noun: str) -> str:
    """“One variable”, “Two variables”, “13 variables”."""
    word = _NUMBERS[number] if number < len(_NUMBERS) else f"{number:,}"
    return f"{word} {noun}{'' if number == 1 else 's'}"


def missing_sentence(missing: Mapping[str, tuple[str, int, int]]) -> str:
    """All variables without a value in one sentence: name → part, line and column of its first use."""
    places = [f"{name} ({part}, line {line}, column {column})" for name, (part, line, column) in missing.items()]
    listed = ", ".join(places[:_LISTED]) + (f" and {len(places) - _LISTED} more" if len(places) > _LISTED else "")
    one = len(places) == 1
    return (
        f"{count_of(len(places), 'variable')} {'has' if one else 'have'} no value: {listed}. "
        f"Fill {'it' if one else 'them'} in, or give {'it' if one else 'them'} a default."
    )


def syntax_sentence(error: TemplateSyntaxError) -> str:
    """What Jinja2 says about a text it cannot read, as a sentence."""
    message = re.sub(r" at \d+$", "", (error.message or "the template cannot be read").strip()).rstrip(".")
    return f"{message[:1].upper()}{message[1:300]}. Correct the template there."


def explain(error: Exception, part: str, template: Template) -> tuple[str, tuple[str, ...]]:
    """The sentence for an error while rendering, with its place, and the names that had no value."""
    line = _line(error, template)
    where = f"In the {part} part{'' if line is None else f', line {line}'}: "
    if isinstance(error, MissingValueError):
        place = f"line {error.place[0]}, column {error.place[1]}" if error.place else f"line {line or 1}"
        return (
            f"One value is missing: {error.name} ({part}, {place}). Fill it in, or give it a default.",
            (error.name,),
        )
    if isinstance(error, Refusal):
        return where + str(error), ()
    if isinstance(error, SecurityError):
        return f"{where}{_ended(str(error))} Use the value itself, or a filter.", ()
    for cause, advice in _ADVICE:
        if isinstance(error, cause):
            return where + advice, ()
    if isinstance(error, TemplateError) and error.message and not _INNARDS.search(error.message):
        return where + _ended(error.message[:300]), ()
    return where + _OTHER, ()


def _ended(sentence: str) -> str:
    return f"{sentence[:1].upper()}{sentence[1:].rstrip('.')}."


def _line(error: Exception, template: Template) -> int | None:
    """The innermost line of the template that a traceback passes through."""
    line = None
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_globals.get("__jinja_template__") is template:
            line = template.get_corresponding_lineno(trace.tb_lineno)
        trace = trace.tb_next
    return line
